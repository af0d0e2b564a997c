//! The SQL of the intake: matching events to emails, and keeping those that found none.

use std::collections::{BTreeSet, HashMap, HashSet};

use app::domain::delivery::{DeliveryEvent, Report};
use app::domain::ids::EmailId;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;

use sqlx::AssertSqlSafe;

use crate::db::{self, Db, Write};
use crate::emails::suppressions;
use crate::error::StoreError;
use crate::provider::{self, ProviderEvent};

/// The email an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub email: EmailId,
    /// Nothing is known yet of how the provider calls it.
    pub lacks_provider_id: bool,
}

/// How emails are found by each of the three ids, in order of trust.
#[derive(Default)]
struct Index {
    reference: HashMap<String, Found>,
    provider_id: HashMap<(String, String), Found>,
    message_id: HashMap<String, Found>,
}

#[derive(sqlx::FromRow)]
struct EmailIds {
    id: i64,
    reference: String,
    message_id: String,
    provider: String,
    provider_message_id: Option<String>,
}

const BY_REFERENCE: &str = "reference";
const BY_PROVIDER_ID: &str = "provider_message_id";
const BY_MESSAGE_ID: &str = "message_id";

/// Finds the email of each event: by our reference, else by the provider's id, else by our Message-ID; never by
/// address. Events of one batch cost at most three statements, usually one.
pub async fn resolve(
    transaction: &mut Write,
    events: &[(&'static str, &ProviderEvent)],
) -> Result<Vec<Option<Found>>, StoreError> {
    let mut index = Index::default();
    index.read(transaction, BY_REFERENCE, events, |event| event.reference.as_deref()).await?;
    index.read(transaction, BY_PROVIDER_ID, events, |event| event.provider_message_id.as_deref()).await?;
    index.read(transaction, BY_MESSAGE_ID, events, |event| event.message_id.as_deref()).await?;
    Ok(events.iter().map(|(provider, event)| index.find(provider, event).cloned()).collect())
}

impl Index {
    /// Looks the events up that are not found yet.
    async fn read(
        &mut self,
        transaction: &mut Write,
        column: &'static str,
        events: &[(&'static str, &ProviderEvent)],
        id: impl Fn(&ProviderEvent) -> Option<&str>,
    ) -> Result<(), StoreError> {
        let mut wanted: Vec<&str> = events
            .iter()
            .filter(|(provider, event)| self.find(provider, event).is_none())
            .filter_map(|(_, event)| id(event))
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        let providers: BTreeSet<&'static str> = events.iter().map(|(provider, _)| *provider).collect();
        let mut rows: Vec<EmailIds> = Vec::with_capacity(wanted.len());
        for chunk in db::chunks(&wanted) {
            // The index on the provider's id begins with the provider and leaves NULL out.
            let of_provider = if column == BY_PROVIDER_ID {
                format!(" AND provider IN ({})", db::placeholders(chunk.len() + 1, providers.len()))
            } else {
                String::new()
            };
            let sql = transaction.batch(format!(
                "SELECT id, reference, message_id, provider, provider_message_id FROM email \
                 WHERE {column} IS NOT NULL AND {column} IN ({}){of_provider}",
                db::placeholders(1, chunk.len()),
            ));
            let mut query = sqlx::query_as::<_, EmailIds>(sql);
            for id in chunk {
                query = query.bind(id.to_owned());
            }
            if column == BY_PROVIDER_ID {
                for provider in &providers {
                    query = query.bind(*provider);
                }
            }
            rows.extend(query.fetch_all(&mut **transaction).await?);
        }
        for row in rows {
            let found = Found { email: EmailId(row.id), lacks_provider_id: row.provider_message_id.is_none() };
            match column {
                BY_REFERENCE => drop(self.reference.insert(row.reference, found)),
                BY_MESSAGE_ID => drop(self.message_id.insert(row.message_id, found)),
                _ => {
                    if let Some(id) = row.provider_message_id {
                        self.provider_id.insert((row.provider, id), found);
                    }
                }
            }
        }
        Ok(())
    }

    fn find(&self, provider: &str, event: &ProviderEvent) -> Option<&Found> {
        let by_reference = || self.reference.get(event.reference.as_deref()?);
        let by_provider_id = || {
            if self.provider_id.is_empty() {
                return None;
            }
            self.provider_id.get(&(provider.to_owned(), event.provider_message_id.clone()?))
        };
        let by_message_id = || self.message_id.get(event.message_id.as_deref()?);
        by_reference().or_else(by_provider_id).or_else(by_message_id)
    }
}

/// Notes how the provider calls an email, the first time it is heard. An id that another email already has is left
/// alone: nothing may fail for it.
pub async fn learn_provider_ids(
    transaction: &mut Write,
    events: &[(&'static str, &ProviderEvent)],
    found: &[Option<Found>],
) -> Result<(), StoreError> {
    let mut emails = HashSet::new();
    let mut ids = HashSet::new();
    let mut news: Vec<(i64, &'static str, &str)> = Vec::new();
    for ((provider, event), found) in events.iter().zip(found) {
        if let (Some(found), Some(id)) = (found, event.provider_message_id.as_deref())
            && found.lacks_provider_id
            && !ids.contains(&(*provider, id))
            && emails.insert(found.email)
        {
            ids.insert((*provider, id));
            news.push((found.email.0, provider, id));
        }
    }
    news.sort_unstable();
    for chunk in db::chunks(&news) {
        let sql = transaction.batch(format!(
            "UPDATE email SET provider_message_id = heard.column3 FROM (VALUES {}) AS heard \
             WHERE email.id = heard.column1 AND email.provider = heard.column2 AND email.provider_message_id IS NULL \
             AND NOT EXISTS (SELECT 1 FROM email AS other WHERE other.provider = heard.column2 \
             AND other.provider_message_id = heard.column3 AND other.provider_message_id IS NOT NULL)",
            db::values_rows(1, chunk.len(), &["BIGINT", "TEXT", "TEXT"]),
        ));
        let mut query = sqlx::query(sql);
        for (email, provider, id) in chunk {
            query = query.bind(email).bind(provider).bind(id.to_owned());
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Returns the events that are about none of an account's own mails.
pub async fn without_system_mail<'e>(
    transaction: &mut Write,
    events: Vec<(&'static str, &'e ProviderEvent)>,
) -> Result<Vec<(&'static str, &'e ProviderEvent)>, StoreError> {
    let ids = |event: &ProviderEvent| {
        let ProviderEvent { reference, provider_message_id, message_id, .. } = event;
        [reference.clone(), provider_message_id.clone(), message_id.clone()]
    };
    let mut ours: HashSet<String> = HashSet::new();
    for (place, column) in [BY_REFERENCE, BY_PROVIDER_ID, BY_MESSAGE_ID].into_iter().enumerate() {
        let mut wanted: Vec<String> = events.iter().filter_map(|(_, event)| ids(event)[place].clone()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        for chunk in db::chunks(&wanted) {
            let sql = transaction.batch(format!(
                "SELECT {column} FROM system_mail WHERE {column} IS NOT NULL AND {column} IN ({})",
                db::placeholders(1, chunk.len()),
            ));
            let mut query = sqlx::query_scalar::<_, String>(sql);
            for id in chunk {
                query = query.bind(id.clone());
            }
            ours.extend(query.fetch_all(&mut **transaction).await?);
        }
    }
    if ours.is_empty() {
        return Ok(events);
    }
    let is_ours = |event: &ProviderEvent| ids(event).into_iter().flatten().any(|id| ours.contains(&id));
    Ok(events.into_iter().filter(|(_, event)| !is_ours(event)).collect())
}

/// Keeps events that found no email; a repetition changes nothing.
pub async fn keep_orphans(
    transaction: &mut Write,
    events: &[(&'static str, &ProviderEvent)],
    now: Timestamp,
) -> Result<(), StoreError> {
    // In one order, so that two transactions with the same events never wait for each other.
    let mut events = events.to_vec();
    events.sort_unstable_by_key(|(provider, event)| (*provider, event.key.as_str()));
    for chunk in db::chunks(&events) {
        let sql = transaction.batch(format!(
            "INSERT INTO orphan_event (provider, event_key, reference, message_id, provider_message_id, report, cause, \
             reason, occurred_at, received_at) VALUES {} ON CONFLICT (provider, event_key) DO NOTHING",
            db::values_rows(
                1,
                chunk.len(),
                &["TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT"]
            ),
        ));
        let mut query = sqlx::query(sql);
        for (provider, event) in chunk {
            query = query
                .bind(provider)
                .bind(event.key.clone())
                .bind(event.reference.clone())
                .bind(event.message_id.clone())
                .bind(event.provider_message_id.clone())
                .bind(event.event.report.code())
                .bind(event.suppress.map(SuppressionCause::code))
                .bind(event.event.reason.clone())
                .bind(event.event.occurred_at.0)
                .bind(now.0);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

/// An event that waits for its email.
#[derive(Clone, Debug)]
pub struct Orphan {
    pub id: i64,
    pub provider: &'static str,
    pub event: ProviderEvent,
}

#[derive(sqlx::FromRow)]
struct OrphanRow {
    id: i64,
    provider: String,
    event_key: String,
    reference: Option<String>,
    message_id: Option<String>,
    provider_message_id: Option<String>,
    report: String,
    cause: Option<String>,
    reason: Option<String>,
    occurred_at: i64,
}

impl Orphan {
    /// `None` for what this version cannot read: it is left to a newer one, or dropped in a week.
    fn read(row: OrphanRow) -> Option<Self> {
        let (provider, report) = (provider::find(&row.provider), Report::from_code(&row.report));
        let (Some(provider), Some(report)) = (provider, report) else {
            tracing::warn!(event = row.id, row.provider, row.report, "A waiting event is not one we know.");
            return None;
        };
        Some(Self {
            id: row.id,
            provider: provider.code,
            event: ProviderEvent {
                key: row.event_key,
                reference: row.reference,
                provider_message_id: row.provider_message_id,
                message_id: row.message_id,
                event: DeliveryEvent { report, reason: row.reason, occurred_at: Timestamp(row.occurred_at) },
                suppress: suppressions::cause(row.cause.as_deref()),
            },
        })
    }
}

/// The waiting events that name this email in any of the three ways; locked, but for those others hold.
pub async fn orphans_of(transaction: &mut Write, email: EmailId) -> Result<Vec<Orphan>, StoreError> {
    let ids: Option<EmailIds> =
        sqlx::query_as("SELECT id, reference, message_id, provider, provider_message_id FROM email WHERE id = $1")
            .bind(email.0)
            .fetch_optional(&mut **transaction)
            .await?;
    let Some(ids) = ids else { return Ok(Vec::new()) };
    let sql = transaction.locking_what_is_free(
        "SELECT id, provider, event_key, reference, message_id, provider_message_id, report, cause, reason, occurred_at \
         FROM orphan_event WHERE reference = $1 OR message_id = $2 OR (provider_message_id = $3 AND provider = $4) \
         ORDER BY id",
    );
    let rows: Vec<OrphanRow> = sqlx::query_as(sql)
        .bind(ids.reference)
        .bind(ids.message_id)
        .bind(ids.provider_message_id)
        .bind(ids.provider)
        .fetch_all(&mut **transaction)
        .await?;
    Ok(rows.into_iter().filter_map(Orphan::read).collect())
}

/// The ids of waiting events, received since `young`, whose email exists by now. Reads only.
pub async fn matchable(db: &Db, young: Timestamp, count: i64) -> Result<Vec<i64>, StoreError> {
    let sql = format!(
        "SELECT matched.id FROM (\
         SELECT orphan_event.id, orphan_event.received_at FROM orphan_event \
         JOIN email ON email.reference = orphan_event.reference WHERE orphan_event.received_at >= $1 \
         UNION SELECT orphan_event.id, orphan_event.received_at FROM orphan_event \
         JOIN email ON email.provider = orphan_event.provider \
         AND email.provider_message_id = orphan_event.provider_message_id AND email.provider_message_id IS NOT NULL \
         WHERE orphan_event.received_at >= $1 \
         UNION SELECT orphan_event.id, orphan_event.received_at FROM orphan_event \
         JOIN email ON email.message_id = orphan_event.message_id WHERE orphan_event.received_at >= $1\
         ) AS matched ORDER BY matched.received_at LIMIT {count}",
    );
    let ids: Vec<(i64,)> = sqlx::query_as(AssertSqlSafe(sql)).bind(young.0).fetch_all(&mut *db.reader().await?).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Those of the waiting events that are still there; locked, but for those others hold.
pub async fn lock_orphans(transaction: &mut Write, ids: &[i64]) -> Result<Vec<Orphan>, StoreError> {
    let sql = transaction.locking_what_is_free(format!(
        "SELECT id, provider, event_key, reference, message_id, provider_message_id, report, cause, reason, occurred_at \
         FROM orphan_event WHERE id IN ({}) ORDER BY id",
        db::placeholders(1, ids.len()),
    ));
    let mut query = sqlx::query_as::<_, OrphanRow>(sql);
    for id in ids {
        query = query.bind(*id);
    }
    Ok(query.fetch_all(&mut **transaction).await?.into_iter().filter_map(Orphan::read).collect())
}

pub async fn forget_orphans(transaction: &mut Write, ids: &[i64]) -> Result<(), StoreError> {
    for chunk in db::chunks(ids) {
        let sql = format!("DELETE FROM orphan_event WHERE id IN ({})", db::placeholders(1, chunk.len()));
        let mut query = sqlx::query(transaction.batch(sql));
        for id in chunk {
            query = query.bind(id);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Returns the number dropped.
pub async fn forget_orphans_before(transaction: &mut Write, limit: Timestamp) -> Result<u64, StoreError> {
    let done = sqlx::query("DELETE FROM orphan_event WHERE received_at < $1")
        .bind(limit.0)
        .execute(&mut **transaction)
        .await?;
    Ok(done.rows_affected())
}
