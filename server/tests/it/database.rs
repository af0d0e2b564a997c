//! A migrated, empty database of each engine, of a test's own.
//!
//! `on_both_engines!(async fn name(db: Db) { … })` makes one test for SQLite and one for PostgreSQL. PostgreSQL's throw-away
//! cluster is named by `CALLBOARD_TEST_POSTGRES`; without it those tests fail, so that nobody takes half for the whole.

use std::future::Future;
use std::path::PathBuf;

use server::db::Db;
use server::secret;
use sqlx::{Connection, Executor};

/// One test for each engine over the same body; `db` is migrated and empty.
macro_rules! on_both_engines {
    ($(#[$attribute:meta])* async fn $name:ident($db:ident: $db_type:ty) $body:block) => {
        mod $name {
            use super::*;

            async fn body($db: $db_type) $body

            $(#[$attribute])*
            #[tokio::test]
            async fn sqlite() {
                $crate::database::with_sqlite(body).await;
            }

            $(#[$attribute])*
            #[tokio::test]
            async fn postgres() {
                $crate::database::with_postgres(body).await;
            }
        }
    };
}

/// Runs a test over a SQLite file of its own.
pub async fn with_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Db) -> F) {
    with_empty_sqlite(|db| migrated(db, test)).await;
}

/// Runs a test over a PostgreSQL database of its own. One that fails leaves it behind, for a look.
pub async fn with_postgres<F: Future<Output = ()>>(test: impl FnOnce(Db) -> F) {
    with_postgres_at(|db, _| test(db)).await;
}

/// As `with_postgres`, for a test that opens the database again by its URL, as another process would.
pub async fn with_postgres_at<F: Future<Output = ()>>(test: impl FnOnce(Db, String) -> F) {
    Box::pin(with_empty_postgres(|db, url| migrated(db, |db| test(db, url)))).await;
}

async fn migrated<F: Future<Output = ()>>(db: Db, test: impl FnOnce(Db) -> F) {
    db.migrate().await.expect("the migrations run");
    test(db).await;
}

/// As `with_sqlite`, without a schema.
pub async fn with_empty_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Db) -> F) {
    let folder = Folder::new();
    let url = format!("sqlite://{}", folder.0.join("test.db").display());
    let db = Db::open(&url).await.expect("a new SQLite file");
    test(db.clone()).await;
    db.close().await;
}

/// As `with_postgres`, without a schema.
pub async fn with_empty_postgres<F: Future<Output = ()>>(test: impl FnOnce(Db, String) -> F) {
    sqlx::any::install_default_drivers();
    let admin = std::env::var("CALLBOARD_TEST_POSTGRES").expect("CALLBOARD_TEST_POSTGRES names a throw-away cluster");
    let name = format!("test_{}", secret::short_reference().to_lowercase());
    let mut connection = sqlx::AnyConnection::connect(&admin).await.expect("the cluster runs");
    let create = format!("CREATE DATABASE {name}");
    connection.execute(sqlx::AssertSqlSafe(create)).await.expect("a new database");

    let mut url = url::Url::parse(&admin).expect("a URL");
    url.set_path(&name);
    let db = Db::open(url.as_str()).await.expect("the new database opens");
    test(db.clone(), url.to_string()).await;
    db.close().await;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    connection.execute(sqlx::AssertSqlSafe(drop)).await.expect("the database goes");
}

/// A folder of a test's own, gone when it ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("callboard-{}", secret::unique()));
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
