//! Server functions of spaces.

use leptos::prelude::*;

use super::{SpaceForm, SpaceFormPage, SpacesPage};
use crate::domain::ids::{IdempotencyKey, SpaceId};
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_spaces")]
pub async fn load_spaces(search: String) -> Result<SpacesPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.spaces.list(&caller, search).await.map_err(backend::report)
}

/// Without a space, the form of a new one.
#[server(protocol = Wire, endpoint = "load_space")]
pub async fn load_space(space: Option<SpaceId>) -> Result<SpaceFormPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.spaces.form(&caller, space).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "create_space")]
pub async fn create_space(
    form: SpaceForm,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<SpaceId, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let created = backend.spaces.create(&caller, form, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::space_saved(created));
    Ok(created)
}

/// `over` is the revision of somebody else's version that is to be replaced knowingly.
#[server(protocol = Wire, endpoint = "save_space")]
pub async fn save_space(
    space: SpaceId,
    revision: u32,
    form: SpaceForm,
    #[server(default)] over: Option<u32>,
) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    backend.spaces.save(&caller, space, over.unwrap_or(revision), form).await.map_err(backend::report)?;
    backend::lead_to(&paths::space_saved(space));
    Ok(())
}

#[server(protocol = Wire, endpoint = "delete_space")]
pub async fn delete_space(space: SpaceId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    backend.spaces.delete(&caller, space).await.map_err(backend::report)?;
    backend::lead_to(paths::DELETED);
    Ok(())
}

#[server(protocol = Wire, endpoint = "restore_space")]
pub async fn restore_space(space: SpaceId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    backend.spaces.restore(&caller, space).await.map_err(backend::report)?;
    backend::lead_to(&paths::space(space));
    Ok(())
}
