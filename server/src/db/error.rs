//! What can go wrong between a statement and the database.

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

    /// Whether everybody is affected, and not only this one statement.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Unavailable => true,
            Self::Corrupt { .. } => false,
            Self::Database(error) => is_outage(error),
        }
    }
}

/// Whether the database cannot be reached or is held by somebody else, and not only a statement wrong.
fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Io(_) => true,
        // SQLite: busy, locked, I/O error, full, cannot open. PostgreSQL: too many connections, shutting down.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            matches!(&*code, "5" | "6" | "10" | "13" | "14" | "53300" | "57P01" | "57P02" | "57P03")
        }),
        _ => false,
    }
}
