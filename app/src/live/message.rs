//! What travels over `/live`: binary frames in the encoding of [`crate::wire`], one message a frame.
//!
//! A subscription is answered with a snapshot; after it come the rows that changed. Each row carries its revisions and the
//! higher one wins, so a row that overtakes the snapshot does no harm. Members only: nothing here is ever sent to a guest.

use serde::{Deserialize, Serialize};

use crate::contacts::ContactHeader;
use crate::domain::ids::{ContactId, CrewId, EmailId, EventId, ItemId};
use crate::emails::EmailRow;
use crate::planner::{CrewRow, EventHeader, TimelineItem};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The event itself, its run of show and its crew.
    Event(EventId),
    /// The contact itself and its tracked emails.
    Contact(ContactId),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientMessage {
    /// `rows` is how many emails of a contact the tab shows, so that the snapshot covers them all (at most 500).
    Subscribe {
        topic: Topic,
        rows: u32,
    },
    Unsubscribe {
        topic: Topic,
    },
    /// Answered with `Pong`; a tab that hears nothing for a while reconnects.
    Ping,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerMessage {
    /// All that a topic shows, as of one moment; of a contact's emails the newest ones, as many as were asked for.
    Snapshot {
        topic: Topic,
        rows: Vec<Row>,
    },
    /// Rows of a topic that are new or changed, and rows that are gone.
    Changed {
        topic: Topic,
        rows: Vec<Row>,
        gone: Vec<RowId>,
    },
    /// Not yours, or gone: the tab stops asking.
    Refused {
        topic: Topic,
    },
    Pong,
}

/// A row that changes live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Row {
    Event(EventHeader),
    Item(TimelineItem),
    Crew(CrewRow),
    Contact(ContactHeader),
    Email(EmailRow),
}

/// Which row it is. Ids are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowId {
    Event(EventId),
    Item(ItemId),
    Crew(CrewId),
    Contact(ContactId),
    Email(EmailId),
}

impl Row {
    pub fn id(&self) -> RowId {
        match self {
            Self::Event(row) => RowId::Event(row.id),
            Self::Item(row) => RowId::Item(row.id),
            Self::Crew(row) => RowId::Crew(row.id),
            Self::Contact(row) => RowId::Contact(row.id),
            Self::Email(row) => RowId::Email(row.id),
        }
    }
}
