//! A contact as a row, as a header with tabs, and as a form.

use serde::{Deserialize, Serialize};

use crate::domain::cursor::NameCursor;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::ids::{ContactId, EventId};
use crate::domain::suppression::SuppressionCause;
use crate::domain::time::Moment;
use crate::live::{LiveRow, Place, RowId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    pub id: ContactId,
    pub name: String,
    /// What the list is sorted by.
    pub sort_name: String,
    pub organisation: String,
    pub role: String,
    pub address: Option<String>,
    pub blocked: Option<SuppressionCause>,
    /// Tracked emails over every event.
    pub emails: u64,
}

impl LiveRow for ContactRow {
    fn id(&self) -> RowId {
        RowId::Contact(self.id)
    }

    fn place(&self) -> Place {
        NameCursor { name: self.sort_name.clone(), id: self.id.0 }.into()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPage {
    pub rows: Vec<ContactRow>,
    pub next: Option<NameCursor>,
}

/// Rows of one page of the contacts list.
pub const PAGE_ROWS: u32 = 50;

/// What stands above the tabs, and on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactHeader {
    pub id: ContactId,
    pub name: String,
    pub organisation: String,
    pub role: String,
    pub address: Option<String>,
    pub blocked: Option<SuppressionCause>,
    pub events: u64,
    pub emails: u64,
    /// Rises with every visible change: a save, a corrected address, a block or its end, an email, an event.
    pub revision: u32,
    /// The one that the Details form is filled from and saved against: only a save or a corrected address raises it.
    pub details_revision: u32,
}

impl LiveRow for ContactHeader {
    fn id(&self) -> RowId {
        RowId::Contact(self.id)
    }

    fn place(&self) -> Place {
        Place { id: self.id.0, ..Place::default() }
    }

    fn revision(&self) -> u32 {
        self.revision
    }
}

/// What a person types into the Details tab. Limits: names 100, organisation 200, notes 3,000 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactForm {
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub role: String,
    pub email: String,
    pub mobile: String,
    pub website: String,
    /// Never shown to crew.
    pub notes: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactDetails {
    pub id: ContactId,
    pub form: ContactForm,
    /// Why the saved address is refused, if it is.
    pub blocked: Option<SuppressionCause>,
    /// The contact's `details_revision` this form was filled from; a save of an older one is a conflict.
    pub revision: u32,
    /// The address of the page with all events of theirs, whole. It is a secret between the account and the contact.
    pub portal: String,
}

/// An event the contact is on, with how their newest invite fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactEvent {
    pub event: EventId,
    pub name: String,
    pub starts: Moment,
    pub role: String,
    pub place: Option<String>,
    pub invited_at: Option<Moment>,
    pub invite_status: Option<DeliveryStatus>,
    pub invite_reason: Option<String>,
}
