//! The outbox's SQL.

use app::domain::email_kind::EmailKind;
use app::domain::ids::{ContactId, CrewId, EmailId, EventId};
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;

use crate::db::{Change, Db, Write, placeholders};
use crate::error::StoreError;

/// How long a job is one worker's alone: longer than any attempt may take.
const LEASE_MS: i64 = 60_000;

/// A job that is ours until the lease ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leased {
    pub email: EmailId,
    /// Counts from 1.
    pub attempt: i64,
    /// Set when an earlier attempt broke off in the middle of the hand-over.
    pub handing_over_at: Option<Timestamp>,
}

/// What a message is built from, and whether it may still go out.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Job {
    pub kind: String,
    pub recipient: String,
    pub subject: String,
    pub event_name: String,
    pub reference: String,
    pub message_id: String,
    pub created_at: i64,
    pub first_name: String,
    pub sender: String,
    pub venue: String,
    pub starts_at: Option<i64>,
    pub time_zone: Option<String>,
    pub space: Option<String>,
    pub space_address: Option<String>,
    pub link_seed: Option<String>,
    pub link_revoked_at: Option<i64>,
    pub suppressed: Option<String>,
}

impl Job {
    pub fn kind(&self) -> Result<EmailKind, StoreError> {
        EmailKind::from_code(&self.kind).ok_or_else(|| StoreError::corrupt("email kind", &self.kind))
    }

    /// Why the address is refused now, if it is.
    pub fn suppressed(&self) -> Result<Option<SuppressionCause>, StoreError> {
        let Some(code) = &self.suppressed else { return Ok(None) };
        SuppressionCause::from_code(code).map(Some).ok_or_else(|| StoreError::corrupt("suppression cause", code))
    }
}

/// Takes the jobs that are due and nobody's, longest due first.
pub async fn lease(db: &Db, owner: &str, now: Timestamp, limit: i64) -> Result<Vec<Leased>, StoreError> {
    let mut transaction = db.write().await?;
    let select = transaction.locking_what_is_free(
        "SELECT email_id, attempts + 1, handing_over_at FROM outbox_job \
         WHERE run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1) \
         ORDER BY run_at, email_id LIMIT $2",
    );
    let rows: Vec<(i64, i64, Option<i64>)> =
        sqlx::query_as(select).bind(now.0).bind(limit).fetch_all(&mut *transaction).await?;
    if rows.is_empty() {
        transaction.rollback().await?;
        return Ok(Vec::new());
    }
    let update = format!(
        "UPDATE outbox_job SET lease_owner = $1, lease_until = $2, attempts = attempts + 1 WHERE email_id IN ({})",
        placeholders(3, rows.len()),
    );
    let mut query = sqlx::query(transaction.batch(update)).bind(owner).bind(now.plus_ms(LEASE_MS).0);
    for (email, ..) in &rows {
        query = query.bind(*email);
    }
    query.execute(&mut *transaction).await?;
    transaction.commit().await?;
    let leased = |(email, attempt, marked): (i64, i64, Option<i64>)| Leased {
        email: EmailId(email),
        attempt,
        handing_over_at: marked.map(Timestamp),
    };
    Ok(rows.into_iter().map(leased).collect())
}

/// Ends every lease. Only right where no other process can hold one.
pub async fn release_all(db: &Db) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    sqlx::query("UPDATE outbox_job SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL")
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// When the next job can be leased.
pub async fn next_due(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    let (due,): (Option<i64>,) = sqlx::query_as(
        "SELECT MIN(CASE WHEN lease_until IS NOT NULL AND lease_until > run_at THEN lease_until ELSE run_at END) \
         FROM outbox_job",
    )
    .fetch_one(db.reader())
    .await?;
    Ok(due.map(Timestamp))
}

pub async fn load(db: &Db, email: EmailId) -> Result<Option<Job>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT e.kind, e.recipient, e.subject, e.event_name, e.reference, e.message_id, e.created_at, \
         c.first_name, m.name AS sender, a.name AS venue, v.starts_at, v.time_zone, s.name AS space, \
         s.address AS space_address, l.seed AS link_seed, l.revoked_at AS link_revoked_at, x.cause AS suppressed \
         FROM email e \
         JOIN contact c ON c.id = e.contact_id \
         JOIN member m ON m.id = e.member_id \
         JOIN account a ON a.id = e.account_id \
         LEFT JOIN event v ON v.id = e.event_id \
         LEFT JOIN space s ON s.id = v.space_id \
         LEFT JOIN link l ON l.id = e.link_id \
         LEFT JOIN suppression x ON x.address_key = e.recipient_key AND x.lifted_at IS NULL \
         WHERE e.id = $1",
    )
    .bind(email.0)
    .fetch_optional(db.reader())
    .await?)
}

/// Commits that the message is about to go out, if the job is still ours; the lease begins anew.
pub async fn mark(db: &Db, email: EmailId, owner: &str, now: Timestamp) -> Result<bool, StoreError> {
    let mut transaction = db.write().await?;
    let done = sqlx::query(
        "UPDATE outbox_job SET handing_over_at = $1, lease_until = $2 \
         WHERE email_id = $3 AND lease_owner = $4 AND lease_until > $1",
    )
    .bind(now.0)
    .bind(now.plus_ms(LEASE_MS).0)
    .bind(email.0)
    .bind(owner)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a job that is ours; says whether it was.
pub async fn finish(transaction: &mut Write, email: EmailId, owner: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM outbox_job WHERE email_id = $1 AND lease_owner = $2")
        .bind(email.0)
        .bind(owner)
        .execute(&mut **transaction)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes when an email was handed over; the first note stays.
pub async fn set_handed_over(transaction: &mut Write, email: EmailId, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE email SET handed_over_at = $1 WHERE id = $2 AND handed_over_at IS NULL")
        .bind(at.0)
        .bind(email.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct ChangedRow {
    contact_id: i64,
    event_id: Option<i64>,
    crew_id: Option<i64>,
}

/// Gives a job that is ours back until `run_at`, without its mark, and lets the row say why. An email of which something
/// was already reported keeps what it says.
pub async fn wait(db: &Db, email: EmailId, owner: &str, run_at: Timestamp, reason: &str) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    let ours = sqlx::query(
        "UPDATE outbox_job SET run_at = $1, lease_owner = NULL, lease_until = NULL, handing_over_at = NULL \
         WHERE email_id = $2 AND lease_owner = $3",
    )
    .bind(run_at.0)
    .bind(email.0)
    .bind(owner)
    .execute(&mut *transaction)
    .await?
    .rows_affected()
        == 1;
    if !ours {
        return transaction.rollback().await;
    }
    let row: Option<ChangedRow> = sqlx::query_as(
        "UPDATE email SET reason = $1, revision = revision + 1 WHERE id = $2 AND status IS NULL \
         RETURNING contact_id, event_id, crew_id",
    )
    .bind(reason)
    .bind(email.0)
    .fetch_optional(&mut *transaction)
    .await?;
    if let Some(ChangedRow { contact_id, event_id, crew_id }) = row {
        let crew = crew_id.map(CrewId).zip(event_id.map(EventId));
        transaction.changed(Change::Email(email, ContactId(contact_id), crew));
    }
    transaction.commit().await
}
