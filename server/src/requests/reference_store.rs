//! The SQL of the files that hang on requests.

use app::domain::ids::{AccountId, RequestId};
use app::domain::time::Timestamp;

use super::store::Guest;
use crate::db::{Db, Write};
use crate::error::StoreError;

/// Notes that a file is on its way, before any of it is kept. The caller holds the lock of the event.
pub async fn insert(
    write: &mut Write,
    account: AccountId,
    request: RequestId,
    (name, media_type): (&str, &str),
    object_key: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let id = sqlx::query_scalar(
        "INSERT INTO request_file (account_id, request_id, file_name, media_type, object_key, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
    )
    .bind(account.0)
    .bind(request.0)
    .bind(name.to_owned())
    .bind(media_type.to_owned())
    .bind(object_key.to_owned())
    .bind(now.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(id)
}

/// Notes that a file is whole. Returns whether it was waited for still.
pub async fn set_stored(
    write: &mut Write,
    id: i64,
    request: RequestId,
    size: u64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE request_file SET size = $3, stored_at = $4 WHERE id = $1 AND request_id = $2 AND stored_at IS NULL",
    )
    .bind(id)
    .bind(request.0)
    .bind(i64::try_from(size).unwrap_or(i64::MAX))
    .bind(now.0)
    .execute(&mut **write)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Leaves the whole file of a request to be swept away. Returns whether there was one.
pub async fn detach(write: &mut Write, request: RequestId) -> Result<bool, StoreError> {
    let updated =
        sqlx::query("UPDATE request_file SET request_id = NULL WHERE request_id = $1 AND stored_at IS NOT NULL")
            .bind(request.0)
            .execute(&mut **write)
            .await?;
    Ok(updated.rows_affected() > 0)
}

/// A whole file: its name, its kind, and where it is kept.
pub type KeptFile = (String, String, String);

/// The file of a request of the account, for a member.
pub async fn of_member(db: &Db, account: AccountId, request: RequestId) -> Result<Option<KeptFile>, StoreError> {
    let found = sqlx::query_as(
        "SELECT f.file_name, f.media_type, f.object_key FROM request_file f JOIN request q ON q.id = f.request_id \
         JOIN event v ON v.id = q.event_id WHERE f.request_id = $1 AND q.account_id = $2 AND f.stored_at IS NOT NULL \
         AND q.deleted_at IS NULL AND v.deleted_at IS NULL",
    )
    .bind(request.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// The file of something that a guest is asked for.
pub async fn of_guest(db: &Db, guest: &Guest, request: RequestId) -> Result<Option<KeptFile>, StoreError> {
    let found = sqlx::query_as(
        "SELECT f.file_name, f.media_type, f.object_key FROM request_file f JOIN request q ON q.id = f.request_id \
         WHERE f.request_id = $1 AND q.event_id = $2 AND (q.crew_id IS NULL OR q.crew_id = $3) \
         AND f.stored_at IS NOT NULL AND q.deleted_at IS NULL",
    )
    .bind(request.0)
    .bind(guest.event.0)
    .bind(guest.crew.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// Files to be deleted, and where they are kept: those that did not come whole though they began before `begun`, and those that nothing
/// leads to; at most so many that a round ends soon.
pub async fn superfluous(db: &Db, begun: Timestamp) -> Result<Vec<(i64, String)>, StoreError> {
    let mut unfinished: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, object_key FROM request_file WHERE stored_at IS NULL AND created_at < $1 LIMIT 500")
            .bind(begun.0)
            .fetch_all(&mut *db.reader().await?)
            .await?;
    let for_nothing: Vec<(i64, String)> = sqlx::query_as(
        "SELECT id, object_key FROM request_file WHERE request_id IS NULL AND stored_at IS NOT NULL LIMIT 500",
    )
    .fetch_all(&mut *db.reader().await?)
    .await?;
    unfinished.extend(for_nothing);
    Ok(unfinished)
}

/// Deletes the row of a file that is gone.
pub async fn forget(db: &Db, id: i64) -> Result<(), StoreError> {
    let mut write = db.write().await?;
    sqlx::query("DELETE FROM request_file WHERE id = $1").bind(id).execute(&mut *write).await?;
    write.commit().await
}
