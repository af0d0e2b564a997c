//! Works off the outbox: leases what is due, hands it over, records how it ended.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use app::domain::time::Timestamp;
use tokio::task::{JoinError, JoinSet};

use super::group::Group;
use super::mail::{self, Prepared};
use super::policy::{self, Attempt, Verdict};
use super::record::{Ended, Recorder};
use super::store::{self, Lane, Leased, Room, Taken, Turns};
use crate::core::Core;
use crate::error::StoreError;
use crate::mailer::{CONNECTIONS, HandOver, Mailer, SmtpStage};
use crate::secret;
use crate::workers::{Stop, Workers};

/// Mails handed over at the same time, each on a connection of its own.
const HANDS: usize = CONNECTIONS;
/// As many of them as may have mails of batches: the others are kept for what somebody clicked, also where the mail server
/// takes its time over every mail.
const BATCH_HANDS: usize = HANDS - 4;
/// The longest wait between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// After the database failed us.
const PAUSE: Duration = Duration::from_secs(1);
/// The shortest wait for the pace: what is allowed meanwhile is taken together.
const SHORTEST_PACE: Duration = Duration::from_millis(25);

/// Starts the worker for the configured mail server. It ends, its jobs in hand finished, after the stop.
pub fn start(core: &Core, workers: &mut Workers) {
    let core = core.clone();
    workers.run("outbox", move |stop| run(core.clone(), stop));
}

async fn run(core: Core, stop: Stop) {
    let url = core.config.smtp_url.clone().unwrap_or_default();
    match Mailer::smtp(&url, &core.config.base_url) {
        Ok(mailer) => Worker::new(core, mailer).run(stop).await,
        // The configuration was checked, so this is the sandbox that was not started before.
        Err(expected) => tracing::error!(expected, "No mail server is known, so no mail is handed over."),
    }
}

/// One process's share in the outbox. Clones are the same worker.
#[derive(Clone)]
pub struct Worker(Arc<Shared>);

struct Shared {
    core: Core,
    mailer: Mailer,
    /// Names this process on its leases.
    owner: String,
    /// Marks to be committed, and whether the job was still ours.
    marks: Group<Leased, Result<bool, StoreError>>,
    turns: Mutex<Turns>,
    recorder: Recorder,
}

impl Worker {
    pub fn new(core: Core, mailer: Mailer) -> Self {
        let owner = secret::unique();
        let recorder = Recorder::new(core.clone(), owner.clone());
        Self(Arc::new(Shared { core, mailer, owner, marks: Group::default(), turns: Mutex::default(), recorder }))
    }

    /// Makes jobs of a process that died free again, at start. On a shared database their leases have to run out.
    pub async fn recover(&self) -> Result<(), StoreError> {
        let db = &self.0.core.db;
        if db.is_shared() { Ok(()) } else { store::release_all(db).await }
    }

