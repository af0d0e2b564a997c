//! The SQL of notes. What is a member's is found within the account; the rest is asked by whoever knows whose the event is.

use app::domain::ids::{AccountId, EventId, NoteId};
use app::domain::time::Timestamp;
use app::notes::{Audience, NoteForm};
use sqlx::AnyConnection;

use crate::db::{Db, Write, column};
use crate::error::StoreError;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StoredNote {
    pub id: i64,
    pub event_id: i64,
    pub text: String,
    pub audience: String,
    pub deleted_at: Option<i64>,
    pub revision: i64,
}

impl StoredNote {
    /// As its form shows it.
    pub fn form(&self) -> NoteForm {
        NoteForm { text: self.text.clone(), audience: audience(&self.audience) }
    }
}

/// A stored audience. One that is not known is nobody outside.
pub fn audience(code: &str) -> Audience {
    column::code("audience", code, Audience::from_code, Audience::Members)
}

/// A note of the account whose event is there, deleted or not.
pub async fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    note: NoteId,
) -> Result<Option<StoredNote>, StoreError> {
    let found = sqlx::query_as(
        "SELECT n.id, n.event_id, n.text, n.audience, n.deleted_at, n.revision FROM event_note n \
         JOIN event v ON v.id = n.event_id WHERE n.id = $1 AND n.account_id = $2 AND v.deleted_at IS NULL",
    )
    .bind(note.0)
    .bind(account.0)
    .fetch_optional(connection)
    .await?;
    Ok(found)
}

/// The notes of an event as they were written.
pub async fn notes(db: &Db, event: EventId) -> Result<Vec<StoredNote>, StoreError> {
    let notes = sqlx::query_as(
        "SELECT id, event_id, text, audience, deleted_at, revision FROM event_note \
         WHERE event_id = $1 AND deleted_at IS NULL ORDER BY id",
    )
    .bind(event.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(notes)
}

/// What was deleted since `since`, the last first, at most as much as a page lists, and one more: id, text and when.
pub async fn deleted(db: &Db, event: EventId, since: Timestamp) -> Result<Vec<(i64, String, i64)>, StoreError> {
    let deleted = sqlx::query_as(
        "SELECT id, text, deleted_at FROM event_note WHERE event_id = $1 AND deleted_at >= $2 \
         ORDER BY deleted_at DESC, id DESC LIMIT 51",
    )
    .bind(event.0)
    .bind(since.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(deleted)
}

/// The notes that everybody on the event may read.
pub async fn for_everybody(db: &Db, event: EventId) -> Result<Vec<String>, StoreError> {
    let notes = sqlx::query_scalar(
        "SELECT text FROM event_note WHERE event_id = $1 AND audience = 'everybody' AND deleted_at IS NULL ORDER BY id",
    )
    .bind(event.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(notes)
}

/// How many notes an event has.
pub async fn count(write: &mut Write, event: EventId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM event_note WHERE event_id = $1 AND deleted_at IS NULL")
        .bind(event.0)
        .fetch_one(&mut **write)
        .await?;
    Ok(count)
}

pub async fn insert(
    write: &mut Write,
    account: AccountId,
    event: EventId,
    note: &NoteForm,
    now: Timestamp,
) -> Result<NoteId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO event_note (account_id, event_id, text, audience, created_at) VALUES ($1, $2, $3, $4, $5) \
         RETURNING id",
    )
    .bind(account.0)
    .bind(event.0)
    .bind(note.text.clone())
    .bind(note.audience.code())
    .bind(now.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(NoteId(id))
}

pub async fn update(write: &mut Write, id: NoteId, note: &NoteForm) -> Result<(), StoreError> {
    sqlx::query("UPDATE event_note SET text = $2, audience = $3, revision = revision + 1 WHERE id = $1")
        .bind(id.0)
        .bind(note.text.clone())
        .bind(note.audience.code())
        .execute(&mut **write)
        .await?;
    Ok(())
}

pub async fn set_deleted(write: &mut Write, id: NoteId, at: Option<Timestamp>) -> Result<(), StoreError> {
    sqlx::query("UPDATE event_note SET deleted_at = $2, revision = revision + 1 WHERE id = $1")
        .bind(id.0)
        .bind(at.map(|at| at.0))
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Gives another event, which the caller has just made, the notes of this one.
pub async fn copy(write: &mut Write, from: EventId, to: EventId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO event_note (account_id, event_id, text, audience, created_at) \
         SELECT account_id, CAST($2 AS BIGINT), text, audience, CAST($3 AS BIGINT) FROM event_note \
         WHERE event_id = $1 AND deleted_at IS NULL ORDER BY id",
    )
    .bind(from.0)
    .bind(to.0)
    .bind(now.0)
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// Deletes for good what was deleted before `before`.
pub async fn prune(db: &Db, before: Timestamp) -> Result<(), StoreError> {
    let mut write = db.write().await?;
    sqlx::query("DELETE FROM event_note WHERE deleted_at < $1").bind(before.0).execute(&mut *write).await?;
    write.commit().await
}
