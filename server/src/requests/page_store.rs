//! The SQL of what pages show of requests: members', within their account, and a guest's own.

use app::domain::ids::{AccountId, CrewId, EventId};
use app::domain::time::Timestamp;

use crate::db::Db;
use crate::error::StoreError;

/// Something that a guest is asked for, with their answer.
#[derive(sqlx::FromRow)]
pub struct StoredAsked {
    pub id: i64,
    pub kind: String,
    pub label: String,
    pub description: String,
    pub required: i64,
    pub choices: String,
    pub reference: String,
    /// Of the file that hangs on it.
    pub file_name: Option<String>,
    pub file_size: Option<i64>,
    pub answer: Option<String>,
}

/// A guest's own file.
#[derive(sqlx::FromRow)]
pub struct StoredSent {
    pub id: i64,
    pub request_id: i64,
    pub file_name: String,
    pub size: i64,
    pub state: String,
    pub note: String,
}

pub async fn asked(db: &Db, event: EventId, crew: CrewId) -> Result<Vec<StoredAsked>, StoreError> {
    let asked = sqlx::query_as(
        "SELECT q.id, q.kind, q.label, q.description, q.required, q.choices, q.reference, \
         f.file_name, f.size AS file_size, a.text AS answer \
         FROM request q LEFT JOIN request_answer a ON a.request_id = q.id AND a.crew_id = $2 \
         LEFT JOIN request_file f ON f.request_id = q.id AND f.stored_at IS NOT NULL \
         WHERE q.event_id = $1 AND (q.crew_id IS NULL OR q.crew_id = $2) AND q.deleted_at IS NULL ORDER BY q.id",
    )
    .bind(event.0)
    .bind(crew.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(asked)
}

pub async fn sent(db: &Db, crew: CrewId) -> Result<Vec<StoredSent>, StoreError> {
    let sent = sqlx::query_as(
        "SELECT id, request_id, file_name, size, state, note FROM upload WHERE crew_id = $1 AND request_id IS NOT NULL \
         AND stored_at IS NOT NULL AND deleted_at IS NULL ORDER BY id",
    )
    .bind(crew.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(sent)
}

/// The event of a page: name, revision, time zone, and how many people are on it.
pub async fn event(
    db: &Db,
    account: AccountId,
    event: EventId,
) -> Result<Option<(String, i64, String, i64)>, StoreError> {
    let found = sqlx::query_as(
        "SELECT v.name, v.revision, v.time_zone, \
         (SELECT COUNT(*) FROM crew cr WHERE cr.event_id = v.id AND cr.deleted_at IS NULL) AS people \
         FROM event v WHERE v.id = $1 AND v.account_id = $2 AND v.deleted_at IS NULL AND v.is_template = 0",
    )
    .bind(event.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// First and last name of somebody on an event of the account.
pub async fn person(
    db: &Db,
    account: AccountId,
    event: EventId,
    crew: CrewId,
) -> Result<Option<(String, String)>, StoreError> {
    let found = sqlx::query_as(
        "SELECT c.first_name, c.last_name FROM crew cr JOIN contact c ON c.id = cr.contact_id \
         WHERE cr.id = $1 AND cr.event_id = $2 AND cr.account_id = $3 AND cr.deleted_at IS NULL",
    )
    .bind(crew.0)
    .bind(event.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found)
}

/// A request, with who is asked.
#[derive(sqlx::FromRow)]
pub struct StoredRow {
    pub id: i64,
    pub crew_id: Option<i64>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub kind: String,
    pub label: String,
    pub description: String,
    pub required: i64,
}

/// What an event asks; of `crew`, if that is somebody, what concerns them.
pub async fn rows(
    db: &Db,
    account: AccountId,
    event: EventId,
    crew: Option<CrewId>,
) -> Result<Vec<StoredRow>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT q.id, q.crew_id, c.first_name, c.last_name, q.kind, q.label, q.description, q.required \
         FROM request q LEFT JOIN crew cr ON cr.id = q.crew_id LEFT JOIN contact c ON c.id = cr.contact_id \
         WHERE q.event_id = $1 AND q.account_id = $2 AND q.deleted_at IS NULL AND cr.deleted_at IS NULL \
         AND (CAST($3 AS BIGINT) IS NULL OR q.crew_id IS NULL OR q.crew_id = $3) ORDER BY q.id",
    )
    .bind(event.0)
    .bind(account.0)
    .bind(crew.map(|crew| crew.0))
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(rows)
}

/// What somebody answered in words.
#[derive(sqlx::FromRow)]
pub struct StoredAnswer {
    pub request_id: i64,
    pub crew_id: i64,
    pub first_name: String,
    pub last_name: String,
    pub text: String,
    pub answered_at: i64,
}

pub async fn answers(db: &Db, event: EventId, crew: Option<CrewId>) -> Result<Vec<StoredAnswer>, StoreError> {
    let answers = sqlx::query_as(
        "SELECT a.request_id, a.crew_id, c.first_name, c.last_name, a.text, a.answered_at \
         FROM request q JOIN request_answer a ON a.request_id = q.id JOIN crew cr ON cr.id = a.crew_id \
         JOIN contact c ON c.id = cr.contact_id WHERE q.event_id = $1 AND q.deleted_at IS NULL AND cr.deleted_at IS NULL \
         AND (CAST($2 AS BIGINT) IS NULL OR a.crew_id = $2) ORDER BY c.sort_name, cr.id",
    )
    .bind(event.0)
    .bind(crew.map(|crew| crew.0))
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(answers)
}

/// A file that somebody sent.
#[derive(sqlx::FromRow)]
pub struct StoredFile {
    pub id: i64,
    pub request_id: i64,
    pub crew_id: i64,
    pub first_name: String,
    pub last_name: String,
    pub file_name: String,
    pub size: i64,
    pub pixels: i64,
    pub state: String,
    pub note: String,
    pub untold: Option<String>,
    pub reviewer: Option<String>,
    pub stored_at: i64,
    pub revision: i64,
}

pub async fn files(db: &Db, event: EventId, crew: Option<CrewId>) -> Result<Vec<StoredFile>, StoreError> {
    let files = sqlx::query_as(
        "SELECT u.id, u.request_id, u.crew_id, c.first_name, c.last_name, u.file_name, u.size, u.pixels, u.state, u.note, \
         u.untold, m.name AS reviewer, u.stored_at, u.revision \
         FROM request q JOIN upload u ON u.request_id = q.id JOIN crew cr ON cr.id = u.crew_id \
         JOIN contact c ON c.id = cr.contact_id LEFT JOIN member m ON m.id = u.reviewed_by \
         WHERE q.event_id = $1 AND q.deleted_at IS NULL AND cr.deleted_at IS NULL AND u.stored_at IS NOT NULL \
         AND u.deleted_at IS NULL AND (CAST($2 AS BIGINT) IS NULL OR u.crew_id = $2) ORDER BY c.sort_name, cr.id, u.id",
    )
    .bind(event.0)
    .bind(crew.map(|crew| crew.0))
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(files)
}

/// What was deleted and can be restored: id and label.
pub async fn deleted(
    db: &Db,
    account: AccountId,
    event: EventId,
    since: Timestamp,
) -> Result<Vec<(i64, String)>, StoreError> {
    let deleted = sqlx::query_as(
        "SELECT id, label FROM request WHERE event_id = $1 AND account_id = $2 AND deleted_at >= $3 \
         ORDER BY deleted_at DESC, id DESC LIMIT 50",
    )
    .bind(event.0)
    .bind(account.0)
    .bind(since.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(deleted)
}

/// A request in the list over all events.
#[derive(sqlx::FromRow)]
pub struct StoredOverview {
    pub id: i64,
    pub event_id: i64,
    pub event_name: String,
    pub starts_at: i64,
    pub time_zone: String,
    pub crew_id: Option<i64>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub label: String,
    pub required: i64,
    pub asked: i64,
    pub answered: i64,
    pub unreviewed: i64,
}

/// Rows of the list, and one more.
pub const LIMIT: usize = 201;

/// What is asked for by events that end at `now` or later, of people who are on them. (Whether somebody is, is asked row by row: as a
/// join PostgreSQL would read everybody on all events for it.)
pub async fn overview(db: &Db, account: AccountId, now: Timestamp) -> Result<Vec<StoredOverview>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT found.id, found.event_id, found.event_name, found.starts_at, found.time_zone, found.crew_id, \
         c.first_name, c.last_name, found.label, found.required, \
         CASE WHEN found.crew_id IS NULL THEN (SELECT COUNT(*) FROM crew p \
         WHERE p.event_id = found.event_id AND p.deleted_at IS NULL) ELSE 1 END AS asked, \
         CASE WHEN found.kind = 'file' THEN (SELECT COUNT(DISTINCT u.crew_id) FROM upload u \
         JOIN crew p ON p.id = u.crew_id WHERE u.request_id = found.id AND u.state <> 'rejected' \
         AND u.stored_at IS NOT NULL AND u.deleted_at IS NULL AND p.deleted_at IS NULL) \
         ELSE (SELECT COUNT(*) FROM request_answer a JOIN crew p ON p.id = a.crew_id \
         WHERE a.request_id = found.id AND p.deleted_at IS NULL) END AS answered, \
         (SELECT COUNT(*) FROM upload u JOIN crew p ON p.id = u.crew_id WHERE u.request_id = found.id \
         AND u.state = 'unreviewed' AND u.stored_at IS NOT NULL AND u.deleted_at IS NULL \
         AND p.deleted_at IS NULL) AS unreviewed \
         FROM (SELECT q.id, q.event_id, v.name AS event_name, v.starts_at, v.time_zone, q.crew_id, q.kind, q.label, \
         q.required FROM request q JOIN event v ON v.id = q.event_id \
         WHERE q.account_id = $1 AND q.deleted_at IS NULL AND v.deleted_at IS NULL AND v.status <> 'cancelled' \
         AND v.ends_at >= $2 AND (SELECT cr.deleted_at FROM crew cr WHERE cr.id = q.crew_id) IS NULL \
         ORDER BY v.starts_at, q.id LIMIT 201) found \
         LEFT JOIN crew cr ON cr.id = found.crew_id LEFT JOIN contact c ON c.id = cr.contact_id \
         ORDER BY found.starts_at, found.id",
    )
    .bind(account.0)
    .bind(now.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(rows)
}

/// A file in the list of those that were turned down.
#[derive(sqlx::FromRow)]
pub struct StoredRejected {
    pub id: i64,
    pub request_id: i64,
    pub event_id: i64,
    pub event_name: String,
    pub crew_id: i64,
    pub first_name: String,
    pub last_name: String,
    pub label: String,
    pub file_name: String,
    pub note: String,
}

/// Files of events that end at `now` or later that were turned down, and after which the same person sent no other.
pub async fn rejected(db: &Db, account: AccountId, now: Timestamp) -> Result<Vec<StoredRejected>, StoreError> {
    let rows = sqlx::query_as(
        "SELECT u.id, u.request_id, q.event_id, v.name AS event_name, u.crew_id, c.first_name, c.last_name, q.label, \
         u.file_name, u.note FROM upload u JOIN request q ON q.id = u.request_id JOIN event v ON v.id = q.event_id \
         JOIN crew cr ON cr.id = u.crew_id JOIN contact c ON c.id = cr.contact_id \
         WHERE u.account_id = $1 AND u.state = 'rejected' AND u.stored_at IS NOT NULL AND u.deleted_at IS NULL \
         AND q.deleted_at IS NULL AND cr.deleted_at IS NULL AND v.deleted_at IS NULL AND v.status <> 'cancelled' \
         AND v.ends_at >= $2 AND NOT EXISTS (SELECT 1 FROM upload n WHERE n.request_id = u.request_id \
         AND n.id > u.id AND n.crew_id = u.crew_id AND n.stored_at IS NOT NULL AND n.deleted_at IS NULL) \
         ORDER BY v.starts_at, u.id LIMIT 201",
    )
    .bind(account.0)
    .bind(now.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(rows)
}
