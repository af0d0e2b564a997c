//! The SQL of public pages. Nothing here reads a person.

use app::domain::ids::EventId;
use app::domain::time::Timestamp;
use sqlx::AnyConnection;

use crate::db::{Db, Write};
use crate::error::StoreError;

#[derive(sqlx::FromRow)]
pub struct StoredEvent {
    pub id: i64,
    pub name: String,
    pub status: String,
    pub starts_at: i64,
    pub time_zone: String,
    pub place: Option<String>,
    pub place_address: Option<String>,
}

#[derive(sqlx::FromRow)]
pub struct StoredItem {
    pub starts_at: i64,
    pub minutes: Option<i64>,
    pub title: String,
    pub location: String,
}

#[derive(sqlx::FromRow)]
pub struct StoredLink {
    pub id: i64,
    pub seed: String,
    pub token_hash: String,
}

/// The event of the public link with this token hash; `None` if it is unknown or revoked, or its event deleted.
pub async fn event(db: &Db, token_hash: &str) -> Result<Option<StoredEvent>, StoreError> {
    let found = sqlx::query_as(
        "SELECT v.id, v.name, v.status, v.starts_at, v.time_zone, s.name AS place, s.address AS place_address \
         FROM public_link p JOIN event v ON v.id = p.event_id \
         LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         WHERE p.token_hash = $1 AND v.deleted_at IS NULL",
    )
    .bind(token_hash.to_owned())
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// The items that are not private, in their order.
pub async fn items(db: &Db, event: EventId) -> Result<Vec<StoredItem>, StoreError> {
    let items = sqlx::query_as(
        "SELECT starts_at, minutes, title, location FROM item \
         WHERE event_id = $1 AND deleted_at IS NULL AND private = 0 ORDER BY starts_at, tie, id",
    )
    .bind(event.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(items)
}

/// The live link of an event. The caller knows whose it is.
pub async fn link(connection: &mut AnyConnection, event: EventId) -> Result<Option<StoredLink>, StoreError> {
    let found = sqlx::query_as("SELECT id, seed, token_hash FROM public_link WHERE event_id = $1")
        .bind(event.0)
        .fetch_optional(connection)
        .await?;
    Ok(found)
}

pub async fn insert(
    write: &mut Write,
    event: EventId,
    seed: &str,
    token_hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO public_link (event_id, seed, token_hash, created_at) VALUES ($1, $2, $3, $4)")
        .bind(event.0)
        .bind(seed.to_owned())
        .bind(token_hash.to_owned())
        .bind(now.0)
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// There is no statement that takes this back.
pub async fn delete(write: &mut Write, event: EventId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM public_link WHERE event_id = $1").bind(event.0).execute(&mut **write).await?;
    Ok(())
}
