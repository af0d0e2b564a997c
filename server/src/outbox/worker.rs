//! Works off the outbox: leases what is due, hands it over, records how it ended.

use std::sync::Arc;
use std::time::Duration;

use app::domain::delivery::DeliveryEvent;
use app::domain::time::Timestamp;
use tokio::task::JoinSet;

use super::mail::{self, Prepared};
use super::policy::{self, Attempt, Verdict};
use super::store::{self, Leased, Mail};
use crate::core::Core;
use crate::emails::fold::{self, Incoming};
use crate::error::StoreError;
use crate::mailer::{HandOver, Mailer, SmtpStage};
use crate::workers::{Stop, Workers};
use crate::{secret, system_mail, webhooks};

/// Emails handed over at the same time.
const CONCURRENCY: usize = 4;
/// The longest wait between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// After the database failed us.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the end of a hand-over is tried to be recorded, a pause apart, before it is left to be found unconfirmed.
const RECORD_ATTEMPTS: u32 = 15;
/// Who reports, in the log of delivery events.
const REPORTER: &str = "callboard";

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
}

/// How an attempt ended.
struct Ended {
    verdict: Verdict,
    /// How the provider calls the mail, where it said so when it accepted it.
    provider_message_id: Option<String>,
}

impl From<Verdict> for Ended {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, provider_message_id: None }
    }
}

impl Worker {
    pub fn new(core: Core, mailer: Mailer) -> Self {
        Self(Arc::new(Shared { core, mailer, owner: secret::unique() }))
    }

    /// Makes jobs of a process that died free again, at start. On a shared database their leases have to run out.
    pub async fn recover(&self) -> Result<(), StoreError> {
        let db = &self.0.core.db;
        if db.is_shared() { Ok(()) } else { store::release_all(db).await }
    }

    /// Hands over what is due now and nobody else's; returns how many jobs that were.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let leased = self.lease(CONCURRENCY).await?;
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
        let mut jobs = JoinSet::new();
        let mut is_recovered = false;
        while !*stop.borrow() {
            let free = CONCURRENCY - jobs.len();
            let wait = match self.lease_after_recovery(&mut is_recovered, free).await {
                Ok(leased) => {
                    let is_full = leased.len() == free;
                    for job in leased {
                        jobs.spawn(self.clone().work(job));
                    }
                    // With every hand busy the next look is when one is free again.
                    if is_full { LOOK } else { self.until_next_look().await }
                }
                Err(error) => {
                    tracing::error!(error = %error, "The outbox cannot reach the database.");
                    PAUSE
                }
            };
            let has_hands = jobs.len() < CONCURRENCY;
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => break,
                Some(ended) = jobs.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(%error, "A hand-over died; its job is found again when its lease has run out.");
                    }
                }
                () = self.0.core.db.outbox_job_added(), if has_hands => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        while jobs.join_next().await.is_some() {}
    }

    async fn lease_after_recovery(&self, is_recovered: &mut bool, free: usize) -> Result<Vec<Leased>, StoreError> {
        if !*is_recovered {
            self.recover().await?;
            *is_recovered = true;
        }
        if free == 0 { Ok(Vec::new()) } else { self.lease(free).await }
    }

    async fn until_next_look(&self) -> Duration {
        let core = &self.0.core;
        match store::next_due(&core.db).await {
            Ok(Some(due)) => {
                let gap = due.since_ms(core.clock.now()).max(10);
                LOOK.min(Duration::from_millis(gap.unsigned_abs()))
            }
            Ok(None) => LOOK,
            Err(_) => PAUSE,
        }
    }

    async fn lease(&self, limit: usize) -> Result<Vec<Leased>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        store::lease(&self.0.core.db, &self.0.owner, self.now(), limit).await
    }

    /// From a lease to the record of how it ended. A database that fails for long leaves the job to the end of its lease.
    async fn work(self, leased: Leased) {
        let ended = match self.attempt(leased).await {
            Ok(Some(ended)) => self.record(leased, ended).await,
            Ok(None) => {
                tracing::warn!(mail = %leased.mail, "A lease ran out before the hand-over; another worker has it.");
                Ok(())
            }
            // Nothing has gone out: only what comes before the hand-over asks the database.
            Err(error) => {
                tracing::warn!(mail = %leased.mail, %error, "A hand-over has to wait for the database.");
                let verdict = policy::wait_for_database(leased.mail.number(), leased.attempt, self.now());
                self.record(leased, verdict.into()).await
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
                if !store::mark(&core.db, leased, &self.0.owner, self.now()).await? {
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

    /// Commits how an attempt ended. Tried for a while: what happened cannot be asked again.
    async fn record(&self, leased: Leased, ended: Ended) -> Result<(), StoreError> {
        let mut attempt = 1;
        loop {
            match self.record_once(leased, &ended).await {
                Err(StoreError::Database(error)) if attempt < RECORD_ATTEMPTS => {
                    tracing::warn!(mail = %leased.mail, error = %error, attempt, "The end of a hand-over waits for the database.");
                    attempt += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                other => return other,
            }
        }
    }

    async fn record_once(&self, leased: Leased, ended: &Ended) -> Result<(), StoreError> {
        let Shared { core, owner, .. } = &*self.0;
        let now = self.now();
        let (report, reason, suppress) = match &ended.verdict {
            Verdict::Waiting { reason, run_at } => {
                return store::wait(&core.db, leased, owner, *run_at, reason).await;
            }
            Verdict::Settled { report, reason, suppress } => (*report, reason.clone(), *suppress),
        };
        let mut transaction = core.db.write().await?;
        // A job that was taken over meanwhile is not ended here; but what is known of its mail is recorded all the same,
        // and counts for more than the other's being unconfirmed.
        store::finish(&mut transaction, leased, owner).await?;
        let handed_over_at = ended.verdict.is_handed_over().then(|| leased.handing_over_at.unwrap_or(now));
        let provider_id = ended.provider_message_id.as_deref();
        match leased.mail {
            Mail::Email(email) => {
                let incoming = Incoming {
                    email,
                    provider: REPORTER,
                    event_key: format!("job:{}:{}", leased.job.0, leased.attempt),
                    event: DeliveryEvent { report, reason, occurred_at: now },
                    suppress,
                };
                fold::record(&mut transaction, vec![incoming], now).await?;
                if let Some(at) = handed_over_at {
                    store::set_handed_over(&mut transaction, email, at).await?;
                    if let Some(id) = provider_id {
                        store::learn_provider_id(&mut transaction, email, id).await?;
                    }
                    webhooks::adopt_orphans(&mut transaction, email, now).await?;
                }
            }
            // Not tracked: nothing is folded and no address is blocked by it.
            Mail::System(mail) => match handed_over_at {
                Some(at) => {
                    system_mail::handed_over(&mut transaction, mail, at, provider_id, reason.as_deref()).await?;
                }
                None => system_mail::failed(&mut transaction, mail, now, reason.as_deref()).await?,
            },
        }
        transaction.commit().await
    }

    fn now(&self) -> Timestamp {
        self.0.core.clock.now()
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
