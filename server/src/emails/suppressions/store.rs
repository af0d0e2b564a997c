//! The SQL of blocked addresses.

use app::domain::address;
use app::domain::ids::ContactId;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;
use sqlx::{Any, Executor};

use super::{NewSuppression, Suppression, cause, seriousness};
use crate::db::{Change, Db, Write, chunks, placeholders, values_rows};
use crate::error::StoreError;

/// Why an address is refused, if it is. Asked in the sending transaction and again before the hand-over.
pub async fn find<'e>(
    executor: impl Executor<'e, Database = Any>,
    address_key: &str,
) -> Result<Option<SuppressionCause>, StoreError> {
    let code: Option<String> =
        sqlx::query_scalar("SELECT cause FROM suppression WHERE address_key = $1 AND lifted_at IS NULL")
            .bind(address_key.to_owned())
            .fetch_optional(executor)
            .await?;
    Ok(cause(code.as_deref()))
}

/// Every address that is refused now, the latest report first.
pub async fn list(db: &Db) -> Result<Vec<Suppression>, StoreError> {
    let rows: Vec<(String, String, Option<String>, i64)> = sqlx::query_as(
        "SELECT address_key, cause, reason, last_seen_at FROM suppression WHERE lifted_at IS NULL \
         ORDER BY last_seen_at DESC, address_key",
    )
    .fetch_all(&mut *db.reader().await?)
    .await?;
    let suppression = |(address_key, code, reason, last_seen_at): (String, String, _, _)| {
        let cause = cause(Some(&code))?;
        Some(Suppression { address_key, cause, reason, last_seen_at: Timestamp(last_seen_at) })
    };
    Ok(rows.into_iter().filter_map(suppression).collect())
}

/// Lets an address be sent to again; says whether it was refused. The row stays, for the record.
pub async fn lift(db: &Db, address: &str, by: &str, now: Timestamp) -> Result<bool, StoreError> {
    let key = address::fold(address);
    let mut transaction = db.write().await?;
    let lifted = sqlx::query(
        "UPDATE suppression SET lifted_at = $2, lifted_by = $3 WHERE address_key = $1 AND lifted_at IS NULL",
    )
    .bind(key.as_str())
    .bind(now.0)
    .bind(by.to_owned())
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    if lifted > 0 {
        raise_contacts(&mut transaction, &[&key]).await?;
    }
    transaction.commit().await?;
    Ok(lifted > 0)
}

/// Refuses these addresses from now on, in one statement. Running it again changes nothing but `last_seen_at`: the more
/// serious cause stays with its reason and email, and a block that was lifted is back.
pub async fn add(transaction: &mut Write, rows: &[NewSuppression], now: Timestamp) -> Result<(), StoreError> {
    // One statement must not meet an address twice (PostgreSQL refuses), and locks are taken in one order.
    let mut worst: std::collections::BTreeMap<&str, &NewSuppression> = std::collections::BTreeMap::new();
    for row in rows {
        let kept = worst.entry(row.address_key.as_str()).or_insert(row);
        if row.cause > kept.cause {
            *kept = row;
        }
    }
    if worst.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = worst.keys().copied().collect();
    let worst: Vec<&NewSuppression> = worst.into_values().collect();
    let types = ["TEXT", "TEXT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT", "BIGINT"];
    for chunk in worst.chunks(64) {
        let sql = transaction.batch(format!(
            "INSERT INTO suppression \
             (address_key, cause, seriousness, reason, email_id, provider, first_seen_at, last_seen_at) VALUES {} \
             ON CONFLICT (address_key) DO UPDATE SET \
             cause = CASE WHEN {NEWS} THEN excluded.cause ELSE suppression.cause END, \
             seriousness = CASE WHEN {NEWS} THEN excluded.seriousness ELSE suppression.seriousness END, \
             reason = CASE WHEN {NEWS} THEN excluded.reason ELSE suppression.reason END, \
             email_id = CASE WHEN {NEWS} THEN excluded.email_id ELSE suppression.email_id END, \
             provider = CASE WHEN {NEWS} THEN excluded.provider ELSE suppression.provider END, \
             last_seen_at = CASE WHEN excluded.last_seen_at > suppression.last_seen_at \
                                 THEN excluded.last_seen_at ELSE suppression.last_seen_at END, \
             lifted_at = NULL, lifted_by = NULL",
            values_rows(1, chunk.len(), &types)
        ));
        let mut query = sqlx::query(sql);
        for row in chunk {
            query = query
                .bind(row.address_key.clone())
                .bind(row.cause.code())
                .bind(seriousness(row.cause))
                .bind(row.reason.clone())
                .bind(row.email_id)
                .bind(row.provider.clone())
                .bind(now.0)
                .bind(now.0);
        }
        query.execute(&mut **transaction).await?;
    }
    raise_contacts(transaction, &keys).await
}

/// Lets the pages of every contact, of any account, whose present address is one of these look again.
async fn raise_contacts(transaction: &mut Write, keys: &[&str]) -> Result<(), StoreError> {
    let mut contacts: Vec<i64> = Vec::new();
    for chunk in chunks(keys) {
        let sql =
            transaction.batch(format!("SELECT id FROM contact WHERE email_key IN ({})", placeholders(1, chunk.len())));
        let mut query = sqlx::query_scalar(sql);
        for key in chunk {
            query = query.bind(key.to_owned());
        }
        let found: Vec<i64> = query.fetch_all(&mut **transaction).await?;
        contacts.extend(found);
    }
    // In the order of their ids, as whoever else locks several: two that lock in different orders wait for each other.
    contacts.sort_unstable();
    contacts.dedup();
    for chunk in chunks(&contacts) {
        let places = placeholders(1, chunk.len());
        let lock = transaction.locking_batch(format!("SELECT id FROM contact WHERE id IN ({places}) ORDER BY id"));
        let raise = transaction.batch(format!("UPDATE contact SET revision = revision + 1 WHERE id IN ({places})"));
        let (mut lock, mut raise) = (sqlx::query(lock), sqlx::query(raise));
        for contact in &chunk {
            (lock, raise) = (lock.bind(*contact), raise.bind(*contact));
        }
        lock.execute(&mut **transaction).await?;
        raise.execute(&mut **transaction).await?;
    }
    for contact in contacts {
        transaction.changed(Change::Contact(ContactId(contact)));
    }
    Ok(())
}

/// Whether the new report replaces what is stored: it is more serious, or the old one was lifted.
const NEWS: &str = "excluded.seriousness > suppression.seriousness OR suppression.lifted_at IS NOT NULL";
