//! What the planner needs from the server.

use async_trait::async_trait;

use super::{CrewRow, LinkKind, PlannerPage};
use crate::backend::Caller;
use crate::domain::ids::{CrewId, EventId, IdempotencyKey};
use crate::domain::rsvp::Rsvp;
use crate::error::AppError;

#[async_trait]
pub trait PlannerPort: Send + Sync {
    async fn page(&self, caller: &Caller, event: EventId) -> Result<PlannerPage, AppError>;

    /// The live link of a kind of a crew row, made now if there is none.
    async fn generate_link(&self, caller: &Caller, crew: CrewId, kind: LinkKind) -> Result<CrewRow, AppError>;

    /// Ends the live link of a kind for ever. Guests who hold it are cut off at once.
    async fn revoke_link(&self, caller: &Caller, crew: CrewId, kind: LinkKind) -> Result<CrewRow, AppError>;

    /// Accepts a share-link email for sending to the address as typed, making a link if there is none. One
    /// transaction writes the email and its outbox job, or nothing. The contact is not changed.
    async fn email_link(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError>;

    /// As `email_link`, with an RSVP invite, which asks for an answer and shows no run of show. Refused while the event collects
    /// no RSVPs.
    async fn send_invite(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError>;

    /// Sets what the person answered, for them.
    async fn set_rsvp(&self, caller: &Caller, crew: CrewId, rsvp: Rsvp) -> Result<CrewRow, AppError>;

    /// Says what the person does on the event.
    async fn set_role(&self, caller: &Caller, crew: CrewId, role: String) -> Result<CrewRow, AppError>;

    /// Takes the person off the event; their links end at once. They can be brought back for 30 days. Once more is the same.
    async fn remove(&self, caller: &Caller, crew: CrewId) -> Result<(), AppError>;

    /// Brings back a person who was taken off, with role, answer and history. Their links stay dead. Once more is the same.
    async fn restore(&self, caller: &Caller, crew: CrewId) -> Result<CrewRow, AppError>;

    /// Saves a corrected address on the contact, then sends the kind of mail that the row's newest invite is, else the share
    /// link. Nothing is saved if the send is refused.
    async fn correct_address(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError>;
}
