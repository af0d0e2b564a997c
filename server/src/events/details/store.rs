//! The SQL of an event's details.

use app::domain::ids::{AccountId, ContactId, EventId, SpaceId};
use app::domain::time::Timestamp;
use app::events::EventStatus;
use sqlx::AnyConnection;

use crate::contacts;
use crate::db::{Change, Db, Write};
use crate::error::StoreError;
use crate::search_words::{self, WordsOf, words_of};

/// An event with the names of whom and what it refers to.
#[derive(sqlx::FromRow)]
pub struct StoredDetails {
    pub name: String,
    pub status: String,
    pub starts_at: i64,
    pub ends_at: i64,
    pub time_zone: String,
    pub pax: Option<i64>,
    pub rsvp: i64,
    pub use_start_finish: i64,
    pub use_done: i64,
    pub is_template: i64,
    pub deleted_at: Option<i64>,
    pub details_revision: i64,
    pub space_id: Option<i64>,
    pub space: Option<String>,
    pub client_contact_id: Option<i64>,
    pub client_first_name: Option<String>,
    pub client_last_name: Option<String>,
    pub client_organisation: Option<String>,
    pub client_email: Option<String>,
    pub client_namesakes: i64,
    pub organiser_contact_id: Option<i64>,
    pub organiser_first_name: Option<String>,
    pub organiser_last_name: Option<String>,
    pub organiser_organisation: Option<String>,
    pub organiser_email: Option<String>,
    pub organiser_namesakes: i64,
}

impl StoredDetails {
    /// The client, as the form names it.
    pub fn client_label(&self) -> Option<String> {
        Some(contacts::label(
            self.client_contact_id?,
            self.client_first_name.as_deref()?,
            self.client_last_name.as_deref()?,
            self.client_organisation.as_deref()?,
            self.client_email.as_deref(),
            self.client_namesakes > 1,
        ))
    }

    pub fn organiser_label(&self) -> Option<String> {
        Some(contacts::label(
            self.organiser_contact_id?,
            self.organiser_first_name.as_deref()?,
            self.organiser_last_name.as_deref()?,
            self.organiser_organisation.as_deref()?,
            self.organiser_email.as_deref(),
            self.organiser_namesakes > 1,
        ))
    }
}

/// An event or template of this account, also one that was deleted.
pub async fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    event: EventId,
) -> Result<Option<StoredDetails>, StoreError> {
    let found = sqlx::query_as(
        "SELECT v.name, v.status, v.starts_at, v.ends_at, v.time_zone, v.pax, v.rsvp, v.use_start_finish, v.use_done, \
         v.is_template, v.deleted_at, v.details_revision, s.id AS space_id, s.name AS space, \
         v.client_contact_id, k.first_name AS client_first_name, k.last_name AS client_last_name, \
         k.organisation AS client_organisation, k.email AS client_email, \
         (SELECT COUNT(*) FROM contact n WHERE n.account_id = v.account_id AND n.sort_name = k.sort_name) \
         AS client_namesakes, \
         v.organiser_contact_id, o.first_name AS organiser_first_name, o.last_name AS organiser_last_name, \
         o.organisation AS organiser_organisation, o.email AS organiser_email, \
         (SELECT COUNT(*) FROM contact n WHERE n.account_id = v.account_id AND n.sort_name = o.sort_name) \
         AS organiser_namesakes \
         FROM event v LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         LEFT JOIN contact k ON k.id = v.client_contact_id LEFT JOIN contact o ON o.id = v.organiser_contact_id \
         WHERE v.id = $1 AND v.account_id = $2",
    )
    .bind(event.0)
    .bind(account.0)
    .fetch_optional(connection)
    .await?;
    Ok(found)
}

