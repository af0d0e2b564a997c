//! Connections that only read.
//!
//! sqlx's own pool asks a connection whether it is still there each time one is given back, in a task of its own. Over a
//! network that is worth its price. SQLite's connection is a thread of this process, and the question is a second way there
//! and back for every statement. So SQLite's readers wait in a plain pool.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use deadpool::unmanaged::{Object, Pool, PoolError};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection};

/// Where readers come from.
#[derive(Clone)]
pub(super) enum Readers {
    /// SQLite: opened at the start, there to the end.
    Local(Pool<AnyConnection>),
    /// PostgreSQL: the pool that writes, too.
    Remote(AnyPool),
}

impl Readers {
    /// Waits for a free connection, for `patience` at most.
    pub(super) async fn acquire(&self, patience: Duration) -> Result<Reader, sqlx::Error> {
        let pool = match self {
            Self::Local(pool) => pool,
            Self::Remote(pool) => return Ok(Reader::Remote(pool.acquire().await?)),
        };
        match pool.try_get() {
            Ok(connection) => Ok(Reader::Local(connection)),
            Err(PoolError::Closed) => Err(sqlx::Error::PoolClosed),
            Err(_) => match tokio::time::timeout(patience, pool.get()).await {
                Ok(Ok(connection)) => Ok(Reader::Local(connection)),
                Ok(Err(_)) => Err(sqlx::Error::PoolClosed),
                Err(_) => Err(sqlx::Error::PoolTimedOut),
            },
        }
    }

    /// Ends them. Whoever asks for one afterwards is refused.
    pub(super) async fn close(&self) {
        match self {
            Self::Local(pool) => {
                while let Ok(connection) = pool.try_remove() {
                    // It only read, so nothing is lost with it.
                    let _ = connection.close().await;
                }
                pool.close();
            }
            Self::Remote(pool) => pool.close().await,
        }
    }
}

/// A connection that only reads, given back when it is dropped.
pub enum Reader {
    Local(Object<AnyConnection>),
    Remote(PoolConnection<Any>),
}

impl Deref for Reader {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match self {
            Self::Local(connection) => connection,
            Self::Remote(connection) => connection,
        }
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match self {
            Self::Local(connection) => connection,
            Self::Remote(connection) => connection,
        }
    }
}
