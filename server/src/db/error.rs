//! What can go wrong between a statement and the database.

use sqlx::error::DatabaseError;
use sqlx::sqlite::SqliteError;

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("a stored {what} is not one we know: {value}")]
    Corrupt { what: &'static str, value: String },
    /// Nobody is there to take the work just now; the same request may well succeed a little later.
    #[error("the database cannot be reached just now")]
    Unavailable,
}

impl StoreError {
    pub fn corrupt(what: &'static str, value: impl ToString) -> Self {
        Self::Corrupt { what, value: value.to_string() }
    }

    /// Whether the database cannot work just now, for a reason that may pass, and it is not the statement that is wrong.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Unavailable => true,
            Self::Corrupt { .. } => false,
            Self::Database(error) => is_outage(error),
        }
    }
}

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        // A protocol error is a connection that was cut while it was made: the answer that was expected did not come.
        sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => match sqlite_result(&**error) {
            // "Result and Error Codes" in SQLite's manual: busy, locked, no memory, read-only, I/O error, full, cannot open.
            Some(code) => matches!(code, 5 | 6 | 7 | 8 | 10 | 13 | 14),
            None => error.code().is_some_and(|code| is_outage_of_postgres(&code)),
        },
        _ => false,
    }
}

/// SQLite's primary result code: the last byte of the extended one that sqlx passes on. `None` for PostgreSQL.
fn sqlite_result(error: &dyn DatabaseError) -> Option<i32> {
    let error = error.try_downcast_ref::<SqliteError>()?;
    Some(error.code()?.parse::<i32>().ok()? & 0xff)
}

/// "PostgreSQL Error Codes" in its manual. By class: connection lost, out of resources (disk full among them), shutting
/// down, an error of the system. And: a standby that takes no writes, a row that somebody else holds (`lock_timeout`), two
/// transactions that would wait for each other.
fn is_outage_of_postgres(code: &str) -> bool {
    ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class))
        || matches!(code, "25006" | "40001" | "40P01" | "55P03")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e21_what_may_pass_is_an_outage_and_what_is_wrong_is_not() {
        for code in ["08006", "08P01", "25006", "40P01", "53100", "53300", "55P03", "57P01", "57P03", "58030"] {
            assert!(is_outage_of_postgres(code), "{code}");
        }
        for code in ["22001", "23505", "42601", "42P01", "25P02", "57014"] {
            assert!(!is_outage_of_postgres(code), "{code}");
        }
        assert!(is_outage(&sqlx::Error::PoolTimedOut) && !is_outage(&sqlx::Error::RowNotFound));
    }
}
