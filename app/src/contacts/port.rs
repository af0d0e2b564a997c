//! What the address book needs from the server.

use async_trait::async_trait;

use super::{ContactDetails, ContactEvent, ContactForm, ContactHeader, ContactPage};
use crate::backend::Caller;
use crate::domain::cursor::NameCursor;
use crate::domain::ids::{ContactId, IdempotencyKey};
use crate::error::AppError;

#[async_trait]
pub trait ContactsPort: Send + Sync {
    /// Contacts by name; with a search, those of whom every word begins a word of name, organisation or address.
    async fn list(&self, caller: &Caller, search: String, after: Option<NameCursor>) -> Result<ContactPage, AppError>;

    async fn header(&self, caller: &Caller, contact: ContactId) -> Result<ContactHeader, AppError>;

    async fn details(&self, caller: &Caller, contact: ContactId) -> Result<ContactDetails, AppError>;

    /// Every event the contact is on, newest first.
    async fn events(&self, caller: &Caller, contact: ContactId) -> Result<Vec<ContactEvent>, AppError>;

    /// The same form with the same key is one contact, however often it comes.
    async fn create(
        &self,
        caller: &Caller,
        form: ContactForm,
        key: Option<IdempotencyKey>,
    ) -> Result<ContactId, AppError>;

    /// Saves what was typed if nobody saved anything else since `revision`; else `Conflict`. Saving a corrected address is all it
    /// takes to send again.
    async fn save(
        &self,
        caller: &Caller,
        contact: ContactId,
        revision: u32,
        form: ContactForm,
    ) -> Result<ContactDetails, AppError>;
}
