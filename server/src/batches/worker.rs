//! Sends the batches whose time has come, some people at a time, each batch in turn.

use std::time::Duration;

use app::batches::{BatchState, Outcome};
use app::domain::email_kind::EmailKind;
use app::domain::ids::{BatchId, CrewId, EmailId, IdempotencyKey};
use app::domain::send_rules::SendRefusal;
use app::domain::time::{SECOND_MS, Timestamp};
use app::planner::LinkKind;

use super::candidates::LeftOut;
use super::store::{self, Locked};
use crate::config::LONGEST_UNDO_S;
use crate::core::Core;
use crate::db::{Change, Write};
use crate::error::StoreError;
use crate::planner::sending::{self, Button, SendError, SendInvite, Sender};
use crate::workers::{Stop, Workers};

/// People of one transaction: the event is locked for no longer than that takes.
const CHUNK: usize = 25;
const LOOK: Duration = Duration::from_secs(1);

/// Starts the worker. Each process on a database may have one.
pub fn start(core: &Core, workers: &mut Workers) {
    let core = core.clone();
    workers.run("batches", move |stop| run(core.clone(), stop));
}

async fn run(core: Core, mut stop: Stop) {
    loop {
        let work = async {
            loop {
                match run_due(&core).await {
                    Ok(0) => return,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(%error, "Batches have to wait for the database.");
                        return;
                    }
                }
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = work => {}
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Sends to the next people of each batch that is due; returns how many outcomes that gave. One that cannot go on keeps none of the
/// others: it fails only when nothing else was to be done, or the database is away.
pub async fn run_due(core: &Core) -> Result<usize, StoreError> {
    let (mut count, mut failed) = (0, None);
    for batch in store::due(&core.db, core.clock.now(), LONGEST_UNDO_S * SECOND_MS).await? {
        match advance(core, batch).await {
            Ok(outcomes) => count += outcomes,
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => {
                tracing::error!(%batch, %error, "A batch cannot go on; the others do, and it is tried again.");
                failed = Some(error);
            }
        }
    }
    failed.filter(|_| count == 0).map_or(Ok(count), Err)
}

/// Gives the next people of a batch their outcomes, all in one transaction.
async fn advance(core: &Core, batch: BatchId) -> Result<usize, StoreError> {
    let Some((account, event)) = store::place(&core.db, batch).await? else { return Ok(0) };
    let mut transaction = core.db.write().await?;
    let event = store::lock_event(&mut transaction, account, event).await?;
    let Some(locked) = store::lock(&mut transaction, account, batch).await? else { return Ok(0) };
    let Some(event) = event.filter(|_| locked.state.is_open()) else { return Ok(0) };
    let stopped = match (event.is_deleted, event.facts.is_cancelled) {
        (true, _) => Some(LeftOut::EventDeleted),
        (_, true) => Some(LeftOut::EventCancelled),
        _ => None,
    };
    let count = if let Some(why) = stopped {
        let left = store::settle_all(&mut transaction, batch, Outcome::LeftOut, Some(why.to_string())).await?;
        usize::try_from(left).unwrap_or(usize::MAX)
    } else {
        let waiting = store::next_waiting(&mut transaction, batch, CHUNK).await?;
        for (crew, address) in &waiting {
            let (outcome, reason, email) =
                send(core, &mut transaction, &locked, *crew, address.clone().unwrap_or_default()).await?;
            store::settle(&mut transaction, batch, *crew, outcome, reason, email).await?;
        }
        waiting.len()
    };
    let locked = Locked { state: BatchState::Sending, ..locked };
    settle_state(&mut transaction, &locked, core.clock.now()).await?;
    transaction.commit().await?;
    tracing::info!(%batch, count, "People of a batch were sent to, or left out.");
    // Also when nobody was left: it is over now.
    Ok(count.max(1))
}

/// Sends to one person as a click does.
async fn send(
    core: &Core,
    transaction: &mut Write,
    batch: &Locked,
    crew: CrewId,
    address: String,
) -> Result<(Outcome, Option<String>, Option<EmailId>), StoreError> {
    let left_out = |why: String| Ok((Outcome::LeftOut, Some(why), None));
    if address.is_empty() {
        return left_out(SendRefusal::NoAddress.to_string());
    }
    let button = match batch.kind {
        LinkKind::Share => Button::EmailLink,
        LinkKind::Rsvp => Button::SendInvite,
    };
    let key = IdempotencyKey(format!("batch-{}-{crew}", batch.id));
    let command = SendInvite { crew, address, key, button, is_batch: true };
    let sender = Sender { account: batch.account, member: batch.member };
    match sending::accept(core, transaction, sender, &command).await {
        Ok(email) => Ok((Outcome::Sent, None, email)),
        Err(SendError::Store(error)) => Err(error),
        Err(SendError::NotFound) => left_out(LeftOut::TakenOff.to_string()),
        Err(SendError::Refused(refusal)) => left_out(refusal.to_string()),
        Err(error @ (SendError::BadKey | SendError::Subject(_))) => {
            tracing::error!(batch = %batch.id, %crew, %error, "Somebody in a batch cannot be sent to.");
            left_out("No mail could be written. Send it by the button in their row.".to_owned())
        }
    }
}

/// Says how a batch stands after some of its people got outcomes, and tells who looks at it.
pub(super) async fn settle_state(transaction: &mut Write, batch: &Locked, now: Timestamp) -> Result<(), StoreError> {
    let state = if store::count(transaction, batch.id, Outcome::Waiting).await? > 0 {
        batch.state
    } else if store::count(transaction, batch.id, Outcome::TakenBack).await? > 0
        && store::count(transaction, batch.id, Outcome::Sent).await? == 0
    {
        BatchState::Cancelled
    } else {
        BatchState::Done
    };
    store::set_state(transaction, batch.id, state, now).await?;
    transaction.changed(Change::Batch(batch.id, batch.event));
    Ok(())
}

/// The mail that leads to such a link.
pub(super) const fn email_kind(kind: LinkKind) -> EmailKind {
    match kind {
        LinkKind::Share => EmailKind::ShareLink,
        LinkKind::Rsvp => EmailKind::RsvpInvite,
    }
}
