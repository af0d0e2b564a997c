//! Putting people on an event: contacts that are there, new ones, and lines that were pasted.

mod lines;
mod service;
mod store;

use std::time::Duration;

pub use service::PeopleService;

use crate::core::Core;
use crate::planner;
use crate::workers::{Stop, Workers};

const TIDY_EVERY: Duration = Duration::from_hours(1);

/// Deletes for good who was taken off an event too long ago to be brought back, once an hour.
pub fn start(core: &Core, workers: &mut Workers) {
    let core = core.clone();
    workers.run("people", move |stop| tidy(core.clone(), stop));
}

async fn tidy(core: Core, mut stop: Stop) {
    loop {
        match planner::crew::prune(&core.db, core.clock.now()).await {
            Ok(0) => {}
            Ok(people) => tracing::info!(people, "People who were taken off events a month ago were deleted for good."),
            Err(error) => {
                tracing::warn!(%error, "People who were taken off could not be deleted; the next hour tries again.");
            }
        }
        tokio::select! {
            _ = stop.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(TIDY_EVERY) => {}
        }
    }
}
