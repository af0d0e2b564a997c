//! The SQL of an event's files. What is a member's is found within the account, a guest by the hash of a token.

use app::domain::ids::{AccountId, EventFileId, EventId};
use app::domain::time::Timestamp;
use app::notes::{Audience, FileForm};
use sqlx::AnyConnection;

use super::store::audience;
use crate::db::{Db, Write};
use crate::error::StoreError;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StoredFile {
    pub id: i64,
    pub event_id: i64,
    pub name: String,
    pub size: i64,
    pub audience: String,
    pub position: i64,
    pub deleted_at: Option<i64>,
    pub revision: i64,
}

impl StoredFile {
    /// As its form shows it.
    pub fn form(&self) -> FileForm {
        FileForm { name: self.name.clone(), audience: audience(&self.audience) }
    }
}

/// A file that is kept, and where.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeptFile {
    pub name: String,
    pub file_name: String,
    pub media_type: String,
    pub object_key: String,
}

/// A file of the account that is whole and whose event is there, deleted or not.
pub async fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    file: EventFileId,
) -> Result<Option<StoredFile>, StoreError> {
    let found = sqlx::query_as(
        "SELECT f.id, f.event_id, f.name, f.size, f.audience, f.position, f.deleted_at, f.revision FROM event_file f \
         JOIN event v ON v.id = f.event_id \
         WHERE f.id = $1 AND f.account_id = $2 AND f.stored_at IS NOT NULL AND v.deleted_at IS NULL",
    )
    .bind(file.0)
    .bind(account.0)
    .fetch_optional(connection)
    .await?;
    Ok(found)
}

/// The files of an event in their order.
pub async fn files(connection: &mut AnyConnection, event: EventId) -> Result<Vec<StoredFile>, StoreError> {
    let files = sqlx::query_as(
        "SELECT id, event_id, name, size, audience, position, deleted_at, revision FROM event_file \
         WHERE event_id = $1 AND stored_at IS NOT NULL AND deleted_at IS NULL ORDER BY position, id",
    )
    .bind(event.0)
    .fetch_all(connection)
    .await?;
    Ok(files)
}

