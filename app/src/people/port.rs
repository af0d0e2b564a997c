//! What putting people on an event needs from the server.

use async_trait::async_trait;

use super::PeoplePage;
use crate::backend::Caller;
use crate::contacts::ContactForm;
use crate::domain::ids::{ContactId, CrewId, EventId, IdempotencyKey};
use crate::error::AppError;

#[async_trait]
pub trait PeoplePort: Send + Sync {
    /// The people of an event, and the contacts that a search finds.
    async fn page(&self, caller: &Caller, event: EventId, search: String) -> Result<PeoplePage, AppError>;

    /// Puts a contact on the event, where they are once however often that is asked. Whoever was on it before comes back with
    /// role, answer and history, but without the old links.
    async fn add(&self, caller: &Caller, event: EventId, contact: ContactId) -> Result<CrewId, AppError>;

    /// Makes a contact and puts them on the event; both, or neither. The same form with the same key is one person.
    async fn add_new(
        &self,
        caller: &Caller,
        event: EventId,
        form: ContactForm,
        key: Option<IdempotencyKey>,
    ) -> Result<CrewId, AppError>;

    /// Puts everybody of some lines "Name <address>" on the event, as contacts that are known by their address or new ones; all of
    /// them, or nobody and `Invalid`, which names each line that was not understood. Returns how many lines there were.
    async fn add_lines(
        &self,
        caller: &Caller,
        event: EventId,
        lines: String,
        key: Option<IdempotencyKey>,
    ) -> Result<u32, AppError>;
}
