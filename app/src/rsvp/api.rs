//! Server functions of guests who are asked whether they come. The token is the access.

use leptos::prelude::*;

use super::Invitation;
use crate::domain::rsvp::Rsvp;
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_invitation")]
pub async fn load_invitation(token: String) -> Result<Invitation, AppError> {
    use crate::backend;
    backend::enter_as_guest().rsvp.open(token).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "answer_rsvp")]
pub async fn answer_rsvp(token: String, answer: Rsvp, #[server(default)] note: String) -> Result<(), AppError> {
    use crate::backend;
    backend::enter_as_guest().rsvp.answer(token, answer, note).await.map_err(backend::report)
}
