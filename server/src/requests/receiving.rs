//! Takes in one file of a guest's, piece by piece. Its row is there before its first byte and counts only once the file is whole;
//! whatever happens in between, what is left is deleted, at once or by the next round of `tidying`.

use app::domain::ids::{CrewId, RequestId, UploadId};
use app::domain::requests::{MAX_FILES, RequestKind};
use app::error::AppError;
use axum::body::Bytes;
use futures_util::{Stream, StreamExt};

use super::file_type::{Checked, FileRefusal, Inspector, kind_of_name};
use super::{guests, store, upload_store};
use crate::core::Core;
use crate::db::Write;
use crate::file_store::{FileStore, FileStoreError, NewFile};

/// The field of the form that files are sent by.
pub const FIELD: &str = "files";

impl From<FileRefusal> for AppError {
    fn from(refusal: FileRefusal) -> Self {
        Self::invalid(FIELD, refusal.to_string())
    }
}

/// The store is full or away.
fn unavailable(error: &FileStoreError) -> AppError {
    tracing::warn!(%error, "A file could not be stored.");
    AppError::Unavailable
}

/// Takes in a file that the holder of `token` sends for a request. Fails with a sentence for them, and keeps nothing then; `Unavailable`
/// when it is we who cannot.
pub async fn receive<E>(
    core: &Core,
    token: &str,
    request: RequestId,
    name: &str,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<(), AppError> {
    let kind = kind_of_name(name)?;
    let object_key = FileStore::new_key();
    let upload = begin(core, token, request, (name, kind.media_type()), &object_key).await?;
    let kept = match keep(core, &object_key, Inspector::of(kind), bytes).await {
        Ok(checked) => finish(core, token, request, upload, checked).await,
        Err(error) => Err(error),
    };
    if kept.is_err() {
        discard(core, upload, &object_key).await;
    }
    kept
}

async fn begin(
    core: &Core,
    token: &str,
    request: RequestId,
    file: (&str, &str),
    object_key: &str,
) -> Result<UploadId, AppError> {
    let mut write = core.db.write().await?;
    let (guest, _) = guests::begin(&mut write, token, request, &[RequestKind::File], FIELD).await?;
    check_room(&mut write, request, guest.crew).await?;
    let upload = upload_store::insert_upload(&mut write, &guest, request, file, object_key, core.clock.now()).await?;
    write.commit().await?;
    Ok(upload)
}

/// Fails when a person has sent as many files for a request as fit.
async fn check_room(write: &mut Write, request: RequestId, crew: CrewId) -> Result<(), AppError> {
    if upload_store::count_files(write, request, crew).await? < MAX_FILES {
        return Ok(());
    }
    let message = format!(
        "There are {MAX_FILES} files here already, and no more fit. Delete one that nobody has looked at yet, or write to whoever asked you."
    );
    Err(AppError::invalid(FIELD, message))
}

/// Keeps a file under a new key, and looks at it as it passes. What it leaves when it fails is the caller's to delete.
pub async fn keep<E>(
    core: &Core,
    object_key: &str,
    inspector: Inspector,
    bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<Checked, AppError> {
    let mut file = core.files.begin(object_key).await.map_err(|error| unavailable(&error))?;
    match pass(&mut file, inspector, bytes).await {
        Ok(checked) => {
            file.finish().await.map_err(|error| unavailable(&error))?;
            Ok(checked)
        }
        Err(error) => {
            file.give_up().await;
            Err(error)
        }
    }
}

async fn pass<E>(
    file: &mut NewFile,
    mut inspector: Inspector,
    mut bytes: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<Checked, AppError> {
    while let Some(piece) = bytes.next().await {
        let piece = piece.map_err(|_| FileRefusal::CutOff)?;
        inspector.read(&piece)?;
        file.write(&piece).await.map_err(|error| unavailable(&error))?;
    }
    Ok(inspector.finish()?)
}

/// The link may have been revoked while the file was on its way, the request deleted, the event cancelled; or others came before it.
async fn finish(
    core: &Core,
    token: &str,
    request: RequestId,
    upload: UploadId,
    checked: Checked,
) -> Result<(), AppError> {
    let mut write = core.db.write().await?;
    let (guest, _) = guests::begin(&mut write, token, request, &[RequestKind::File], FIELD).await?;
    check_room(&mut write, request, guest.crew).await?;
    if !upload_store::set_stored(&mut write, upload, (checked.size, checked.pixels), core.clock.now()).await? {
        return Err(AppError::invalid(FIELD, "The file took too long to arrive. Send it again."));
    }
    store::asked_changed(&mut write, guest.event, Some(guest.crew)).await?;
    write.commit().await?;
    Ok(())
}

/// Deletes what is there of a file that is not kept.
async fn discard(core: &Core, upload: UploadId, object_key: &str) {
    let discard = async {
        let mut write = core.db.write().await?;
        upload_store::delete_upload(&mut write, upload, core.clock.now()).await?;
        write.commit().await
    };
    if let Err(error) = discard.await {
        tracing::warn!(%error, "What is left of a file stays until the next hour.");
    }
    if let Err(error) = core.files.delete(object_key).await {
        tracing::warn!(%error, "What is left of a file stays until the next hour.");
    }
}
