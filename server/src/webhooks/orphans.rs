//! Events that arrived before their email could be found: kept for a week, and counted once when it is.

use app::domain::ids::EmailId;
use app::domain::time::{HOUR_MS, Timestamp};

use super::ingest::{Matched, match_and_record};
use super::store::{self, Orphan};
use crate::core::Core;
use crate::db::{Db, Write};
use crate::emails::fold::{self, Incoming};
use crate::error::StoreError;
use crate::provider::ProviderEvent;

const KEEP_MS: i64 = 7 * 24 * HOUR_MS;
/// Events of one rematch; the next one takes the rest.
const BATCH: i64 = 256;

/// Folds in what came for this email before it could be found, in the transaction that records its hand-over.
pub async fn adopt_orphans(transaction: &mut Write, email: EmailId, now: Timestamp) -> Result<(), StoreError> {
    // The caller holds the email. A rematch that holds an event waits for the email, and will count the event itself.
    let orphans = store::orphans_of(transaction, email).await?;
    if orphans.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = orphans.iter().map(|orphan| orphan.id).collect();
    let incoming = orphans
        .into_iter()
        .map(|Orphan { provider, event, .. }| Incoming {
            email,
            provider,
            event_key: event.key,
            event: event.event,
            suppress: event.suppress,
        })
        .collect();
    fold::record(transaction, incoming, now).await?;
    store::forget_orphans(transaction, &ids).await
}

/// Matches the events again that have waited since `young` at most; returns the number that found their email.
pub async fn rematch_orphans(core: &Core, young: Timestamp, now: Timestamp) -> Result<usize, StoreError> {
    let ids = store::matchable(&core.db, young, BATCH).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    let mut transaction = core.db.write().await?;
    let orphans = store::lock_orphans(&mut transaction, &ids).await?;
    let events: Vec<(&'static str, &ProviderEvent)> =
        orphans.iter().map(|orphan| (orphan.provider, &orphan.event)).collect();
    let Matched { emails, .. } = match_and_record(&mut transaction, &events, now).await?;
    let found: Vec<i64> =
        orphans.iter().zip(&emails).filter(|(_, email)| email.is_some()).map(|(orphan, _)| orphan.id).collect();
    store::forget_orphans(&mut transaction, &found).await?;
    transaction.commit().await?;
    Ok(found.len())
}

/// Drops what found no email within a week; returns the number dropped.
pub async fn drop_old_orphans(db: &Db, now: Timestamp) -> Result<u64, StoreError> {
    let mut transaction = db.write().await?;
    let dropped = store::forget_orphans_before(&mut transaction, now.plus_ms(-KEEP_MS)).await?;
    transaction.commit().await?;
    Ok(dropped)
}
