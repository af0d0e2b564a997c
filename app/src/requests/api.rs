//! Server functions of requests: what members ask and review, and what guests answer. A guest's token is their access.

use leptos::prelude::*;

use super::{OverviewPage, RequestForm, RequestFormPage, RequestsPage};
use crate::domain::ids::{CrewId, EventId, IdempotencyKey, RequestId, UploadId};
use crate::error::AppError;
use crate::wire::Wire;

/// Without a person, all that the event asks; with one, what it asks of them.
#[server(protocol = Wire, endpoint = "load_requests")]
pub async fn load_requests(event: EventId, crew: Option<CrewId>) -> Result<RequestsPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.requests.page(&caller, event, crew).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "load_request")]
pub async fn load_request(request: RequestId) -> Result<RequestFormPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.requests.form(&caller, request).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "load_request_overview")]
pub async fn load_request_overview() -> Result<OverviewPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.requests.overview(&caller).await.map_err(backend::report)
}

/// Without a person, everybody on the event is asked.
#[server(protocol = Wire, endpoint = "create_request")]
pub async fn create_request(
    event: EventId,
    #[server(default)] crew: Option<CrewId>,
    form: RequestForm,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<RequestId, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let created = backend.requests.create(&caller, event, crew, form, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::requests_at(event, crew, created));
    Ok(created)
}

/// `over` is the revision of somebody else's version that is to be replaced knowingly.
#[server(protocol = Wire, endpoint = "save_request")]
pub async fn save_request(
    request: RequestId,
    revision: u32,
    form: RequestForm,
    #[server(default)] over: Option<u32>,
) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event =
        backend.requests.save(&caller, request, over.unwrap_or(revision), form).await.map_err(backend::report)?;
    backend::lead_to(&paths::requests_at(event, None, request));
    Ok(())
}

#[server(protocol = Wire, endpoint = "delete_request")]
pub async fn delete_request(request: RequestId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.requests.delete(&caller, request).await.map_err(backend::report)?;
    backend::lead_to(&paths::request_deleted(event, request));
    Ok(())
}

#[server(protocol = Wire, endpoint = "restore_request")]
pub async fn restore_request(request: RequestId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.requests.restore(&caller, request).await.map_err(backend::report)?;
    backend::lead_to(&paths::requests_at(event, None, request));
    Ok(())
}

/// Takes the file away that hangs on a request.
#[server(protocol = Wire, endpoint = "remove_reference")]
pub async fn remove_reference(request: RequestId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.requests.remove_reference(&caller, request).await.map_err(backend::report)?;
    backend::lead_to(&paths::request(event, request));
    Ok(())
}

#[server(protocol = Wire, endpoint = "approve_upload")]
pub async fn approve_upload(upload: UploadId, revision: u32) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.requests.approve(&caller, upload, revision).await.map_err(backend::report)
}

/// Turns a file down, and tells its sender by mail if they have an address that mail can be sent to.
#[server(protocol = Wire, endpoint = "reject_upload")]
pub async fn reject_upload(upload: UploadId, revision: u32, #[server(default)] note: String) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.requests.reject(&caller, upload, revision, note).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "answer_request")]
pub async fn answer_request(
    token: String,
    request: RequestId,
    #[server(default)] text: String,
) -> Result<(), AppError> {
    use crate::backend;
    backend::enter_as_guest().requests.answer(token, request, text).await.map_err(backend::report)
}

/// Takes a file back that nobody has looked at yet.
#[server(protocol = Wire, endpoint = "withdraw_upload")]
pub async fn withdraw_upload(token: String, upload: UploadId) -> Result<(), AppError> {
    use crate::backend;
    backend::enter_as_guest().requests.withdraw(token, upload).await.map_err(backend::report)
}