    /// Hands over what is due now and nobody else's, as much as the pace allows; returns how many jobs that were.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let leased = self.lease(Room { all: HANDS, batch: BATCH_HANDS }).await?.jobs;
        let count = leased.len();
        let mut jobs = JoinSet::new();
        for job in leased {
            jobs.spawn(self.clone().work(job));
        }
        jobs.join_all().await;
        Ok(count)
    }

    /// Works until the stop, and then until its jobs in hand have ended.
    pub async fn run(self, mut stop: Stop) {
        let mut hands = Hands::default();
        let mut is_recovered = false;
        while !*stop.borrow() {
            let room = hands.room();
            let wait = match self.lease_after_recovery(&mut is_recovered, room).await {
                Ok(Taken { jobs, pause_ms, .. }) => {
                    for job in jobs {
                        hands.of(job.lane).spawn(self.clone().work(job));
                    }
                    match pause_ms {
                        Some(pause) => SHORTEST_PACE.max(Duration::from_millis(pause)).min(LOOK),
                        None => self.until_next_look(hands.room()).await,
                    }
                }
                Err(error) => {
                    tracing::error!(error = %error, "The outbox cannot reach the database.");
                    PAUSE
                }
            };
            let has_hands = hands.room().all > 0;
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                () = hands.one_free() => {}
                () = self.0.core.db.outbox_job_added(), if has_hands => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        hands.finish().await;
    }

    async fn lease_after_recovery(&self, is_recovered: &mut bool, room: Room) -> Result<Taken, StoreError> {
        if !*is_recovered {
            self.recover().await?;
            *is_recovered = true;
        }
        if room.all == 0 { Ok(Taken::default()) } else { self.lease(room).await }
    }

    /// With every hand busy the next look is when one is free again.
    async fn until_next_look(&self, room: Room) -> Duration {
        let core = &self.0.core;
        if room.all == 0 {
            return LOOK;
        }
        match store::next_due(&core.db, room.batch > 0).await {
            Ok(Some(due)) => {
                let gap = due.since_ms(core.clock.now()).max(10);
                LOOK.min(Duration::from_millis(gap.unsigned_abs()))
            }
            Ok(None) => LOOK,
            Err(_) => PAUSE,
        }
    }

    async fn lease(&self, room: Room) -> Result<Taken, StoreError> {
        let Shared { core, owner, turns, .. } = &*self.0;
        let last = *turns.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = store::lease(&core.db, owner, self.now(), room, last, core.config.mail_rate).await?;
        *turns.lock().unwrap_or_else(PoisonError::into_inner) = taken.turns;
        Ok(taken)
    }

    /// Commits that the message is about to go out, if the job is still ours, together with others of which the same is true.
    async fn mark(&self, leased: Leased) -> Result<bool, StoreError> {
        let Shared { core, owner, marks, .. } = &*self.0;
        let write = async |jobs: Vec<Leased>| match store::mark(&core.db, &jobs, owner, self.now()).await {
            Ok(ours) => jobs.iter().map(|leased| Ok(ours.contains(&leased.job))).collect(),
            Err(error) => {
                tracing::warn!(%error, jobs = jobs.len(), "Hand-overs could not be marked, so they do not begin.");
                // Nothing has gone out, and nothing will.
                jobs.iter().map(|_| Err(StoreError::Unavailable)).collect()
            }
        };
        marks.join(leased, write).await.unwrap_or(Err(StoreError::Unavailable))
    }

    /// From a lease to the record of how it ended. A database that fails for long leaves the job to the end of its lease.
    async fn work(self, leased: Leased) {
        let ended = match self.attempt(leased).await {
            Ok(Some(ended)) => self.0.recorder.record(leased, ended).await,
            Ok(None) => {
                tracing::warn!(mail = %leased.mail, "A lease ran out before the hand-over; another worker has it.");
                Ok(())
            }
            // Nothing has gone out: only what comes before the hand-over asks the database.
            Err(error) => {
                tracing::warn!(mail = %leased.mail, %error, "A hand-over has to wait for the database.");
                let verdict = policy::wait_for_database(leased.mail.number(), leased.attempt, self.now());
                self.0.recorder.record(leased, verdict.into()).await
            }
        };
        if let Err(error) = ended {
            tracing::error!(mail = %leased.mail, error = %error, "A hand-over could not be recorded.");
        }
    }

    /// Tries to hand one mail over; `None` when the job turned out to be no longer ours.
    async fn attempt(&self, leased: Leased) -> Result<Option<Ended>, StoreError> {
        let core = &self.0.core;
        if leased.handing_over_at.is_some() {
            tracing::warn!(mail = %leased.mail, "A hand-over broke off in the middle; it is unconfirmed.");
            return Ok(Some(Verdict::unconfirmed().into()));
        }
        let Prepared { message, provider, created_at } = match mail::prepare(core, leased.mail).await {
            Ok(prepared) => prepared,
            Err(error) => return Ok(Some(Verdict::failed(error.into_reason()?).into())),
        };

        let outcome = match self.0.mailer.offer(&message.envelope, &message.bytes).await {
            Err(outcome) => outcome,
            Ok(offer) => {
                if !self.mark(leased).await? {
                    offer.withdraw().await;
                    return Ok(None);
                }
                offer.deliver(&message.bytes).await
            }
        };
        log(leased, &outcome);
        let provider_message_id = match &outcome {
            HandOver::Accepted(reply) => (provider.id_in_reply)(reply),
            HandOver::Refused(_) | HandOver::Unsent(_) | HandOver::Unknown(_) => None,
        };
        let attempt = Attempt { mail: leased.mail.number(), number: leased.attempt, created_at };
        Ok(Some(Ended { verdict: policy::judge(attempt, outcome, self.now()), provider_message_id }))
    }

    fn now(&self) -> Timestamp {
        self.0.core.clock.now()
    }
}

/// What the hands of a process are busy with.
#[derive(Default)]
struct Hands {
    clicks: JoinSet<()>,
    batches: JoinSet<()>,
}

impl Hands {
    fn of(&mut self, lane: Lane) -> &mut JoinSet<()> {
        match lane {
            Lane::Click => &mut self.clicks,
            Lane::Batch => &mut self.batches,
        }
    }

    fn room(&self) -> Room {
        let all = HANDS.saturating_sub(self.clicks.len() + self.batches.len());
        Room { all, batch: BATCH_HANDS.saturating_sub(self.batches.len()).min(all) }
    }

    /// Waits until one is free that was busy, and then frees all that have ended: those that were recorded together end
    /// together. With none busy it waits for ever.
    async fn one_free(&mut self) {
        let ended = tokio::select! {
            Some(ended) = self.clicks.join_next() => ended,
            Some(ended) = self.batches.join_next() => ended,
            else => return std::future::pending().await,
        };
        report(ended);
        tokio::task::yield_now().await;
        for hands in [&mut self.clicks, &mut self.batches] {
            while let Some(ended) = hands.try_join_next() {
                report(ended);
            }
        }
    }

    async fn finish(mut self) {
        for hands in [&mut self.clicks, &mut self.batches] {
            while let Some(ended) = hands.join_next().await {
                report(ended);
            }
        }
    }
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "A hand-over died; its job is found again when its lease has run out.");
    }
}

fn log(leased: Leased, outcome: &HandOver) {
    let (mail, attempt) = (leased.mail, leased.attempt);
    match outcome {
        HandOver::Accepted(_) => tracing::info!(%mail, attempt, "A mail was handed over."),
        HandOver::Refused(refusal) if refusal.stage == SmtpStage::Greeting && refusal.is_permanent() => {
            tracing::error!(
                %mail,
                attempt,
                code = refusal.code,
                "The mail server does not let us in: check CALLBOARD_SMTP_URL."
            );
        }
        // The server's words may repeat the address, so they are on the row and not in the log.
        HandOver::Refused(refusal) => {
            tracing::info!(%mail, attempt, code = refusal.code, "The mail server refused a mail.");
        }
        HandOver::Unsent(reason) => tracing::warn!(%mail, attempt, reason, "A mail could not be handed over yet."),
        HandOver::Unknown(reason) => tracing::warn!(%mail, attempt, reason, "A hand-over ended without an answer."),
    }
}
