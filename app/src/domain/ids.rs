//! Identities as types, so that a contact's id can never be passed for an event's.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    )+};
}

id! {
    /// The tenant: a venue or an agency. Everything below belongs to exactly one.
    AccountId,
    /// A person with a login.
    MemberId,
    /// A person or business in an account's address book.
    ContactId,
    /// The party: a wedding, a conference.
    EventId,
    /// Where events are held: a hall, a garden.
    SpaceId,
    /// A line of an event's run of show.
    ItemId,
    /// A contact on an event.
    CrewId,
    /// A share link of one crew row.
    LinkId,
    /// A note of an event.
    NoteId,
    /// A file of an event.
    EventFileId,
    /// A link by which anybody may read an event.
    PublicLinkId,
    /// One tracked email.
    EmailId,
    /// One thing that somebody did to a run of show.
    EditId,
    /// What an edit made of one field of one item.
    ItemChangeId,
    /// Something that people on an event are asked for.
    RequestId,
    /// A file that somebody sent when they were asked for one.
    UploadId,
    /// One of an account's own mails, which is not tracked.
    SystemMailId,
    /// Mails sent to many people of an event at once.
    BatchId,
}

/// An idempotency key, generated once for each click: two requests with the same key are one send.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotencyKey(pub String);

impl IdempotencyKey {
    /// Longer keys are refused: they are stored and indexed.
    pub const MAX_LEN: usize = 64;

    pub fn is_well_formed(&self) -> bool {
        !self.0.is_empty()
            && self.0.len() <= Self::MAX_LEN
            && self.0.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}
