//! What the pages of notes and files need from the server. What members see never travels: the page is made by the server.

use async_trait::async_trait;

use super::{FileForm, NoteForm};
use crate::backend::Caller;
use crate::domain::ids::{EventFileId, EventId, IdempotencyKey, NoteId};
use crate::error::AppError;

/// All notes and files of an event, for its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventNotes {
    pub event: EventId,
    /// The event's.
    pub name: String,
    /// In the order in which they were written.
    pub notes: Vec<NoteRow>,
    /// In the order in which guests see them.
    pub files: Vec<FileRow>,
    /// What was deleted and can be restored, the last first; of very much only the newest part.
    pub deleted: Vec<DeletedRow>,
    /// Whether more than those was deleted.
    pub more_deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRow {
    pub id: NoteId,
    pub form: NoteForm,
    /// What a save is made against.
    pub revision: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    pub id: EventFileId,
    pub form: FileForm,
    /// "1.4 MB"
    pub size: String,
    /// Where it stands; the numbers rise, with gaps.
    pub position: u32,
    /// What a save is made against.
    pub revision: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedRow {
    pub what: Deleted,
    /// The beginning of a note, or a file's name.
    pub label: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    Note(NoteId),
    File(EventFileId),
}

/// Each answers with the event, for the page to return to. What is not the caller's account's is `NotFound`.
#[async_trait]
pub trait NotesPort: Send + Sync {
    async fn page(&self, caller: &Caller, event: EventId) -> Result<EventNotes, AppError>;

    async fn create(
        &self,
        caller: &Caller,
        event: EventId,
        form: NoteForm,
        key: Option<IdempotencyKey>,
    ) -> Result<NoteId, AppError>;

    /// Fails with `Conflict` when `revision` is not the stored one.
    async fn save(&self, caller: &Caller, note: NoteId, revision: u32, form: NoteForm) -> Result<EventId, AppError>;

    async fn delete(&self, caller: &Caller, note: NoteId) -> Result<EventId, AppError>;

    async fn restore(&self, caller: &Caller, note: NoteId) -> Result<EventId, AppError>;

    /// Changes the name and the readers of a file. Fails with `Conflict` when `revision` is not the stored one.
    async fn save_file(
        &self,
        caller: &Caller,
        file: EventFileId,
        revision: u32,
        form: FileForm,
    ) -> Result<EventId, AppError>;

    /// Puts a file before the one that stands above it, if it stands at `position` still; else it was moved already.
    async fn move_file_up(&self, caller: &Caller, file: EventFileId, position: u32) -> Result<EventId, AppError>;

    async fn delete_file(&self, caller: &Caller, file: EventFileId) -> Result<EventId, AppError>;

    async fn restore_file(&self, caller: &Caller, file: EventFileId) -> Result<EventId, AppError>;
}
