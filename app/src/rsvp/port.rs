//! What asking guests needs from the server.

use async_trait::async_trait;

use super::Invitation;
use crate::domain::rsvp::Rsvp;
use crate::error::AppError;

#[async_trait]
pub trait RsvpPort: Send + Sync {
    /// The question behind the token of an RSVP link. Unknown and revoked tokens both give `NotFound`, and so does a token of
    /// another kind of link. Opening answers nothing and is not recorded.
    async fn open(&self, token: String) -> Result<Invitation, AppError>;

    /// Takes an answer by any live link of the person. The same answer again is none; another one replaces it. `Invalid` while the
    /// event collects no answers.
    async fn answer(&self, token: String, answer: Rsvp, note: String) -> Result<(), AppError>;
}
