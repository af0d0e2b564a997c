//! The SQL of the planner page: a constant number of statements however many people and items an event has.

use app::domain::email_kind::EmailKind;
use app::domain::ids::{AccountId, ContactId, CrewId, EventId};
use app::events::EventStatus;
use app::planner::LinkKind;
use sqlx::FromRow;
use sqlx::any::AnyRow;

use super::links::{StoredLink, StoredLinks};
use crate::db::{self, Db, Write};
use crate::emails::row::{StoredEmail, select_emails};
use crate::error::StoreError;
use crate::rsvp;

#[derive(FromRow)]
pub struct StoredHeader {
    pub id: i64,
    pub name: String,
    pub status: String,
    pub starts_at: i64,
    pub time_zone: String,
    pub pax: Option<i64>,
    pub place: Option<String>,
    pub rsvp: i64,
    pub unreviewed: i64,
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
    pub progress: String,
    /// When it came to be so far, and who says so.
    pub progress_at: Option<i64>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
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
    pub rsvp_link_id: Option<i64>,
    pub rsvp_seed: Option<String>,
    pub rsvp_token_hash: Option<String>,
    pub rsvp: Option<String>,
    pub rsvp_at: Option<i64>,
    pub rsvp_how: Option<String>,
    pub rsvp_note: String,
    /// The member who set it.
    pub rsvp_member: Option<String>,
    /// The event's.
    pub time_zone: String,
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
            "SELECT v.id, v.name, v.status, v.starts_at, v.time_zone, v.pax, s.name AS place, v.rsvp, v.revision, \
             (SELECT COUNT(*) FROM request q JOIN upload u ON u.request_id = q.id JOIN crew k ON k.id = u.crew_id \
              WHERE q.event_id = v.id AND q.deleted_at IS NULL AND k.deleted_at IS NULL AND u.state = 'unreviewed' \
              AND u.stored_at IS NOT NULL AND u.deleted_at IS NULL) AS unreviewed \
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
pub async fn deleted_events(db: &Db, ids: &[i64]) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    read(db, "SELECT id, CASE WHEN deleted_at IS NOT NULL THEN revision END FROM event WHERE id IN", ids, "").await
}

pub async fn headers_of(db: &Db, ids: &[i64]) -> Result<Vec<StoredHeader>, StoreError> {
    read(db, select_headers!("v.id IN"), ids, "").await
}

macro_rules! select_items {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.starts_at, i.minutes, i.title, i.details, i.location, i.private, i.pinned, i.tie, \
             i.progress, CASE WHEN i.ended_at IS NULL THEN i.started_at ELSE i.ended_at END AS progress_at, p.first_name, \
             p.last_name, i.revision, v.time_zone \
             FROM event v JOIN item i ON i.event_id = v.id \
             LEFT JOIN contact p ON p.id = CASE WHEN i.ended_at IS NULL THEN i.started_by ELSE i.ended_by END WHERE ",
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

/// Items that can be restored, and their revisions; no revision of one that is there again.
pub async fn deleted_items(db: &Db, ids: &[i64]) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    read(db, "SELECT id, CASE WHEN deleted_at IS NOT NULL THEN revision END FROM item WHERE id IN", ids, "").await
}

macro_rules! select_assignments {
    ($rest:literal) => {
        concat!(
            "SELECT a.item_id, a.contact_id, c.first_name, c.last_name \
             FROM item i JOIN assignment a ON a.item_id = i.id JOIN contact c ON c.id = a.contact_id \
             LEFT JOIN crew cr ON cr.event_id = i.event_id AND cr.contact_id = a.contact_id \
             WHERE cr.deleted_at IS NULL AND ",
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
             c.revision AS contact_revision, s.cause, l.id AS link_id, l.seed, l.token_hash, q.id AS rsvp_link_id, \
             q.seed AS rsvp_seed, q.token_hash AS rsvp_token_hash, cr.rsvp, cr.rsvp_at, cr.rsvp_how, cr.rsvp_note, \
             m.name AS rsvp_member, v.time_zone, cr.revision, \
             (SELECT COUNT(*) FROM assignment a JOIN item i ON i.id = a.item_id \
              WHERE a.contact_id = cr.contact_id AND i.event_id = cr.event_id AND i.deleted_at IS NULL) AS items \
             FROM crew cr JOIN contact c ON c.id = cr.contact_id JOIN event v ON v.id = cr.event_id \
             LEFT JOIN link l ON l.id = cr.link_id AND l.revoked_at IS NULL \
             LEFT JOIN link q ON q.id = cr.rsvp_link_id AND q.revoked_at IS NULL \
             LEFT JOIN member m ON m.id = cr.rsvp_member_id \
             LEFT JOIN suppression s ON s.address_key = c.email_key AND s.lifted_at IS NULL \
             WHERE cr.deleted_at IS NULL AND ",
            $rest
        )
    };
}

/// Everybody on an event, by name.
pub const CREW_OF_EVENT: &str = select_crew!("cr.event_id = $1 AND cr.account_id = $2 ORDER BY c.sort_name, cr.id");

/// The newest invite of everybody on an event.
pub const INVITES_OF_EVENT: &str = select_emails!(
    "JOIN crew cr ON cr.invite_email_id = e.id WHERE cr.event_id = $1 AND cr.account_id = $2 AND cr.deleted_at IS NULL"
);

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
    read(db, select_crew!("cr.id IN"), ids, "").await
}

