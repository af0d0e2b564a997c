//! The SQL of items, and of who is responsible for them.

use std::collections::HashMap;

use app::domain::ids::{ContactId, EventId, ItemId};
use app::domain::time::Timestamp;
use sqlx::AnyConnection;

use super::facts::{Facts, Item};
use crate::db::{self, Db, Write, column};
use crate::error::StoreError;

#[derive(sqlx::FromRow)]
struct StoredItem {
    id: i64,
    starts_at: i64,
    minutes: Option<i64>,
    tie: i64,
    title: String,
    details: String,
    location: String,
    private: i64,
    pinned: i64,
    deleted_at: Option<i64>,
}

impl StoredItem {
    fn into_item(self, responsible: Vec<ContactId>) -> Item {
        Item {
            id: ItemId(self.id),
            facts: Facts {
                starts_at: Timestamp(self.starts_at),
                minutes: self.minutes.map(|minutes| column::number("length", minutes)),
                tie: self.tie,
                title: self.title,
                details: self.details,
                location: self.location,
                private: self.private == 1,
                pinned: self.pinned == 1,
                responsible,
                deleted: self.deleted_at.is_some(),
            },
        }
    }
}

macro_rules! select_items {
    ($rest:literal) => {
        concat!(
            "SELECT id, starts_at, minutes, tie, title, details, location, private, pinned, deleted_at \
             FROM item WHERE event_id = $1 AND ",
            $rest
        )
    };
}

/// The items of an event that are there, in order.
pub async fn items(write: &mut Write, event: EventId) -> Result<Vec<Item>, StoreError> {
    read_items(&mut *write, event).await
}

/// As `items`, outside of an edit.
pub async fn items_of(db: &Db, event: EventId) -> Result<Vec<Item>, StoreError> {
    read_items(&mut *db.reader().await?, event).await
}

async fn read_items(connection: &mut AnyConnection, event: EventId) -> Result<Vec<Item>, StoreError> {
    let stored: Vec<StoredItem> = sqlx::query_as(select_items!("deleted_at IS NULL ORDER BY starts_at, tie, id"))
        .bind(event.0)
        .fetch_all(&mut *connection)
        .await?;
    let assigned: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT a.item_id, a.contact_id FROM item i JOIN assignment a ON a.item_id = i.id \
         LEFT JOIN crew cr ON cr.event_id = i.event_id AND cr.contact_id = a.contact_id \
         WHERE i.event_id = $1 AND i.deleted_at IS NULL AND cr.deleted_at IS NULL ORDER BY a.item_id, a.contact_id",
    )
    .bind(event.0)
    .fetch_all(&mut *connection)
    .await?;
    let mut people: HashMap<i64, Vec<ContactId>> = HashMap::new();
    for (item, contact) in assigned {
        people.entry(item).or_default().push(ContactId(contact));
    }
    Ok(stored
        .into_iter()
        .map(|stored| {
            let responsible = people.remove(&stored.id).unwrap_or_default();
            stored.into_item(responsible)
        })
        .collect())
}

/// One item of an event, deleted or not.
pub async fn item(write: &mut Write, event: EventId, item: ItemId) -> Result<Option<Item>, StoreError> {
    read_item(&mut *write, event, item).await
}

/// As `item`, outside of an edit.
pub async fn item_of(db: &Db, event: EventId, item: ItemId) -> Result<Option<Item>, StoreError> {
    read_item(&mut *db.reader().await?, event, item).await
}

async fn read_item(connection: &mut AnyConnection, event: EventId, item: ItemId) -> Result<Option<Item>, StoreError> {
    let stored: Option<StoredItem> =
        sqlx::query_as(select_items!("id = $2")).bind(event.0).bind(item.0).fetch_optional(&mut *connection).await?;
    let Some(stored) = stored else { return Ok(None) };
    let responsible: Vec<i64> = sqlx::query_scalar(
        "SELECT a.contact_id FROM assignment a \
         LEFT JOIN crew cr ON cr.event_id = $1 AND cr.contact_id = a.contact_id \
         WHERE a.item_id = $2 AND cr.deleted_at IS NULL ORDER BY a.contact_id",
    )
    .bind(event.0)
    .bind(item.0)
    .fetch_all(&mut *connection)
    .await?;
    Ok(Some(stored.into_item(responsible.into_iter().map(ContactId).collect())))
}

