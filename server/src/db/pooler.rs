//! Tells a pooler in transaction mode from a database: what listens needs a connection of its own, and behind such a pooler
//! no connection is.

use sqlx::{AnyConnection, Connection, Executor, Row};

use super::{Db, Engine};

/// How often both connections are asked. The second question shows most poolers; one that goes round needs more.
const ROUNDS: usize = 8;

impl Db {
    /// Whether a pooler in transaction mode stands between us and PostgreSQL (`pool_mode = transaction` of `PgBouncer`, and
    /// its like): two connections that are both open answer as the same server process, or one of them as several.
    pub async fn is_behind_transaction_pooler(&self) -> Result<bool, sqlx::Error> {
        if self.engine == Engine::Sqlite {
            return Ok(false);
        }
        let mut one = AnyConnection::connect_with(&self.write.connect_options()).await?;
        let mut other = AnyConnection::connect_with(&self.write.connect_options()).await?;
        let (own, others) = (server_process(&mut one).await?, server_process(&mut other).await?);
        let mut is_pooled = own == others;
        for _ in 0..ROUNDS {
            if is_pooled {
                break;
            }
            is_pooled = server_process(&mut one).await? != own || server_process(&mut other).await? != others;
        }
        one.close().await?;
        other.close().await?;
        Ok(is_pooled)
    }
}

/// The process of the server that answers, as text: `PgBouncer` does not know statements that were prepared elsewhere, so this
/// one is not prepared.
async fn server_process(connection: &mut AnyConnection) -> Result<String, sqlx::Error> {
    connection.fetch_one("SELECT CAST(pg_backend_pid() AS TEXT)").await?.try_get(0)
}

/// Whether a pooler refused what every one of our connections begins with. `PgBouncer` does unless it is told to ignore it, and
/// the database itself never does.
pub fn was_refused_by_pooler(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.message().contains("unsupported startup parameter"))
}
