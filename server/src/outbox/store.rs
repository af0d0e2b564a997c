//! The outbox's SQL.

use std::collections::{BTreeMap, HashSet};

use app::domain::ids::{ContactId, CrewId, EmailId, EventId, SystemMailId};
use app::domain::time::Timestamp;

use super::pace::MailRate;
use super::policy;
use crate::db::{self, Change, Db, Write, placeholders};
use crate::error::StoreError;
use crate::system_mail;

/// How long a job is one worker's alone: longer than any attempt may take.
const LEASE_MS: i64 = 60_000;

/// What the jobs worked here are for; those of another purpose are left alone.
const PURPOSES: &str = "purpose IN ('email', 'system')";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// A job as it is stored: number, what it names, attempts, mark, and whose turn it was.
type JobRow = (i64, Option<i64>, Option<i64>, i64, Option<i64>, i64);

/// A job that is ours until the lease ends, or somebody leases it again: then the number of the attempt is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leased {
    pub job: JobId,
    pub mail: Mail,
    pub lane: Lane,
    /// Counts from 1.
    pub attempt: i64,
    /// Set when an earlier attempt broke off in the middle of the hand-over.
    pub handing_over_at: Option<Timestamp>,
}

/// Who waits for a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Somebody who pressed a button for it.
    Click,
    /// Nobody in particular: it is one of many that were sent at once.
    Batch,
}

/// How many jobs can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub all: usize,
    /// How many of them may be of a batch.
    pub batch: usize,
}

/// Whose turn it was last, by lane: the number of an account, 0 of what is no account's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    click: i64,
    batch: i64,
}

/// What was taken.
#[derive(Default)]
pub struct Taken {
    pub jobs: Vec<Leased>,
    pub turns: Turns,
    /// Where there is a pace: for how many milliseconds it lets nothing more go.
    pub pause_ms: Option<u64>,
}

/// Whether nobody has a job at `$1`. A lease that ends later than it could, had it begun now, was taken before the clock was
/// set back, and has ended.
fn is_free() -> String {
    format!("(lease_until IS NULL OR lease_until <= $1 OR lease_until > $1 + {LEASE_MS})")
}

