//! The SQL of the events list. Both directions are ranges of `event_by_start`.

use app::domain::cursor::TimeCursor;
use app::domain::ids::AccountId;
use app::domain::time::Timestamp;
use app::events::PAGE_ROWS;
use sqlx::AssertSqlSafe;

use crate::db::{Db, placeholders};
use crate::error::StoreError;

#[derive(sqlx::FromRow)]
pub struct StoredEvent {
    pub id: i64,
    pub name: String,
    pub status: String,
    pub starts_at: i64,
    pub ends_at: i64,
    pub time_zone: String,
    pub place: Option<String>,
}

/// How the people of an event were reached.
#[derive(sqlx::FromRow)]
pub struct Counts {
    pub event_id: i64,
    pub people: i64,
    pub delivered: i64,
    pub need_attention: i64,
}

const SOONEST_FIRST: &str = "SELECT v.id, v.name, v.status, v.starts_at, v.ends_at, v.time_zone, s.name AS place \
     FROM event v LEFT JOIN space s ON s.id = v.space_id \
     WHERE v.account_id = $1 AND (v.starts_at, v.id) > ($2, $3) AND v.ends_at >= $4 \
     ORDER BY v.starts_at, v.id LIMIT 51";

const NEWEST_FIRST: &str = "SELECT v.id, v.name, v.status, v.starts_at, v.ends_at, v.time_zone, s.name AS place \
     FROM event v LEFT JOIN space s ON s.id = v.space_id \
     WHERE v.account_id = $1 AND (v.starts_at, v.id) < ($2, $3) AND v.ends_at < $4 \
     ORDER BY v.starts_at DESC, v.id DESC LIMIT 51";

/// The limit of both: a page and one row more.
pub const LIMIT: usize = PAGE_ROWS as usize + 1;
const _: () = assert!(LIMIT == 51);

/// Events that end at `since` or later, soonest first.
pub async fn ending_since(
    db: &Db,
    account: AccountId,
    since: Timestamp,
    after: Option<TimeCursor>,
) -> Result<Vec<StoredEvent>, StoreError> {
    let after = after.unwrap_or(TimeCursor { at: Timestamp(i64::MIN), id: i64::MIN });
    page(db, SOONEST_FIRST, account, since, after).await
}

/// Events that ended before `before`, newest first.
pub async fn ended_before(
    db: &Db,
    account: AccountId,
    before: Timestamp,
    after: Option<TimeCursor>,
) -> Result<Vec<StoredEvent>, StoreError> {
    let after = after.unwrap_or(TimeCursor { at: Timestamp(i64::MAX), id: i64::MAX });
    page(db, NEWEST_FIRST, account, before, after).await
}

async fn page(
    db: &Db,
    sql: &'static str,
    account: AccountId,
    end: Timestamp,
    after: TimeCursor,
) -> Result<Vec<StoredEvent>, StoreError> {
    let rows = sqlx::query_as(sql)
        .bind(account.0)
        .bind(after.at.0)
        .bind(after.id)
        .bind(end.0)
        .fetch_all(&mut *db.reader().await?)
        .await?;
    Ok(rows)
}

/// The people of these events and how their newest invites fared, for the whole page in one statement.
pub async fn counts(db: &Db, events: &[i64]) -> Result<Vec<Counts>, StoreError> {
    if events.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT cr.event_id, COUNT(*) AS people, \
         CAST(SUM(CASE WHEN e.status = 'delivered' THEN 1 ELSE 0 END) AS BIGINT) AS delivered, \
         CAST(SUM(CASE WHEN e.status IN ('bounced', 'spam_reported', 'failed') THEN 1 ELSE 0 END) AS BIGINT) \
         AS need_attention \
         FROM crew cr LEFT JOIN email e ON e.id = cr.invite_email_id \
         WHERE cr.event_id IN ({}) GROUP BY cr.event_id",
        placeholders(1, events.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for event in events {
        query = query.bind(*event);
    }
    Ok(query.fetch_all(&mut *db.reader().await?).await?)
}
