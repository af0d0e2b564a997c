//! Server functions for putting people on an event.

use leptos::prelude::*;

use super::PeoplePage;
use crate::domain::ids::{ContactId, CrewId, EventId, IdempotencyKey};
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_people")]
pub async fn load_people(event: EventId, search: String) -> Result<PeoplePage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.people.page(&caller, event, search).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "add_person")]
pub async fn add_person(event: EventId, contact: ContactId) -> Result<CrewId, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.people.add(&caller, event, contact).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "add_new_person")]
pub async fn add_new_person(
    event: EventId,
    first_name: String,
    #[server(default)] last_name: String,
    #[server(default)] email: String,
    #[server(default)] role: String,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<CrewId, AppError> {
    use crate::backend;
    use crate::contacts::ContactForm;
    let (caller, backend) = backend::enter().await?;
    let form = ContactForm { first_name, last_name, role, email, ..ContactForm::default() };
    backend.people.add_new(&caller, event, form, key).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "add_people")]
pub async fn add_people(
    event: EventId,
    lines: String,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<u32, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.people.add_lines(&caller, event, lines, key).await.map_err(backend::report)
}
