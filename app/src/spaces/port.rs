//! What the screens of spaces need from the server.

use async_trait::async_trait;

use super::{SpaceForm, SpaceFormPage, SpacesPage};
use crate::backend::Caller;
use crate::domain::ids::{IdempotencyKey, SpaceId};
use crate::error::AppError;

#[async_trait]
pub trait SpacesPort: Send + Sync {
    /// Spaces by name; with a search, those of which every word begins a word of name or address.
    async fn list(&self, caller: &Caller, search: String) -> Result<SpacesPage, AppError>;

    async fn form(&self, caller: &Caller, space: Option<SpaceId>) -> Result<SpaceFormPage, AppError>;

    /// The same form with the same key is one space, however often it comes.
    async fn create(&self, caller: &Caller, form: SpaceForm, key: Option<IdempotencyKey>) -> Result<SpaceId, AppError>;

    /// Saves what was typed if nobody saved anything else since `revision`; else `Conflict`.
    async fn save(&self, caller: &Caller, space: SpaceId, revision: u32, form: SpaceForm) -> Result<(), AppError>;

    /// Its events go on without it; restored, it is theirs again.
    async fn delete(&self, caller: &Caller, space: SpaceId) -> Result<(), AppError>;

    async fn restore(&self, caller: &Caller, space: SpaceId) -> Result<(), AppError>;
}
