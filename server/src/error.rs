//! How what went wrong below the services becomes an answer.

use app::error::AppError;

use crate::secret;

pub use crate::db::StoreError;

/// Nobody can act on it: logged once, with its cause, under a reference that the user can quote.
pub fn internal(cause: &dyn std::error::Error) -> AppError {
    let reference = secret::short_reference();
    tracing::error!(reference, error = %cause, "A request could not be answered.");
    AppError::Internal(reference)
}

/// Lets a service hand on what the store returns by `?`.
impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        if error.is_outage() {
            tracing::warn!(%error, "A request has to be tried again.");
            return Self::Unavailable;
        }
        internal(&error)
    }
}
