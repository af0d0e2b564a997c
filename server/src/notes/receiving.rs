//! Takes in one file of a member's for an event, piece by piece, as a guest's is taken in.

use app::backend::Caller;
use app::domain::ids::{EventFileId, EventId};
use app::error::AppError;
use app::notes::Audience;
use axum::body::Bytes;
use futures_util::Stream;

use super::file_store::{self, NewFile};
use crate::core::Core;
use crate::file_store::FileStore;
use crate::requests::{Checked, FIELD, Inspector, event_changed, keep, kind_of_name, lock_event};

/// The most files of one event.
const MAX_FILES: i64 = 50;

/// Takes in a file. Fails with a sentence for whoever adds it, and keeps nothing then; `Unavailable` when it is we who cannot.
pub async fn receive<E>(
    core: &Core,
    caller: &Caller,
    event: EventId,
    audience: Audience,
    name: &str,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<EventFileId, AppError> {
    let kind = kind_of_name(name)?;
    let object_key = FileStore::new_key();
    let new = NewFile { name, media_type: kind.media_type(), object_key: &object_key, audience };
    let file = begin(core, caller, event, &new).await?;
    let kept = match keep(core, &object_key, Inspector::of(kind), bytes).await {
        Ok(checked) => finish(core, caller, event, file, checked).await,
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        discard(core, file, &object_key).await;
        return Err(error);
    }
    Ok(file)
}

async fn begin(core: &Core, caller: &Caller, event: EventId, file: &NewFile<'_>) -> Result<EventFileId, AppError> {
    let mut write = core.db.write().await?;
    if !lock_event(&mut write, caller.account, event).await? {
        return Err(AppError::NotFound);
    }
    has_room(file_store::count(&mut write, event).await?, FIELD)?;
    let file = file_store::insert(&mut write, caller.account, event, file, core.clock.now()).await?;
    write.commit().await?;
    Ok(file)
}

/// Fails, at the field, when an event that has so many files can have no more.
pub fn has_room(there: i64, field: &str) -> Result<(), AppError> {
    if there < MAX_FILES {
        return Ok(());
    }
    let message = format!("An event can have {MAX_FILES} files, and this one has. Delete one first.");
    Err(AppError::invalid(field, message))
}

/// The event may have been deleted while the file was on its way, or others came before it.
async fn finish(
    core: &Core,
    caller: &Caller,
    event: EventId,
    file: EventFileId,
    checked: Checked,
) -> Result<(), AppError> {
    let mut write = core.db.write().await?;
    if !lock_event(&mut write, caller.account, event).await? {
        return Err(AppError::NotFound);
    }
    has_room(file_store::count(&mut write, event).await?, FIELD)?;
    if !file_store::set_stored(&mut write, file, checked.size, core.clock.now()).await? {
        return Err(AppError::invalid(FIELD, "The file took too long to arrive. Add it again."));
    }
    event_changed(&mut write, event).await?;
    write.commit().await?;
    Ok(())
}

/// Deletes what is there of a file that is not kept. Its row goes last: as long as it is there, the file is not forgotten.
async fn discard(core: &Core, file: EventFileId, object_key: &str) {
    if let Err(error) = core.files.delete(object_key).await {
        tracing::warn!(%error, "What is left of a file stays until the next hour.");
    } else if let Err(error) = file_store::forget(&core.db, file.0).await {
        tracing::warn!(%error, "What is left of a file stays until the next hour.");
    }
}
