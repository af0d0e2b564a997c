//! The SQL of who is on an event.

use app::domain::ids::{AccountId, ContactId, CrewId, EventId, ItemId};
use app::domain::time::Timestamp;

use super::KEPT_MS;
use crate::db::{self, Db, Write};
use crate::error::StoreError;

/// An event to which nobody else adds people until the commit.
pub struct LockedEvent {
    pub id: EventId,
    pub account: AccountId,
    /// How many people are on it.
    pub people: i64,
}

pub async fn lock_event(
    transaction: &mut Write,
    account: AccountId,
    event: EventId,
) -> Result<Option<LockedEvent>, StoreError> {
    let lock = transaction
        .locking("SELECT id FROM event WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL AND is_template = 0");
    let locked: Option<i64> =
        sqlx::query_scalar(lock).bind(event.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    if locked.is_none() {
        return Ok(None);
    }
    let people = sqlx::query_scalar("SELECT COUNT(*) FROM crew WHERE event_id = $1 AND deleted_at IS NULL")
        .bind(event.0)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(Some(LockedEvent { id: event, account, people }))
}

/// A crew row that nobody else changes until the commit.
pub struct LockedRow {
    pub event: EventId,
    pub contact: ContactId,
    /// Whether the person is on the event, and was not taken off.
    pub is_on: bool,
}

pub async fn lock(transaction: &mut Write, account: AccountId, crew: CrewId) -> Result<Option<LockedRow>, StoreError> {
    let lock =
        transaction.locking("SELECT event_id, contact_id, deleted_at FROM crew WHERE id = $1 AND account_id = $2");
    let row: Option<(i64, i64, Option<i64>)> =
        sqlx::query_as(lock).bind(crew.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    Ok(row.map(|(event, contact, deleted_at)| LockedRow {
        event: EventId(event),
        contact: ContactId(contact),
        is_on: deleted_at.is_none(),
    }))
}

/// The event of a crew row of this account, whether the person was taken off or not.
pub async fn event_of(
    transaction: &mut Write,
    account: AccountId,
    crew: CrewId,
) -> Result<Option<EventId>, StoreError> {
    let event: Option<i64> = sqlx::query_scalar("SELECT event_id FROM crew WHERE id = $1 AND account_id = $2")
        .bind(crew.0)
        .bind(account.0)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(event.map(EventId))
}

/// The row of a contact on an event, and whether they are on it now.
pub async fn find(
    transaction: &mut Write,
    event: &LockedEvent,
    contact: ContactId,
) -> Result<Option<(CrewId, bool)>, StoreError> {
    let row: Option<(i64, Option<i64>)> =
        sqlx::query_as("SELECT id, deleted_at FROM crew WHERE event_id = $1 AND contact_id = $2")
            .bind(event.id.0)
            .bind(contact.0)
            .fetch_optional(&mut **transaction)
            .await?;
    Ok(row.map(|(crew, deleted_at)| (CrewId(crew), deleted_at.is_none())))
}

/// Makes a row for a contact of the account, who does there what they usually do; `None` if there is no such contact.
pub async fn insert(
    transaction: &mut Write,
    event: &LockedEvent,
    contact: ContactId,
    now: Timestamp,
) -> Result<Option<CrewId>, StoreError> {
    let crew: Option<i64> = sqlx::query_scalar(
        "INSERT INTO crew (account_id, event_id, contact_id, role, created_at) \
         SELECT account_id, CAST($1 AS BIGINT), id, role, CAST($2 AS BIGINT) FROM contact \
         WHERE id = $3 AND account_id = $4 RETURNING id",
    )
    .bind(event.id.0)
    .bind(now.0)
    .bind(contact.0)
    .bind(event.account.0)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(crew.map(CrewId))
}

pub async fn take_off(transaction: &mut Write, crew: CrewId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE crew SET deleted_at = $2, revision = revision + 1 WHERE id = $1")
        .bind(crew.0)
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// `added_at` is when they were put on the event once more; an undo leaves it as it was.
pub async fn put_back(transaction: &mut Write, crew: CrewId, added_at: Option<Timestamp>) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE crew SET deleted_at = NULL, created_at = COALESCE(CAST($2 AS BIGINT), created_at), \
         revision = revision + 1 WHERE id = $1",
    )
    .bind(crew.0)
    .bind(added_at.map(|at| at.0))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Returns whether that is another role.
pub async fn set_role(transaction: &mut Write, crew: CrewId, role: &str) -> Result<bool, StoreError> {
    let updated = sqlx::query("UPDATE crew SET role = $2, revision = revision + 1 WHERE id = $1 AND role <> $2")
        .bind(crew.0)
        .bind(role.to_owned())
        .execute(&mut **transaction)
        .await?;
    Ok(updated.rows_affected() > 0)
}

/// Raises the revision of the items that a contact owns on an event, and returns them.
pub async fn touch_items(
    transaction: &mut Write,
    event: EventId,
    contact: ContactId,
) -> Result<Vec<ItemId>, StoreError> {
    let items: Vec<i64> = sqlx::query_scalar(
        "UPDATE item SET revision = revision + 1 \
         WHERE event_id = $1 AND id IN (SELECT item_id FROM assignment WHERE contact_id = $2) RETURNING id",
    )
    .bind(event.0)
    .bind(contact.0)
    .fetch_all(&mut **transaction)
    .await?;
    Ok(items.into_iter().map(ItemId).collect())
}

/// Keeps contacts from others until the commit. They are locked in the order of their ids, so that two transactions never wait
/// for each other. The caller knows whose they are.
pub async fn lock_contacts(transaction: &mut Write, contacts: &[ContactId]) -> Result<(), StoreError> {
    let mut ids: Vec<i64> = contacts.iter().map(|contact| contact.0).collect();
    ids.sort_unstable();
    ids.dedup();
    for chunk in db::chunks(&ids) {
        let sql = transaction.locking_batch(format!(
            "SELECT id FROM contact WHERE id IN ({}) ORDER BY id",
            db::placeholders(1, chunk.len())
        ));
        let mut query = sqlx::query(sql);
        for id in chunk {
            query = query.bind(id);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

pub async fn touch_contact(transaction: &mut Write, contact: ContactId) -> Result<(), StoreError> {
    sqlx::query("UPDATE contact SET revision = revision + 1 WHERE id = $1")
        .bind(contact.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Deletes for good who was taken off too long ago to be brought back, and what they owned.
pub async fn prune(db: &Db, now: Timestamp) -> Result<u64, StoreError> {
    let before = now.plus_ms(-KEPT_MS).0;
    let mut transaction = db.write().await?;
    sqlx::query(
        "DELETE FROM assignment WHERE contact_id IN (SELECT contact_id FROM crew WHERE deleted_at < $1) \
         AND EXISTS (SELECT 1 FROM item i JOIN crew cr ON cr.event_id = i.event_id \
         WHERE i.id = assignment.item_id AND cr.contact_id = assignment.contact_id AND cr.deleted_at < $1)",
    )
    .bind(before)
    .execute(&mut *transaction)
    .await?;
    let gone = sqlx::query("DELETE FROM crew WHERE deleted_at < $1").bind(before).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(gone.rows_affected())
}
