//! The SQL of batches.

use app::batches::{BatchState, Outcome};
use app::domain::delivery::DeliveryStatus;
use app::domain::ids::{AccountId, BatchId, ContactId, CrewId, EmailId, EventId, MemberId};
use app::domain::rsvp::Rsvp;
use app::domain::time::Timestamp;
use app::events::EventStatus;
use app::planner::LinkKind;
use sqlx::{Any, AnyConnection, FromRow};

use super::candidates::{EventFacts, Person};
use crate::contacts::display_name;
use crate::db::{self, Db, Write, column};
use crate::emails::suppressions;
use crate::error::StoreError;
use crate::rsvp;

/// The event of a batch, that is there.
pub struct Event {
    pub id: EventId,
    pub name: String,
    pub time_zone: String,
    pub facts: EventFacts,
    /// Whether it was deleted, and may come back.
    pub is_deleted: bool,
}

#[derive(FromRow)]
struct EventRow {
    id: i64,
    name: String,
    time_zone: String,
    status: String,
    rsvp: i64,
    deleted_at: Option<i64>,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        let facts = EventFacts {
            collects_rsvps: rsvp::collects(row.rsvp, &row.status),
            is_cancelled: row.status == EventStatus::Cancelled.code(),
        };
        let is_deleted = row.deleted_at.is_some();
        Self { id: EventId(row.id), name: row.name, time_zone: row.time_zone, facts, is_deleted }
    }
}

const EVENT: &str = "SELECT id, name, time_zone, status, rsvp, deleted_at FROM event \
     WHERE id = $1 AND account_id = $2 AND is_template = 0";

/// The account's event, `None` if it is gone. One that was deleted is returned as such.
pub async fn event(db: &Db, account: AccountId, event: EventId) -> Result<Option<Event>, StoreError> {
    let row: Option<EventRow> =
        sqlx::query_as(EVENT).bind(event.0).bind(account.0).fetch_optional(&mut *db.reader().await?).await?;
    Ok(row.map(Event::from))
}

/// The same, which nobody else changes until the commit.
pub async fn lock_event(
    transaction: &mut Write,
    account: AccountId,
    event: EventId,
) -> Result<Option<Event>, StoreError> {
    let select = transaction.locking(EVENT);
    let row: Option<EventRow> =
        sqlx::query_as(select).bind(event.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    Ok(row.map(Event::from))
}

#[derive(FromRow)]
struct PersonRow {
    id: i64,
    contact_id: i64,
    first_name: String,
    last_name: String,
    email: Option<String>,
    email_key: Option<String>,
    cause: Option<String>,
    invite_email_id: Option<i64>,
    status: Option<String>,
    rsvp: Option<String>,
    last_sent_at: Option<i64>,
    waits: i64,
}

/// Somebody on the event, with what people call them.
pub struct Named {
    pub contact: ContactId,
    pub name: String,
}

/// Everybody on an event, by name, as the sending of this kind of mail looks at them.
pub async fn people(
    connection: &mut AnyConnection,
    account: AccountId,
    event: EventId,
    kind: LinkKind,
) -> Result<Vec<(Person, Named)>, StoreError> {
    let rows: Vec<PersonRow> = sqlx::query_as::<Any, PersonRow>(
        "SELECT cr.id, cr.contact_id, c.first_name, c.last_name, c.email, c.email_key, s.cause, cr.invite_email_id, \
         i.status, cr.rsvp, (SELECT MAX(e.created_at) FROM email e WHERE e.event_id = cr.event_id \
         AND e.recipient_key = c.email_key AND e.kind = $3 AND (e.status IS NULL OR e.status <> 'failed')) AS last_sent_at, \
         (SELECT COUNT(*) FROM batch_person p JOIN batch b ON b.id = p.batch_id WHERE p.crew_id = cr.id \
         AND p.outcome = 'waiting' AND b.done_at IS NULL AND b.kind = $4) AS waits \
         FROM crew cr JOIN contact c ON c.id = cr.contact_id \
         LEFT JOIN suppression s ON s.address_key = c.email_key AND s.lifted_at IS NULL \
         LEFT JOIN email i ON i.id = cr.invite_email_id \
         WHERE cr.event_id = $1 AND cr.account_id = $2 AND cr.deleted_at IS NULL ORDER BY c.sort_name, cr.id",
    )
    .bind(event.0)
    .bind(account.0)
    .bind(super::worker::email_kind(kind).code())
    .bind(kind.code())
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(person).collect())
}

