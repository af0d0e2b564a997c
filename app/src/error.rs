//! What a server function can answer besides its value. Only the boundary makes these; services have errors of their own.

use leptos::prelude::{FromServerFnError, ServerFnErrorErr};
use leptos::server_fn::codec::JsonEncoding;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::backend::report;
use crate::domain::send_rules::SendRefusal;

/// In the browser there is no answer under way that has a status.
#[cfg(not(feature = "ssr"))]
const fn report(error: AppError) -> AppError {
    error
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AppError {
    #[error("Your session has ended. Please sign in again.")]
    Unauthenticated,
    /// Also what somebody else's id gives: no one learns that it exists.
    #[error("This does not exist, or is not yours to see.")]
    NotFound,
    #[error("Somebody else changed this meanwhile. Reload to see their version, then make your change again.")]
    Conflict,
    #[error("{message}")]
    Invalid { field: String, message: String },
    #[error("{0}")]
    Refused(SendRefusal),
    /// The cause is in the log under this reference; the user can quote it.
    #[error("Something went wrong on our side. Try again; if it stays, tell support this reference: {0}")]
    Internal(String),
    /// The browser could not reach the server.
    #[error("The server could not be reached. Check the connection, then try again.")]
    Unreachable,
    /// This page is older than the server, which no longer understands it.
    #[error("Callboard was updated while this page was open. Reload the page, then try again.")]
    VersionMismatch,
    /// The database is locked, full or away just now, or too many ask at once. A change may or may not have been made.
    #[error("Callboard cannot do this just now. Nothing you typed is lost: try again in a few seconds.")]
    Unavailable,
}

impl AppError {
    /// What is said of a request that cannot be read.
    pub const NOT_UNDERSTOOD: &str =
        "This request was not understood: it is not whole, or not what this address takes.";

    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid { field: field.into(), message: message.into() }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        match value {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            // Whatever a decoder says of the request is of no use to whoever sent it.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                report(Self::invalid("", Self::NOT_UNDERSTOOD))
            }
            _ => Self::Internal("NOANSWER".into()),
        }
    }
}
