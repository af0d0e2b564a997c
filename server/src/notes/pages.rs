//! What members see of an event's notes and files, and what guests do.

use app::backend::Caller;
use app::domain::ids::{EventFileId, EventId, NoteId};
use app::domain::requests::size_in_words;
use app::error::AppError;
use app::notes::{Deleted, DeletedRow, EventNotes, FileRow, GuestFile, GuestNotes, NoteRow};

use super::tidying::KEPT_MS;
use super::{file_store, store};
use crate::core::Core;
use crate::db::{Db, column};
use crate::emails::row::revision;
use crate::error::StoreError;
use crate::events;

pub async fn page(core: &Core, caller: &Caller, event: EventId) -> Result<EventNotes, AppError> {
    let name = events::name_of(&core.db, caller.account, event).await?.ok_or(AppError::NotFound)?;
    let since = core.clock.now().plus_ms(-KEPT_MS);
    let (notes, deleted_notes): (Vec<_>, Vec<_>) =
        store::notes(&core.db, event, since).await?.into_iter().partition(|note| note.deleted_at.is_none());
    let files = file_store::files(&mut *core.db.reader().await?, event, since).await?;
    let (files, deleted_files): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.deleted_at.is_none());
    let mut gone: Vec<_> = deleted_notes
        .into_iter()
        .map(|note| (note.deleted_at, DeletedRow { what: Deleted::Note(NoteId(note.id)), label: note.text }))
        .collect();
    let files_gone = deleted_files
        .into_iter()
        .map(|file| (file.deleted_at, DeletedRow { what: Deleted::File(EventFileId(file.id)), label: file.name }));
    gone.extend(files_gone);
    gone.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(EventNotes {
        event,
        name,
        notes: notes
            .iter()
            .map(|note| NoteRow { id: NoteId(note.id), form: note.form(), revision: revision(note.revision) })
            .collect(),
        files: files
            .iter()
            .map(|file| FileRow {
                id: EventFileId(file.id),
                form: file.form(),
                size: size(file.size),
                position: position(file.position),
                revision: revision(file.revision),
            })
            .collect(),
        deleted: gone.into_iter().map(|(_, row)| row).collect(),
    })
}

/// What everybody on the event may see. The caller has checked the guest's token.
pub async fn of_guest(db: &Db, event: EventId) -> Result<GuestNotes, StoreError> {
    let files = file_store::for_everybody(db, event).await?;
    let file = |(id, name, bytes)| GuestFile { id: EventFileId(id), name, size: size(bytes) };
    Ok(GuestNotes { notes: store::for_everybody(db, event).await?, files: files.into_iter().map(file).collect() })
}

/// A stored position.
pub fn position(stored: i64) -> u32 {
    column::number("position of a file", stored)
}

fn size(bytes: i64) -> String {
    size_in_words(column::number("size of a file", bytes))
}