fn person(row: PersonRow) -> (Person, Named) {
    let named = Named { contact: ContactId(row.contact_id), name: display_name(&row.first_name, &row.last_name) };
    let person = Person {
        crew: CrewId(row.id),
        address: row.email,
        address_key: row.email_key,
        blocked: suppressions::cause(row.cause.as_deref()),
        was_invited: row.invite_email_id.is_some(),
        status: status(row.status.as_deref()),
        answer: row.rsvp.as_deref().and_then(Rsvp::from_code).unwrap_or_default(),
        last_sent_at: row.last_sent_at.map(Timestamp),
        waits: row.waits > 0,
    };
    (person, named)
}

fn status(stored: Option<&str>) -> Option<DeliveryStatus> {
    crate::emails::row::status(stored)
}

/// A batch before it is written.
pub struct NewBatch {
    pub account: AccountId,
    pub event: EventId,
    pub member: MemberId,
    pub kind: LinkKind,
    pub due_at: Timestamp,
}

/// Writes a batch with its people, each with why they are left out, if they are.
pub async fn insert(
    transaction: &mut Write,
    batch: &NewBatch,
    people: &[(CrewId, Option<String>)],
    now: Timestamp,
) -> Result<BatchId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO batch (account_id, event_id, member_id, kind, state, created_at, due_at) \
         VALUES ($1, $2, $3, $4, 'waiting', $5, $6) RETURNING id",
    )
    .bind(batch.account.0)
    .bind(batch.event.0)
    .bind(batch.member.0)
    .bind(batch.kind.code())
    .bind(now.0)
    .bind(batch.due_at.0)
    .fetch_one(&mut **transaction)
    .await?;
    for chunk in db::chunks(people) {
        let sql = transaction.batch(format!(
            "INSERT INTO batch_person (batch_id, crew_id, outcome, reason) VALUES {} ON CONFLICT (batch_id, crew_id) DO NOTHING",
            db::values_rows(1, chunk.len(), &["BIGINT", "BIGINT", "TEXT", "TEXT"]),
        ));
        let mut query = sqlx::query(sql);
        for (crew, reason) in chunk {
            let outcome = if reason.is_some() { Outcome::LeftOut } else { Outcome::Waiting };
            query = query.bind(id).bind(crew.0).bind(outcome.code()).bind(reason);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(BatchId(id))
}

/// A batch that nobody else changes until the commit.
pub struct Locked {
    pub id: BatchId,
    pub account: AccountId,
    pub event: EventId,
    pub member: MemberId,
    pub kind: LinkKind,
    pub state: BatchState,
}

/// Whose a batch is, and of which event.
pub async fn place(db: &Db, batch: BatchId) -> Result<Option<(AccountId, EventId)>, StoreError> {
    let row: Option<(i64, i64)> = sqlx::query_as("SELECT account_id, event_id FROM batch WHERE id = $1")
        .bind(batch.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(row.map(|(account, event)| (AccountId(account), EventId(event))))
}

/// Locks a batch of the account; the caller holds the lock of its event.
pub async fn lock(transaction: &mut Write, account: AccountId, batch: BatchId) -> Result<Option<Locked>, StoreError> {
    let select =
        transaction.locking("SELECT event_id, member_id, kind, state FROM batch WHERE id = $1 AND account_id = $2");
    let row: Option<(i64, i64, String, String)> =
        sqlx::query_as(select).bind(batch.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    Ok(row.map(|(event, member, kind, state)| Locked {
        id: batch,
        account,
        event: EventId(event),
        member: MemberId(member),
        kind: link_kind(&kind),
        state: batch_state(&state),
    }))
}

pub(super) fn link_kind(code: &str) -> LinkKind {
    let read = |code: &str| [LinkKind::Share, LinkKind::Rsvp].into_iter().find(|kind| kind.code() == code);
    column::code("kind of batch", code, read, LinkKind::Share)
}

/// What is not known is not sent.
pub(super) fn batch_state(code: &str) -> BatchState {
    column::code("state of a batch", code, BatchState::from_code, BatchState::Done)
}

/// Batches whose time has come, longest due first. None waits longer than `longest_ms`, however the clock was set.
pub async fn due(db: &Db, now: Timestamp, longest_ms: i64) -> Result<Vec<BatchId>, StoreError> {
    let ids: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM batch WHERE done_at IS NULL AND (due_at <= $1 OR due_at > $2) ORDER BY due_at, id LIMIT 100",
    )
    .bind(now.0)
    .bind(now.plus_ms(longest_ms).0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(ids.into_iter().map(BatchId).collect())
}

/// The next of those who wait, with their addresses as they are now. Somebody taken off the event is among them. In the order of
/// the contacts, which are locked as they are sent to: two batches of two events may have the same people.
pub async fn next_waiting(
    transaction: &mut Write,
    batch: BatchId,
    count: usize,
) -> Result<Vec<(CrewId, Option<String>)>, StoreError> {
    let rows: Vec<(i64, Option<String>)> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "SELECT p.crew_id, c.email FROM batch_person p JOIN crew cr ON cr.id = p.crew_id \
         JOIN contact c ON c.id = cr.contact_id WHERE p.batch_id = $1 AND p.outcome = 'waiting' \
         ORDER BY cr.contact_id, p.crew_id LIMIT {count}"
    )))
    .bind(batch.0)
    .fetch_all(&mut **transaction)
    .await?;
    Ok(rows.into_iter().map(|(crew, address)| (CrewId(crew), address)).collect())
}

