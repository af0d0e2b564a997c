//! Ends the sockets of sessions that are over and of which nobody told this process: run out by the clock, or deleted in the
//! database by something that is not Callboard. All others are told by a commit, here or in another process.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use super::store;
use crate::core::Core;
use crate::error::StoreError;
use crate::workers::{Stop, Workers};

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How many looks at the clock there are between two at the database.
const LOOKS_PER_QUESTION: u32 = 5;

pub fn start(core: &Core, workers: &mut Workers) {
    let core = core.clone();
    workers.run("live sessions", move |stop| watch(core.clone(), stop));
}

async fn watch(core: Core, mut stop: Stop) {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut until_question = LOOKS_PER_QUESTION;
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = look.tick() => {}
        }
        core.hub.end_expired(core.clock.now());
        until_question -= 1;
        if until_question == 0 {
            until_question = LOOKS_PER_QUESTION;
            if let Err(error) = end_sessions(&core).await {
                // Nobody is cut off for that; the next look will tell.
                tracing::debug!(%error, "Which sessions still hold cannot be told just now.");
            }
        }
    }
}

/// Ends the sockets of every session that is not in the database any more, or has run out, or lost its membership.
pub async fn end_sessions(core: &Core) -> Result<(), StoreError> {
    let open = core.hub.sessions();
    if open.is_empty() {
        return Ok(());
    }
    let live: BTreeSet<String> = store::live_sessions(&core.db, &open, core.clock.now()).await?.into_iter().collect();
    for session in open.iter().filter(|session| !live.contains(*session)) {
        core.hub.session_ended(session);
    }
    Ok(())
}
