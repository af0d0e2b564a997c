//! The SQL of the files that people send. The caller knows whose they are, or says the account.

use app::domain::ids::{AccountId, CrewId, MemberId, RequestId, UploadId};
use app::domain::requests::{Untold, UploadState};
use app::domain::time::Timestamp;

use super::store::Guest;
use crate::db::{Db, Write};
use crate::error::StoreError;

/// How many whole files a person has sent for a request: what is on its way, or was cut off on it, takes no place. Those that were turned
/// down do not count either: they are to come again, and whoever sent them cannot delete them.
pub async fn count_files(write: &mut Write, request: RequestId, crew: CrewId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar(
        "SELECT COUNT(*) FROM upload WHERE request_id = $1 AND crew_id = $2 AND stored_at IS NOT NULL \
         AND deleted_at IS NULL AND state <> 'rejected'",
    )
    .bind(request.0)
    .bind(crew.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(count)
}

/// Notes that a file is on its way, before any of it is kept.
pub async fn insert_upload(
    write: &mut Write,
    guest: &Guest,
    request: RequestId,
    (name, media_type): (&str, &str),
    object_key: &str,
    now: Timestamp,
) -> Result<UploadId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO upload (account_id, request_id, crew_id, file_name, media_type, object_key, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    )
    .bind(guest.account.0)
    .bind(request.0)
    .bind(guest.crew.0)
    .bind(name.to_owned())
    .bind(media_type.to_owned())
    .bind(object_key.to_owned())
    .bind(now.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(UploadId(id))
}

/// Notes that a file is whole. Returns whether it was waited for still.
pub async fn set_stored(
    write: &mut Write,
    upload: UploadId,
    (size, pixels): (u64, u64),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let updated =
        sqlx::query("UPDATE upload SET size = $2, pixels = $3, stored_at = $4 WHERE id = $1 AND stored_at IS NULL")
            .bind(upload.0)
            .bind(i64::try_from(size).unwrap_or(i64::MAX))
            .bind(i64::try_from(pixels).unwrap_or(i64::MAX))
            .bind(now.0)
            .execute(&mut **write)
            .await?;
    Ok(updated.rows_affected() == 1)
}

/// A file as a review finds it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StoredUpload {
    pub event_id: i64,
    pub label: String,
    pub file_name: String,
    pub state: String,
    pub note: String,
    pub revision: i64,
}

/// Whose file it is, if it is one of the account's and there.
pub async fn crew_of_upload(
    write: &mut Write,
    account: AccountId,
    upload: UploadId,
) -> Result<Option<CrewId>, StoreError> {
    let crew: Option<i64> = sqlx::query_scalar(
        "SELECT u.crew_id FROM upload u JOIN request q ON q.id = u.request_id WHERE u.id = $1 AND u.account_id = $2 \
         AND u.crew_id IS NOT NULL AND u.stored_at IS NOT NULL AND u.deleted_at IS NULL AND q.deleted_at IS NULL",
    )
    .bind(upload.0)
    .bind(account.0)
    .fetch_optional(&mut **write)
    .await?;
    Ok(crew.map(CrewId))
}

/// Locks a file and reads it. The caller holds the locks of its event and its person.
pub async fn lock_upload(write: &mut Write, upload: UploadId) -> Result<Option<StoredUpload>, StoreError> {
    let lock = write.locking("SELECT id FROM upload WHERE id = $1");
    sqlx::query(lock).bind(upload.0).execute(&mut **write).await?;
    let found = sqlx::query_as(
        "SELECT q.event_id, q.label, u.file_name, u.state, u.note, u.revision FROM upload u \
         JOIN request q ON q.id = u.request_id \
         WHERE u.id = $1 AND u.stored_at IS NOT NULL AND u.deleted_at IS NULL AND q.deleted_at IS NULL",
    )
    .bind(upload.0)
    .fetch_optional(&mut **write)
    .await?;
    Ok(found)
}

