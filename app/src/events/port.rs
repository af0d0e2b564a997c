//! What the screens of events need from the server.

use async_trait::async_trait;

use super::{CopyForm, DeletedRow, EventForm, EventFormPage, EventPage, EventQuery, TemplateRow};
use crate::backend::Caller;
use crate::domain::cursor::TimeCursor;
use crate::domain::ids::{EventId, IdempotencyKey};
use crate::error::AppError;

/// How a form is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaveEventOptions {
    /// The version that it replaces. Of any other it is a conflict.
    pub revision: u32,
    /// Whether a deletion is taken back first.
    pub restore: bool,
}

#[async_trait]
pub trait EventsPort: Send + Sync {
    /// Upcoming events, soonest first; with `old`, the past ones, newest first. An event is old the day after it ends. Says
    /// too of `deleted` whether it was, a moment ago.
    async fn list(
        &self,
        caller: &Caller,
        query: EventQuery,
        after: Option<TimeCursor>,
        deleted: Option<EventId>,
    ) -> Result<EventPage, AppError>;

    async fn form(&self, caller: &Caller, event: Option<EventId>) -> Result<EventFormPage, AppError>;

    /// The same form with the same key is one event, however often it comes.
    async fn create(&self, caller: &Caller, form: EventForm, key: Option<IdempotencyKey>) -> Result<EventId, AppError>;

    /// Saves what was typed if nobody saved anything else since; else `Conflict`.
    async fn save(
        &self,
        caller: &Caller,
        event: EventId,
        form: EventForm,
        options: SaveEventOptions,
    ) -> Result<(), AppError>;

    /// Another event with the same run of show and people, moved by whole days. No link, no mail and no answer is copied.
    async fn copy(
        &self,
        caller: &Caller,
        event: EventId,
        form: CopyForm,
        key: Option<IdempotencyKey>,
    ) -> Result<EventId, AppError>;

    /// The event without its date, status and people, to start others from.
    async fn save_template(
        &self,
        caller: &Caller,
        event: EventId,
        name: String,
        key: Option<IdempotencyKey>,
    ) -> Result<EventId, AppError>;

    async fn rename_template(&self, caller: &Caller, event: EventId, name: String) -> Result<(), AppError>;

    async fn templates(&self, caller: &Caller) -> Result<Vec<TemplateRow>, AppError>;

    async fn cancel(&self, caller: &Caller, event: EventId) -> Result<(), AppError>;

    /// It can be restored for 30 days. Its guests' links open nothing meanwhile, and no mail is sent for it.
    async fn delete(&self, caller: &Caller, event: EventId) -> Result<(), AppError>;

    /// Returns whether it is a template.
    async fn restore(&self, caller: &Caller, event: EventId) -> Result<bool, AppError>;

    async fn deleted(&self, caller: &Caller) -> Result<Vec<DeletedRow>, AppError>;
}
