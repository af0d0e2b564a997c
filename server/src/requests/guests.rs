//! What whoever holds a share link is asked for, and what they answer in words.

use app::domain::ids::{CrewId, EventId, RequestId, UploadId};
use app::domain::requests::{MAX_ANSWER, RequestKind, UploadState, size_in_words};
use app::error::AppError;
use app::requests::{GuestRequest, GuestUpload};

use super::pages::{kind, reference_file};
use super::store::Guest;
use super::{page_store, store, upload_store};
use crate::core::Core;
use crate::db::{Db, Write, column};
use crate::error::StoreError;
use crate::secret::token_hash;
use crate::text::typed;

/// All that a person on an event is asked for, with their own answers.
pub async fn requests_of_guest(db: &Db, event: EventId, crew: CrewId) -> Result<Vec<GuestRequest>, StoreError> {
    let asked = page_store::asked(db, event, crew).await?;
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sent = page_store::sent(db, crew).await?;
    let uploads_of = |request: i64| {
        let own = sent.iter().filter(|upload| upload.request_id == request);
        own.map(|upload| GuestUpload {
            id: UploadId(upload.id),
            name: upload.file_name.clone(),
            size: size_in_words(column::number("size of a file", upload.size)),
            state: state(&upload.state),
            note: upload.note.clone(),
        })
        .collect()
    };
    Ok(asked
        .into_iter()
        .map(|asked| GuestRequest {
            id: RequestId(asked.id),
            kind: kind(&asked.kind),
            required: asked.required == 1,
            choices: asked.choices.lines().map(ToOwned::to_owned).collect(),
            reference: Some(asked.reference).filter(|link| !link.is_empty()),
            file: reference_file(asked.file_name, asked.file_size),
            answer: asked.answer,
            uploads: uploads_of(asked.id),
            label: asked.label,
            description: asked.description,
        })
        .collect())
}

/// A stored state. One that is not known is nobody's verdict.
pub fn state(code: &str) -> UploadState {
    column::code("state of a file", code, UploadState::from_code, UploadState::Unreviewed)
}

/// Locks what a guest answers, and checks that they are asked still. `at` is the field that a refusal is told at.
pub(super) async fn begin(
    write: &mut Write,
    token: &str,
    request: RequestId,
    wanted: &[RequestKind],
    at: &str,
) -> Result<(Guest, String), AppError> {
    let guest = store::lock_guest(write, &token_hash(token)).await?.ok_or(AppError::NotFound)?;
    if guest.event_is_cancelled {
        return Err(AppError::invalid(at, "This event was cancelled, so nothing is collected for it any more."));
    }
    let gone = || AppError::invalid(at, "This is not asked for any more. Reload the page to see what is.");
    let (code, choices) = store::asked(write, &guest, request).await?.ok_or_else(gone)?;
    if !wanted.contains(&kind(&code)) {
        return Err(gone());
    }
    Ok((guest, choices))
}

/// Takes an answer in words, or what was chosen.
pub async fn answer(core: &Core, token: &str, request: RequestId, text: &str) -> Result<(), AppError> {
    let text = typed(text, "text", "The answer", MAX_ANSWER)?;
    let mut write = core.db.write().await?;
    let kinds = [RequestKind::Text, RequestKind::Choice];
    let (guest, choices) = begin(&mut write, token, request, &kinds, "text").await?;
    if !choices.is_empty() && !choices.lines().any(|choice| choice == text) {
        return Err(AppError::invalid("text", "Choose one of the answers, then press the button again."));
    }
    let changed = if text.is_empty() {
        store::delete_answer(&mut write, request, guest.crew).await?
    } else {
        store::set_answer(&mut write, request, guest.crew, &text, core.clock.now()).await?
    };
    if changed {
        store::asked_changed(&mut write, guest.event, Some(guest.crew)).await?;
        write.commit().await?;
    }
    Ok(())
}

/// Takes a file back that nobody has reviewed.
pub async fn withdraw(core: &Core, token: &str, upload: UploadId) -> Result<(), AppError> {
    let mut write = core.db.write().await?;
    let guest = store::lock_guest(&mut write, &token_hash(token)).await?.ok_or(AppError::NotFound)?;
    // Once more is the same.
    let Some((reviewed, object_key)) = upload_store::own_upload(&mut write, &guest, upload).await? else {
        return Ok(());
    };
    if state(&reviewed) != UploadState::Unreviewed {
        return Err(AppError::invalid(
            "upload",
            "Somebody has looked at this file already, so it stays. Send another one beside it.",
        ));
    }
    upload_store::delete_upload(&mut write, upload, core.clock.now()).await?;
    store::asked_changed(&mut write, guest.event, Some(guest.crew)).await?;
    write.commit().await?;
    if let Err(error) = core.files.delete(&object_key).await {
        tracing::warn!(%error, "A file that was taken back could not be deleted; the next hour tries again.");
    }
    Ok(())
}
