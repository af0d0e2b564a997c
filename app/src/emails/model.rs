//! A tracked email as people see it.

use serde::{Deserialize, Serialize};

use crate::domain::cursor::TimeCursor;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::email_kind::EmailKind;
use crate::domain::ids::{ContactId, CrewId, EmailId, EventId, LinkId};
use crate::domain::time::Moment;

/// One tracked email: a row of the Emails tab, and the invite of a crew row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailRow {
    pub id: EmailId,
    pub contact: ContactId,
    pub event: EventRef,
    /// The crew row it was sent from.
    pub crew: Option<CrewId>,
    /// The share link it carries.
    pub link: Option<LinkId>,
    pub kind: EmailKind,
    pub subject: String,
    /// The address it went to, whatever the contact's address is now.
    pub recipient: String,
    /// When the button was pressed.
    pub sent_at: Moment,
    /// `None` until the hand-over: "Sending…".
    pub status: Option<DeliveryStatus>,
    /// The server's own words, plain text from strangers.
    pub reason: Option<String>,
    /// Rises with each visible change; the higher one is the truth.
    pub revision: u32,
}

/// The event an email was sent for. Without an id the event is gone and only its name is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRef {
    pub id: Option<EventId>,
    pub name: String,
}

impl EmailRow {
    /// Takes in the same email as somebody read it; an older reading is passed over. Returns whether anything changed.
    pub fn merge(&mut self, other: &Self) -> bool {
        let changed = other.revision >= self.revision && self != other;
        if changed {
            self.clone_from(other);
        }
        changed
    }
}

/// Twenty-five rows, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailPage {
    pub rows: Vec<EmailRow>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<TimeCursor>,
    /// All tracked emails of the contact, over every event.
    pub total: u64,
    /// The day it is where the server stands, to write "Today".
    pub today: String,
}

/// Rows of one page of the Emails tab.
pub const PAGE_ROWS: u32 = 25;
