//! The SQL of requests and of what people answer. A member's request is found within the account, a guest by the hash of a token.

use app::domain::ids::{AccountId, CrewId, EventId, RequestId};
use app::domain::time::Timestamp;
use sqlx::AnyConnection;

use super::checked::CheckedRequest;
use crate::db::{Change, Db, Write};
use crate::error::StoreError;

/// Locks an event of the account that is there. Returns whether there is one.
pub async fn lock_event(write: &mut Write, account: AccountId, event: EventId) -> Result<bool, StoreError> {
    let lock = write
        .locking("SELECT id FROM event WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL AND is_template = 0");
    let locked: Option<i64> =
        sqlx::query_scalar(lock).bind(event.0).bind(account.0).fetch_optional(&mut **write).await?;
    Ok(locked.is_some())
}

/// What is asked for, or was answered, has changed: every page that shows the event looks again.
pub async fn event_changed(write: &mut Write, event: EventId) -> Result<(), StoreError> {
    asked_changed(write, event, None).await
}

/// The same, of what concerns one person: of the guests' pages only theirs look again. Everybody's do for `None`.
pub async fn asked_changed(write: &mut Write, event: EventId, crew: Option<CrewId>) -> Result<(), StoreError> {
    sqlx::query("UPDATE event SET revision = revision + 1 WHERE id = $1").bind(event.0).execute(&mut **write).await?;
    write.changed(crew.map_or(Change::Event(event), |crew| Change::Asked(crew, event)));
    Ok(())
}

/// Whether the person is on the event.
pub async fn is_on(write: &mut Write, event: EventId, crew: CrewId) -> Result<bool, StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("SELECT id FROM crew WHERE id = $1 AND event_id = $2 AND deleted_at IS NULL")
            .bind(crew.0)
            .bind(event.0)
            .fetch_optional(&mut **write)
            .await?;
    Ok(found.is_some())
}

/// How many requests an event has.
pub async fn count(write: &mut Write, event: EventId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar("SELECT COUNT(*) FROM request WHERE event_id = $1 AND deleted_at IS NULL")
        .bind(event.0)
        .fetch_one(&mut **write)
        .await?;
    Ok(count)
}

pub async fn insert(
    write: &mut Write,
    account: AccountId,
    event: EventId,
    crew: Option<CrewId>,
    request: &CheckedRequest,
    now: Timestamp,
) -> Result<RequestId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO request (account_id, event_id, crew_id, kind, label, description, required, choices, reference, \
         created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
    )
    .bind(account.0)
    .bind(event.0)
    .bind(crew.map(|crew| crew.0))
    .bind(request.kind.code())
    .bind(request.label.clone())
    .bind(request.description.clone())
    .bind(i64::from(request.required))
    .bind(request.choices.clone())
    .bind(request.reference.clone())
    .bind(now.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(RequestId(id))
}

/// A request as it is stored.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StoredRequest {
    pub event_id: i64,
    pub event_name: String,
    pub crew_id: Option<i64>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub kind: String,
    pub label: String,
    pub description: String,
    pub required: i64,
    pub choices: String,
    pub reference: String,
    pub deleted_at: Option<i64>,
    pub revision: i64,
    /// Of the file that hangs on it.
    pub file_name: Option<String>,
    pub file_size: Option<i64>,
}

/// A request of the account whose event is there, deleted or not.
pub async fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    request: RequestId,
) -> Result<Option<StoredRequest>, StoreError> {
    let found = sqlx::query_as(
        "SELECT q.event_id, v.name AS event_name, q.crew_id, c.first_name, c.last_name, q.kind, q.label, q.description, \
         q.required, q.choices, q.reference, q.deleted_at, q.revision, f.file_name, f.size AS file_size \
         FROM request q JOIN event v ON v.id = q.event_id LEFT JOIN crew cr ON cr.id = q.crew_id \
         LEFT JOIN request_file f ON f.request_id = q.id AND f.stored_at IS NOT NULL LEFT JOIN contact c ON c.id = cr.contact_id WHERE q.id = $1 AND q.account_id = $2 AND v.deleted_at IS NULL",
    )
    .bind(request.0)
    .bind(account.0)
    .fetch_optional(connection)
    .await?;
    Ok(found)
}

/// Whether anybody answered a request or sent a file for it. One that is on its way finds out at its end what is asked by then.
pub async fn has_answers(write: &mut Write, request: RequestId) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT (SELECT COUNT(*) FROM request_answer WHERE request_id = $1) + (SELECT COUNT(*) FROM upload \
         WHERE request_id = $1 AND stored_at IS NOT NULL AND deleted_at IS NULL)",
    )
    .bind(request.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(count > 0)
}

