//! The 72-hour sweep: what is still delayed three days after the hand-over has failed, and can be sent again.
//!
//! Only "delivery delayed" is ever swept. The email is locked while it is folded, so an outcome that arrives at the same
//! moment wins. Any number of processes may sweep at once.

use std::time::Duration;

use app::domain::delivery::{DELAY_LIMIT_MS, DeliveryEvent, Report, STILL_DELAYED};
use app::domain::time::Timestamp;

use super::fold::{self, Incoming};
use super::fold_store;
use crate::core::Core;
use crate::error::StoreError;
use crate::workers::{Stop, Workers};

const EVERY: Duration = Duration::from_mins(5);
/// Emails of one transaction, so that nobody waits long for it.
const BATCH: i64 = 500;

/// Sweeps now and every five minutes, until `stop` turns true.
pub fn start(core: &Core, workers: &mut Workers) {
    let core = core.clone();
    workers.run("sweep", move |stop| run(core.clone(), stop));
}

async fn run(core: Core, mut stop: Stop) {
    loop {
        match sweep(&core, core.clock.now()).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "Emails still delayed after 72 hours have failed."),
            Err(error) => tracing::warn!(%error, "Delayed emails could not be swept; the next sweep will."),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Fails every email that has been delayed for more than 72 hours since its hand-over; returns their number.
pub async fn sweep(core: &Core, now: Timestamp) -> Result<usize, StoreError> {
    let limit = now.plus_ms(-DELAY_LIMIT_MS);
    let mut transaction = core.db.write().await?;
    fold_store::hand_over_by(&mut transaction, now).await?;
    transaction.commit().await?;
    let mut swept = 0;
    loop {
        let mut transaction = core.db.write().await?;
        let overdue = fold_store::lock_delayed(&mut transaction, limit, BATCH).await?;
        let events = overdue
            .into_iter()
            .map(|email| Incoming {
                email,
                provider: "callboard",
                event_key: format!("sweep:{email}"),
                event: DeliveryEvent {
                    report: Report::Failed,
                    reason: Some(STILL_DELAYED.to_owned()),
                    occurred_at: now,
                },
                suppress: None,
            })
            .collect();
        let recorded = fold::record(&mut transaction, events, now).await?;
        transaction.commit().await?;
        if recorded.changed == 0 {
            return Ok(swept);
        }
        swept += recorded.changed;
    }
}
