//! The SQL of the events list, and of runs of show that move. Both directions of the list are ranges of `event_by_start`, those of
//! one status of `event_by_status`; a search is a range of an index of words.

use app::domain::cursor::TimeCursor;
use app::domain::ids::{AccountId, EventId};
use app::domain::time::{HOUR_MS, Timestamp};
use app::events::{EventStatus, PAGE_ROWS};
use sqlx::AssertSqlSafe;

use super::details::MAX_DAYS;
use crate::db::{Db, Write, chunks, placeholders, values_rows};
use crate::error::StoreError;
use crate::search_words;

#[derive(sqlx::FromRow)]
pub struct StoredEvent {
    pub id: i64,
    pub name: String,
    pub status: String,
    pub starts_at: i64,
    pub ends_at: i64,
    pub time_zone: String,
    pub place: Option<String>,
    pub client_first_name: Option<String>,
    pub client_last_name: Option<String>,
    pub organiser_first_name: Option<String>,
    pub organiser_last_name: Option<String>,
}

/// How the people of an event were reached.
#[derive(sqlx::FromRow)]
pub struct Counts {
    pub event_id: i64,
    pub people: i64,
    pub delivered: i64,
    pub need_attention: i64,
}

/// An event as the list needs it. `v` is the event.
macro_rules! select_events {
    ($from:literal) => {
        concat!(
            "SELECT v.id, v.name, v.status, v.starts_at, v.ends_at, v.time_zone, s.name AS place, \
             k.first_name AS client_first_name, k.last_name AS client_last_name, \
             o.first_name AS organiser_first_name, o.last_name AS organiser_last_name FROM ",
            $from,
            " LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
             LEFT JOIN contact k ON k.id = v.client_contact_id LEFT JOIN contact o ON o.id = v.organiser_contact_id \
             WHERE v.account_id = $1 AND v.is_template = 0 AND v.deleted_at IS NULL "
        )
    };
}

/// The events that have a word beginning with the searched one (`{from}` up to `{to}`), in their own name or in that of their
/// client, organiser or space: each a range of an index. The cross joins keep SQLite from starting at the events.
const FOUND: &str = "(SELECT w.event_id FROM event_word w WHERE w.account_id = $1 AND w.word >= {from} AND w.word < {to} \
     UNION SELECT x.id FROM contact_word w CROSS JOIN event x \
     WHERE w.account_id = $1 AND w.word >= {from} AND w.word < {to} AND x.client_contact_id = w.contact_id \
     UNION SELECT x.id FROM contact_word w CROSS JOIN event x \
     WHERE w.account_id = $1 AND w.word >= {from} AND w.word < {to} AND x.organiser_contact_id = w.contact_id \
     UNION SELECT x.id FROM space_word w CROSS JOIN event x \
     WHERE w.account_id = $1 AND w.word >= {from} AND w.word < {to} AND x.space_id = w.space_id)";

/// Whether an event that was found has a further word.
const HAS_WORD: &str = "AND (EXISTS (SELECT 1 FROM event_word w WHERE w.event_id = v.id AND w.word >= {from} AND w.word < {to}) \
     OR EXISTS (SELECT 1 FROM contact_word w WHERE w.contact_id = v.client_contact_id AND w.word >= {from} AND w.word < {to}) \
     OR EXISTS (SELECT 1 FROM contact_word w WHERE w.contact_id = v.organiser_contact_id AND w.word >= {from} AND w.word < {to}) \
     OR EXISTS (SELECT 1 FROM space_word w WHERE w.space_id = v.space_id AND w.word >= {from} AND w.word < {to})) ";

/// The limit of a list: a page and one row more.
pub const LIMIT: usize = PAGE_ROWS as usize + 1;
const _: () = assert!(LIMIT == 51);

/// A page of the list and one row more.
#[derive(Clone, Debug)]
pub struct ListQuery<'a> {
    /// Those that ended before `end`, newest first; else those that end then or later, soonest first.
    pub old: bool,
    pub end: Timestamp,
    pub status: Option<EventStatus>,
    /// Folded, the longest first.
    pub words: &'a [String],
    pub after: Option<TimeCursor>,
}

