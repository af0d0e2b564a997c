//! What can go wrong below the services, and how it becomes an answer.

use app::error::AppError;

use crate::{db, secret};

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
            Self::Database(error) => db::is_outage(error),
        }
    }
}

/// Nobody can act on it: log it once, with its cause, under a reference that the user can quote.
pub fn internal(cause: &dyn std::error::Error) -> AppError {
    let reference = secret::short_reference();
    tracing::error!(reference, error = %cause, "A request could not be answered.");
    AppError::Internal(reference)
}

/// Lets a service hand on what the store returns: `.map_err(boundary)?`.
pub fn boundary(error: StoreError) -> AppError {
    internal(&error)
}
