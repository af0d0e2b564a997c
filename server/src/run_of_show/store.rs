//! The SQL of what stands around items: their event, its people, and what was deleted long ago.

use std::collections::BTreeSet;

use app::domain::ids::{AccountId, ContactId, CrewId, EventId, ItemId};
use app::domain::time::{HOUR_MS, Timestamp};

use crate::db::{self, Db, Write};
use crate::error::StoreError;

/// How long what was deleted can be restored.
const KEPT_MS: i64 = 30 * 24 * HOUR_MS;

/// An event that nobody else edits until the commit.
#[derive(Clone, Debug, sqlx::FromRow)]
struct StoredEvent {
    name: String,
    time_zone: String,
    starts_at: i64,
    ends_at: i64,
}

#[derive(Clone, Debug)]
pub struct LockedEvent {
    pub id: EventId,
    pub name: String,
    pub time_zone: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl LockedEvent {
    fn of(id: EventId, stored: StoredEvent) -> Self {
        let StoredEvent { name, time_zone, starts_at, ends_at } = stored;
        Self { id, name, time_zone, starts_at: Timestamp(starts_at), ends_at: Timestamp(ends_at) }
    }
}

const EVENT: &str = "SELECT name, time_zone, starts_at, ends_at FROM event WHERE id = $1 AND account_id = $2 \
     AND deleted_at IS NULL AND is_template = 0";

pub async fn lock_event(
    write: &mut Write,
    account: AccountId,
    event: EventId,
) -> Result<Option<LockedEvent>, StoreError> {
    let sql = write.locking(EVENT);
    let stored: Option<StoredEvent> =
        sqlx::query_as(sql).bind(event.0).bind(account.0).fetch_optional(&mut **write).await?;
    Ok(stored.map(|stored| LockedEvent::of(event, stored)))
}

/// The event as it is, unlocked.
pub async fn event(db: &Db, account: AccountId, event: EventId) -> Result<Option<LockedEvent>, StoreError> {
    let stored: Option<StoredEvent> =
        sqlx::query_as(EVENT).bind(event.0).bind(account.0).fetch_optional(&mut *db.reader().await?).await?;
    Ok(stored.map(|stored| LockedEvent::of(event, stored)))
}

/// Which event of the account an item is of.
pub async fn event_of(db: &Db, account: AccountId, item: ItemId) -> Result<Option<EventId>, StoreError> {
    let event: Option<i64> = sqlx::query_scalar(
        "SELECT i.event_id FROM item i JOIN event v ON v.id = i.event_id \
         WHERE i.id = $1 AND v.account_id = $2 AND v.deleted_at IS NULL",
    )
    .bind(item.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(event.map(EventId))
}

/// Those of the contacts who are on the event.
pub async fn people_among(
    write: &mut Write,
    event: EventId,
    contacts: &[ContactId],
) -> Result<Vec<ContactId>, StoreError> {
    let mut found = BTreeSet::new();
    let ids: Vec<i64> = contacts.iter().map(|contact| contact.0).collect();
    for chunk in db::chunks(&ids) {
        let sql = write.batch(format!(
            "SELECT contact_id FROM crew WHERE deleted_at IS NULL AND event_id = $1 AND contact_id IN ({})",
            db::placeholders(2, chunk.len())
        ));
        let mut query = sqlx::query_scalar(sql).bind(event.0);
        for id in chunk {
            query = query.bind(id);
        }
        let rows: Vec<i64> = query.fetch_all(&mut **write).await?;
        found.extend(rows.into_iter().map(ContactId));
    }
    Ok(found.into_iter().collect())
}

/// Raises the revision of these people's crew rows; returns them.
pub async fn touch_crew(
    write: &mut Write,
    account: AccountId,
    event: EventId,
    people: &BTreeSet<ContactId>,
) -> Result<Vec<CrewId>, StoreError> {
    let mut touched = Vec::new();
    let ids: Vec<i64> = people.iter().map(|contact| contact.0).collect();
    for chunk in db::chunks(&ids) {
        let sql = write.batch(format!(
            "UPDATE crew SET revision = revision + 1 WHERE account_id = $1 AND event_id = $2 AND contact_id IN ({}) \
             RETURNING id",
            db::placeholders(3, chunk.len())
        ));
        let mut query = sqlx::query_scalar(sql).bind(account.0).bind(event.0);
        for id in chunk {
            query = query.bind(id);
        }
        let rows: Vec<i64> = query.fetch_all(&mut **write).await?;
        touched.extend(rows.into_iter().map(CrewId));
    }
    Ok(touched)
}

/// The zone of an item's event.
pub async fn zone_of(db: &Db, item: ItemId) -> Result<Option<String>, StoreError> {
    let zone = sqlx::query_scalar("SELECT v.time_zone FROM item i JOIN event v ON v.id = i.event_id WHERE i.id = $1")
        .bind(item.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(zone)
}

/// Deletes for good what was deleted long ago.
pub async fn prune(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let mut write = db.write().await?;
    sqlx::query("DELETE FROM item WHERE deleted_at < $1").bind(now.plus_ms(-KEPT_MS).0).execute(&mut *write).await?;
    write.commit().await
}
