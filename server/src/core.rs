//! What every service and worker is built from.

use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::realtime::Hub;
use crate::secret::SecretKey;

/// Clones share everything.
#[derive(Clone)]
pub struct Core {
    pub db: Db,
    pub clock: Clock,
    pub hub: Hub,
    pub key: SecretKey,
    pub config: Arc<Config>,
}

impl Core {
    /// Returns where the share link with this token leads, with the public address in front.
    pub fn share_url(&self, token: &str) -> String {
        format!("{}{}", self.config.base_url, app::paths::share_page(token))
    }
}