/// What became of a review.
pub struct Reviewed<'a> {
    pub state: UploadState,
    pub note: &'a str,
    /// The mail that tells of it, or why there is none.
    pub email: Option<i64>,
    pub untold: Option<Untold>,
}

pub async fn set_review(
    write: &mut Write,
    upload: UploadId,
    reviewed: &Reviewed<'_>,
    member: MemberId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE upload SET state = $2, note = $3, email_id = $4, untold = $5, reviewed_by = $6, reviewed_at = $7, \
         revision = revision + 1 WHERE id = $1",
    )
    .bind(upload.0)
    .bind(reviewed.state.code())
    .bind(reviewed.note.to_owned())
    .bind(reviewed.email)
    .bind(reviewed.untold.map(Untold::code))
    .bind(member.0)
    .bind(now.0)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// The words of a rejection alone.
pub async fn set_note(write: &mut Write, upload: UploadId, note: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE upload SET note = $2, revision = revision + 1 WHERE id = $1")
        .bind(upload.0)
        .bind(note.to_owned())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// A guest's own file: its state and where it is kept; `None` if it is not theirs, or not there.
pub async fn own_upload(
    write: &mut Write,
    guest: &Guest,
    upload: UploadId,
) -> Result<Option<(String, String)>, StoreError> {
    let found = sqlx::query_as(
        "SELECT u.state, u.object_key FROM upload u JOIN request q ON q.id = u.request_id \
         WHERE u.id = $1 AND u.crew_id = $2 AND u.stored_at IS NOT NULL AND u.deleted_at IS NULL AND q.deleted_at IS NULL",
    )
    .bind(upload.0)
    .bind(guest.crew.0)
    .fetch_optional(&mut **write)
    .await?;
    Ok(found)
}

pub async fn delete_upload(write: &mut Write, upload: UploadId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE upload SET deleted_at = $2, revision = revision + 1 WHERE id = $1")
        .bind(upload.0)
        .bind(now.0)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// A file of the account's, for whoever is signed in: its name, its kind, and where it is kept. Also of a request that was deleted and
/// may come back.
pub async fn kept_file(
    db: &Db,
    account: AccountId,
    upload: UploadId,
) -> Result<Option<(String, String, String)>, StoreError> {
    let found = sqlx::query_as(
        "SELECT file_name, media_type, object_key FROM upload \
         WHERE id = $1 AND account_id = $2 AND stored_at IS NOT NULL AND deleted_at IS NULL",
    )
    .bind(upload.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// Files to be deleted, and where they are kept: those that were taken back, those that did not come whole though they began before
/// `begun`, and those that nothing leads to; at most so many that a round ends soon.
pub async fn superfluous(db: &Db, now: Timestamp, begun: Timestamp) -> Result<Vec<(i64, String)>, StoreError> {
    let unfinished: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, object_key FROM upload WHERE stored_at IS NULL AND created_at < $1 LIMIT 500")
            .bind(begun.0)
            .fetch_all(&mut *db.reader().await?)
            .await?;
    let taken_back: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, object_key FROM upload WHERE deleted_at IS NOT NULL AND deleted_at <= $1 LIMIT 500")
            .bind(now.0)
            .fetch_all(&mut *db.reader().await?)
            .await?;
    let for_nothing: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, object_key FROM upload WHERE request_id IS NULL LIMIT 500")
            .fetch_all(&mut *db.reader().await?)
            .await?;
    let of_nobody: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, object_key FROM upload WHERE crew_id IS NULL LIMIT 500")
            .fetch_all(&mut *db.reader().await?)
            .await?;
    let mut all = [unfinished, taken_back, for_nothing, of_nobody].concat();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Deletes the row of a file that is gone.
pub async fn forget(db: &Db, upload: i64) -> Result<(), StoreError> {
    let mut write = db.write().await?;
    sqlx::query("DELETE FROM upload WHERE id = $1").bind(upload).execute(&mut *write).await?;
    write.commit().await
}
