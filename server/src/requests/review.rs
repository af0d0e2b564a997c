//! What a member makes of a file. One that is turned down is so whatever becomes of the mail, which is accepted in the same
//! transaction: one for each time that a file comes to be rejected.

use app::backend::Caller;
use app::domain::ids::{EventId, IdempotencyKey, UploadId};
use app::domain::requests::{MAX_NOTE, UploadState};
use app::error::AppError;

use super::store;
use super::upload_store::{self, Reviewed};
use crate::core::Core;
use crate::db::column;
use crate::emails::row::revision;
use crate::planner::{self, RejectedFile};
use crate::text::typed;

/// What a member says of a file.
pub enum Verdict {
    Good,
    /// It has to come again, for this reason.
    Again(String),
}

impl Verdict {
    /// Checks the note, which is always there.
    pub fn again(note: &str) -> Result<Self, AppError> {
        let note = typed(note, "note", "The note", MAX_NOTE)?;
        if note.is_empty() {
            return Err(AppError::invalid("note", "Say what is wrong with it, so that the next one is right."));
        }
        Ok(Self::Again(note))
    }

    const fn state(&self) -> UploadState {
        match self {
            Self::Good => UploadState::Approved,
            Self::Again(_) => UploadState::Rejected,
        }
    }

    fn note(&self) -> &str {
        match self {
            Self::Good => "",
            Self::Again(note) => note,
        }
    }
}

/// Reviews a file as it was at revision `known`. A repetition changes nothing.
pub async fn review(
    core: &Core,
    caller: &Caller,
    upload: UploadId,
    known: u32,
    verdict: &Verdict,
) -> Result<(), AppError> {
    let mut write = core.db.write().await?;
    let crew = upload_store::crew_of_upload(&mut write, caller.account, upload).await?.ok_or(AppError::NotFound)?;
    let mut crew = planner::lock_crew(&mut write, caller.account, crew).await?.ok_or(AppError::NotFound)?;
    let found = upload_store::lock_upload(&mut write, upload).await?.ok_or(AppError::NotFound)?;
    let now = column::code("state of a file", &found.state, UploadState::from_code, UploadState::Unreviewed);
    if now == verdict.state() && found.note == verdict.note() {
        return Ok(());
    }
    if revision(found.revision) != known {
        return Err(AppError::Conflict);
    }
    if now == verdict.state() {
        // It was turned down already: other words for it are no other rejection.
        upload_store::set_note(&mut write, upload, verdict.note()).await?;
    } else {
        let mut reviewed = Reviewed { state: verdict.state(), note: verdict.note(), email: None, untold: None };
        if let Verdict::Again(note) = verdict {
            let file = RejectedFile {
                key: IdempotencyKey(format!("reject-{upload}-{known}")),
                request: &found.label,
                name: &found.file_name,
                note,
            };
            match Box::pin(planner::tell_of_rejection(core, &mut write, caller, &mut crew, &file)).await? {
                Ok(email) => reviewed.email = Some(email.0),
                Err(untold) => reviewed.untold = Some(untold),
            }
        }
        upload_store::set_review(&mut write, upload, &reviewed, caller.member, core.clock.now()).await?;
    }
    store::asked_changed(&mut write, EventId(found.event_id), Some(crew.id)).await?;
    write.commit().await?;
    tracing::info!(%upload, state = verdict.state().code(), "A file was reviewed.");
    Ok(())
}
