//! The sandbox's SQL: the mail it took and the reports it owes.

use app::domain::time::Timestamp;
use sqlx::AssertSqlSafe;

use super::outcome::{Callback, Taken};
use crate::db::{self, Db, placeholders};
use crate::error::StoreError;

/// A mail in the list.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    pub id: i64,
    pub received_at: i64,
    pub recipient: String,
    pub source: Vec<u8>,
}

/// A report that is due.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    pub id: i64,
    pub svix_id: String,
    pub body: String,
    pub attempts: i64,
}

/// Keeps one mail for each recipient, with the reports it will cause.
pub async fn take(
    db: &Db,
    mails: &[Taken],
    planned: &[Vec<Callback>],
    source: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    for (mail, callbacks) in mails.iter().zip(planned) {
        let (id,): (i64,) = sqlx::query_as(
            "INSERT INTO sandbox_mail (received_at, envelope_from, recipient, message_id, source) \
             VALUES ($1, $2, $3, $4, $5) RETURNING id",
        )
        .bind(now.0)
        .bind(mail.from.as_str())
        .bind(mail.recipient.as_str())
        .bind(mail.message_id.as_str())
        .bind(source.to_vec())
        .fetch_one(&mut *transaction)
        .await?;
        for callback in callbacks {
            sqlx::query("INSERT INTO sandbox_callback (mail_id, svix_id, body, due_at) VALUES ($1, $2, $3, $4)")
                .bind(id)
                .bind(callback.svix_id.as_str())
                .bind(callback.body.as_str())
                .bind(callback.due_at.0)
                .execute(&mut *transaction)
                .await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

/// Reports that are due, longest first; `waits` as for [`db::due`].
pub async fn due(db: &Db, waits: &[i64], now: Timestamp, limit: i64) -> Result<Vec<Due>, StoreError> {
    let sql = format!(
        "SELECT id, svix_id, body, attempts FROM sandbox_callback WHERE done_at IS NULL AND {} \
         ORDER BY due_at, id LIMIT {limit}",
        db::due("due_at", waits),
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(now.0).fetch_all(&mut *db.reader().await?).await?)
}

pub async fn next_due(db: &Db) -> Result<Option<Timestamp>, StoreError> {
    let (due,): (Option<i64>,) = sqlx::query_as("SELECT MIN(due_at) FROM sandbox_callback WHERE done_at IS NULL")
        .fetch_one(&mut *db.reader().await?)
        .await?;
    Ok(due.map(Timestamp))
}

/// Notes which reports were taken, and when to repeat the others.
pub async fn settle(db: &Db, taken: &[i64], again: &[(i64, Timestamp)], now: Timestamp) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    if !taken.is_empty() {
        let sql = format!("UPDATE sandbox_callback SET done_at = $1 WHERE id IN ({})", placeholders(2, taken.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(now.0);
        for id in taken {
            query = query.bind(*id);
        }
        query.execute(&mut *transaction).await?;
    }
    for (id, due_at) in again {
        sqlx::query("UPDATE sandbox_callback SET attempts = attempts + 1, due_at = $1 WHERE id = $2")
            .bind(due_at.0)
            .bind(*id)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Mails older than the one with this id, newest first.
pub async fn page(db: &Db, before: i64, limit: i64) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "SELECT id, received_at, recipient, source FROM sandbox_mail WHERE id < $1 ORDER BY id DESC LIMIT {limit}",
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(before).fetch_all(&mut *db.reader().await?).await?)
}

pub async fn find(db: &Db, id: i64) -> Result<Option<Listed>, StoreError> {
    Ok(sqlx::query_as("SELECT id, received_at, recipient, source FROM sandbox_mail WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *db.reader().await?)
        .await?)
}

/// The reports of one mail, as events, with when they are due and when they were taken.
pub async fn reports(db: &Db, mail: i64) -> Result<Vec<(String, i64, Option<i64>)>, StoreError> {
    Ok(sqlx::query_as("SELECT body, due_at, done_at FROM sandbox_callback WHERE mail_id = $1 ORDER BY due_at, id")
        .bind(mail)
        .fetch_all(&mut *db.reader().await?)
        .await?)
}

/// Removes all but the newest mails, with what is still owed for them.
pub async fn prune(db: &Db, keep: i64) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    sqlx::query(
        "DELETE FROM sandbox_mail WHERE id <= (SELECT id FROM sandbox_mail ORDER BY id DESC LIMIT 1 OFFSET $1)",
    )
    .bind(keep)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}
