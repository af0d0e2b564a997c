//! The SQL of edits of a run of show.

use std::collections::{BTreeSet, HashMap};

use app::domain::ids::{AccountId, ContactId, CrewId, EditId, EventId, ItemChangeId, ItemId, MemberId};
use app::domain::time::{HOUR_MS, Timestamp};
use sqlx::AnyConnection;

use super::edits::EditKind;
use super::facts::{Facts, Field, FieldChange, Item};
use crate::db::{self, Db, Write, column};
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

pub async fn insert_edit(
    write: &mut Write,
    event: EventId,
    member: MemberId,
    kind: EditKind,
    now: Timestamp,
) -> Result<EditId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO timeline_edit (event_id, member_id, kind, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
    )
    .bind(event.0)
    .bind(member.0)
    .bind(kind.code())
    .bind(now.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(EditId(id))
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

/// Changes of one statement.
const CHANGES: usize = 64;

pub async fn insert_changes(
    write: &mut Write,
    edit: EditId,
    changes: &[(ItemId, FieldChange)],
) -> Result<(), StoreError> {
    for chunk in changes.chunks(CHANGES) {
        let rows = db::values_rows(1, chunk.len(), &["BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT"]);
        let sql = write
            .batch(format!("INSERT INTO item_change (edit_id, item_id, field, old_value, new_value) VALUES {rows}"));
        let mut query = sqlx::query(sql);
        for (item, FieldChange { field, old, new }) in chunk {
            query = query.bind(edit.0).bind(item.0).bind(field.code()).bind(old.clone()).bind(new.clone());
        }
        query.execute(&mut **write).await?;
    }
    Ok(())
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

/// Which event of the account an edit is of.
pub async fn edit(db: &Db, account: AccountId, edit: EditId) -> Result<Option<EventId>, StoreError> {
    let event: Option<i64> = sqlx::query_scalar(
        "SELECT t.event_id FROM timeline_edit t JOIN event v ON v.id = t.event_id \
         WHERE t.id = $1 AND v.account_id = $2 AND v.deleted_at IS NULL",
    )
    .bind(edit.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(event.map(EventId))
}

/// The newest edit of this kind by this member that changed an item: what a repetition of it made before.
pub async fn own_edit(
    write: &mut Write,
    item: ItemId,
    member: MemberId,
    kind: EditKind,
) -> Result<Option<EditId>, StoreError> {
    let edit: Option<i64> = sqlx::query_scalar(
        "SELECT c.edit_id FROM item_change c JOIN timeline_edit t ON t.id = c.edit_id \
         WHERE c.item_id = $1 AND t.member_id = $2 AND t.kind = $3 ORDER BY c.id DESC LIMIT 1",
    )
    .bind(item.0)
    .bind(member.0)
    .bind(kind.code())
    .fetch_optional(&mut **write)
    .await?;
    Ok(edit.map(EditId))
}

/// Whether an item was changed after an edit of it.
pub async fn is_changed_since(write: &mut Write, item: ItemId, edit: EditId) -> Result<bool, StoreError> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(edit_id) FROM item_change WHERE item_id = $1")
        .bind(item.0)
        .fetch_one(&mut **write)
        .await?;
    Ok(newest.is_some_and(|newest| newest > edit.0))
}

/// Whether an item was pinned, or let go, after an edit of it.
pub async fn is_pinned_since(write: &mut Write, item: ItemId, edit: EditId) -> Result<bool, StoreError> {
    let newest: Option<i64> =
        sqlx::query_scalar("SELECT MAX(edit_id) FROM item_change WHERE item_id = $1 AND field = 'pinned'")
            .bind(item.0)
            .fetch_one(&mut **write)
            .await?;
    Ok(newest.is_some_and(|newest| newest > edit.0))
}

/// The zone of an item's event.
pub async fn zone_of(db: &Db, item: ItemId) -> Result<Option<String>, StoreError> {
    let zone = sqlx::query_scalar("SELECT v.time_zone FROM item i JOIN event v ON v.id = i.event_id WHERE i.id = $1")
        .bind(item.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(zone)
}

/// The edit that undid this one, if it is undone.
pub async fn undone_by(write: &mut Write, edit: EditId) -> Result<Option<EditId>, StoreError> {
    let by: Option<i64> = sqlx::query_scalar("SELECT undone_by FROM timeline_edit WHERE id = $1")
        .bind(edit.0)
        .fetch_one(&mut **write)
        .await?;
    Ok(by.map(EditId))
}

pub async fn set_undone(write: &mut Write, edit: EditId, by: EditId) -> Result<(), StoreError> {
    sqlx::query("UPDATE timeline_edit SET undone_by = $2 WHERE id = $1")
        .bind(edit.0)
        .bind(by.0)
        .execute(&mut **write)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StoredChange {
    item_id: i64,
    field: String,
    old_value: String,
    new_value: String,
}

impl StoredChange {
    fn read(self) -> Option<(ItemId, FieldChange)> {
        let field = column::code("field", &self.field, |code| Field::from_code(code).map(Some), None)?;
        Some((ItemId(self.item_id), FieldChange { field, old: self.old_value, new: self.new_value }))
    }
}

/// What an edit changed.
pub async fn changes(write: &mut Write, edit: EditId) -> Result<Vec<(ItemId, FieldChange)>, StoreError> {
    let stored: Vec<StoredChange> = sqlx::query_as(
        "SELECT item_id, field, old_value, new_value FROM item_change WHERE edit_id = $1 ORDER BY item_id, id",
    )
    .bind(edit.0)
    .fetch_all(&mut **write)
    .await?;
    Ok(stored.into_iter().filter_map(StoredChange::read).collect())
}

/// One change, with the event of its item.
pub async fn change(
    db: &Db,
    account: AccountId,
    change: ItemChangeId,
) -> Result<Option<(EventId, ItemId, FieldChange)>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Stored {
        event_id: i64,
        item_id: i64,
        field: String,
        old_value: String,
        new_value: String,
    }
    let stored: Option<Stored> = sqlx::query_as(
        "SELECT i.event_id, c.item_id, c.field, c.old_value, c.new_value FROM item_change c \
         JOIN item i ON i.id = c.item_id JOIN event v ON v.id = i.event_id \
         WHERE c.id = $1 AND v.account_id = $2 AND v.deleted_at IS NULL",
    )
    .bind(change.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(stored.and_then(|Stored { event_id, item_id, field, old_value, new_value }| {
        let (item, change) = StoredChange { item_id, field, old_value, new_value }.read()?;
        Some((EventId(event_id), item, change))
    }))
}

/// Deletes for good what was deleted long ago.
pub async fn prune(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let mut write = db.write().await?;
    sqlx::query("DELETE FROM item WHERE deleted_at < $1").bind(now.plus_ms(-KEPT_MS).0).execute(&mut *write).await?;
    write.commit().await
}
