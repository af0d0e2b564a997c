//! The SQL of the guest's page. The hash of the token is the only key: it finds one crew row, and through it one event.

use app::domain::ids::{CrewId, EventId, ItemId};

use crate::db::{Db, Write};
use crate::error::StoreError;

/// Who holds a live link, and to which event.
#[derive(sqlx::FromRow)]
pub struct StoredGuest {
    pub link_id: i64,
    pub event_id: i64,
    pub crew_id: i64,
    pub contact_id: i64,
    pub contact_created_at: i64,
    pub first_name: String,
    pub role: String,
    pub rsvp: Option<String>,
    pub rsvp_note: String,
    pub event_name: String,
    pub event_status: String,
    pub event_rsvp: i64,
    pub use_start_finish: i64,
    pub use_done: i64,
    pub starts_at: i64,
    pub time_zone: String,
    pub place: Option<String>,
    pub place_address: Option<String>,
}

#[derive(sqlx::FromRow)]
pub struct StoredItem {
    pub id: i64,
    pub starts_at: i64,
    pub minutes: Option<i64>,
    pub title: String,
    pub details: String,
    pub location: String,
    pub mine: i64,
    pub progress: String,
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
}

/// The holder of the link with this token hash; `None` if it is unknown or revoked, or its event deleted.
pub async fn guest(db: &Db, token_hash: &str) -> Result<Option<StoredGuest>, StoreError> {
    let guest = sqlx::query_as(
        "SELECT l.id AS link_id, cr.event_id, cr.id AS crew_id, cr.contact_id, c.created_at AS contact_created_at, \
         c.first_name, cr.role, cr.rsvp, cr.rsvp_note, \
         v.name AS event_name, v.status AS event_status, v.rsvp AS event_rsvp, v.use_start_finish, v.use_done, v.starts_at, v.time_zone, \
         s.name AS place, s.address AS place_address \
         FROM link l JOIN crew cr ON cr.id = l.crew_id JOIN contact c ON c.id = cr.contact_id \
         JOIN event v ON v.id = cr.event_id \
         LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         WHERE l.token_hash = $1 AND l.kind = 'share' AND l.revoked_at IS NULL AND cr.deleted_at IS NULL \
         AND v.deleted_at IS NULL",
    )
    .bind(token_hash.to_owned())
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(guest)
}

/// The items this guest may see: all that are not private, and their own.
pub async fn items(db: &Db, event: i64, contact: i64) -> Result<Vec<StoredItem>, StoreError> {
    let items = sqlx::query_as(
        "SELECT i.id, i.starts_at, i.minutes, i.title, i.details, i.location, i.progress, i.started_at, i.ended_at, \
         CASE WHEN a.contact_id IS NULL THEN 0 ELSE 1 END AS mine \
         FROM item i LEFT JOIN assignment a ON a.item_id = i.id AND a.contact_id = $2 \
         WHERE i.event_id = $1 AND i.deleted_at IS NULL AND (i.private = 0 OR a.contact_id IS NOT NULL) \
         ORDER BY i.starts_at, i.tie, i.id",
    )
    .bind(event)
    .bind(contact)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(items)
}

/// An item that somebody presses a button at.
#[derive(sqlx::FromRow)]
pub struct OwnItem {
    /// Who presses it.
    pub contact_id: i64,
    pub progress: String,
    pub started_at: Option<i64>,
    pub started_by: Option<i64>,
    pub use_start_finish: i64,
    pub use_done: i64,
}

/// An item of a person's own on an event; `None` if it is not theirs. The caller holds the lock of the event.
pub async fn own_item(
    write: &mut Write,
    event: EventId,
    crew: CrewId,
    item: ItemId,
) -> Result<Option<OwnItem>, StoreError> {
    let found = sqlx::query_as(
        "SELECT a.contact_id, i.progress, i.started_at, i.started_by, v.use_start_finish, v.use_done \
         FROM crew cr JOIN assignment a ON a.contact_id = cr.contact_id JOIN item i ON i.id = a.item_id \
         JOIN event v ON v.id = i.event_id \
         WHERE cr.id = $1 AND i.event_id = $2 AND i.id = $3 AND i.deleted_at IS NULL",
    )
    .bind(crew.0)
    .bind(event.0)
    .bind(item.0)
    .fetch_optional(&mut **write)
    .await?;
    Ok(found)
}

/// How far an item is, with when and who.
pub struct NewProgress {
    pub code: &'static str,
    pub started: Option<(i64, Option<i64>)>,
    pub ended: Option<(i64, Option<i64>)>,
}

pub async fn set_progress(write: &mut Write, item: ItemId, progress: &NewProgress) -> Result<(), StoreError> {
    let (started, ended) = (progress.started, progress.ended);
    sqlx::query(
        "UPDATE item SET progress = $2, started_at = $3, started_by = $4, ended_at = $5, ended_by = $6, \
         revision = revision + 1 WHERE id = $1",
    )
    .bind(item.0)
    .bind(progress.code)
    .bind(started.map(|(at, _)| at))
    .bind(started.and_then(|(_, by)| by))
    .bind(ended.map(|(at, _)| at))
    .bind(ended.and_then(|(_, by)| by))
    .execute(&mut **write)
    .await?;
    Ok(())
}
