//! The SQL of the screen where people are put on an event.

use app::domain::ids::{AccountId, ContactId, EventId};
use sqlx::AssertSqlSafe;

use crate::db::{Db, Write, placeholders};
use crate::error::StoreError;

/// The event's name, its zone and how many people are on it.
pub async fn event(db: &Db, account: AccountId, event: EventId) -> Result<Option<(String, String, i64)>, StoreError> {
    let found = sqlx::query_as(
        "SELECT v.name, v.time_zone, (SELECT COUNT(*) FROM crew cr WHERE cr.event_id = v.id AND cr.deleted_at IS NULL) \
         FROM event v WHERE v.id = $1 AND v.account_id = $2 AND v.deleted_at IS NULL AND v.is_template = 0",
    )
    .bind(event.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// Of these contacts those who are on the event, with their crew rows.
pub async fn crew_of(db: &Db, event: EventId, contacts: &[ContactId]) -> Result<Vec<(i64, i64)>, StoreError> {
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT contact_id, id FROM crew WHERE event_id = $1 AND deleted_at IS NULL AND contact_id IN ({})",
        placeholders(2, contacts.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(event.0);
    for contact in contacts {
        query = query.bind(contact.0);
    }
    Ok(query.fetch_all(&mut *db.reader().await?).await?)
}

/// Somebody who was put on the event, or taken off it.
#[derive(sqlx::FromRow)]
pub struct StoredPerson {
    pub id: i64,
    pub contact_id: i64,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub role: String,
    pub deleted_at: Option<i64>,
}

macro_rules! select_people {
    ($rest:literal) => {
        concat!(
            "SELECT cr.id, cr.contact_id, c.first_name, c.last_name, c.email, cr.role, cr.deleted_at \
             FROM crew cr JOIN contact c ON c.id = cr.contact_id WHERE cr.event_id = $1 AND cr.account_id = $2 AND ",
            $rest
        )
    };
}

/// Those who were put on the event last.
pub async fn recent(db: &Db, account: AccountId, event: EventId) -> Result<Vec<StoredPerson>, StoreError> {
    let sql = select_people!("cr.deleted_at IS NULL ORDER BY cr.created_at DESC, cr.id DESC LIMIT 8");
    Ok(sqlx::query_as(sql).bind(event.0).bind(account.0).fetch_all(&mut *db.reader().await?).await?)
}

/// Those who were taken off it last.
pub async fn removed(db: &Db, account: AccountId, event: EventId) -> Result<Vec<StoredPerson>, StoreError> {
    let sql = select_people!("cr.deleted_at IS NOT NULL ORDER BY cr.deleted_at DESC, cr.id DESC LIMIT 100");
    Ok(sqlx::query_as(sql).bind(event.0).bind(account.0).fetch_all(&mut *db.reader().await?).await?)
}

/// The contacts of the account with this address: id and name.
pub async fn with_address(
    transaction: &mut Write,
    account: AccountId,
    address_key: &str,
) -> Result<Vec<(i64, String, String)>, StoreError> {
    let found = sqlx::query_as(
        "SELECT id, first_name, last_name FROM contact WHERE email_key = $1 AND account_id = $2 ORDER BY id",
    )
    .bind(address_key.to_owned())
    .bind(account.0)
    .fetch_all(&mut **transaction)
    .await?;
    Ok(found)
}
