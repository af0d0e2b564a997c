//! Signing in: passwords, sessions, and the limits on guessing.
//!
//! Holds no HTTP beyond the session layer and its cookie. Guarantees: only hashes of passwords and tokens are stored;
//! an unknown account answers as a wrong password does, after the same work; a session that ended opens nothing from the
//! next request on, and its live connections are closed.

mod cookies;
mod device;
mod limits;
mod password;
mod service;
pub mod session;
pub mod store;

use std::time::Duration;

pub use limits::{Attempt, Sending};
pub use password::{Place, hash as hash_password};
pub use service::{AuthService, Browser};

use crate::core::Core;
use crate::workers::{Stop, Workers};
use crate::{accounts, receipts, run_of_show, system_mail};

const TIDY_EVERY: Duration = Duration::from_hours(1);

/// Deletes what has expired, once an hour. Nothing depends on it: expired sessions open nothing anyway.
pub fn start(core: &Core, workers: &mut Workers) {
    tokio::task::spawn_blocking(password::prepare);
    let core = core.clone();
    workers.run("sessions", move |stop| tidy(core.clone(), stop));
}

async fn tidy(core: Core, mut stop: Stop) {
    loop {
        match store::prune(&core.db, core.clock.now()).await {
            Ok(0) => {}
            Ok(sessions) => tracing::info!(sessions, "Expired sessions were deleted."),
            Err(error) => tracing::warn!(%error, "Expired sessions could not be deleted; the next hour tries again."),
        }
        if let Err(error) = run_of_show::prune(&core.db, core.clock.now()).await {
            tracing::warn!(%error, "What was deleted long ago could not be cleared out.");
        }
        if let Err(error) = receipts::prune(&core.db, core.clock.now()).await {
            tracing::warn!(%error, "Old receipts could not be deleted; the next hour tries again.");
        }
        if let Err(error) = accounts::prune(&core.db, core.clock.now()).await {
            tracing::warn!(%error, "Old codes and links could not be deleted; the next hour tries again.");
        }
        if let Err(error) = system_mail::prune(&core.db, core.clock.now()).await {
            tracing::warn!(%error, "Old mails of accounts could not be deleted; the next hour tries again.");
        }
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(TIDY_EVERY) => {}
        }
    }
}
