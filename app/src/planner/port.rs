//! What the planner needs from the server.

use async_trait::async_trait;

use super::{CrewRow, PlannerPage};
use crate::backend::Caller;
use crate::domain::ids::{CrewId, EventId, IdempotencyKey};
use crate::error::AppError;

#[async_trait]
pub trait PlannerPort: Send + Sync {
    async fn page(&self, caller: &Caller, event: EventId) -> Result<PlannerPage, AppError>;

    /// The live link of a crew row, made now if there is none.
    async fn generate_link(&self, caller: &Caller, crew: CrewId) -> Result<CrewRow, AppError>;

    /// Ends the live link for ever. Guests who hold it are cut off at once.
    async fn revoke_link(&self, caller: &Caller, crew: CrewId) -> Result<CrewRow, AppError>;

    /// Accepts a share-link email for sending to the address as typed, making a link if there is none. One
    /// transaction writes the email and its outbox job, or nothing. The contact is not changed.
    async fn email_link(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError>;

    /// Saves a corrected address on the contact, then does as `email_link`. Nothing is saved if the send is refused.
    async fn correct_address(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError>;
}
