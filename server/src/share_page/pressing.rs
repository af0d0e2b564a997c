//! Start, Mark finished, Done and Undo: what people press at their own items on the day. Members see it at once.
//!
//! A press names what the guest saw, so that one that comes late changes nothing that somebody else pressed meanwhile; and it carries
//! a key, so that one that comes twice counts once.

use app::domain::ids::IdempotencyKey;
use app::domain::progress::{Buttons, Progress};
use app::domain::time::{HOUR_MS, SECOND_MS, Timestamp};
use app::error::AppError;
use app::share_page::Press;

use super::progress;
use super::store::{self, NewProgress, OwnItem};
use crate::core::Core;
use crate::db::Change;
use crate::receipts::{Claim, Receipt};
use crate::requests;
use crate::secret::token_hash;

/// How far back a press without a network is believed to be.
const LONGEST_WAIT_MS: i64 = 24 * HOUR_MS;

/// Takes a press of whoever holds the link with this token.
pub async fn press(core: &Core, token: &str, press: &Press) -> Result<(), AppError> {
    let now = core.clock.now();
    let mut write = core.db.write().await?;
    let guest = requests::lock_guest(&mut write, &token_hash(token)).await?.ok_or(AppError::NotFound)?;
    let own = store::own_item(&mut write, guest.event, guest.crew, press.item).await?.ok_or(AppError::NotFound)?;
    let refused = |sentence: &str| Err(AppError::invalid("item", sentence));
    let receipt = match press.key.as_ref().filter(|key| IdempotencyKey::is_well_formed(key)) {
        Some(key) => {
            let typed = (guest.crew, press.item, press.from, press.to);
            match Receipt::claim(&mut write, guest.account, "press_item", key, &typed, now).await? {
                Claim::New(receipt) => Some(receipt),
                Claim::Made(_) => return Ok(()),
            }
        }
        None => None,
    };
    let stands = progress(&own.progress);
    if stands == press.to {
        return Ok(());
    }
    if guest.event_is_cancelled {
        return refused("This event was cancelled, so nothing of it is started or finished.");
    }
    if stands != press.from {
        return refused(&format!("Somebody else was here first: this item is {} now.", stands.label()));
    }
    let buttons = Buttons { start_finish: own.use_start_finish == 1, done: own.use_done == 1 };
    if !stands.steps(buttons, own.started_at.is_some()).contains(&press.to) {
        return refused("This button is not used at this event any more. Reload the page to see which are.");
    }
    store::set_progress(&mut write, press.item, &new_progress(&own, press, now)).await?;
    if let Some(receipt) = receipt {
        receipt.settle(&mut write, press.item.0).await?;
    }
    write.changed(Change::Item(press.item, guest.event));
    write.commit().await?;
    Ok(())
}

fn new_progress(own: &OwnItem, press: &Press, now: Timestamp) -> NewProgress {
    let waited = i64::from(press.seconds_ago).saturating_mul(SECOND_MS).min(LONGEST_WAIT_MS);
    let pressed_at = now.plus_ms(-waited).0;
    let before = own.started_at.map(|at| (at, own.started_by));
    let by = Some(own.contact_id);
    let (started, ended) = match press.to {
        Progress::Planned => (None, None),
        Progress::Started => (before.or(Some((pressed_at, by))), None),
        // Nothing ends before it starts.
        Progress::Finished | Progress::Done => {
            (before, Some((own.started_at.map_or(pressed_at, |at| at.max(pressed_at)), by)))
        }
    };
    NewProgress { code: press.to.label(), started, ended }
}
