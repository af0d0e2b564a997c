//! What travels over `/live`: binary frames in the encoding of [`crate::wire`], one message a frame.
//!
//! A subscription is answered with a snapshot; after it come deltas. Each carries a revision and the higher one wins, so
//! a delta that overtakes the snapshot does no harm. Members only: nothing here is ever sent to a guest.

use serde::{Deserialize, Serialize};

use crate::contacts::ContactSnapshot;
use crate::domain::ids::{ContactId, EventId};
use crate::emails::{EmailChange, EmailRow};
use crate::planner::{AddressChange, CrewRow, LinkChange};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Event(EventId),
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
    EventSnapshot(EventSnapshot),
    ContactSnapshot(ContactSnapshot),
    /// A new tracked email exists.
    EmailAdded(EmailRow),
    EmailChanged(EmailChange),
    LinkChanged(LinkChange),
    AddressChanged(AddressChange),
    /// Not yours, or gone: the tab stops asking.
    Refused {
        topic: Topic,
    },
    Pong,
}

/// Everything of an event that changes live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSnapshot {
    pub event: EventId,
    pub crew: Vec<CrewRow>,
}
