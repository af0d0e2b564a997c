//! The outbox's SQL.

use app::domain::ids::{ContactId, CrewId, EmailId, EventId, SystemMailId};
use app::domain::time::Timestamp;

use super::policy;
use crate::db::{self, Change, Db, Write, placeholders};
use crate::error::StoreError;
use crate::system_mail;

/// How long a job is one worker's alone: longer than any attempt may take.
const LEASE_MS: i64 = 60_000;

/// What the jobs worked here are for; those of another purpose are left alone.
const PURPOSES: &str = "purpose IN ('email', 'system')";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobId(pub i64);

/// What a job hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mail {
    /// A tracked email.
    Email(EmailId),
    /// An account's own mail.
    System(SystemMailId),
}

impl Mail {
    /// Its number among those of its kind.
    pub const fn number(self) -> i64 {
        match self {
            Self::Email(email) => email.0,
            Self::System(mail) => mail.0,
        }
    }
}

impl std::fmt::Display for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Email(email) => write!(f, "email {email}"),
            Self::System(mail) => write!(f, "system mail {mail}"),
        }
    }
}

/// A job as it is stored: number, what it names, attempts, mark.
type JobRow = (i64, Option<i64>, Option<i64>, i64, Option<i64>);

/// A job that is ours until the lease ends, or somebody leases it again: then the number of the attempt is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leased {
    pub job: JobId,
    pub mail: Mail,
    /// Counts from 1.
    pub attempt: i64,
    /// Set when an earlier attempt broke off in the middle of the hand-over.
    pub handing_over_at: Option<Timestamp>,
}

/// Takes the jobs that are due and nobody's, longest due first. A lease that ends later than it could, had it begun now,
/// was taken before the clock was set back, and has ended.
pub async fn lease(db: &Db, owner: &str, now: Timestamp, limit: i64) -> Result<Vec<Leased>, StoreError> {
    let mut transaction = db.write().await?;
    let select = transaction.locking_what_is_free(format!(
        "SELECT id, email_id, system_mail_id, attempts + 1, handing_over_at FROM outbox_job \
         WHERE {PURPOSES} AND {} AND (lease_until IS NULL OR lease_until <= $1 OR lease_until > $1 + {LEASE_MS}) \
         ORDER BY run_at, id LIMIT {limit}",
        db::due("run_at", &policy::longest_waits()),
    ));
    let rows: Vec<JobRow> = sqlx::query_as(select).bind(now.0).fetch_all(&mut *transaction).await?;
    if rows.is_empty() {
        transaction.rollback().await?;
        return Ok(Vec::new());
    }
    let update = format!(
        "UPDATE outbox_job SET lease_owner = $1, lease_until = $2, attempts = attempts + 1 WHERE id IN ({})",
        placeholders(3, rows.len()),
    );
    let mut query = sqlx::query(transaction.batch(update)).bind(owner).bind(now.plus_ms(LEASE_MS).0);
    for (job, ..) in &rows {
        query = query.bind(*job);
    }
    query.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(rows.into_iter().filter_map(leased).collect())
}

fn leased((job, email, system, attempt, marked): JobRow) -> Option<Leased> {
    let mail = email.map(|id| Mail::Email(EmailId(id))).or(system.map(|id| Mail::System(SystemMailId(id))))?;
    Some(Leased { job: JobId(job), mail, attempt, handing_over_at: marked.map(Timestamp) })
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
         FROM outbox_job WHERE purpose IN ('email', 'system')",
    )
    .fetch_one(&mut *db.reader().await?)
    .await?;
    Ok(due.map(Timestamp))
}

/// Commits that the message is about to go out, if the job is still ours; the lease begins anew.
pub async fn mark(db: &Db, leased: Leased, owner: &str, now: Timestamp) -> Result<bool, StoreError> {
    let mut transaction = db.write().await?;
    let done = sqlx::query(
        "UPDATE outbox_job SET handing_over_at = $1, lease_until = $2 \
         WHERE id = $3 AND lease_owner = $4 AND attempts = $5 AND handing_over_at IS NULL AND lease_until > $1",
    )
    .bind(now.0)
    .bind(now.plus_ms(LEASE_MS).0)
    .bind(leased.job.0)
    .bind(owner)
    .bind(leased.attempt)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a job that is ours; says whether it was.
pub async fn finish(transaction: &mut Write, leased: Leased, owner: &str) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM outbox_job WHERE id = $1 AND lease_owner = $2 AND attempts = $3")
        .bind(leased.job.0)
        .bind(owner)
        .bind(leased.attempt)
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

/// Notes how the provider calls an email, if that is not known yet. An id that another email has already is left alone:
/// nothing may fail for it.
pub async fn learn_provider_id(transaction: &mut Write, email: EmailId, id: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE email SET provider_message_id = $1 WHERE id = $2 AND provider_message_id IS NULL \
         AND NOT EXISTS (SELECT 1 FROM email AS other WHERE other.provider = email.provider \
         AND other.provider_message_id = $1 AND other.provider_message_id IS NOT NULL)",
    )
    .bind(id.to_owned())
    .bind(email.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Gives a job that is ours back until `run_at`, without its mark, and lets the row say why. An email of which something
/// was already reported keeps what it says.
pub async fn wait(db: &Db, leased: Leased, owner: &str, run_at: Timestamp, reason: &str) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    let ours = sqlx::query(
        "UPDATE outbox_job SET run_at = $1, lease_owner = NULL, lease_until = NULL, handing_over_at = NULL \
         WHERE id = $2 AND lease_owner = $3 AND attempts = $4",
    )
    .bind(run_at.0)
    .bind(leased.job.0)
    .bind(owner)
    .bind(leased.attempt)
    .execute(&mut *transaction)
    .await?
    .rows_affected()
        == 1;
    if !ours {
        return transaction.rollback().await;
    }
    match leased.mail {
        Mail::Email(email) => say_why(&mut transaction, email, reason).await?,
        Mail::System(mail) => system_mail::waits(&mut transaction, mail, reason).await?,
    }
    transaction.commit().await
}

async fn say_why(transaction: &mut Write, email: EmailId, reason: &str) -> Result<(), StoreError> {
    let row: Option<(i64, Option<i64>, Option<i64>)> = sqlx::query_as(
        "UPDATE email SET reason = $1, revision = revision + 1 WHERE id = $2 AND status IS NULL \
         RETURNING contact_id, event_id, crew_id",
    )
    .bind(reason)
    .bind(email.0)
    .fetch_optional(&mut **transaction)
    .await?;
    if let Some((contact_id, event_id, crew_id)) = row {
        let crew = crew_id.map(CrewId).zip(event_id.map(EventId));
        transaction.changed(Change::Email(email, ContactId(contact_id), crew));
    }
    Ok(())
}
