//! The SQL of the pages on which a run of show is edited.

use app::domain::ids::{AccountId, EventId, ItemId};

use crate::db::Db;
use crate::error::StoreError;

/// A change as the history shows it.
#[derive(sqlx::FromRow)]
pub struct StoredHistory {
    pub id: i64,
    pub field: String,
    pub old_value: String,
    pub new_value: String,
    pub created_at: i64,
    pub kind: String,
    pub name: String,
}

/// The newest changes of an item, newest first.
pub async fn history(db: &Db, item: ItemId) -> Result<Vec<StoredHistory>, StoreError> {
    let history = sqlx::query_as(
        "SELECT c.id, c.field, c.old_value, c.new_value, t.created_at, t.kind, m.name FROM item_change c \
         JOIN timeline_edit t ON t.id = c.edit_id JOIN member m ON m.id = t.member_id \
         WHERE c.item_id = $1 ORDER BY c.id DESC LIMIT 100",
    )
    .bind(item.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(history)
}

/// Everybody on the event, by name.
pub async fn people(db: &Db, account: AccountId, event: EventId) -> Result<Vec<(i64, String, String)>, StoreError> {
    let people = sqlx::query_as(
        "SELECT c.id, c.first_name, c.last_name FROM crew cr JOIN contact c ON c.id = cr.contact_id \
         WHERE cr.event_id = $1 AND cr.account_id = $2 AND cr.deleted_at IS NULL ORDER BY c.sort_name, c.id",
    )
    .bind(event.0)
    .bind(account.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(people)
}

#[derive(sqlx::FromRow)]
pub struct StoredDeleted {
    pub id: i64,
    pub title: String,
    pub starts_at: i64,
    pub deleted_at: i64,
    pub name: String,
}

/// The deleted items of an event, the last deleted first.
pub async fn deleted(db: &Db, event: EventId) -> Result<Vec<StoredDeleted>, StoreError> {
    let deleted = sqlx::query_as(
        "SELECT i.id, i.title, i.starts_at, i.deleted_at, m.name FROM item i \
         JOIN item_change c ON c.id = (SELECT MAX(d.id) FROM item_change d WHERE d.item_id = i.id AND d.field = 'deleted') \
         JOIN timeline_edit t ON t.id = c.edit_id JOIN member m ON m.id = t.member_id \
         WHERE i.event_id = $1 AND i.deleted_at IS NOT NULL ORDER BY i.deleted_at DESC, i.id DESC",
    )
    .bind(event.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(deleted)
}
