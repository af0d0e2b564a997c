//! Connections that only read.
//!
//! sqlx's own pool asks a connection whether it is still there each time one is given back, in a task of its own. Over a
//! network that is worth its price. SQLite's connection is a thread of this process, and the question is a second way there
//! and back for every statement. So SQLite's readers wait in a plain pool, and are looked at once a second at most: one that
//! does not answer, or cannot read its file, is closed and another one opened in its place.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool::unmanaged::{Object, Pool, PoolError};
use sqlx::any::AnyConnectOptions;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor};
use tokio::time::timeout;

use super::{SQLITE_COMMON, SQLITE_LOOK, SQLITE_READER};

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Where readers come from.
#[derive(Clone)]
pub(super) enum Readers {
    /// SQLite: opened at the start, and anew where one broke.
    Local { pool: Pool<LocalReader>, options: Arc<AnyConnectOptions> },
    /// PostgreSQL: the pool that writes, too.
    Remote(AnyPool),
}

/// A connection to the SQLite file, and when it was last seen to read it.
pub struct LocalReader {
    connection: AnyConnection,
    seen_at: Instant,
}

impl LocalReader {
    async fn open(options: &AnyConnectOptions) -> Result<Self, sqlx::Error> {
        let mut connection = AnyConnection::connect_with(options).await?;
        connection.execute(SQLITE_COMMON).await?;
        connection.execute(SQLITE_READER).await?;
        Ok(Self { connection, seen_at: Instant::now() })
    }

    /// Makes sure that it can be read with. Fails when another one cannot be opened either; it is looked at again then.
    async fn look(&mut self, options: &AnyConnectOptions) -> Result<(), sqlx::Error> {
        if self.seen_at.elapsed() < LOOK_EVERY {
            return Ok(());
        }
        if let Err(error) = self.connection.execute(SQLITE_LOOK).await {
            tracing::warn!(%error, "A connection that reads is broken; another one takes its place.");
            *self = Self::open(options).await?;
        }
        self.seen_at = Instant::now();
        Ok(())
    }
}

impl Readers {
    /// Opens this many readers of a SQLite file.
    pub(super) async fn open(options: AnyConnectOptions, count: usize) -> Result<Self, sqlx::Error> {
        let mut readers = Vec::new();
        for _ in 0..count {
            readers.push(LocalReader::open(&options).await?);
        }
        Ok(Self::Local { pool: readers.into(), options: Arc::new(options) })
    }

    /// Waits for a free connection, for `patience` at most.
    pub(super) async fn acquire(&self, patience: Duration) -> Result<Reader, sqlx::Error> {
        let (pool, options) = match self {
            Self::Local { pool, options } => (pool, options),
            Self::Remote(pool) => return Ok(Reader::Remote(pool.acquire().await?)),
        };
        let mut reader = match pool.try_get() {
            Ok(reader) => reader,
            Err(PoolError::Closed) => return Err(sqlx::Error::PoolClosed),
            Err(_) => match timeout(patience, pool.get()).await {
                Ok(Ok(reader)) => reader,
                Ok(Err(_)) => return Err(sqlx::Error::PoolClosed),
                Err(_) => return Err(sqlx::Error::PoolTimedOut),
            },
        };
        reader.look(options).await?;
        Ok(Reader::Local(reader))
    }

    /// Ends them. Whoever asks for one afterwards is refused.
    pub(super) async fn close(&self) {
        match self {
            Self::Local { pool, .. } => {
                while let Ok(reader) = pool.try_remove() {
                    // It only read, so nothing is lost with it.
                    let _ = reader.connection.close().await;
                }
                pool.close();
            }
            Self::Remote(pool) => pool.close().await,
        }
    }
}

/// A connection that only reads, given back when it is dropped.
pub enum Reader {
    Local(Object<LocalReader>),
    Remote(PoolConnection<Any>),
}

impl Deref for Reader {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match self {
            Self::Local(reader) => &reader.connection,
            Self::Remote(connection) => connection,
        }
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match self {
            Self::Local(reader) => &mut reader.connection,
            Self::Remote(connection) => connection,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn e17_a_reader_that_broke_is_replaced_within_a_second() {
        sqlx::any::install_default_drivers();
        let options: AnyConnectOptions = "sqlite::memory:".parse().expect("a URL");
        let readers = Readers::open(options, 1).await.expect("a reader");
        let mut reader = readers.acquire(LOOK_EVERY).await.expect("a reader");
        // As a file that cannot be read any more: every statement fails on this connection, the look included.
        let broken = "PRAGMA writable_schema = ON; CREATE TABLE t (a); UPDATE sqlite_schema SET sql = 'nonsense'; \
             PRAGMA writable_schema = RESET";
        reader.execute("PRAGMA query_only = OFF").await.expect("a pragma");
        reader.execute(broken).await.expect("to do harm");
        assert!(reader.execute(SQLITE_LOOK).await.is_err());
        let Reader::Local(local) = &mut reader else { panic!("a reader of SQLite") };
        local.seen_at = local.seen_at.checked_sub(LOOK_EVERY).expect("a second ago");
        drop(reader);
        let mut reader = readers.acquire(LOOK_EVERY).await.expect("another reader");
        reader.execute(SQLITE_LOOK).await.expect("to read");
    }
}
