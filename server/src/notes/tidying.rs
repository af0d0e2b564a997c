//! Once an hour: notes and files that were deleted a month ago go for good, and so do files whose event is gone and what is left of those
//! that never came whole.

use std::time::Duration;

use app::domain::time::HOUR_MS;

use super::{file_store, store};
use crate::core::Core;
use crate::error::StoreError;
use crate::workers::{Stop, Workers, rounds};

/// How long a deleted note or file can be restored.
pub const KEPT_MS: i64 = 30 * 24 * HOUR_MS;
/// For so long a file may be on its way.
const ON_ITS_WAY_MS: i64 = HOUR_MS;
const TIDY_EVERY: Duration = Duration::from_hours(1);

pub fn start(core: &Core, workers: &mut Workers) {
    let core = core.clone();
    workers.run("notes", move |stop| run(core.clone(), stop));
}

/// A store that is away may take a minute over each file, and nobody waits for that at the end.
async fn run(core: Core, stop: Stop) {
    let round = async || match tidy(&core).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "Files of events that nobody can restore any more were deleted."),
        Err(error) => tracing::warn!(%error, "Old notes could not be tidied up; the next hour tries again."),
    };
    rounds(stop, TIDY_EVERY, round).await;
}

/// One round; returns how many files are gone.
pub async fn tidy(core: &Core) -> Result<u64, StoreError> {
    let now = core.clock.now();
    let before = now.plus_ms(-KEPT_MS);
    store::prune(&core.db, before).await?;
    let mut gone = 0;
    for (file, object_key) in file_store::superfluous(&core.db, before, now.plus_ms(-ON_ITS_WAY_MS)).await? {
        // Its row stays until the file is gone, so that it is not forgotten.
        if let Err(error) = core.files.delete(&object_key).await {
            tracing::warn!(%error, "A file could not be deleted; the next hour tries again.");
            continue;
        }
        file_store::forget(&core.db, file).await?;
        gone += 1;
    }
    Ok(gone)
}
