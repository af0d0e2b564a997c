//! The SQL of calendars. Nothing here reads an address, or who else is on an event.

use app::domain::ids::{AccountId, EventId, LinkId};

use crate::db::Db;
use crate::error::StoreError;

#[derive(sqlx::FromRow)]
pub struct StoredEvent {
    pub id: i64,
    /// Rises with each change of the event, of its status too.
    pub revision: i64,
    pub name: String,
    pub status: String,
    pub starts_at: i64,
    pub ends_at: i64,
    pub place: Option<String>,
    pub place_address: Option<String>,
}

/// Who holds a live share link.
#[derive(sqlx::FromRow)]
pub struct StoredHolder {
    pub token_hash: String,
    pub contact_id: i64,
    #[sqlx(flatten)]
    pub event: StoredEvent,
}

#[derive(sqlx::FromRow)]
pub struct StoredItem {
    pub id: i64,
    pub revision: i64,
    pub starts_at: i64,
    pub minutes: Option<i64>,
    pub title: String,
    pub details: String,
    pub location: String,
}

/// The holder of a share link; `None` if it is unknown or revoked, its person taken off, or its event deleted.
pub async fn holder(db: &Db, link: LinkId) -> Result<Option<StoredHolder>, StoreError> {
    let holder = sqlx::query_as(
        "SELECT l.token_hash, cr.contact_id, v.id, v.revision, v.name, v.status, v.starts_at, v.ends_at, \
         s.name AS place, s.address AS place_address \
         FROM link l JOIN crew cr ON cr.id = l.crew_id JOIN event v ON v.id = cr.event_id \
         LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         WHERE l.id = $1 AND l.kind = 'share' AND l.revoked_at IS NULL AND cr.deleted_at IS NULL \
         AND v.deleted_at IS NULL",
    )
    .bind(link.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(holder)
}

/// An event of this account; `None` if there is none, or it is deleted or a template.
pub async fn event(db: &Db, account: AccountId, event: EventId) -> Result<Option<StoredEvent>, StoreError> {
    let event = sqlx::query_as(
        "SELECT v.id, v.revision, v.name, v.status, v.starts_at, v.ends_at, s.name AS place, \
         s.address AS place_address \
         FROM event v LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         WHERE v.id = $1 AND v.account_id = $2 AND v.deleted_at IS NULL AND v.is_template = 0",
    )
    .bind(event.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(event)
}

/// All items of an event, in their order.
pub async fn items(db: &Db, event: i64) -> Result<Vec<StoredItem>, StoreError> {
    let items = sqlx::query_as(
        "SELECT i.id, i.revision, i.starts_at, i.minutes, i.title, i.details, i.location FROM item i \
         WHERE i.event_id = $1 AND i.deleted_at IS NULL ORDER BY i.starts_at, i.tie, i.id",
    )
    .bind(event)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(items)
}

/// Those that this contact owns.
pub async fn items_of(db: &Db, event: i64, contact: i64) -> Result<Vec<StoredItem>, StoreError> {
    let items = sqlx::query_as(
        "SELECT i.id, i.revision, i.starts_at, i.minutes, i.title, i.details, i.location \
         FROM item i JOIN assignment a ON a.item_id = i.id AND a.contact_id = $2 \
         WHERE i.event_id = $1 AND i.deleted_at IS NULL ORDER BY i.starts_at, i.tie, i.id",
    )
    .bind(event)
    .bind(contact)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(items)
}
