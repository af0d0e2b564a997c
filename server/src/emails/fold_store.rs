//! The SQL of the fold. Every function is one statement for each chunk of rows.

use std::collections::HashMap;

use app::domain::delivery::{Delivery, DeliveryStatus, Rank};
use app::domain::ids::{ContactId, CrewId, EmailId, EventId};
use app::domain::time::Timestamp;

use super::fold::Incoming;
use super::row::status;
use crate::db::{self, Change, Write};
use crate::error::StoreError;

/// An email as the fold sees it, locked until the commit.
#[derive(Clone, Debug)]
pub struct Tracked {
    pub id: EmailId,
    pub contact: ContactId,
    pub event: Option<EventId>,
    pub crew: Option<CrewId>,
    pub recipient_key: String,
    pub delivery: Delivery,
    pub revision: i64,
}

impl Tracked {
    pub fn change(&self) -> Change {
        Change::Email(self.id, self.contact, self.crew.zip(self.event))
    }
}

#[derive(sqlx::FromRow)]
struct TrackedRow {
    id: i64,
    contact_id: i64,
    event_id: Option<i64>,
    crew_id: Option<i64>,
    recipient_key: String,
    status: Option<String>,
    rank: i64,
    reason: Option<String>,
    status_at: i64,
    revision: i64,
}

impl From<TrackedRow> for Tracked {
    fn from(row: TrackedRow) -> Self {
        let status = status(row.status.as_deref());
        Self {
            id: EmailId(row.id),
            contact: ContactId(row.contact_id),
            event: row.event_id.map(EventId),
            crew: row.crew_id.map(CrewId),
            recipient_key: row.recipient_key,
            delivery: Delivery { status, rank: Rank(row.rank), reason: row.reason, as_of: Timestamp(row.status_at) },
            revision: row.revision,
        }
    }
}

/// The emails that exist, locked in the order of their ids so that two transactions never wait for each other.
pub async fn lock(
    transaction: &mut Write,
    emails: impl Iterator<Item = EmailId>,
) -> Result<HashMap<EmailId, Tracked>, StoreError> {
    let mut ids: Vec<i64> = emails.map(|email| email.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut tracked = HashMap::with_capacity(ids.len());
    for chunk in db::chunks(&ids) {
        let sql = transaction.locking_batch(format!(
            "SELECT id, contact_id, event_id, crew_id, recipient_key, status, rank, reason, status_at, revision \
             FROM email WHERE id IN ({}) ORDER BY id",
            db::placeholders(1, chunk.len()),
        ));
        let mut query = sqlx::query_as::<_, TrackedRow>(sql);
        for id in chunk {
            query = query.bind(id);
        }
        for row in query.fetch_all(&mut **transaction).await? {
            let email = Tracked::from(row);
            tracked.insert(email.id, email);
        }
    }
    Ok(tracked)
}

/// Writes down what was not known yet; returns the provider and key of each event that was new.
pub async fn insert_new(
    transaction: &mut Write,
    events: &[&Incoming],
    now: Timestamp,
) -> Result<Vec<(String, String)>, StoreError> {
    let mut new = Vec::with_capacity(events.len());
    for chunk in db::chunks(events) {
        let sql = transaction.batch(format!(
            "INSERT INTO delivery_event (provider, event_key, email_id, report, reason, occurred_at, received_at) \
             VALUES {} ON CONFLICT (provider, event_key) DO NOTHING RETURNING provider, event_key",
            db::values_rows(1, chunk.len(), &["TEXT", "TEXT", "BIGINT", "TEXT", "TEXT", "BIGINT", "BIGINT"]),
        ));
        let mut query = sqlx::query_as::<_, (String, String)>(sql);
        for Incoming { email, provider, event_key, event, .. } in chunk {
            query = query
                .bind(*provider)
                .bind(event_key.as_str())
                .bind(email.0)
                .bind(event.report.code())
                .bind(event.reason.as_deref())
                .bind(event.occurred_at.0)
                .bind(now.0);
        }
        new.extend(query.fetch_all(&mut **transaction).await?);
    }
    Ok(new)
}

/// Writes the folded emails back.
pub async fn update(transaction: &mut Write, emails: &[&Tracked]) -> Result<(), StoreError> {
    for chunk in db::chunks(emails) {
        let sql = transaction.batch(format!(
            "UPDATE email SET status = folded.column2, rank = folded.column3, reason = folded.column4, \
             status_at = folded.column5, revision = folded.column6 FROM (VALUES {}) AS folded \
             WHERE email.id = folded.column1",
            db::values_rows(1, chunk.len(), &["BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT", "BIGINT"]),
        ));
        let mut query = sqlx::query(sql);
        for Tracked { id, delivery, revision, .. } in chunk {
            query = query
                .bind(id.0)
                .bind(delivery.status.map(DeliveryStatus::code))
                .bind(delivery.rank.0)
                .bind(delivery.reason.as_deref())
                .bind(delivery.as_of.0)
                .bind(*revision);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Emails that are delayed and were handed over before `limit`, longest first; locked, but for those others hold.
pub async fn lock_delayed(transaction: &mut Write, limit: Timestamp, count: i64) -> Result<Vec<EmailId>, StoreError> {
    let sql = transaction.locking_what_is_free(format!(
        "SELECT id FROM email WHERE status = 'delayed' AND handed_over_at < $1 ORDER BY handed_over_at LIMIT {count}",
    ));
    let ids: Vec<(i64,)> = sqlx::query_as(sql).bind(limit.0).fetch_all(&mut **transaction).await?;
    Ok(ids.into_iter().map(|(id,)| EmailId(id)).collect())
}

/// Lets delayed emails count as handed over at `now` that were so later: the clock was set back, and they wait no longer
/// than the others from here on.
pub async fn hand_over_by(transaction: &mut Write, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE email SET handed_over_at = $1 WHERE status = 'delayed' AND handed_over_at > $1")
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
