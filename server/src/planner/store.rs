//! The SQL of the planner page: a constant number of statements however many people and items an event has.

use app::domain::ids::{AccountId, ContactId, CrewId, EventId};
use sqlx::FromRow;
use sqlx::any::AnyRow;

use super::links::StoredLink;
use crate::db::{self, Db, Write};
use crate::emails::row::{StoredEmail, select_emails};
use crate::error::StoreError;

#[derive(FromRow)]
pub struct StoredHeader {
    pub id: i64,
    pub name: String,
    pub status: String,
    pub starts_at: i64,
    pub time_zone: String,
    pub pax: Option<i64>,
    pub place: Option<String>,
    pub revision: i64,
}

#[derive(FromRow)]
pub struct StoredItem {
    pub id: i64,
    pub starts_at: i64,
    pub minutes: Option<i64>,
    pub title: String,
    pub details: String,
    pub location: String,
    pub private: i64,
    pub pinned: i64,
    pub tie: i64,
    pub revision: i64,
    pub time_zone: String,
}

/// Who owns an item.
#[derive(FromRow)]
pub struct StoredAssignment {
    pub item_id: i64,
    pub contact_id: i64,
    pub first_name: String,
    pub last_name: String,
}

#[derive(FromRow)]
pub struct StoredCrew {
    pub id: i64,
    pub contact_id: i64,
    pub first_name: String,
    pub last_name: String,
    pub sort_name: String,
    pub role: String,
    pub email: Option<String>,
    pub contact_revision: i64,
    pub cause: Option<String>,
    pub link_id: Option<i64>,
    pub seed: Option<String>,
    pub token_hash: Option<String>,
    pub revision: i64,
    pub items: i64,
}

/// Reads the rows with some ids. `select` ends before the list of ids, `rest` follows it.
async fn read<T>(db: &Db, select: &str, ids: &[i64], rest: &str) -> Result<Vec<T>, StoreError>
where
    T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
{
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in db::chunks(ids) {
        let sql = db.batch(format!("{select} ({}){rest}", db::placeholders(1, chunk.len())));
        let mut query = sqlx::query_as(sql);
        for id in chunk {
            query = query.bind(id);
        }
        rows.extend(query.fetch_all(&mut *db.reader().await?).await?);
    }
    Ok(rows)
}

macro_rules! select_headers {
    ($rest:literal) => {
        concat!(
            "SELECT v.id, v.name, v.status, v.starts_at, v.time_zone, v.pax, s.name AS place, v.revision \
             FROM event v LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
             WHERE v.deleted_at IS NULL AND v.is_template = 0 AND ",
            $rest
        )
    };
}

pub async fn header(db: &Db, account: AccountId, event: EventId) -> Result<Option<StoredHeader>, StoreError> {
    let header = sqlx::query_as(select_headers!("v.id = $1 AND v.account_id = $2"))
        .bind(event.0)
        .bind(account.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(header)
}

/// Whether the event is one of this account's that were deleted and may come back.
pub async fn is_deleted(db: &Db, account: AccountId, event: EventId) -> Result<bool, StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT id FROM event WHERE id = $1 AND account_id = $2 AND deleted_at IS NOT NULL")
            .bind(event.0)
            .bind(account.0)
            .fetch_optional(&mut *db.reader().await?)
            .await?;
    Ok(found.is_some())
}

/// Deleted events that can be restored, and their revisions.
pub async fn deleted_events(db: &Db, ids: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    read(db, "SELECT id, revision FROM event WHERE id IN", ids, " AND deleted_at IS NOT NULL").await
}

pub async fn headers_of(db: &Db, ids: &[i64]) -> Result<Vec<StoredHeader>, StoreError> {
    read(db, select_headers!("v.id IN"), ids, "").await
}

macro_rules! select_items {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.starts_at, i.minutes, i.title, i.details, i.location, i.private, i.pinned, i.tie, i.revision, v.time_zone \
             FROM event v JOIN item i ON i.event_id = v.id WHERE ",
            $rest
        )
    };
}