/// Those that were deleted since `since`, the last first, at most as many as a page lists, and one more: id, name and when.
pub async fn deleted(db: &Db, event: EventId, since: Timestamp) -> Result<Vec<(i64, String, i64)>, StoreError> {
    let deleted = sqlx::query_as(
        "SELECT id, name, deleted_at FROM event_file WHERE event_id = $1 AND stored_at IS NOT NULL \
         AND deleted_at >= $2 ORDER BY deleted_at DESC, id DESC LIMIT 51",
    )
    .bind(event.0)
    .bind(since.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(deleted)
}

/// The files that everybody on the event may fetch, in their order: id, name and size.
pub async fn for_everybody(db: &Db, event: EventId) -> Result<Vec<(i64, String, i64)>, StoreError> {
    let files = sqlx::query_as(
        "SELECT id, name, size FROM event_file WHERE event_id = $1 AND audience = 'everybody' \
         AND stored_at IS NOT NULL AND deleted_at IS NULL ORDER BY position, id",
    )
    .bind(event.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(files)
}

/// How many whole files an event has: what is on its way, or was cut off on it, takes no place.
pub async fn count(write: &mut Write, event: EventId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar(
        "SELECT COUNT(*) FROM event_file WHERE event_id = $1 AND stored_at IS NOT NULL AND deleted_at IS NULL",
    )
    .bind(event.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(count)
}

/// A file that is about to come.
pub struct NewFile<'a> {
    pub name: &'a str,
    pub media_type: &'a str,
    pub object_key: &'a str,
    pub audience: Audience,
}

/// Notes that a file is on its way, before any of it is kept. It stands below all others.
pub async fn insert(
    write: &mut Write,
    account: AccountId,
    event: EventId,
    file: &NewFile<'_>,
    now: Timestamp,
) -> Result<EventFileId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO event_file (account_id, event_id, name, file_name, media_type, object_key, audience, position, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, \
         (SELECT COALESCE(MAX(position), 0) + 1 FROM event_file WHERE event_id = $2), $8) RETURNING id",
    )
    .bind(account.0)
    .bind(event.0)
    .bind(file.name.to_owned())
    .bind(file.name.to_owned())
    .bind(file.media_type.to_owned())
    .bind(file.object_key.to_owned())
    .bind(file.audience.code())
    .bind(now.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(EventFileId(id))
}

/// Notes that a file is whole. Returns whether it was waited for still.
pub async fn set_stored(write: &mut Write, file: EventFileId, size: u64, now: Timestamp) -> Result<bool, StoreError> {
    let updated = sqlx::query("UPDATE event_file SET size = $2, stored_at = $3 WHERE id = $1 AND stored_at IS NULL")
        .bind(file.0)
        .bind(i64::try_from(size).unwrap_or(i64::MAX))
        .bind(now.0)
        .execute(&mut **write)
        .await?;
    Ok(updated.rows_affected() == 1)
}

pub async fn update(write: &mut Write, id: EventFileId, file: &FileForm) -> Result<(), StoreError> {
    sqlx::query("UPDATE event_file SET name = $2, audience = $3, revision = revision + 1 WHERE id = $1")
        .bind(id.0)
        .bind(file.name.clone())
        .bind(file.audience.code())
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Where a file stands is no part of its form, and so no other revision of it.
pub async fn set_position(write: &mut Write, id: i64, position: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE event_file SET position = $2 WHERE id = $1")
        .bind(id)
        .bind(position)
        .execute(&mut **write)
        .await?;
    Ok(())
}

pub async fn set_deleted(write: &mut Write, id: EventFileId, at: Option<Timestamp>) -> Result<(), StoreError> {
    sqlx::query("UPDATE event_file SET deleted_at = $2, revision = revision + 1 WHERE id = $1")
        .bind(id.0)
        .bind(at.map(|at| at.0))
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// A file of an event, for its members.
pub async fn kept(
    db: &Db,
    account: AccountId,
    event: EventId,
    file: EventFileId,
) -> Result<Option<KeptFile>, StoreError> {
    let found = sqlx::query_as(
        "SELECT f.name, f.file_name, f.media_type, f.object_key FROM event_file f JOIN event v ON v.id = f.event_id \
         WHERE f.id = $1 AND f.event_id = $2 AND f.account_id = $3 AND f.stored_at IS NOT NULL \
         AND f.deleted_at IS NULL AND v.deleted_at IS NULL",
    )
    .bind(file.0)
    .bind(event.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// A file for everybody on the event of the live share link with this token hash.
pub async fn shared(db: &Db, token_hash: &str, file: EventFileId) -> Result<Option<KeptFile>, StoreError> {
    let found = sqlx::query_as(
        "SELECT f.name, f.file_name, f.media_type, f.object_key FROM link l JOIN crew cr ON cr.id = l.crew_id \
         JOIN event v ON v.id = cr.event_id JOIN event_file f ON f.event_id = v.id \
         WHERE l.token_hash = $1 AND l.kind = 'share' AND l.revoked_at IS NULL AND cr.deleted_at IS NULL \
         AND v.deleted_at IS NULL AND f.id = $2 AND f.audience = 'everybody' AND f.stored_at IS NOT NULL \
         AND f.deleted_at IS NULL",
    )
    .bind(token_hash.to_owned())
    .bind(file.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// Files to be deleted for good, and where they are kept: those that were deleted before `before`, those that did not come whole though
/// they began before `begun`, and those whose event is gone; at most so many that a round ends soon.
pub async fn superfluous(db: &Db, before: Timestamp, begun: Timestamp) -> Result<Vec<(i64, String)>, StoreError> {
    let unfinished: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, object_key FROM event_file WHERE stored_at IS NULL AND created_at < $1 LIMIT 500")
            .bind(begun.0)
            .fetch_all(&mut *db.reader().await?)
            .await?;
    let deleted: Vec<(i64, String)> = sqlx::query_as(
        "SELECT id, object_key FROM event_file WHERE deleted_at IS NOT NULL AND deleted_at < $1 LIMIT 500",
    )
    .bind(before.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    let for_nothing: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, object_key FROM event_file WHERE event_id IS NULL LIMIT 500")
            .fetch_all(&mut *db.reader().await?)
            .await?;
    let mut all = [unfinished, deleted, for_nothing].concat();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// Deletes the row of a file that is gone.
pub async fn forget(db: &Db, file: i64) -> Result<(), StoreError> {
    let mut write = db.write().await?;
    sqlx::query("DELETE FROM event_file WHERE id = $1").bind(file).execute(&mut *write).await?;
    write.commit().await
}
