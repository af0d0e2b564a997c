//! The SQL of what people see of batches. Reads only.

use app::batches::BatchRow;
use app::domain::ids::{AccountId, BatchId, EventId};
use app::domain::time::Timestamp;
use sqlx::FromRow;

use super::store::{batch_state, link_kind};
use crate::core::Core;
use crate::db::{self, Db, column};
use crate::error::StoreError;
use crate::zone::Zone;

/// The most batches that a list shows.
const LISTED: usize = 20;

#[derive(FromRow)]
struct StoredBatch {
    id: i64,
    event_id: i64,
    kind: String,
    state: String,
    made_by: String,
    created_at: i64,
    time_zone: String,
    waiting: i64,
    sent: i64,
    left_out: i64,
    taken_back: i64,
    revision: i64,
}

macro_rules! select_batches {
    ($rest:literal) => {
        concat!(
            "SELECT b.id, b.event_id, b.kind, b.state, m.name AS made_by, b.created_at, v.time_zone, b.revision, \
             (SELECT COUNT(*) FROM batch_person p WHERE p.batch_id = b.id AND p.outcome = 'waiting') AS waiting, \
             (SELECT COUNT(*) FROM batch_person p WHERE p.batch_id = b.id AND p.outcome = 'sent') AS sent, \
             (SELECT COUNT(*) FROM batch_person p WHERE p.batch_id = b.id AND p.outcome = 'left_out') AS left_out, \
             (SELECT COUNT(*) FROM batch_person p WHERE p.batch_id = b.id AND p.outcome = 'taken_back') AS taken_back \
             FROM batch b JOIN member m ON m.id = b.member_id JOIN event v ON v.id = b.event_id \
             WHERE v.deleted_at IS NULL AND ",
            $rest
        )
    };
}

fn row(stored: StoredBatch, now: Timestamp) -> BatchRow {
    BatchRow {
        id: BatchId(stored.id),
        event: EventId(stored.event_id),
        kind: link_kind(&stored.kind),
        state: batch_state(&stored.state),
        made_by: stored.made_by,
        made_at: Zone::named(&stored.time_zone).moment(Timestamp(stored.created_at), now),
        waiting: column::number("count", stored.waiting),
        sent: column::number("count", stored.sent),
        left_out: column::number("count", stored.left_out),
        taken_back: column::number("count", stored.taken_back),
        revision: column::number("revision", stored.revision),
    }
}

/// The last batches of an event of the account, newest first.
pub async fn list(core: &Core, account: AccountId, event: EventId) -> Result<Vec<BatchRow>, StoreError> {
    let now = core.clock.now();
    let rows: Vec<StoredBatch> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
        "{} LIMIT {LISTED}",
        select_batches!("b.event_id = $1 AND b.account_id = $2 ORDER BY b.id DESC")
    )))
    .bind(event.0)
    .bind(account.0)
    .fetch_all(&mut *core.db.reader().await?)
    .await?;
    Ok(rows.into_iter().map(|stored| row(stored, now)).collect())
}

/// Batches by their ids.
pub async fn rows(core: &Core, ids: &[i64]) -> Result<Vec<BatchRow>, StoreError> {
    let now = core.clock.now();
    let mut rows = Vec::with_capacity(ids.len());
    for chunk in db::chunks(ids) {
        let sql = core.db.batch(format!("{} ({})", select_batches!("b.id IN"), db::placeholders(1, chunk.len())));
        let mut query = sqlx::query_as::<_, StoredBatch>(sql);
        for id in chunk {
            query = query.bind(id);
        }
        let found = query.fetch_all(&mut *core.db.reader().await?).await?;
        rows.extend(found.into_iter().map(|stored| row(stored, now)));
    }
    Ok(rows)
}

/// When nothing of a batch was sent yet.
pub async fn due_at(db: &Db, batch: BatchId) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = sqlx::query_scalar("SELECT due_at FROM batch WHERE id = $1")
        .bind(batch.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(at.map(Timestamp))
}

/// Somebody in a batch, and how their mail fares.
#[derive(FromRow)]
pub struct StoredPerson {
    pub crew_id: i64,
    pub contact_id: i64,
    pub first_name: String,
    pub last_name: String,
    pub outcome: String,
    pub reason: Option<String>,
    pub email_id: Option<i64>,
    pub status: Option<String>,
    pub handed_over_at: Option<i64>,
    /// Why the mail has its status, or still waits.
    pub email_reason: Option<String>,
}

/// The people of a batch, by name.
pub async fn people_of(db: &Db, batch: BatchId) -> Result<Vec<StoredPerson>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT p.crew_id, cr.contact_id, c.first_name, c.last_name, p.outcome, p.reason, p.email_id, e.status, e.handed_over_at, \
         e.reason AS email_reason FROM batch_person p JOIN crew cr ON cr.id = p.crew_id \
         JOIN contact c ON c.id = cr.contact_id LEFT JOIN email e ON e.id = p.email_id \
         WHERE p.batch_id = $1 ORDER BY c.sort_name, p.crew_id",
    )
    .bind(batch.0)
    .fetch_all(&mut *db.reader().await?)
    .await?)
}
