//! What a guest's page needs from the server.

use async_trait::async_trait;

use super::{Press, RunOfShow};
use crate::error::AppError;

#[async_trait]
pub trait SharePagePort: Send + Sync {
    /// The run of show behind a token. Unknown and revoked tokens both give `NotFound`. Opening is not recorded.
    async fn open(&self, token: String) -> Result<RunOfShow, AppError>;

    /// Takes a press at an item of the holder's own. The same press again is none. `NotFound` if the token opens nothing or the item is
    /// not theirs; `Invalid` where the press leads nowhere: it is cancelled, or somebody else pressed meanwhile.
    async fn press(&self, token: String, press: Press) -> Result<(), AppError>;
}
