//! An event as a row of the list.

use serde::{Deserialize, Serialize};

use crate::domain::cursor::TimeCursor;
use crate::domain::ids::EventId;
use crate::domain::time::Moment;
use crate::live::{LiveRow, Place, RowId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    Enquiry,
    Tentative,
    Confirmed,
    Cancelled,
    Completed,
}

impl EventStatus {
    pub const ALL: [Self; 5] = [Self::Enquiry, Self::Tentative, Self::Confirmed, Self::Cancelled, Self::Completed];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Enquiry => "Enquiry",
            Self::Tentative => "Tentative",
            Self::Confirmed => "Confirmed",
            Self::Cancelled => "Cancelled",
            Self::Completed => "Completed",
        }
    }

    /// As the database and `data-status` spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Enquiry => "enquiry",
            Self::Tentative => "tentative",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRow {
    pub id: EventId,
    pub name: String,
    pub starts: Moment,
    /// "Sat"
    pub weekday: String,
    pub status: EventStatus,
    /// The space it is held in.
    pub place: Option<String>,
    pub client: Option<String>,
    pub organiser: Option<String>,
    /// Contacts on the event.
    pub people: u32,
    /// Of those, with an invite that was delivered.
    pub delivered: u32,
    /// Of those, with a newest invite that bounced, failed or was reported as spam.
    pub need_attention: u32,
}

impl LiveRow for EventRow {
    fn id(&self) -> RowId {
        RowId::Event(self.id)
    }

    fn place(&self) -> Place {
        TimeCursor { at: self.starts.at, id: self.id.0 }.into()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPage {
    pub rows: Vec<EventRow>,
    pub next: Option<TimeCursor>,
    /// Of an account that has no event at all.
    pub first_steps: Option<FirstSteps>,
    /// What was asked about, if it was deleted a moment ago.
    pub deleted: Option<DeletedEvent>,
}

/// What an account without events can begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSteps {
    pub has_templates: bool,
}

/// An event that can be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedEvent {
    pub id: EventId,
    pub name: String,
}

/// Which events somebody wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventQuery {
    /// Those that are over, and not those to come.
    pub old: bool,
    pub status: Option<EventStatus>,
    /// Words that begin words of the event's, its client's, its organiser's or its space's name.
    pub search: String,
}

impl EventQuery {
    /// Whether some of the upcoming, or of the old, events are left out.
    pub fn is_narrow(&self) -> bool {
        self.status.is_some() || !self.search.is_empty()
    }
}

/// Rows of one page of the events list.
pub const PAGE_ROWS: u32 = 50;
