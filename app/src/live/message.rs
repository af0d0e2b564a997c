//! What travels over `/live`: binary frames in the encoding of [`crate::wire`], one message a frame.
//!
//! A subscription is answered with a snapshot; after it come the rows that changed. Each row carries its revisions and the
//! higher one wins, so a row that overtakes the snapshot does no harm. Members only: nothing here is ever sent to a guest.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::row::AnyRow;
use crate::batches::BatchRow;
use crate::contacts::ContactHeader;
use crate::domain::ids::{BatchId, ContactId, CrewId, EmailId, EventId, ItemId};
use crate::emails::EmailRow;
use crate::planner::{CrewRow, EventHeader, TimelineItem};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// The event itself, its run of show, its crew and its last batches.
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
        gone: Vec<Gone>,
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
    Batch(BatchRow),
}

/// A row that a topic does not show any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub id: RowId,
    /// Its revision when it was taken away; it comes back, restored, only with a higher one. `u32::MAX` of a row that is
    /// deleted for good.
    pub revision: u32,
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
    Batch(BatchId),
}

impl Row {
    pub fn id(&self) -> RowId {
        match self {
            Self::Event(row) => RowId::Event(row.id),
            Self::Item(row) => RowId::Item(row.id),
            Self::Crew(row) => RowId::Crew(row.id),
            Self::Contact(row) => RowId::Contact(row.id),
            Self::Email(row) => RowId::Email(row.id),
            Self::Batch(row) => RowId::Batch(row.id),
        }
    }

    /// The row without its kind, for lists that do not know any.
    pub fn erased(self) -> AnyRow {
        match self {
            Self::Event(row) => Arc::new(row),
            Self::Item(row) => Arc::new(row),
            Self::Crew(row) => Arc::new(row),
            Self::Contact(row) => Arc::new(row),
            Self::Email(row) => Arc::new(row),
            Self::Batch(row) => Arc::new(row),
        }
    }
}

impl RowId {
    /// Tells rows of one kind apart.
    pub const fn number(self) -> i64 {
        match self {
            Self::Event(EventId(id))
            | Self::Item(ItemId(id))
            | Self::Crew(CrewId(id))
            | Self::Contact(ContactId(id))
            | Self::Email(EmailId(id))
            | Self::Batch(BatchId(id)) => id,
        }
    }
}
