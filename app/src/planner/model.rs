//! The planner page as data: the event and its run of show. Its people are [`super::crew`]'s.

use serde::{Deserialize, Serialize};

use super::CrewRow;
use crate::domain::ids::{ContactId, EventId, ItemId};
use crate::domain::progress::Progress;
use crate::domain::time::{Moment, Timestamp};
use crate::events::EventStatus;
use crate::live::{LiveRow, Place, RowId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannerPage {
    pub event: EventHeader,
    pub items: Vec<TimelineItem>,
    pub crew: Vec<CrewRow>,
    /// When the server read this, which decides what is "now" in the timeline until the browser's clock runs.
    pub now: Timestamp,
    /// The day it is in the event's zone.
    pub today: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventHeader {
    pub id: EventId,
    pub name: String,
    /// "Sat 12 Dec 2026"
    pub date: String,
    pub status: EventStatus,
    pub place: Option<String>,
    /// Guests expected.
    pub pax: Option<u32>,
    /// "Europe/Lisbon", shown where times could be doubted.
    pub time_zone: String,
    /// Whether people are asked if they come. While not, their answers are kept and not shown.
    pub rsvp: bool,
    /// How many files that people sent nobody has looked at yet.
    pub unreviewed: u32,
    /// Rises with each visible change, also of what people are asked for; the higher one is the truth.
    pub revision: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineItem {
    pub id: ItemId,
    pub starts: Moment,
    pub minutes: Option<u32>,
    /// "14:33", on the event's clock; only with a length.
    pub ends: Option<String>,
    pub title: String,
    pub details: String,
    pub location: String,
    /// Hidden from other people's share links.
    pub private: bool,
    /// Never moved by a push: sunset, a broadcast.
    pub pinned: bool,
    /// The order among items that start together.
    pub tie: i64,
    /// Who owns it.
    pub responsible: Vec<Person>,
    /// How far it is, as those people say.
    pub progress: Progress,
    /// "started 14:03 by Sara Lima"; empty as long as it is planned.
    pub progress_words: String,
    /// Rises with each visible change; the higher one is the truth.
    pub revision: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub contact: ContactId,
    pub name: String,
}

impl LiveRow for EventHeader {
    fn id(&self) -> RowId {
        RowId::Event(self.id)
    }

    fn place(&self) -> Place {
        Place { id: self.id.0, ..Place::default() }
    }

    fn revision(&self) -> u32 {
        self.revision
    }
}

impl LiveRow for TimelineItem {
    fn id(&self) -> RowId {
        RowId::Item(self.id)
    }

    fn place(&self) -> Place {
        Place { at: self.starts.at, tie: self.tie, id: self.id.0, ..Place::default() }
    }

    fn revision(&self) -> u32 {
        self.revision
    }
}
