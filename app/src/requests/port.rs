//! What requests need from the server. Files themselves do not pass through here: they are streamed by routes of their own.

use async_trait::async_trait;

use super::{OverviewPage, RequestForm, RequestFormPage, RequestsPage};
use crate::backend::Caller;
use crate::domain::ids::{CrewId, EventId, IdempotencyKey, RequestId, UploadId};
use crate::error::AppError;

#[async_trait]
pub trait RequestsPort: Send + Sync {
    /// What the event asks and what came of it; with a person, what concerns them.
    async fn page(&self, caller: &Caller, event: EventId, crew: Option<CrewId>) -> Result<RequestsPage, AppError>;

    /// A request as a form. `NotFound` when it was deleted.
    async fn form(&self, caller: &Caller, request: RequestId) -> Result<RequestFormPage, AppError>;

    /// What is asked for over all events that are not over.
    async fn overview(&self, caller: &Caller) -> Result<OverviewPage, AppError>;

    /// Asks one person on the event, or everybody. The same form with the same key is one request.
    async fn create(
        &self,
        caller: &Caller,
        event: EventId,
        crew: Option<CrewId>,
        form: RequestForm,
        key: Option<IdempotencyKey>,
    ) -> Result<RequestId, AppError>;

    /// Saves what was typed into version `revision`; `Conflict` when somebody saved another meanwhile. Returns the event.
    async fn save(
        &self,
        caller: &Caller,
        request: RequestId,
        revision: u32,
        form: RequestForm,
    ) -> Result<EventId, AppError>;

    /// Takes a request away, with what was answered. It can be restored for 30 days. Once more is the same. Returns the event.
    async fn delete(&self, caller: &Caller, request: RequestId) -> Result<EventId, AppError>;

    /// Takes a deletion back. Once more is the same. Returns the event.
    async fn restore(&self, caller: &Caller, request: RequestId) -> Result<EventId, AppError>;

    /// Takes the file away that hangs on a request. Once more is the same. Returns the event.
    async fn remove_reference(&self, caller: &Caller, request: RequestId) -> Result<EventId, AppError>;

    /// Says that a file is good. `Conflict` when somebody else reviewed it since `revision` and came to another end.
    async fn approve(&self, caller: &Caller, upload: UploadId, revision: u32) -> Result<(), AppError>;

    /// Turns a file down with a note, and accepts the mail that says so in the same transaction: one for each time that a file comes
    /// to be rejected, none for a repetition. Without an address that mail can be sent to it is turned down all the same.
    async fn reject(&self, caller: &Caller, upload: UploadId, revision: u32, note: String) -> Result<(), AppError>;

    /// Takes a guest's answer in words, or what they chose. The last one counts; an empty one takes it back.
    async fn answer(&self, token: String, request: RequestId, text: String) -> Result<(), AppError>;

    /// Takes a guest's own file back. `Invalid` once it was reviewed.
    async fn withdraw(&self, token: String, upload: UploadId) -> Result<(), AppError>;
}
