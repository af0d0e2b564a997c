//! The database: pools, transactions, and everything that differs between SQLite and PostgreSQL.
//!
//! One SQL text serves both: `$1` placeholders and BIGINT, TEXT and BLOB/BYTEA columns through sqlx's `Any`. Nothing
//! outside this folder asks which engine it is. Whatever is written goes through [`Write`], whose commit tells every open
//! page what changed, in this process and in every other on the same database.

pub mod backup;
mod batch;
mod change;
pub mod column;
mod due;
mod error;
mod fate;
mod feed;
mod listener;
pub mod place;
mod pooler;
mod reader;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, Row};
use tokio::sync::mpsc;

pub use batch::{chunks, placeholders, values_rows};
pub use change::Change;
pub use due::due;
pub use error::StoreError;
use fate::Fate;
use feed::Feed;
pub use feed::News;
pub use listener::listen;
pub use pooler::was_refused_by_pooler;
pub use reader::Reader;
use reader::Readers;
pub use write::Write;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// The pools. On SQLite one connection writes and the others only read; on PostgreSQL both are the same pool.
#[derive(Clone)]
pub struct Db {
    engine: Engine,
    readers: Readers,
    write: AnyPool,
    feed: Feed,
    /// How the writes of this process went lately.
    fate: Fate,
    /// How other processes' changes are heard of, where there can be others.
    listener: Option<PgConnectOptions>,
}

/// Waiting longer than this for a connection or a lock is an outage, which `/readyz` shows.
const PATIENCE: Duration = Duration::from_secs(5);
const READERS: usize = 4;
const POSTGRES_CONNECTIONS: u32 = 16;

const SQLITE_COMMON: &str = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
     PRAGMA cache_size = -8000; PRAGMA mmap_size = 268435456;";
const SQLITE_WRITER: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;";
const SQLITE_READER: &str = "PRAGMA query_only = ON;";
/// Needs the file and its schema.
const SQLITE_LOOK: &str = "SELECT 1 FROM sqlite_schema LIMIT 1";