/// The text of a list, for plans: `$1` is the account, `$2` and `$3` the place, `$4` the end; then the status, if one is asked
/// for, and the range of each word.
pub fn list_sql(old: bool, by_status: bool, words: usize) -> String {
    let first_word = 5 + usize::from(by_status);
    let range = |text: &str, word: usize| {
        let from = first_word + 2 * word;
        text.replace("{from}", &format!("${from}")).replace("{to}", &format!("${}", from + 1))
    };
    let mut sql = if words == 0 {
        select_events!("event v").to_owned()
    } else {
        let found = select_events!("{found} found CROSS JOIN event v").replace("{found}", &range(FOUND, 0));
        format!("{found}AND v.id = found.event_id ")
    };
    if by_status {
        sql.push_str("AND v.status = $5 ");
    }
    for word in 1..words {
        sql.push_str(&range(HAS_WORD, word));
    }
    sql.push_str(if old {
        "AND (v.starts_at, v.id) < ($2, $3) AND v.ends_at < $4 ORDER BY v.starts_at DESC, v.id DESC LIMIT 51"
    } else {
        "AND (v.starts_at, v.id) > ($2, $3) AND v.ends_at >= $4 ORDER BY v.starts_at, v.id LIMIT 51"
    });
    sql
}

pub async fn list(db: &Db, account: AccountId, query: ListQuery<'_>) -> Result<Vec<StoredEvent>, StoreError> {
    let ListQuery { old, end, status, words, after } = query;
    let after = after.unwrap_or_else(|| {
        // No event that lasts until then starts earlier: `CheckedEvent` sees to it, with a day to spare for their clocks.
        let longest = (MAX_DAYS + 1) * 24 * HOUR_MS;
        let first = if old { Timestamp(i64::MAX) } else { end.plus_ms(-longest) };
        TimeCursor { at: first, id: if old { i64::MAX } else { i64::MIN } }
    });
    let sql = list_sql(old, status.is_some(), words.len());
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(account.0).bind(after.at.0).bind(after.id).bind(end.0);
    let mut query = match status {
        Some(status) => query.bind(status.code()),
        None => query,
    };
    for word in words {
        query = query.bind(word.clone()).bind(search_words::range_end(word));
    }
    Ok(query.fetch_all(&mut *db.reader().await?).await?)
}

/// Whether the account has an event, and a template; what was deleted does not count.
pub async fn has_any(db: &Db, account: AccountId) -> Result<(bool, bool), StoreError> {
    let (event, template): (i64, i64) = sqlx::query_as(
        "SELECT \
         CASE WHEN EXISTS (SELECT 1 FROM event WHERE account_id = $1 AND is_template = 0 AND deleted_at IS NULL) \
         THEN 1 ELSE 0 END, \
         CASE WHEN EXISTS (SELECT 1 FROM event WHERE account_id = $1 AND is_template = 1 AND deleted_at IS NULL) \
         THEN 1 ELSE 0 END",
    )
    .bind(account.0)
    .fetch_one(&mut *db.reader().await?)
    .await?;
    Ok((event == 1, template == 1))
}

/// When the items of an event start, also of those that were deleted.
pub async fn item_starts(transaction: &mut Write, event: EventId) -> Result<Vec<(i64, i64)>, StoreError> {
    let starts = sqlx::query_as("SELECT id, starts_at FROM item WHERE event_id = $1 ORDER BY id")
        .bind(event.0)
        .fetch_all(&mut **transaction)
        .await?;
    Ok(starts)
}

/// Writes new starts of items.
pub async fn set_item_starts(transaction: &mut Write, starts: &[(i64, i64)]) -> Result<(), StoreError> {
    for chunk in chunks(starts) {
        let sql = transaction.batch(format!(
            "UPDATE item SET starts_at = moved.column2, revision = revision + 1 FROM (VALUES {}) AS moved \
             WHERE item.id = moved.column1",
            values_rows(1, chunk.len(), &["BIGINT", "BIGINT"])
        ));
        let mut query = sqlx::query(sql);
        for (item, start) in chunk {
            query = query.bind(item).bind(start);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
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
         WHERE cr.deleted_at IS NULL AND cr.event_id IN ({}) GROUP BY cr.event_id",
        placeholders(1, events.len())
    );
    let mut query = sqlx::query_as(AssertSqlSafe(sql));
    for event in events {
        query = query.bind(*event);
    }
    Ok(query.fetch_all(&mut *db.reader().await?).await?)
}

/// The name of an event of this account that is there and no template.
pub async fn name_of(db: &Db, account: AccountId, event: EventId) -> Result<Option<String>, StoreError> {
    let name = sqlx::query_scalar(
        "SELECT name FROM event WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL AND is_template = 0",
    )
    .bind(event.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(name)
}
