//! What signing in and out needs from the server.

use async_trait::async_trait;

use crate::backend::Caller;
use crate::error::AppError;

/// What a person typed to sign in, and where the request came from (for the limits).
pub struct Credentials {
    pub email: String,
    pub password: String,
    pub peer: Option<std::net::IpAddr>,
    /// The values of the cookies by which this browser was known at earlier sign-ins.
    pub devices: Vec<String>,
    /// Hash of the token of the session that this browser is in, whose place the new one takes.
    pub replaces: Option<String>,
}

#[async_trait]
pub trait AuthPort: Send + Sync {
    /// The `Set-Cookie` values of a new session. Unknown accounts and wrong passwords answer alike, after the same time.
    async fn sign_in(&self, credentials: Credentials) -> Result<Vec<String>, AppError>;

    /// Ends the caller's session and closes its live connections; returns the `Set-Cookie` value that forgets it.
    async fn sign_out(&self, caller: &Caller) -> Result<String, AppError>;
}
