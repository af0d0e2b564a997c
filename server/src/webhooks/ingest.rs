//! Group commit: one task takes whatever webhooks wait and commits them in one transaction.
//!
//! While a batch commits, the next one gathers, so the batch grows with the load and no timer delays anybody. A request
//! is acknowledged only after its commit. If a batch fails, its requests are tried one by one, so that an event that
//! cannot be stored fails alone.

use std::sync::Arc;
use std::time::Duration;

use app::domain::ids::EmailId;
use app::domain::time::{MINUTE_MS, Timestamp};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::listeners::{Listener, Listeners};
use super::{orphans, store};
use crate::core::Core;
use crate::db::Write;
use crate::emails::fold::{self, Incoming};
use crate::error::StoreError;
use crate::provider::ProviderEvent;
use crate::workers::{Stop, Workers};

/// Requests in one transaction: enough to spread the cost of a sync, few enough to keep the wait short.
const BATCH: usize = 256;
/// Requests that may wait before the routes do.
const BACKLOG: usize = 4_096;
/// How often events that found no email are matched again.
const REMATCH_EVERY: Duration = Duration::from_secs(5);
/// How many rematches pass between two clearings of old ones.
const REMATCHES_PER_CLEARING: u32 = 720;
/// Once told to stop: how long nobody may have called before the task ends.
const QUIET: Duration = Duration::from_millis(300);

/// What became of the events of one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acknowledged {
    pub fresh: usize,
    pub repeated: usize,
    /// Kept until their email shows up, but for those on an account's own mail.
    pub waiting: usize,
}

struct Submission {
    provider: &'static str,
    events: Vec<ProviderEvent>,
    answer: oneshot::Sender<Result<Acknowledged, StoreError>>,
}

/// The way into the store for webhooks, and who may come that way.
#[derive(Clone)]
pub struct Ingest {
    queue: mpsc::Sender<Submission>,
    listeners: Listeners,
}

impl Ingest {
    /// Starts the worker that commits.
    pub fn start(core: &Core, workers: &mut Workers) -> Self {
        let (ingest, intake) = Self::new(core);
        workers.run("webhooks", move |stop| intake.clone().run(stop));
        ingest
    }

    /// As `start`, for who runs the worker.
    pub fn new(core: &Core) -> (Self, Intake) {
        let (queue, submissions) = mpsc::channel(BACKLOG);
        let intake = Intake { core: core.clone(), submissions: Arc::new(Mutex::new(submissions)) };
        (Self { queue, listeners: Listeners::new(core) }, intake)
    }

    /// Returns how to hear this provider; `None` where it is not configured.
    /// The addresses at which reports are taken.
    pub(super) fn paths(&self) -> Vec<String> {
        self.listeners.providers().map(|provider| format!("/webhooks/{provider}")).collect()
    }

    pub(super) fn listener(&self, provider: &str) -> Option<&Listener> {
        self.listeners.find(provider)
    }

    /// Returns once the events are durable and counted once.
    pub async fn submit(
        &self,
        provider: &'static str,
        mut events: Vec<ProviderEvent>,
    ) -> Result<Acknowledged, StoreError> {
        events.retain(ProviderEvent::can_be_matched);
        if events.is_empty() {
            return Ok(Acknowledged::default());
        }
        let (answer, answered) = oneshot::channel();
        let submission = Submission { provider, events, answer };
        self.queue.send(submission).await.map_err(|_| StoreError::Unavailable)?;
        answered.await.unwrap_or(Err(StoreError::Unavailable))
    }
}

/// The worker behind an `Ingest`. Should it die, the requests in its hands are refused, so that the provider repeats
/// them; those that wait are left to the next run. Clones share one queue.
#[derive(Clone)]
pub struct Intake {
    core: Core,
    submissions: Arc<Mutex<mpsc::Receiver<Submission>>>,
}

impl Intake {
    /// Commits what comes until the stop, and then until the last requests were answered.
    pub async fn run(self, mut stop: Stop) {
        let core = &self.core;
        let mut submissions = self.submissions.lock().await;
        let mut rematch = interval(REMATCH_EVERY);
        rematch.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut until_clearing = 0;
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            tokio::select! {
                biased;
                () = told_to_stop(&mut stop) => break,
                _ = rematch.tick() => {
                    until_clearing = if until_clearing == 0 { REMATCHES_PER_CLEARING } else { until_clearing - 1 };
                    look_after_orphans(core, until_clearing == REMATCHES_PER_CLEARING).await;
                }
                count = submissions.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        return told_to_stop(&mut stop).await;
                    }
                    settle(core, &mut batch).await;
                }
            }
        }
        while let Ok(1..) = timeout(QUIET, submissions.recv_many(&mut batch, BATCH)).await {
            settle(core, &mut batch).await;
        }
        submissions.close();
        while submissions.recv_many(&mut batch, BATCH).await > 0 {
            settle(core, &mut batch).await;
        }
    }
}

