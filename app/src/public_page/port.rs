//! What an event's public page, and the members' page of its link, need from the server. None of it travels.

use async_trait::async_trait;

use crate::backend::Caller;
use crate::domain::ids::{EventId, PublicLinkId};
use crate::domain::time::{Moment, Timestamp};
use crate::error::AppError;
use crate::events::EventStatus;

/// A run of show as anybody may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicShow {
    pub event: String,
    pub status: EventStatus,
    /// "Sat 12 Dec 2026"
    pub date: String,
    pub place: Option<String>,
    /// "12 Rua do Cais, Lisbon"
    pub place_address: Option<String>,
    pub time_zone: String,
    pub items: Vec<PublicItem>,
    pub now: Timestamp,
}

/// What an item says to everybody: neither who is responsible, nor its details, which are written for those who work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicItem {
    pub starts: Moment,
    pub minutes: Option<u32>,
    pub title: String,
    pub location: String,
}

/// An event and its public link, for its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicLink {
    pub event: EventId,
    pub name: String,
    pub live: Option<LiveLink>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveLink {
    pub id: PublicLinkId,
    /// Where it leads; `None` when it was made with another key of the installation, so that it works but cannot be shown.
    pub url: Option<String>,
}

#[async_trait]
pub trait PublicPagePort: Send + Sync {
    /// The run of show behind a public link. Opening is not recorded. Fails with `NotFound` for unknown and revoked tokens alike.
    async fn open(&self, token: String) -> Result<PublicShow, AppError>;

    async fn link(&self, caller: &Caller, event: EventId) -> Result<PublicLink, AppError>;

    /// Makes a link if `replaces` is the one that is live, or there is none and none is named; else somebody was faster, and nothing
    /// changes.
    async fn make(&self, caller: &Caller, event: EventId, replaces: Option<PublicLinkId>) -> Result<(), AppError>;

    async fn revoke(&self, caller: &Caller, event: EventId) -> Result<(), AppError>;
}