impl Db {
    /// Opens the pools without touching the schema. The folder of a SQLite file is made if it is missing.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        if let Some(file) = sqlite_file(url) {
            place::make_folder(Path::new(file)).map_err(sqlx::Error::Io)?;
            let options: AnyConnectOptions = format!("sqlite://{file}?mode=rwc").parse()?;
            let write = AnyPoolOptions::new()
                .max_connections(1)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
                .acquire_timeout(PATIENCE)
                // After an error that ended its transaction, sqlx believes it to be in one for ever, and begins no other.
                .before_acquire(|connection, _| {
                    let is_clean = !connection.is_in_transaction();
                    if !is_clean {
                        tracing::warn!("An error ended a transaction; another connection writes from now on.");
                    }
                    Box::pin(std::future::ready(Ok(is_clean)))
                })
                .after_connect(|connection, _| {
                    Box::pin(async move {
                        connection.execute(SQLITE_COMMON).await?;
                        connection.execute(SQLITE_WRITER).await.map(drop)
                    })
                })
                .connect_with(options.clone())
                .await?;
            let readers = Readers::open(options, READERS).await?;
            let (feed, fate) = (Feed::new(), Fate::default());
            return Ok(Self { engine: Engine::Sqlite, readers, write, feed, fate, listener: None });
        }
        let pool = AnyPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_with(url.parse()?)
            .await?;
        let listener = Some(url.parse()?);
        let readers = Readers::Remote(pool.clone());
        let (feed, fate) = (Feed::new(), Fate::default());
        Ok(Self { engine: Engine::Postgres, readers, write: pool, feed, fate, listener })
    }

    /// Brings the schema up to this version. Safe to run again.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match self.engine {
            Engine::Sqlite => self.migrate_sqlite().await,
            Engine::Postgres => Ok(POSTGRES_MIGRATIONS.run(&self.write).await.map_err(migration_error)?),
        }
    }

    /// SQLite changes a table by making it anew, which foreign keys would forbid, or take for a deletion of every row.
    /// So this runs without them, on a connection that nothing else uses, and commits only what they hold for.
    async fn migrate_sqlite(&self) -> Result<(), StoreError> {
        let mut connection = AnyConnection::connect_with(&self.write.connect_options()).await?;
        connection.execute(SQLITE_COMMON).await?;
        connection.execute("PRAGMA foreign_keys = OFF").await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let before = schema_version(&mut transaction).await?;
        SQLITE_MIGRATIONS.run(&mut *transaction).await.map_err(migration_error)?;
        if schema_version(&mut transaction).await? != before {
            let dangling = sqlx::query("PRAGMA foreign_key_check").fetch_optional(&mut *transaction).await?;
            if let Some(row) = dangling {
                return Err(StoreError::corrupt("reference in table", row.try_get::<String, _>(0)?));
            }
        }
        transaction.commit().await?;
        connection.close().await?;
        Ok(())
    }

    /// A connection for statements that only read. Whoever holds one asks for no second: there are few.
    pub async fn reader(&self) -> Result<Reader, StoreError> {
        Ok(self.readers.acquire(PATIENCE).await?)
    }

    /// How to connect to the same database once more.
    pub fn connect_options(&self) -> Arc<AnyConnectOptions> {
        self.write.connect_options()
    }

    /// A statement over a batch, in the form that the engine binds fastest. Every parameter stands once, in the order of the
    /// numbers.
    pub fn batch(&self, sql: impl Into<String>) -> AssertSqlSafe<String> {
        let sql = sql.into();
        AssertSqlSafe(match self.engine {
            Engine::Sqlite => batch::without_names(&sql),
            Engine::Postgres => sql,
        })
    }

    /// A transaction that may write.
    pub async fn write(&self) -> Result<Write, StoreError> {
        Write::begin(self).await
    }

    /// What is committed from now on, here and in other processes. One follows at a time: a second call takes the place of the
    /// first, and begins with a gap.
    pub fn follow(&self) -> mpsc::UnboundedReceiver<News> {
        self.feed.follow()
    }

    /// Waits until a mail was added to the outbox, here or in another process, or may have been.
    pub async fn outbox_job_added(&self) {
        self.feed.job_added().await;
    }

    /// Whether another process may be working on the same rows.
    pub fn is_shared(&self) -> bool {
        self.engine == Engine::Postgres
    }

    /// Whether statements can be run and changes be kept, for `/readyz`. That they can be kept is proven by a commit of the
    /// last seconds; without one, or after one that failed, something is written: a full disk lets a transaction begin.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let look = match self.engine {
            Engine::Sqlite => SQLITE_LOOK,
            Engine::Postgres => "SELECT 1",
        };
        self.reader().await?.execute(look).await?;
        let proof = self.fate.proof();
        let mut write = self.write().await?;
        if proof.is_some() {
            write.rollback().await?;
            self.fate.set(proof);
            return Ok(());
        }
        match self.engine {
            // The version that SQLite leaves to the application; ours is in the table of migrations.
            Engine::Sqlite => {
                let version: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *write).await?;
                let next = format!("PRAGMA user_version = {}", (version + 1) & 0xffff);
                write.execute(AssertSqlSafe(next)).await?;
            }
            // A number that PostgreSQL gives to what writes, and to nothing on a standby.
            Engine::Postgres => {
                write.execute("SELECT txid_current()").await?;
            }
        }
        write.commit().await
    }

    pub async fn close(&self) {
        self.readers.close().await;
        self.write.close().await;
    }
}

/// A number that SQLite raises with every change of the schema.
async fn schema_version(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("PRAGMA schema_version").fetch_one(connection).await
}

fn migration_error(error: MigrateError) -> sqlx::Error {
    sqlx::Error::Migrate(Box::new(error))
}

/// The file of a `sqlite://` URL; `None` for any other.
pub fn sqlite_file(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    Some(rest.split('?').next().unwrap_or(rest))
}

/// A name with something added: SQLite's companions of a file, and ours.
fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
