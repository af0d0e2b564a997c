//! Server functions of the address book.

use leptos::prelude::*;

use super::{ContactDetails, ContactEvent, ContactForm, ContactHeader, ContactPage};
use crate::domain::cursor::NameCursor;
use crate::domain::ids::{ContactId, IdempotencyKey};
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_contacts")]
pub async fn load_contacts(search: String, after: Option<NameCursor>) -> Result<ContactPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.contacts.list(&caller, search, after).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "load_contact_header")]
pub async fn load_contact_header(contact: ContactId) -> Result<ContactHeader, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.contacts.header(&caller, contact).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "load_contact_details")]
pub async fn load_contact_details(contact: ContactId) -> Result<ContactDetails, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.contacts.details(&caller, contact).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "load_contact_events")]
pub async fn load_contact_events(contact: ContactId) -> Result<Vec<ContactEvent>, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.contacts.events(&caller, contact).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "create_contact")]
pub async fn create_contact(
    form: ContactForm,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<ContactId, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let created = backend.contacts.create(&caller, form, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::contact_saved(created));
    Ok(created)
}

#[server(protocol = Wire, endpoint = "save_contact")]
pub async fn save_contact(contact: ContactId, revision: u32, form: ContactForm) -> Result<ContactDetails, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let saved = backend.contacts.save(&caller, contact, revision, form).await.map_err(backend::report)?;
    backend::lead_to(&paths::contact_saved(contact));
    Ok(saved)
}