pub async fn items(db: &Db, account: AccountId, event: EventId) -> Result<Vec<StoredItem>, StoreError> {
    let items = sqlx::query_as(select_items!(
        "v.id = $1 AND v.account_id = $2 AND i.deleted_at IS NULL \
         ORDER BY i.starts_at, i.tie, i.id"
    ))
    .bind(event.0)
    .bind(account.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(items)
}

pub async fn items_of(db: &Db, ids: &[i64]) -> Result<Vec<StoredItem>, StoreError> {
    read(db, select_items!("i.id IN"), ids, " AND i.deleted_at IS NULL").await
}

/// Deleted items that can be restored, and their revisions.
pub async fn deleted_items(db: &Db, ids: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    read(db, "SELECT id, revision FROM item WHERE id IN", ids, " AND deleted_at IS NOT NULL").await
}

macro_rules! select_assignments {
    ($rest:literal) => {
        concat!(
            "SELECT a.item_id, a.contact_id, c.first_name, c.last_name \
             FROM item i JOIN assignment a ON a.item_id = i.id JOIN contact c ON c.id = a.contact_id WHERE ",
            $rest
        )
    };
}

pub async fn assignments(db: &Db, account: AccountId, event: EventId) -> Result<Vec<StoredAssignment>, StoreError> {
    let assignments = sqlx::query_as(select_assignments!(
        "i.event_id = $1 AND i.deleted_at IS NULL AND c.account_id = $2 \
         ORDER BY c.sort_name, c.id"
    ))
    .bind(event.0)
    .bind(account.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(assignments)
}

pub async fn assignments_of(db: &Db, items: &[i64]) -> Result<Vec<StoredAssignment>, StoreError> {
    read(db, select_assignments!("i.id IN"), items, " ORDER BY c.sort_name, c.id").await
}

macro_rules! select_crew {
    ($rest:literal) => {
        concat!(
            "SELECT cr.id, cr.contact_id, c.first_name, c.last_name, c.sort_name, cr.role, c.email, \
             c.revision AS contact_revision, s.cause, l.id AS link_id, l.seed, l.token_hash, cr.revision, \
             (SELECT COUNT(*) FROM assignment a JOIN item i ON i.id = a.item_id \
              WHERE a.contact_id = cr.contact_id AND i.event_id = cr.event_id AND i.deleted_at IS NULL) AS items \
             FROM crew cr JOIN contact c ON c.id = cr.contact_id \
             LEFT JOIN link l ON l.id = cr.link_id AND l.revoked_at IS NULL \
             LEFT JOIN suppression s ON s.address_key = c.email_key AND s.lifted_at IS NULL ",
            $rest
        )
    };
}

/// Everybody on an event, by name.
pub const CREW_OF_EVENT: &str =
    select_crew!("WHERE cr.event_id = $1 AND cr.account_id = $2 ORDER BY c.sort_name, cr.id");

/// The newest invite of everybody on an event.
pub const INVITES_OF_EVENT: &str =
    select_emails!("JOIN crew cr ON cr.invite_email_id = e.id WHERE cr.event_id = $1 AND cr.account_id = $2");

pub async fn crew_of_event(db: &Db, account: AccountId, event: EventId) -> Result<Vec<StoredCrew>, StoreError> {
    let crew = sqlx::query_as(CREW_OF_EVENT).bind(event.0).bind(account.0).fetch_all(&mut *db.reader().await?).await?;
    Ok(crew)
}

pub async fn invites_of_event(db: &Db, account: AccountId, event: EventId) -> Result<Vec<StoredEmail>, StoreError> {
    let invites =
        sqlx::query_as(INVITES_OF_EVENT).bind(event.0).bind(account.0).fetch_all(&mut *db.reader().await?).await?;
    Ok(invites)
}

pub async fn crew_of(db: &Db, ids: &[i64]) -> Result<Vec<StoredCrew>, StoreError> {
    read(db, select_crew!("WHERE cr.id IN"), ids, "").await
}

pub async fn invites_of(db: &Db, crew: &[i64]) -> Result<Vec<StoredEmail>, StoreError> {
    read(db, select_emails!("JOIN crew cr ON cr.invite_email_id = e.id WHERE cr.id IN"), crew, "").await
}

/// The crew rows of some contacts, with their events.
pub async fn crew_of_contacts(db: &Db, contacts: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    read(db, "SELECT id, event_id FROM crew WHERE contact_id IN", contacts, "").await
}

/// Whether the crew row is this account's.
pub async fn is_of_account(db: &Db, account: AccountId, crew: CrewId) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT id FROM crew WHERE id = $1 AND account_id = $2")
        .bind(crew.0)
        .bind(account.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(found.is_some())
}

/// A crew row that nobody else changes until the commit.
pub struct LockedCrew {
    pub id: CrewId,
    pub event: EventId,
    pub contact: ContactId,
    pub event_name: String,
    /// The contact's address now.
    pub address: Option<String>,
    pub link: Option<StoredLink>,
}

#[derive(FromRow)]
struct StoredLockedCrew {
    event_id: i64,
    contact_id: i64,
    event_name: String,
    email: Option<String>,
    link_id: Option<i64>,
    seed: Option<String>,
    token_hash: Option<String>,
}

/// Locks a crew row of this account, so that two clicks on it come one after the other. `None` too when its event was deleted.
pub async fn lock_crew(
    transaction: &mut Write,
    account: AccountId,
    crew: CrewId,
) -> Result<Option<LockedCrew>, StoreError> {
    // The lock comes first and alone: what is read after it is what the click before has left.
    let lock = transaction.locking("SELECT id FROM crew WHERE id = $1 AND account_id = $2");
    let locked: Option<i64> =
        sqlx::query_scalar(lock).bind(crew.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    if locked.is_none() {
        return Ok(None);
    }
    let stored: Option<StoredLockedCrew> = sqlx::query_as(
        "SELECT cr.event_id, cr.contact_id, v.name AS event_name, c.email, l.id AS link_id, l.seed, l.token_hash \
         FROM crew cr JOIN event v ON v.id = cr.event_id JOIN contact c ON c.id = cr.contact_id \
         LEFT JOIN link l ON l.id = cr.link_id AND l.revoked_at IS NULL WHERE cr.id = $1 AND v.deleted_at IS NULL",
    )
    .bind(crew.0)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(stored.map(|stored| LockedCrew {
        id: crew,
        event: EventId(stored.event_id),
        contact: ContactId(stored.contact_id),
        event_name: stored.event_name,
        address: stored.email,
        link: StoredLink::from_columns(stored.link_id, stored.seed, stored.token_hash),
    }))
}
