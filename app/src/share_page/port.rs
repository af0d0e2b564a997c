//! What a guest's page needs from the server.

use async_trait::async_trait;

use super::RunOfShow;
use crate::error::AppError;

#[async_trait]
pub trait SharePagePort: Send + Sync {
    /// The run of show behind a token. Unknown and revoked tokens both give `NotFound`. Opening is not recorded.
    async fn open(&self, token: String) -> Result<RunOfShow, AppError>;
}
