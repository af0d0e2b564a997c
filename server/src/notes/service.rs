//! What members write and keep. Everything is scoped by the caller's account: another's is `NotFound`.

use app::backend::Caller;
use app::domain::ids::{EventFileId, EventId, IdempotencyKey, NoteId};
use app::error::AppError;
use app::notes::{EventNotes, FileForm, NoteForm, NotesPort};
use async_trait::async_trait;

use super::file_store::{self, StoredFile};
use super::receiving::has_room;
use super::store::{self, StoredNote};
use super::{checked, pages};
use crate::core::Core;
use crate::db::Write;
use crate::emails::row::revision;
use crate::receipts::{Claim, Receipt};
use crate::requests::{event_changed, lock_event};

/// The most notes of one event.
const MAX_NOTES: i64 = 50;

#[derive(Clone)]
pub struct NotesService {
    core: Core,
}

impl NotesService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// Begins to change a note: its event is locked, and it is read after that.
    async fn begin(&self, caller: &Caller, note: NoteId) -> Result<(Write, StoredNote), AppError> {
        let mut write = self.core.db.write().await?;
        let found = store::find(&mut write, caller.account, note).await?.ok_or(AppError::NotFound)?;
        if !lock_event(&mut write, caller.account, EventId(found.event_id)).await? {
            return Err(AppError::NotFound);
        }
        let found = store::find(&mut write, caller.account, note).await?.ok_or(AppError::NotFound)?;
        Ok((write, found))
    }

    /// The same with a file.
    async fn begin_file(&self, caller: &Caller, file: EventFileId) -> Result<(Write, StoredFile), AppError> {
        let mut write = self.core.db.write().await?;
        let found = file_store::find(&mut write, caller.account, file).await?.ok_or(AppError::NotFound)?;
        if !lock_event(&mut write, caller.account, EventId(found.event_id)).await? {
            return Err(AppError::NotFound);
        }
        let found = file_store::find(&mut write, caller.account, file).await?.ok_or(AppError::NotFound)?;
        Ok((write, found))
    }

    /// Deletes or restores. One that is so already stays as it is.
    async fn set_deleted(&self, caller: &Caller, note: NoteId, deleted: bool) -> Result<EventId, AppError> {
        let (mut write, found) = self.begin(caller, note).await?;
        let event = EventId(found.event_id);
        if found.deleted_at.is_some() != deleted {
            if !deleted {
                has_room_for_a_note(store::count(&mut write, event).await?)?;
            }
            store::set_deleted(&mut write, note, deleted.then(|| self.core.clock.now())).await?;
            ends(write, event).await?;
        }
        Ok(event)
    }

    async fn set_file_deleted(&self, caller: &Caller, file: EventFileId, deleted: bool) -> Result<EventId, AppError> {
        let (mut write, found) = self.begin_file(caller, file).await?;
        let event = EventId(found.event_id);
        if found.deleted_at.is_some() != deleted {
            if !deleted {
                has_room(file_store::count(&mut write, event).await?, "file")?;
            }
            file_store::set_deleted(&mut write, file, deleted.then(|| self.core.clock.now())).await?;
            ends(write, event).await?;
        }
        Ok(event)
    }
}

/// Makes it so, and has everybody look who sees the event.
async fn ends(mut write: Write, event: EventId) -> Result<(), AppError> {
    event_changed(&mut write, event).await?;
    write.commit().await?;
    Ok(())
}

fn has_room_for_a_note(there: i64) -> Result<(), AppError> {
    if there < MAX_NOTES {
        return Ok(());
    }
    let message = format!("An event can have {MAX_NOTES} notes, and this one has. Delete one first.");
    Err(AppError::invalid("text", message))
}

#[async_trait]
impl NotesPort for NotesService {
    async fn page(&self, caller: &Caller, event: EventId) -> Result<EventNotes, AppError> {
        pages::page(&self.core, caller, event).await
    }

    async fn create(
        &self,
        caller: &Caller,
        event: EventId,
        form: NoteForm,
        key: Option<IdempotencyKey>,
    ) -> Result<NoteId, AppError> {
        let note = checked::note(&form)?;
        let now = self.core.clock.now();
        let mut write = self.core.db.write().await?;
        if !lock_event(&mut write, caller.account, event).await? {
            return Err(AppError::NotFound);
        }
        let receipt = match key {
            None => None,
            Some(key) => {
                match Receipt::claim(&mut write, caller.account, "create_note", &key, &(event, &note), now).await? {
                    Claim::Made(made) => return Ok(NoteId(made)),
                    Claim::New(receipt) => Some(receipt),
                }
            }
        };
        has_room_for_a_note(store::count(&mut write, event).await?)?;
        let id = store::insert(&mut write, caller.account, event, &note, now).await?;
        if let Some(receipt) = receipt {
            receipt.settle(&mut write, id.0).await?;
        }
        ends(write, event).await?;
        Ok(id)
    }

    async fn save(&self, caller: &Caller, note: NoteId, known: u32, form: NoteForm) -> Result<EventId, AppError> {
        let checked = checked::note(&form)?;
        let (mut write, found) = self.begin(caller, note).await?;
        if found.deleted_at.is_some() {
            return Err(AppError::NotFound);
        }
        let event = EventId(found.event_id);
        // The same form twice is one save.
        if found.form() == checked {
            return Ok(event);
        }
        if revision(found.revision) != known {
            return Err(AppError::Conflict);
        }
        store::update(&mut write, note, &checked).await?;
        ends(write, event).await?;
        Ok(event)
    }

    async fn delete(&self, caller: &Caller, note: NoteId) -> Result<EventId, AppError> {
        self.set_deleted(caller, note, true).await
    }

    async fn restore(&self, caller: &Caller, note: NoteId) -> Result<EventId, AppError> {
        self.set_deleted(caller, note, false).await
    }

    async fn save_file(
        &self,
        caller: &Caller,
        file: EventFileId,
        known: u32,
        form: FileForm,
    ) -> Result<EventId, AppError> {
        let checked = checked::file(&form)?;
        let (mut write, found) = self.begin_file(caller, file).await?;
        if found.deleted_at.is_some() {
            return Err(AppError::NotFound);
        }
        let event = EventId(found.event_id);
        if found.form() == checked {
            return Ok(event);
        }
        if revision(found.revision) != known {
            return Err(AppError::Conflict);
        }
        file_store::update(&mut write, file, &checked).await?;
        ends(write, event).await?;
        Ok(event)
    }

    async fn move_file_up(&self, caller: &Caller, file: EventFileId, known: u32) -> Result<EventId, AppError> {
        let (mut write, found) = self.begin_file(caller, file).await?;
        let event = EventId(found.event_id);
        if found.deleted_at.is_some() || pages::position(found.position) != known {
            return Ok(event);
        }
        let files = file_store::files(&mut write, event).await?;
        let Some(above) = files.iter().take_while(|one| one.id != found.id).last() else { return Ok(event) };
        file_store::set_position(&mut write, above.id, found.position).await?;
        file_store::set_position(&mut write, found.id, above.position).await?;
        ends(write, event).await?;
        Ok(event)
    }

    async fn delete_file(&self, caller: &Caller, file: EventFileId) -> Result<EventId, AppError> {
        self.set_file_deleted(caller, file, true).await
    }

    async fn restore_file(&self, caller: &Caller, file: EventFileId) -> Result<EventId, AppError> {
        self.set_file_deleted(caller, file, false).await
    }
}
