//! The SQL of portals. The caller has checked, or checks, the token; nothing here reads an address.

use app::domain::ids::ContactId;

use crate::db::Db;
use crate::error::StoreError;

/// A contact's first name, and when it was made.
pub async fn contact(db: &Db, contact: ContactId) -> Result<Option<(String, i64)>, StoreError> {
    let found = sqlx::query_as("SELECT first_name, created_at FROM contact WHERE id = $1")
        .bind(contact.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(found)
}

/// An event with the contact's live link to it.
#[derive(sqlx::FromRow)]
pub struct StoredEvent {
    pub link_id: i64,
    pub link_seed: String,
    pub link_hash: String,
    pub name: String,
    pub status: String,
    pub starts_at: i64,
    pub ends_at: i64,
    pub time_zone: String,
    pub place: Option<String>,
}

/// The events to which a contact holds a live share link, as they begin.
pub async fn events(db: &Db, contact: ContactId) -> Result<Vec<StoredEvent>, StoreError> {
    let events = sqlx::query_as(
        "SELECT l.id AS link_id, l.seed AS link_seed, l.token_hash AS link_hash, v.name, v.status, v.starts_at, \
         v.ends_at, v.time_zone, s.name AS place \
         FROM crew cr JOIN link l ON l.id = cr.link_id JOIN event v ON v.id = cr.event_id \
         LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         WHERE cr.contact_id = $1 AND cr.deleted_at IS NULL AND l.kind = 'share' AND l.revoked_at IS NULL \
         AND v.deleted_at IS NULL ORDER BY v.starts_at, v.id",
    )
    .bind(contact.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(events)
}