/// Takes jobs that are due and nobody's: those that somebody clicked for first, the accounts in turn, beginning after the one
/// whose turn it was last, and of each account the longest due.
pub async fn lease(
    db: &Db,
    owner: &str,
    now: Timestamp,
    room: Room,
    turns: Turns,
    rate: Option<MailRate>,
) -> Result<Taken, StoreError> {
    let mut transaction = db.write().await?;
    let allowance = match rate {
        Some(rate) => Some(rate.allowance(lock_pace(&mut transaction).await?, now)),
        None => None,
    };
    let most = allowance.map_or(room.all, |allowance| allowance.mails.min(room.all));
    let (mut jobs, click) = free_jobs(&mut transaction, Lane::Click, turns.click, now, most).await?;
    let batch = room.batch.min(most - jobs.len());
    let (of_batches, batch) = free_jobs(&mut transaction, Lane::Batch, turns.batch, now, batch).await?;
    jobs.extend(of_batches);
    let turns = Turns { click, batch };
    let pause_ms = allowance.filter(|_| jobs.len() == most).map(|allowance| allowance.pause_ms(jobs.len()));
    if jobs.is_empty() {
        transaction.rollback().await?;
        return Ok(Taken { jobs, turns, pause_ms });
    }
    let ids: Vec<i64> = jobs.iter().map(|leased| leased.job.0).collect();
    for chunk in db::chunks(&ids) {
        let sql = transaction.batch(format!(
            "UPDATE outbox_job SET lease_owner = $1, lease_until = $2, attempts = attempts + 1 WHERE id IN ({})",
            placeholders(3, chunk.len()),
        ));
        let mut query = sqlx::query(sql).bind(owner).bind(now.plus_ms(LEASE_MS).0);
        for id in chunk {
            query = query.bind(id);
        }
        query.execute(&mut *transaction).await?;
    }
    if let Some(allowance) = allowance {
        sqlx::query("UPDATE outbox_pace SET used_until = $1 WHERE id = 1")
            .bind(allowance.used_by(jobs.len()))
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(Taken { jobs, turns, pause_ms })
}

/// Until when the pace is used up, in microseconds; nobody else takes jobs until the commit.
async fn lock_pace(transaction: &mut Write) -> Result<i64, StoreError> {
    let select = transaction.locking("SELECT used_until FROM outbox_pace WHERE id = 1");
    Ok(sqlx::query_scalar(select).fetch_one(&mut **transaction).await?)
}

/// Returns jobs, and whose turn it was last.
async fn free_jobs(
    transaction: &mut Write,
    lane: Lane,
    last: i64,
    now: Timestamp,
    most: usize,
) -> Result<(Vec<Leased>, i64), StoreError> {
    if most == 0 {
        return Ok((Vec::new(), last));
    }
    let is_free = is_free();
    let select = transaction.locking_what_is_free(format!(
        "SELECT id, email_id, system_mail_id, attempts + 1, handing_over_at, COALESCE(account_id, 0) FROM outbox_job WHERE id IN \
         (SELECT id FROM (SELECT id, COALESCE(account_id, 0) AS account, \
         ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY run_at, id) AS turn \
         FROM outbox_job WHERE {PURPOSES} AND is_batch = {} AND {is_free} AND {}) AS due \
         ORDER BY turn, CASE WHEN account > $2 THEN 0 ELSE 1 END, account LIMIT {most}) AND {is_free} ORDER BY run_at, id",
        i32::from(lane == Lane::Batch),
        db::due("run_at", &policy::longest_waits()),
    ));
    let rows: Vec<JobRow> = sqlx::query_as(select).bind(now.0).bind(last).fetch_all(&mut **transaction).await?;
    let last = last_turn(last, rows.iter().map(|(.., account)| *account));
    Ok((rows.into_iter().filter_map(|row| leased(row, lane)).collect(), last))
}

/// Whose turn is the last, when the accounts take turns with these jobs.
fn last_turn(before: i64, accounts: impl Iterator<Item = i64>) -> i64 {
    let mut turns: BTreeMap<i64, usize> = BTreeMap::new();
    for account in accounts {
        *turns.entry(account).or_default() += 1;
    }
    let last = turns.into_iter().max_by_key(|(account, turns)| (*turns, *account <= before, *account));
    last.map_or(before, |(account, _)| account)
}

fn leased((job, email, system, attempt, marked, _): JobRow, lane: Lane) -> Option<Leased> {
    let mail = email.map(|id| Mail::Email(EmailId(id))).or(system.map(|id| Mail::System(SystemMailId(id))))?;
    Some(Leased { job: JobId(job), mail, lane, attempt, handing_over_at: marked.map(Timestamp) })
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

/// When the next job can be leased, of a batch or not.
pub async fn next_due(db: &Db, with_batches: bool) -> Result<Option<Timestamp>, StoreError> {
    let (due,): (Option<i64>,) = sqlx::query_as(
        "SELECT MIN(CASE WHEN lease_until IS NOT NULL AND lease_until > run_at THEN lease_until ELSE run_at END) \
         FROM outbox_job WHERE purpose IN ('email', 'system') AND is_batch <= $1",
    )
    .bind(i64::from(with_batches))
    .fetch_one(&mut *db.reader().await?)
    .await?;
    Ok(due.map(Timestamp))
}

/// Commits that some messages are about to go out; their leases begin anew. Returns those of the jobs that are still ours.
pub async fn mark(db: &Db, jobs: &[Leased], owner: &str, now: Timestamp) -> Result<HashSet<JobId>, StoreError> {
    let mut transaction = db.write().await?;
    let mut marked = HashSet::with_capacity(jobs.len());
    for chunk in db::chunks(jobs) {
        let sql = transaction.batch(format!(
            "UPDATE outbox_job SET handing_over_at = $1, lease_until = $2 FROM (VALUES {}) AS ours \
             WHERE outbox_job.id = ours.column1 AND attempts = ours.column2 \
             AND lease_owner = ${owned} AND handing_over_at IS NULL AND lease_until > ${now_again} RETURNING id",
            db::values_rows(3, chunk.len(), &["BIGINT", "BIGINT"]),
            owned = 3 + 2 * chunk.len(),
            now_again = 4 + 2 * chunk.len(),
        ));
        let mut query = sqlx::query_scalar::<_, i64>(sql).bind(now.0).bind(now.plus_ms(LEASE_MS).0);
        for Leased { job, attempt, .. } in chunk {
            query = query.bind(job.0).bind(attempt);
        }
        marked.extend(query.bind(owner).bind(now.0).fetch_all(&mut *transaction).await?.into_iter().map(JobId));
    }
    transaction.commit().await?;
    Ok(marked)
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

/// Gives a job back until `run_at`, without its mark; says whether it was ours.
pub async fn give_back(
    transaction: &mut Write,
    leased: Leased,
    owner: &str,
    run_at: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE outbox_job SET run_at = $1, lease_owner = NULL, lease_until = NULL, handing_over_at = NULL \
         WHERE id = $2 AND lease_owner = $3 AND attempts = $4",
    )
    .bind(run_at.0)
    .bind(leased.job.0)
    .bind(owner)
    .bind(leased.attempt)
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets the row say why a mail waits. An email of which something was already reported keeps what it says.
pub async fn waits(transaction: &mut Write, mail: Mail, reason: &str) -> Result<(), StoreError> {
    match mail {
        Mail::Email(email) => say_why(transaction, email, reason).await,
        Mail::System(mail) => system_mail::waits(transaction, mail, reason).await,
    }
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

#[cfg(test)]
mod tests {
    use super::last_turn;

    #[test]
    fn the_turn_goes_round() {
        assert_eq!(last_turn(3, [].into_iter()), 3);
        assert_eq!(last_turn(3, [5].into_iter()), 5);
        assert_eq!(last_turn(3, [5, 1].into_iter()), 1, "5 comes before 1 after 3");
        assert_eq!(last_turn(3, [5, 1, 5].into_iter()), 5, "whose second turn it is");
        assert_eq!(last_turn(0, [0, 7].into_iter()), 0, "what is no account's goes last");
    }
}
