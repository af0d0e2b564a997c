//! The SQL of receipts.

use app::domain::ids::AccountId;
use app::domain::time::Timestamp;

use super::KEPT_MS;
use crate::db::{Db, Write};
use crate::error::StoreError;

/// Returns whether the key is new. On PostgreSQL it waits for a transaction that writes the same key.
pub(super) async fn insert(
    transaction: &mut Write,
    account: AccountId,
    key: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let inserted = sqlx::query(
        "INSERT INTO form_receipt (account_id, key, created_at) VALUES ($1, $2, $3) ON CONFLICT (account_id, key) DO NOTHING",
    )
    .bind(account.0)
    .bind(key.to_owned())
    .bind(now.0)
    .execute(&mut **transaction)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub(super) async fn made(transaction: &mut Write, account: AccountId, key: &str) -> Result<i64, StoreError> {
    let made = sqlx::query_scalar("SELECT made_id FROM form_receipt WHERE account_id = $1 AND key = $2")
        .bind(account.0)
        .bind(key.to_owned())
        .fetch_one(&mut **transaction)
        .await?;
    Ok(made)
}

pub(super) async fn settle(
    transaction: &mut Write,
    account: AccountId,
    key: &str,
    made: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE form_receipt SET made_id = $3 WHERE account_id = $1 AND key = $2")
        .bind(account.0)
        .bind(key.to_owned())
        .bind(made)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Deletes receipts of posts that nobody repeats any more.
pub async fn prune(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    sqlx::query("DELETE FROM form_receipt WHERE created_at < $1")
        .bind(now.plus_ms(-KEPT_MS).0)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
