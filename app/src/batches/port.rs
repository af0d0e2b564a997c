//! What sending to many needs from the server.

use async_trait::async_trait;

use super::{BatchChoice, BatchList, BatchPage, Choice};
use crate::backend::Caller;
use crate::domain::ids::{BatchId, CrewId, EventId, IdempotencyKey};
use crate::error::AppError;

#[async_trait]
pub trait BatchesPort: Send + Sync {
    /// The people of an event: whom the choice means, and who of them would get no mail, and why. Nothing is written.
    async fn choice(&self, caller: &Caller, event: EventId, choice: Option<Choice>) -> Result<BatchChoice, AppError>;

    /// Begins a batch. Whoever cannot be sent to is left out at once, the others wait until everything can no longer be taken
    /// back; then each is sent to as by a click, or left out if that is refused by then. Refused when nobody would get a
    /// mail. The same form with the same key is one batch.
    async fn start(
        &self,
        caller: &Caller,
        event: EventId,
        choice: Choice,
        key: Option<IdempotencyKey>,
    ) -> Result<BatchId, AppError>;

    /// The last batches of an event, newest first.
    async fn list(&self, caller: &Caller, event: EventId) -> Result<BatchList, AppError>;

    async fn page(&self, caller: &Caller, event: EventId, batch: BatchId) -> Result<BatchPage, AppError>;

    /// Takes back whatever was not sent yet. Refused when all was; once more is the same. Returns the event.
    async fn take_back(&self, caller: &Caller, batch: BatchId) -> Result<EventId, AppError>;

    /// Takes one person back, if nothing was sent to them yet.
    async fn take_back_person(&self, caller: &Caller, batch: BatchId, crew: CrewId) -> Result<EventId, AppError>;
}
