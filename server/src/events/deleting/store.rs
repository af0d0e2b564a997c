//! The SQL of deleted events.

use app::domain::ids::{AccountId, EventId};
use app::domain::time::Timestamp;

use super::KEPT_MS;
use crate::db::{Db, Write};
use crate::error::StoreError;

/// Returns whether it was there until now.
pub async fn delete(
    transaction: &mut Write,
    account: AccountId,
    event: EventId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let deleted = sqlx::query(
        "UPDATE event SET deleted_at = $3, revision = revision + 1 \
         WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL",
    )
    .bind(event.0)
    .bind(account.0)
    .bind(now.0)
    .execute(&mut **transaction)
    .await?;
    Ok(deleted.rows_affected() == 1)
}

/// Returns whether it is a template; `None` if it was not deleted.
pub async fn restore(transaction: &mut Write, account: AccountId, event: EventId) -> Result<Option<bool>, StoreError> {
    let restored: Option<i64> = sqlx::query_scalar(
        "UPDATE event SET deleted_at = NULL, revision = revision + 1 \
         WHERE id = $1 AND account_id = $2 AND deleted_at IS NOT NULL RETURNING is_template",
    )
    .bind(event.0)
    .bind(account.0)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(restored.map(|is_template| is_template == 1))
}

/// Whether the event is a template; `None` if there is none in this account.
pub async fn is_template(
    transaction: &mut Write,
    account: AccountId,
    event: EventId,
) -> Result<Option<bool>, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT is_template FROM event WHERE id = $1 AND account_id = $2")
        .bind(event.0)
        .bind(account.0)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(found.map(|is_template| is_template == 1))
}

/// Whether there is such an event in this account, deleted or not.
pub async fn exists(transaction: &mut Write, account: AccountId, event: EventId) -> Result<bool, StoreError> {
    Ok(is_template(transaction, account, event).await?.is_some())
}

pub async fn items(transaction: &mut Write, event: EventId) -> Result<Vec<i64>, StoreError> {
    let items = sqlx::query_scalar("SELECT id FROM item WHERE event_id = $1")
        .bind(event.0)
        .fetch_all(&mut **transaction)
        .await?;
    Ok(items)
}

/// The crew rows of an event, with their contacts.
pub async fn people(transaction: &mut Write, event: EventId) -> Result<Vec<(i64, i64)>, StoreError> {
    let people = sqlx::query_as("SELECT id, contact_id FROM crew WHERE event_id = $1")
        .bind(event.0)
        .fetch_all(&mut **transaction)
        .await?;
    Ok(people)
}

/// Lets the pages of those who are on the event know that their number of events is another one.
pub async fn count_event(transaction: &mut Write, event: EventId) -> Result<(), StoreError> {
    // Locked in the order of their ids first: an update has no order, and two of them would wait for each other.
    let lock = transaction
        .locking("SELECT id FROM contact WHERE id IN (SELECT contact_id FROM crew WHERE event_id = $1) ORDER BY id");
    sqlx::query(lock).bind(event.0).execute(&mut **transaction).await?;
    sqlx::query(
        "UPDATE contact SET revision = revision + 1 WHERE id IN (SELECT contact_id FROM crew WHERE event_id = $1)",
    )
    .bind(event.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The name of the event, if it was deleted since then.
pub async fn deleted_since(
    db: &Db,
    account: AccountId,
    event: EventId,
    since: Timestamp,
) -> Result<Option<String>, StoreError> {
    let name = sqlx::query_scalar("SELECT name FROM event WHERE id = $1 AND account_id = $2 AND deleted_at >= $3")
        .bind(event.0)
        .bind(account.0)
        .bind(since.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(name)
}

#[derive(sqlx::FromRow)]
pub struct StoredDeleted {
    pub id: i64,
    pub name: String,
    pub time_zone: String,
    pub is_template: i64,
    pub deleted_at: i64,
}

/// The last events that were deleted since then.
pub async fn deleted(db: &Db, account: AccountId, since: Timestamp) -> Result<Vec<StoredDeleted>, StoreError> {
    let deleted = sqlx::query_as(
        "SELECT id, name, time_zone, is_template, deleted_at FROM event \
         WHERE account_id = $1 AND deleted_at >= $2 AND deleted_at IS NOT NULL ORDER BY deleted_at DESC LIMIT 200",
    )
    .bind(account.0)
    .bind(since.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(deleted)
}

/// Deletes for good what was deleted 30 days ago; returns how many events. Their emails stay with the contacts.
pub async fn prune(db: &Db, now: Timestamp) -> Result<u64, StoreError> {
    let mut transaction = db.write().await?;
    let before = now.plus_ms(-KEPT_MS).0;
    let events = sqlx::query("DELETE FROM event WHERE deleted_at IS NOT NULL AND deleted_at < $1")
        .bind(before)
        .execute(&mut *transaction)
        .await?;
    sqlx::query("DELETE FROM space WHERE deleted_at IS NOT NULL AND deleted_at < $1")
        .bind(before)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(events.rows_affected())
}
