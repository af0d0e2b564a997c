//! Server functions of events: the list, the form, and what is made of an event.

use leptos::prelude::*;

use super::{CopyForm, DeletedRow, EventForm, EventFormPage, EventPage, EventQuery, TemplateRow};
use crate::domain::cursor::TimeCursor;
use crate::domain::ids::{EventId, IdempotencyKey};
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_events")]
pub async fn load_events(
    query: EventQuery,
    after: Option<TimeCursor>,
    #[server(default)] deleted: Option<EventId>,
) -> Result<EventPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.events.list(&caller, query, after, deleted).await.map_err(backend::report)
}

/// Without an event, the form of a new one.
#[server(protocol = Wire, endpoint = "load_event_form")]
pub async fn load_event_form(event: Option<EventId>) -> Result<EventFormPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.events.form(&caller, event).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "create_event")]
pub async fn create_event(
    form: EventForm,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<EventId, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let created = backend.events.create(&caller, form, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::planner(created));
    Ok(created)
}

/// `over` is the revision of somebody else's version that is to be replaced knowingly; `restore` takes back a deletion first.
#[server(protocol = Wire, endpoint = "save_event")]
pub async fn save_event(
    event: EventId,
    revision: u32,
    form: EventForm,
    #[server(default)] over: Option<u32>,
    #[server(default)] restore: bool,
) -> Result<(), AppError> {
    use super::SaveEventOptions;
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let options = SaveEventOptions { revision: over.unwrap_or(revision), restore };
    backend.events.save(&caller, event, form, options).await.map_err(backend::report)?;
    backend::lead_to(&paths::planner(event));
    Ok(())
}

/// A new event like this one; from a template, its first event.
#[server(protocol = Wire, endpoint = "copy_event")]
pub async fn copy_event(
    event: EventId,
    form: CopyForm,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<EventId, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let copy = backend.events.copy(&caller, event, form, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::planner(copy));
    Ok(copy)
}

#[server(protocol = Wire, endpoint = "save_template")]
pub async fn save_template(
    event: EventId,
    name: String,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<EventId, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let template = backend.events.save_template(&caller, event, name, key).await.map_err(backend::report)?;
    backend::lead_to(paths::TEMPLATES);
    Ok(template)
}

#[server(protocol = Wire, endpoint = "rename_template")]
pub async fn rename_template(event: EventId, name: String) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    backend.events.rename_template(&caller, event, name).await.map_err(backend::report)?;
    backend::lead_to(paths::TEMPLATES);
    Ok(())
}

#[server(protocol = Wire, endpoint = "load_templates")]
pub async fn load_templates() -> Result<Vec<TemplateRow>, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.events.templates(&caller).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "cancel_event")]
pub async fn cancel_event(event: EventId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    backend.events.cancel(&caller, event).await.map_err(backend::report)?;
    backend::lead_to(&paths::planner(event));
    Ok(())
}

#[server(protocol = Wire, endpoint = "delete_event")]
pub async fn delete_event(event: EventId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    backend.events.delete(&caller, event).await.map_err(backend::report)?;
    backend::lead_to(&paths::event_deleted(event));
    Ok(())
}

#[server(protocol = Wire, endpoint = "restore_event")]
pub async fn restore_event(event: EventId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let is_template = backend.events.restore(&caller, event).await.map_err(backend::report)?;
    backend::lead_to(&if is_template { paths::TEMPLATES.to_owned() } else { paths::planner(event) });
    Ok(())
}

/// Events, templates and spaces that were deleted within 30 days, the last first.
#[server(protocol = Wire, endpoint = "load_deleted")]
pub async fn load_deleted() -> Result<Vec<DeletedRow>, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.events.deleted(&caller).await.map_err(backend::report)
}