/// Also when nobody is left who could say so.
async fn told_to_stop(stop: &mut Stop) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn look_after_orphans(core: &Core, clear: bool) {
    let now = core.clock.now();
    let young = now.plus_ms(-10 * MINUTE_MS);
    if let Err(error) = orphans::rematch_orphans(core, young, now).await {
        tracing::warn!(%error, "Events without an email could not be matched again.");
    }
    if clear && let Err(error) = orphans::drop_old_orphans(&core.db, now).await {
        tracing::warn!(%error, "Old events without an email could not be dropped.");
    }
}

/// Commits a batch and answers everybody in it.
async fn settle(core: &Core, batch: &mut Vec<Submission>) {
    match commit(core, batch).await {
        Ok(acknowledged) => {
            for (submission, acknowledged) in batch.drain(..).zip(acknowledged) {
                // Whoever hung up will send it again, and it will be a repetition.
                let _ = submission.answer.send(Ok(acknowledged));
            }
        }
        Err(error) if error.is_outage() => {
            tracing::warn!(%error, requests = batch.len(), "No webhook can be stored just now.");
            for submission in batch.drain(..) {
                let _ = submission.answer.send(Err(StoreError::Unavailable));
            }
        }
        Err(_) => settle_singly(core, batch).await,
    }
}

async fn settle_singly(core: &Core, batch: &mut Vec<Submission>) {
    let mut outage = false;
    for submission in batch.drain(..) {
        let answer = if outage {
            Err(StoreError::Unavailable)
        } else {
            let alone = std::slice::from_ref(&submission);
            commit(core, alone).await.map(|acknowledged| acknowledged.into_iter().next().unwrap_or_default())
        };
        outage |= answer.as_ref().is_err_and(StoreError::is_outage);
        let _ = submission.answer.send(answer);
    }
}

/// One transaction for all of them: match, fold, keep what found no email.
async fn commit(core: &Core, batch: &[Submission]) -> Result<Vec<Acknowledged>, StoreError> {
    let now = core.clock.now();
    let mut transaction = core.db.write().await?;
    let events: Vec<(&'static str, &ProviderEvent)> =
        batch.iter().flat_map(|of| of.events.iter().map(|event| (of.provider, event))).collect();
    let Matched { emails, fresh } = match_and_record(&mut transaction, &events, now).await?;
    let waiting: Vec<_> =
        events.iter().zip(&emails).filter(|(_, email)| email.is_none()).map(|(event, _)| *event).collect();
    // Nobody follows what becomes of an account's own mails.
    let waiting = store::without_system_mail(&mut transaction, waiting).await?;
    store::keep_orphans(&mut transaction, &waiting, now).await?;
    transaction.commit().await?;

    let mut fresh = fresh.iter();
    let mut matched = emails.iter();
    let acknowledge = |of: &Submission| {
        let mut answer = Acknowledged::default();
        for email in matched.by_ref().take(of.events.len()) {
            match email {
                None => answer.waiting += 1,
                Some(_) if fresh.next() == Some(&true) => answer.fresh += 1,
                Some(_) => answer.repeated += 1,
            }
        }
        answer
    };
    Ok(batch.iter().map(acknowledge).collect())
}

/// The emails that some events are about.
pub(super) struct Matched {
    /// Per event, in order: its email.
    pub emails: Vec<Option<EmailId>>,
    /// Per event that has an email, in order: whether it was new.
    pub fresh: Vec<bool>,
}

/// Matches events to emails and folds those that found one, in the caller's transaction.
pub(super) async fn match_and_record(
    transaction: &mut Write,
    events: &[(&'static str, &ProviderEvent)],
    now: Timestamp,
) -> Result<Matched, StoreError> {
    let found = store::resolve(transaction, events).await?;
    let emails: Vec<Option<EmailId>> = found.iter().map(|found| found.as_ref().map(|found| found.email)).collect();
    let incoming = events
        .iter()
        .zip(&emails)
        .filter_map(|((provider, event), email)| {
            Some(Incoming {
                email: (*email)?,
                provider,
                event_key: event.key.clone(),
                event: event.event.clone(),
                suppress: event.suppress,
            })
        })
        .collect();
    let recorded = fold::record(transaction, incoming, now).await?;
    // Only now, because the fold locks the emails in the order of their ids.
    store::learn_provider_ids(transaction, events, &found).await?;
    Ok(Matched { emails, fresh: recorded.fresh })
}
