//! What every service and worker is built from.

use std::sync::Arc;

use app::paths;
use app::planner::LinkKind;

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::file_store::FileStore;
use crate::realtime::Hub;
use crate::secret::SecretKey;

/// Clones share everything.
#[derive(Clone)]
pub struct Core {
    pub db: Db,
    /// What people sent.
    pub files: FileStore,
    pub clock: Clock,
    pub hub: Hub,
    pub key: SecretKey,
    pub config: Arc<Config>,
}

impl Core {
    /// Returns where the link with this token leads, with the public address in front.
    pub fn link_url(&self, kind: LinkKind, token: &str) -> String {
        let path = match kind {
            LinkKind::Share => paths::share_page(token),
            LinkKind::Rsvp => paths::rsvp_page(token),
        };
        format!("{}{path}", self.config.base_url)
    }
}
