//! Server functions of an event's notes and files. All are posted by plain forms; files themselves go to a route of their own.

use leptos::prelude::*;

use super::{FileForm, NoteForm};
use crate::domain::ids::{EventFileId, EventId, IdempotencyKey, NoteId};
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "create_note")]
pub async fn create_note(
    event: EventId,
    form: NoteForm,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<NoteId, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let created = backend.notes.create(&caller, event, form, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::note(event, created));
    Ok(created)
}

/// `over` is the revision of somebody else's version that is to be replaced knowingly.
#[server(protocol = Wire, endpoint = "save_note")]
pub async fn save_note(
    note: NoteId,
    revision: u32,
    form: NoteForm,
    #[server(default)] over: Option<u32>,
) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.notes.save(&caller, note, over.unwrap_or(revision), form).await.map_err(backend::report)?;
    backend::lead_to(&paths::note(event, note));
    Ok(())
}

#[server(protocol = Wire, endpoint = "delete_note")]
pub async fn delete_note(note: NoteId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.notes.delete(&caller, note).await.map_err(backend::report)?;
    backend::lead_to(&paths::removed_from_notes(event, &format!("note-{note}")));
    Ok(())
}

#[server(protocol = Wire, endpoint = "restore_note")]
pub async fn restore_note(note: NoteId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.notes.restore(&caller, note).await.map_err(backend::report)?;
    backend::lead_to(&paths::note(event, note));
    Ok(())
}

/// What a file is called, and who may fetch it. `over` as for notes.
#[server(protocol = Wire, endpoint = "save_event_file")]
pub async fn save_event_file(
    file: EventFileId,
    revision: u32,
    form: FileForm,
    #[server(default)] over: Option<u32>,
) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let saved = backend.notes.save_file(&caller, file, over.unwrap_or(revision), form).await;
    backend::lead_to(&paths::notes_files(saved.map_err(backend::report)?));
    Ok(())
}

/// Puts a file before the one that stands above it. `position` is where it stood, so that the same form twice is one move.
#[server(protocol = Wire, endpoint = "move_event_file")]
pub async fn move_event_file(file: EventFileId, position: u32) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.notes.move_file_up(&caller, file, position).await.map_err(backend::report)?;
    backend::lead_to(&paths::notes_files(event));
    Ok(())
}

#[server(protocol = Wire, endpoint = "delete_event_file")]
pub async fn delete_event_file(file: EventFileId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.notes.delete_file(&caller, file).await.map_err(backend::report)?;
    backend::lead_to(&paths::removed_from_notes(event, &format!("file-{file}")));
    Ok(())
}

#[server(protocol = Wire, endpoint = "restore_event_file")]
pub async fn restore_event_file(file: EventFileId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.notes.restore_file(&caller, file).await.map_err(backend::report)?;
    backend::lead_to(&paths::notes_files(event));
    Ok(())
}
