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

/// The most deleted notes and files that a page lists.
const DELETED: usize = 50;

pub async fn page(core: &Core, caller: &Caller, event: EventId) -> Result<EventNotes, AppError> {
    let name = events::name_of(&core.db, caller.account, event).await?.ok_or(AppError::NotFound)?;
    let notes = store::notes(&core.db, event).await?;
    let files = file_store::files(&mut *core.db.reader().await?, event).await?;
    let mut deleted = deleted(core, event).await?;
    let more_deleted = deleted.len() > DELETED;
    deleted.truncate(DELETED);
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
        deleted,
        more_deleted,
    })
}

/// What was deleted lately, the last first: more than a page lists, if there is more.
async fn deleted(core: &Core, event: EventId) -> Result<Vec<DeletedRow>, StoreError> {
    let since = core.clock.now().plus_ms(-KEPT_MS);
    let notes = store::deleted(&core.db, event, since).await?;
    let files = file_store::deleted(&core.db, event, since).await?;
    let notes = notes.into_iter().map(|(id, text, at)| (at, Deleted::Note(NoteId(id)), text));
    let files = files.into_iter().map(|(id, name, at)| (at, Deleted::File(EventFileId(id)), name));
    let mut gone: Vec<_> = notes.chain(files).collect();
    gone.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    Ok(gone.into_iter().map(|(_, what, label)| DeletedRow { what, label }).collect())
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
