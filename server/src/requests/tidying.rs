//! Once an hour: requests that were deleted a month ago go for good, and so do files that nothing leads to any more, those that were
//! taken back, and what is left of those that never came whole.

use std::time::Duration;

use app::domain::time::HOUR_MS;

use super::{reference_store, store, upload_store};
use crate::core::Core;
use crate::error::StoreError;
use crate::workers::{Stop, Workers, rounds};

/// How long a deleted request can be restored.
pub const KEPT_MS: i64 = 30 * 24 * HOUR_MS;
/// For so long a file may be on its way.
const ON_ITS_WAY_MS: i64 = HOUR_MS;
const TIDY_EVERY: Duration = Duration::from_hours(1);

pub fn start(core: &Core, workers: &mut Workers) {
    let core = core.clone();
    workers.run("requests", move |stop| run(core.clone(), stop));
}

/// A store that is away may take a minute over each file, and nobody waits for that at the end.
async fn run(core: Core, stop: Stop) {
    let round = async || match tidy(&core).await {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "Files that nothing leads to were deleted."),
        Err(error) => tracing::warn!(%error, "Old files could not be tidied up; the next hour tries again."),
    };
    rounds(stop, TIDY_EVERY, round).await;
}

/// One round; returns how many files are gone.
pub async fn tidy(core: &Core) -> Result<u64, StoreError> {
    let now = core.clock.now();
    store::prune(&core.db, now.plus_ms(-KEPT_MS)).await?;
    let mut gone = 0;
    let begun = now.plus_ms(-ON_ITS_WAY_MS);
    for (upload, object_key) in upload_store::superfluous(&core.db, now, begun).await? {
        // Its row stays until the file is gone, so that it is not forgotten.
        if is_deleted(core, &object_key).await {
            upload_store::forget(&core.db, upload).await?;
            gone += 1;
        }
    }
    for (file, object_key) in reference_store::superfluous(&core.db, begun).await? {
        if is_deleted(core, &object_key).await {
            reference_store::forget(&core.db, file).await?;
            gone += 1;
        }
    }
    Ok(gone)
}

/// Deletes a file. Returns whether it is gone.
async fn is_deleted(core: &Core, object_key: &str) -> bool {
    let deleted = core.files.delete(object_key).await;
    if let Err(error) = &deleted {
        tracing::warn!(%error, "A file could not be deleted; the next hour tries again.");
    }
    deleted.is_ok()
}