pub async fn update(write: &mut Write, id: RequestId, request: &CheckedRequest) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE request SET kind = $2, label = $3, description = $4, required = $5, choices = $6, reference = $7, \
         revision = revision + 1 WHERE id = $1",
    )
    .bind(id.0)
    .bind(request.kind.code())
    .bind(request.label.clone())
    .bind(request.description.clone())
    .bind(i64::from(request.required))
    .bind(request.choices.clone())
    .bind(request.reference.clone())
    .execute(&mut **write)
    .await?;
    Ok(())
}

/// A file takes the place of the link, or leaves it empty.
pub async fn take_link_away(write: &mut Write, id: RequestId) -> Result<(), StoreError> {
    sqlx::query("UPDATE request SET reference = '', revision = revision + 1 WHERE id = $1")
        .bind(id.0)
        .execute(&mut **write)
        .await?;
    Ok(())
}

pub async fn set_deleted(write: &mut Write, id: RequestId, at: Option<Timestamp>) -> Result<(), StoreError> {
    sqlx::query("UPDATE request SET deleted_at = $2, revision = revision + 1 WHERE id = $1")
        .bind(id.0)
        .bind(at.map(|at| at.0))
        .execute(&mut **write)
        .await?;
    Ok(())
}

/// Who holds a live share link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest {
    pub account: AccountId,
    pub event: EventId,
    pub crew: CrewId,
    pub event_is_cancelled: bool,
}

/// The holder of the link with this token hash; `None` if it is unknown or revoked, or its event deleted.
pub async fn guest(connection: &mut AnyConnection, token_hash: &str) -> Result<Option<Guest>, StoreError> {
    let found: Option<(i64, i64, i64, String)> = sqlx::query_as(
        "SELECT cr.account_id, cr.event_id, cr.id, v.status FROM link l JOIN crew cr ON cr.id = l.crew_id \
         JOIN event v ON v.id = cr.event_id WHERE l.token_hash = $1 AND l.kind = 'share' AND l.revoked_at IS NULL \
         AND cr.deleted_at IS NULL AND v.deleted_at IS NULL",
    )
    .bind(token_hash.to_owned())
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(account, event, crew, status)| Guest {
        account: AccountId(account),
        event: EventId(event),
        crew: CrewId(crew),
        event_is_cancelled: status == app::events::EventStatus::Cancelled.code(),
    }))
}

/// The same, with their event and then their row kept from others until the commit.
pub async fn lock_guest(write: &mut Write, token_hash: &str) -> Result<Option<Guest>, StoreError> {
    let Some(guest) = guest(write, token_hash).await? else { return Ok(None) };
    let lock = write.locking("SELECT id FROM event WHERE id = $1");
    sqlx::query(lock).bind(guest.event.0).execute(&mut **write).await?;
    let lock = write.locking("SELECT id FROM crew WHERE id = $1");
    sqlx::query(lock).bind(guest.crew.0).execute(&mut **write).await?;
    // Read after the locks: the link may just have been revoked.
    self::guest(write, token_hash).await
}

/// What a guest is asked for: kind, label and choices; `None` if they are not, or not any more.
pub async fn asked(
    write: &mut Write,
    guest: &Guest,
    request: RequestId,
) -> Result<Option<(String, String)>, StoreError> {
    let found = sqlx::query_as(
        "SELECT kind, choices FROM request WHERE id = $1 AND event_id = $2 AND (crew_id IS NULL OR crew_id = $3) \
         AND deleted_at IS NULL",
    )
    .bind(request.0)
    .bind(guest.event.0)
    .bind(guest.crew.0)
    .fetch_optional(&mut **write)
    .await?;
    Ok(found)
}

/// Keeps an answer in the place of the one before. Returns whether that is another one.
pub async fn set_answer(
    write: &mut Write,
    request: RequestId,
    crew: CrewId,
    text: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "INSERT INTO request_answer (request_id, crew_id, text, answered_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (request_id, crew_id) DO UPDATE SET text = excluded.text, answered_at = excluded.answered_at \
         WHERE request_answer.text <> excluded.text",
    )
    .bind(request.0)
    .bind(crew.0)
    .bind(text.to_owned())
    .bind(now.0)
    .execute(&mut **write)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Takes an answer back. Returns whether there was one.
pub async fn delete_answer(write: &mut Write, request: RequestId, crew: CrewId) -> Result<bool, StoreError> {
    let deleted = sqlx::query("DELETE FROM request_answer WHERE request_id = $1 AND crew_id = $2")
        .bind(request.0)
        .bind(crew.0)
        .execute(&mut **write)
        .await?;
    Ok(deleted.rows_affected() == 1)
}

/// Deletes requests for good that were deleted before that.
pub async fn prune(db: &Db, before: Timestamp) -> Result<(), StoreError> {
    let mut write = db.write().await?;
    sqlx::query("DELETE FROM request WHERE deleted_at < $1").bind(before.0).execute(&mut *write).await?;
    write.commit().await
}
