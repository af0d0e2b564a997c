//! The events of an account: the list, the form, copies and templates, and what was deleted.

mod copies;
mod deleting;
mod details;
mod moving;
mod service;
mod store;

use std::time::Duration;

pub use details::guests;
use details::{day as checked_day, name as checked_name};
pub use service::{EventsService, status};
pub use store::{list_sql, name_of};

use crate::core::Core;
use crate::error::StoreError;
use crate::search_words;
use crate::workers::{Stop, Workers};

const TIDY_EVERY: Duration = Duration::from_hours(1);

/// Deletes for good what was deleted long ago, and makes findable what came by other ways than the forms: now, and once an
/// hour.
pub fn start(core: &Core, workers: &mut Workers) {
    let core = core.clone();
    workers.run("deleted events", move |stop| run(core.clone(), stop));
}

async fn run(core: Core, mut stop: Stop) {
    loop {
        match tidy(&core).await {
            Ok(0) => {}
            Ok(events) => tracing::info!(events, "Events that were deleted 30 days ago are gone for good."),
            Err(error) => tracing::warn!(%error, "Old events could not be tidied up; the next hour tries again."),
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(TIDY_EVERY) => {}
        }
    }
}

/// One round; returns how many events are gone.
pub async fn tidy(core: &Core) -> Result<u64, StoreError> {
    loop {
        let mut transaction = core.db.write().await?;
        let more = search_words::index_new(&mut transaction).await?;
        transaction.commit().await?;
        if !more {
            break;
        }
    }
    deleting::prune(&core.db, core.clock.now()).await
}
