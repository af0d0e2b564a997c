//! A transaction that may write, and that knows what it changed.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, AnyConnection, AssertSqlSafe, Transaction};

use super::change::payloads;
use super::listener::CHANNEL;
use super::{Change, Db, Engine, News, StoreError};

/// A transaction that may write. Its commit tells everybody who looks at what it changed: the live pages of this process
/// and, on PostgreSQL, of every other one. Dropped without `commit`, it rolls back and tells nobody.
#[must_use = "without a commit it is undone"]
pub struct Write {
    transaction: Transaction<'static, Any>,
    changes: Vec<Change>,
    db: Db,
}

impl Write {
    pub(super) async fn begin(db: &Db) -> Result<Self, StoreError> {
        // On SQLite the write lock is taken at once, so that what the transaction reads stays true.
        let begin = match db.engine {
            Engine::Sqlite => "BEGIN IMMEDIATE",
            // A row that somebody else holds is waited for as long as SQLite's one lock. Set for this transaction alone, in the
            // same message, so that it costs nothing and a pooler may stand between.
            Engine::Postgres => "BEGIN; SET LOCAL lock_timeout = 5000",
        };
        // Until it is committed nobody knows.
        db.fate.ended(false);
        let transaction = db.write.begin_with(begin).await?;
        Ok(Self { transaction, changes: Vec::new(), db: db.clone() })
    }

    /// Notes something that pages may be showing.
    pub fn changed(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Makes it so, and tells it.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.changes.sort_unstable();
        self.changes.dedup();
        if self.db.engine == Engine::Postgres {
            // Delivered with the commit, or not at all.
            for payload in payloads(self.db.feed.origin(), &self.changes) {
                sqlx::query("SELECT pg_notify($1, $2)")
                    .bind(CHANNEL)
                    .bind(payload)
                    .execute(&mut *self.transaction)
                    .await?;
            }
        }
        let committed = self.transaction.commit().await;
        self.db.fate.ended(committed.is_ok());
        // Also when the answer was lost: looking again does no harm.
        if !self.changes.is_empty() {
            self.db.feed.tell(News::Changed(self.changes));
        }
        Ok(committed?)
    }

    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }

    /// A `SELECT` that keeps others from changing its rows until the commit. Rows that refer to them may come meanwhile: were
    /// those to wait too, an edit, a send and a webhook of one event could wait for each other in a circle. SQLite's writer
    /// holds the whole database anyway.
    pub fn locking(&self, select: impl Into<String>) -> AssertSqlSafe<String> {
        self.on_postgres(select.into(), " FOR NO KEY UPDATE")
    }

    /// As `locking`, passing over rows that somebody else holds.
    pub fn locking_what_is_free(&self, select: impl Into<String>) -> AssertSqlSafe<String> {
        self.on_postgres(select.into(), " FOR NO KEY UPDATE SKIP LOCKED")
    }

    /// As [`Db::batch`].
    pub fn batch(&self, sql: impl Into<String>) -> AssertSqlSafe<String> {
        self.db.batch(sql)
    }

    /// As `batch`, for a `SELECT` that locks its rows.
    pub fn locking_batch(&self, select: impl Into<String>) -> AssertSqlSafe<String> {
        let AssertSqlSafe(select) = self.locking(select);
        self.batch(select)
    }

    fn on_postgres(&self, mut select: String, end: &str) -> AssertSqlSafe<String> {
        if self.db.engine == Engine::Postgres {
            select.push_str(end);
        }
        AssertSqlSafe(select)
    }
}

impl Deref for Write {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.transaction
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }
}