pub async fn insert_item(write: &mut Write, event: EventId, facts: &Facts) -> Result<ItemId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO item (event_id, starts_at, minutes, tie, title, details, location, private, pinned) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
    )
    .bind(event.0)
    .bind(facts.starts_at.0)
    .bind(facts.minutes.map(i64::from))
    .bind(facts.tie)
    .bind(facts.title.clone())
    .bind(facts.details.clone())
    .bind(facts.location.clone())
    .bind(i64::from(facts.private))
    .bind(i64::from(facts.pinned))
    .fetch_one(&mut **write)
    .await?;
    insert_people(write, ItemId(id), &facts.responsible).await?;
    Ok(ItemId(id))
}

async fn insert_people(write: &mut Write, item: ItemId, people: &[ContactId]) -> Result<(), StoreError> {
    for contact in people {
        sqlx::query("INSERT INTO assignment (item_id, contact_id) VALUES ($1, $2)")
            .bind(item.0)
            .bind(contact.0)
            .execute(&mut **write)
            .await?;
    }
    Ok(())
}

pub async fn replace_people(write: &mut Write, item: ItemId, people: &[ContactId]) -> Result<(), StoreError> {
    // Whoever was taken off the event keeps what they own, unseen, until they are back.
    sqlx::query(
        "DELETE FROM assignment WHERE item_id = $1 AND NOT EXISTS (SELECT 1 FROM item i \
         JOIN crew cr ON cr.event_id = i.event_id AND cr.contact_id = assignment.contact_id \
         WHERE i.id = assignment.item_id AND cr.deleted_at IS NOT NULL)",
    )
    .bind(item.0)
    .execute(&mut **write)
    .await?;
    // A contact may be deleted by now.
    for contact in people {
        sqlx::query(
            "INSERT INTO assignment (item_id, contact_id) SELECT $1, id FROM contact WHERE id = $2 \
             ON CONFLICT (item_id, contact_id) DO NOTHING",
        )
        .bind(item.0)
        .bind(contact.0)
        .execute(&mut **write)
        .await?;
    }
    Ok(())
}

/// The columns of a row of the `VALUES` in `update_items`.
const COLUMNS: [&str; 10] =
    ["BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT"];

/// Writes everything of some items but their people.
pub async fn update_items(write: &mut Write, items: &[Item], now: Timestamp) -> Result<(), StoreError> {
    // In the order of their ids, as whoever else locks several.
    let mut items = items.to_vec();
    items.sort_by_key(|item| item.id);
    for chunk in db::chunks(&items) {
        let sql = write.batch(format!(
            "UPDATE item SET revision = item.revision + 1, starts_at = edited.column2, minutes = edited.column3, \
             tie = edited.column4, title = edited.column5, details = edited.column6, location = edited.column7, \
             private = edited.column8, pinned = edited.column9, deleted_at = edited.column10 \
             FROM (VALUES {}) AS edited WHERE item.id = edited.column1",
            db::values_rows(1, chunk.len(), &COLUMNS)
        ));
        let mut query = sqlx::query(sql);
        for Item { id, facts } in chunk {
            query = query
                .bind(id.0)
                .bind(facts.starts_at.0)
                .bind(facts.minutes.map(i64::from))
                .bind(facts.tie)
                .bind(facts.title)
                .bind(facts.details)
                .bind(facts.location)
                .bind(i64::from(facts.private))
                .bind(i64::from(facts.pinned))
                .bind(facts.deleted.then_some(now.0));
        }
        query.execute(&mut **write).await?;
    }
    Ok(())
}