/// Rows of people who can be brought back, and their revisions; no revision of one who is there again.
pub async fn deleted_crew(db: &Db, ids: &[i64]) -> Result<Vec<(i64, Option<i64>)>, StoreError> {
    read(db, "SELECT id, CASE WHEN deleted_at IS NOT NULL THEN revision END FROM crew WHERE id IN", ids, "").await
}

pub async fn invites_of(db: &Db, crew: &[i64]) -> Result<Vec<StoredEmail>, StoreError> {
    read(db, select_emails!("JOIN crew cr ON cr.invite_email_id = e.id WHERE cr.id IN"), crew, "").await
}

/// The crew rows of some contacts, with their events.
pub async fn crew_of_contacts(db: &Db, contacts: &[i64]) -> Result<Vec<(i64, i64)>, StoreError> {
    read(db, "SELECT id, event_id FROM crew WHERE deleted_at IS NULL AND contact_id IN", contacts, "").await
}

/// Whether the crew row is this account's, and its event is there.
pub async fn is_of_account(db: &Db, account: AccountId, crew: CrewId) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT cr.id FROM crew cr JOIN event v ON v.id = cr.event_id \
         WHERE cr.id = $1 AND cr.account_id = $2 AND cr.deleted_at IS NULL AND v.deleted_at IS NULL",
    )
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
    pub event_is_cancelled: bool,
    /// Whether the event collects answers now.
    pub collects_rsvps: bool,
    /// The contact's address now.
    pub address: Option<String>,
    pub links: StoredLinks,
    /// What the newest invite was.
    pub invite: Option<EmailKind>,
}

#[derive(FromRow)]
struct StoredLockedCrew {
    event_id: i64,
    contact_id: i64,
    event_name: String,
    event_status: String,
    event_rsvp: i64,
    email: Option<String>,
    link_id: Option<i64>,
    seed: Option<String>,
    token_hash: Option<String>,
    rsvp_link_id: Option<i64>,
    rsvp_seed: Option<String>,
    rsvp_token_hash: Option<String>,
    invite_kind: Option<String>,
}

/// Locks the event of a crew row of this account, and then the row, as those who edit the event do: two transactions never wait
/// for each other. Two clicks on the row come one after the other, and so do sends about one event, of which two rows may have
/// the same address. `None` too when the event was deleted; until the commit nobody deletes it.
pub async fn lock_crew(
    transaction: &mut Write,
    account: AccountId,
    crew: CrewId,
) -> Result<Option<LockedCrew>, StoreError> {
    let event: Option<i64> =
        sqlx::query_scalar("SELECT event_id FROM crew WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL")
            .bind(crew.0)
            .bind(account.0)
            .fetch_optional(&mut **transaction)
            .await?;
    let Some(event) = event else { return Ok(None) };
    let lock = transaction.locking("SELECT id FROM event WHERE id = $1 AND deleted_at IS NULL");
    let locked: Option<i64> = sqlx::query_scalar(lock).bind(event).fetch_optional(&mut **transaction).await?;
    if locked.is_none() {
        return Ok(None);
    }
    // The locks come first and alone: what is read after them is what the click before has left.
    let lock = transaction.locking("SELECT id FROM crew WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL");
    let locked: Option<i64> =
        sqlx::query_scalar(lock).bind(crew.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    if locked.is_none() {
        return Ok(None);
    }
    let stored: Option<StoredLockedCrew> = sqlx::query_as(
        "SELECT cr.event_id, cr.contact_id, v.name AS event_name, v.status AS event_status, v.rsvp AS event_rsvp, c.email, \
         l.id AS link_id, l.seed, l.token_hash, q.id AS rsvp_link_id, q.seed AS rsvp_seed, \
         q.token_hash AS rsvp_token_hash, e.kind AS invite_kind \
         FROM crew cr JOIN event v ON v.id = cr.event_id JOIN contact c ON c.id = cr.contact_id \
         LEFT JOIN link l ON l.id = cr.link_id AND l.revoked_at IS NULL \
         LEFT JOIN link q ON q.id = cr.rsvp_link_id AND q.revoked_at IS NULL \
         LEFT JOIN email e ON e.id = cr.invite_email_id WHERE cr.id = $1 AND v.deleted_at IS NULL",
    )
    .bind(crew.0)
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(stored.map(|stored| LockedCrew {
        id: crew,
        event: EventId(stored.event_id),
        contact: ContactId(stored.contact_id),
        event_name: stored.event_name,
        event_is_cancelled: stored.event_status == EventStatus::Cancelled.code(),
        collects_rsvps: rsvp::collects(stored.event_rsvp, &stored.event_status),
        address: stored.email,
        links: StoredLinks {
            share: StoredLink::from_columns(LinkKind::Share, stored.link_id, stored.seed, stored.token_hash),
            rsvp: StoredLink::from_columns(
                LinkKind::Rsvp,
                stored.rsvp_link_id,
                stored.rsvp_seed,
                stored.rsvp_token_hash,
            ),
        },
        invite: stored.invite_kind.as_deref().and_then(EmailKind::from_code),
    }))
}
