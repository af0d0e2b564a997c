//! The file that hangs on a request, for people to look at before they answer: a member sends it, whoever is asked gets it. One at a
//! time: a file takes the place of the link, and of the file before it.

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId, RequestId};
use app::error::AppError;
use axum::body::Bytes;
use futures_util::Stream;

use super::file_type::{Checked, Inspector, kind_of_name};
use super::receiving::keep;
use super::reference_store::KeptFile;
use super::{reference_store, store};
use crate::core::Core;
use crate::db::Write;
use crate::error::StoreError;
use crate::file_store::FileStore;
use crate::secret::token_hash;

/// Locks the event of a request of the account that is there, and returns it with who is asked, unless everybody is.
async fn lock(write: &mut Write, caller: &Caller, request: RequestId) -> Result<(EventId, Option<CrewId>), AppError> {
    let found = store::find(write, caller.account, request).await?.ok_or(AppError::NotFound)?;
    let event = EventId(found.event_id);
    if !store::lock_event(write, caller.account, event).await? {
        return Err(AppError::NotFound);
    }
    // Read after the lock.
    let found = store::find(write, caller.account, request).await?;
    let found = found.filter(|found| found.deleted_at.is_none()).ok_or(AppError::NotFound)?;
    Ok((event, found.crew_id.map(CrewId)))
}

/// Takes in a file for a request. Fails with a sentence for the member, and keeps nothing then; `Unavailable` when it is the store that
/// cannot.
pub async fn receive_reference<E>(
    core: &Core,
    caller: &Caller,
    request: RequestId,
    name: &str,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<(), AppError> {
    let kind = kind_of_name(name)?;
    let object_key = FileStore::new_key();
    let mut write = core.db.write().await?;
    lock(&mut write, caller, request).await?;
    let file = (name, kind.media_type());
    let id = reference_store::insert(&mut write, caller.account, request, file, &object_key, core.clock.now()).await?;
    write.commit().await?;
    let kept = match keep(core, &object_key, Inspector::of(kind), bytes).await {
        Ok(checked) => finish(core, caller, request, id, checked).await,
        Err(error) => Err(error),
    };
    if kept.is_err() {
        discard(core, id, &object_key).await;
    }
    kept
}

/// The request may have been deleted while the file was on its way.
async fn finish(core: &Core, caller: &Caller, request: RequestId, id: i64, checked: Checked) -> Result<(), AppError> {
    let mut write = core.db.write().await?;
    let (event, crew) = lock(&mut write, caller, request).await?;
    reference_store::detach(&mut write, request).await?;
    if !reference_store::set_stored(&mut write, id, request, checked.size, core.clock.now()).await? {
        return Err(AppError::invalid("file", "The file took too long to arrive. Send it again."));
    }
    store::take_link_away(&mut write, request).await?;
    store::asked_changed(&mut write, event, crew).await?;
    write.commit().await?;
    Ok(())
}

/// Deletes what is there of a file that is not kept.
async fn discard(core: &Core, id: i64, object_key: &str) {
    let discard = async {
        core.files.delete(object_key).await.map_err(|error| error.to_string())?;
        reference_store::forget(&core.db, id).await.map_err(|error| error.to_string())
    };
    if let Err(error) = discard.await {
        tracing::warn!(%error, "What is left of a file stays until the next hour.");
    }
}

/// Takes the file away. The next round of `tidying` deletes it.
pub async fn remove(core: &Core, caller: &Caller, request: RequestId) -> Result<EventId, AppError> {
    let mut write = core.db.write().await?;
    let (event, crew) = lock(&mut write, caller, request).await?;
    if reference_store::detach(&mut write, request).await? {
        store::take_link_away(&mut write, request).await?;
        store::asked_changed(&mut write, event, crew).await?;
        write.commit().await?;
    }
    Ok(event)
}

/// The file, for a member: its name, its kind, and where it is kept.
pub async fn reference_of_member(
    core: &Core,
    caller: &Caller,
    request: RequestId,
) -> Result<Option<KeptFile>, StoreError> {
    reference_store::of_member(&core.db, caller.account, request).await
}

/// The same, for whoever is asked and holds a link that is not revoked.
pub async fn reference_of_guest(core: &Core, token: &str, request: RequestId) -> Result<Option<KeptFile>, StoreError> {
    let guest = store::guest(&mut *core.db.reader().await?, &token_hash(token)).await?;
    let Some(guest) = guest else { return Ok(None) };
    reference_store::of_guest(&core.db, &guest, request).await
}
