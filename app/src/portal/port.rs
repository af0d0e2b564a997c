//! What a portal needs from the server.

use async_trait::async_trait;

use crate::domain::time::Timestamp;
use crate::error::AppError;
use crate::events::EventStatus;

/// All events of one contact that they hold a live link to. It never travels: the page is made by the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portal {
    /// The contact's own first name.
    pub guest: String,
    /// Those that are not over, the next one first.
    pub upcoming: Vec<PortalEvent>,
    /// Those that are, the last one first.
    pub past: Vec<PortalEvent>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalEvent {
    pub name: String,
    pub status: EventStatus,
    pub starts: Timestamp,
    /// "Sat 12 Dec 2026"
    pub date: String,
    /// "18:00", on the event's clock.
    pub clock: String,
    pub place: Option<String>,
    /// Opens the contact's own page of this event.
    pub token: String,
}

#[async_trait]
pub trait PortalPort: Send + Sync {
    /// The portal behind a token. Opening is not recorded. Fails with `NotFound` when the token is no contact's, or its contact was
    /// deleted.
    async fn open(&self, token: String) -> Result<Portal, AppError>;
}