/// Notes what became of somebody who waited; says whether they did.
pub async fn settle(
    transaction: &mut Write,
    batch: BatchId,
    crew: CrewId,
    outcome: Outcome,
    reason: Option<String>,
    email: Option<EmailId>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE batch_person SET outcome = $3, reason = CAST($4 AS TEXT), email_id = CAST($5 AS BIGINT) \
         WHERE batch_id = $1 AND crew_id = $2 AND outcome = 'waiting'",
    )
    .bind(batch.0)
    .bind(crew.0)
    .bind(outcome.code())
    .bind(reason)
    .bind(email.map(|email| email.0))
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The same for all who wait; returns how many.
pub async fn settle_all(
    transaction: &mut Write,
    batch: BatchId,
    outcome: Outcome,
    reason: Option<String>,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE batch_person SET outcome = $2, reason = CAST($3 AS TEXT) WHERE batch_id = $1 AND outcome = 'waiting'",
    )
    .bind(batch.0)
    .bind(outcome.code())
    .bind(reason)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected())
}

/// How many have this outcome.
pub async fn count(transaction: &mut Write, batch: BatchId, outcome: Outcome) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM batch_person WHERE batch_id = $1 AND outcome = $2")
        .bind(batch.0)
        .bind(outcome.code())
        .fetch_one(&mut **transaction)
        .await?)
}

/// Says how the batch stands from now on.
pub async fn set_state(
    transaction: &mut Write,
    batch: BatchId,
    state: BatchState,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done_at = (!state.is_open()).then_some(now.0);
    sqlx::query(
        "UPDATE batch SET state = $2, done_at = COALESCE(done_at, CAST($3 AS BIGINT)), revision = revision + 1 WHERE id = $1",
    )
    .bind(batch.0)
    .bind(state.code())
    .bind(done_at)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// What became of somebody in a batch; `None` if they are not in it.
pub async fn outcome(transaction: &mut Write, batch: BatchId, crew: CrewId) -> Result<Option<Outcome>, StoreError> {
    let code: Option<String> =
        sqlx::query_scalar("SELECT outcome FROM batch_person WHERE batch_id = $1 AND crew_id = $2")
            .bind(batch.0)
            .bind(crew.0)
            .fetch_optional(&mut **transaction)
            .await?;
    Ok(code.map(|code| column::code("outcome", &code, Outcome::from_code, Outcome::LeftOut)))
}