/// The same, kept from others until the commit.
pub async fn lock(
    transaction: &mut Write,
    account: AccountId,
    event: EventId,
) -> Result<Option<StoredDetails>, StoreError> {
    // The lock comes first and alone: what is read after it is what others have left.
    let lock = transaction.locking("SELECT id FROM event WHERE id = $1 AND account_id = $2");
    let locked: Option<i64> =
        sqlx::query_scalar(lock).bind(event.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    if locked.is_none() {
        return Ok(None);
    }
    find(transaction, account, event).await
}

/// The zone of the event that is last by date.
pub async fn last_time_zone(db: &Db, account: AccountId) -> Result<Option<String>, StoreError> {
    let zone = sqlx::query_scalar(
        "SELECT time_zone FROM event WHERE account_id = $1 ORDER BY starts_at DESC, id DESC LIMIT 1",
    )
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(zone)
}

/// What an event is written from.
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
#[derive(Clone, Debug)]
pub struct NewEvent<'a> {
    pub name: &'a str,
    pub status: EventStatus,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub time_zone: &'a str,
    pub space: Option<SpaceId>,
    pub pax: Option<i64>,
    pub client: Option<ContactId>,
    pub organiser: Option<ContactId>,
    pub rsvp: bool,
    pub use_start_finish: bool,
    pub use_done: bool,
    pub is_template: bool,
}

type Statement<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// Binds what the form holds, from `name` to `use_done`, in the order in which both statements name it.
fn bind<'q>(statement: Statement<'q>, event: &NewEvent<'_>) -> Statement<'q> {
    statement
        .bind(event.name.to_owned())
        .bind(event.status.code())
        .bind(event.starts_at.0)
        .bind(event.ends_at.0)
        .bind(event.time_zone.to_owned())
        .bind(event.space.map(|space| space.0))
        .bind(event.pax)
        .bind(event.client.map(|contact| contact.0))
        .bind(event.organiser.map(|contact| contact.0))
        .bind(i64::from(event.rsvp))
        .bind(i64::from(event.use_start_finish))
        .bind(i64::from(event.use_done))
}

pub async fn insert(
    transaction: &mut Write,
    account: AccountId,
    event: &NewEvent<'_>,
    now: Timestamp,
) -> Result<EventId, StoreError> {
    let insert = sqlx::query(
        "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, space_id, pax, client_contact_id, \
         organiser_contact_id, rsvp, use_start_finish, use_done, is_template, created_at, is_indexed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1) RETURNING id",
    );
    let insert = bind(insert.bind(account.0), event).bind(i64::from(event.is_template)).bind(now.0);
    let id: i64 = sqlx::Row::try_get(&insert.fetch_one(&mut **transaction).await?, 0)?;
    search_words::replace(transaction, account, WordsOf::Event(id), words_of([event.name])).await?;
    transaction.changed(Change::Event(EventId(id)));
    Ok(EventId(id))
}

/// Writes the form. The caller holds the lock.
pub async fn update(
    transaction: &mut Write,
    account: AccountId,
    id: EventId,
    event: &NewEvent<'_>,
) -> Result<(), StoreError> {
    let update = sqlx::query(
        "UPDATE event SET name = $3, status = $4, starts_at = $5, ends_at = $6, time_zone = $7, space_id = $8, \
         pax = $9, client_contact_id = $10, organiser_contact_id = $11, rsvp = $12, use_start_finish = $13, \
         use_done = $14, revision = revision + 1, details_revision = details_revision + 1, is_indexed = 1 \
         WHERE id = $1 AND account_id = $2",
    );
    bind(update.bind(id.0).bind(account.0), event).execute(&mut **transaction).await?;
    search_words::replace(transaction, account, WordsOf::Event(id.0), words_of([event.name])).await?;
    transaction.changed(Change::Event(id));
    Ok(())
}

/// Writes the status alone; says whether the event is there.
pub async fn set_status(
    transaction: &mut Write,
    account: AccountId,
    event: EventId,
    status: EventStatus,
) -> Result<bool, StoreError> {
    let updated = sqlx::query(
        "UPDATE event SET status = $3, revision = revision + CASE WHEN status = $3 THEN 0 ELSE 1 END, \
         details_revision = details_revision + CASE WHEN status = $3 THEN 0 ELSE 1 END \
         WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL AND is_template = 0",
    )
    .bind(event.0)
    .bind(account.0)
    .bind(status.code())
    .execute(&mut **transaction)
    .await?;
    transaction.changed(Change::Event(event));
    Ok(updated.rows_affected() == 1)
}
