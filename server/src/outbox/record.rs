//! Records how hand-overs ended: those that end at the same time in one transaction.
//!
//! What is over and what waits for another try are written apart, so that each transaction locks its jobs first and then
//! its emails, both in the order of their ids, as all do who lock several.

use std::time::Duration;

use app::domain::delivery::{DeliveryEvent, Report};
use app::domain::ids::EmailId;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;

use super::group::Group;
use super::policy::Verdict;
use super::store::{self, Leased, Mail};
use crate::core::Core;
use crate::db::Write;
use crate::emails::fold::{self, Incoming};
use crate::error::StoreError;
use crate::{system_mail, webhooks};

/// How often the end of a hand-over is tried to be recorded, a pause apart, before it is left to be found unconfirmed.
const ATTEMPTS: u32 = 15;
const PAUSE: Duration = Duration::from_secs(1);
/// Who reports, in the log of delivery events.
const REPORTER: &str = "callboard";

/// How an attempt ended.
#[derive(Clone)]
pub(super) struct Ended {
    pub verdict: Verdict,
    /// How the provider calls the mail, where it said so when it accepted it.
    pub provider_message_id: Option<String>,
}

impl From<Verdict> for Ended {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, provider_message_id: None }
    }
}

/// An attempt and its end.
type Attempted = (Leased, Ended);

/// Records the ends of one worker's attempts.
pub(super) struct Recorder {
    core: Core,
    owner: String,
    /// What is over, and what waits. Whether it was recorded.
    over: Group<Attempted, bool>,
    waiting: Group<Attempted, bool>,
}

impl Recorder {
    pub fn new(core: Core, owner: String) -> Self {
        Self { core, owner, over: Group::default(), waiting: Group::default() }
    }

    /// Commits how an attempt ended, with others. What could not be recorded with others is tried alone, so that one that
    /// cannot be stored fails alone; and for a while, since what happened cannot be asked again.
    pub async fn record(&self, leased: Leased, ended: Ended) -> Result<(), StoreError> {
        let group = match ended.verdict {
            Verdict::Settled { .. } => &self.over,
            Verdict::Waiting { .. } => &self.waiting,
        };
        let write = async |mut ended: Vec<Attempted>| {
            // Of what is told to nobody any more the order does not matter: all hear the same.
            ended.sort_unstable_by_key(|(leased, _)| leased.job);
            let written = self.write(&ended).await;
            if let Err(error) = &written {
                tracing::warn!(%error, count = ended.len(), "The ends of hand-overs could not be recorded together.");
            }
            vec![written.is_ok(); ended.len()]
        };
        if group.join((leased, ended.clone()), write).await == Some(true) {
            return Ok(());
        }
        let alone = [(leased, ended)];
        let mut attempt = 1;
        loop {
            match self.write(&alone).await {
                Err(StoreError::Database(error)) if attempt < ATTEMPTS => {
                    tracing::warn!(mail = %leased.mail, error = %error, attempt, "The end of a hand-over waits for the database.");
                    attempt += 1;
                    tokio::time::sleep(PAUSE).await;
                }
                other => return other,
            }
        }
    }

    /// Writes attempts that are over, or that wait, in the order of their jobs.
    async fn write(&self, attempts: &[Attempted]) -> Result<(), StoreError> {
        let now = self.core.clock.now();
        let mut transaction = self.core.db.write().await?;
        let mut over = Over::default();
        let mut waits: Vec<(Mail, &str)> = Vec::new();
        for (leased, Ended { verdict, provider_message_id }) in attempts {
            match verdict {
                Verdict::Waiting { reason, run_at } => {
                    if store::give_back(&mut transaction, *leased, &self.owner, *run_at).await? {
                        waits.push((leased.mail, reason));
                    }
                }
                Verdict::Settled { report, reason, suppress } => {
                    // A job that was taken over meanwhile is not ended here; but what is known of its mail is recorded all
                    // the same, and counts for more than the other's being unconfirmed.
                    store::finish(&mut transaction, *leased, &self.owner).await?;
                    over.add(&Settled {
                        leased: *leased,
                        report: *report,
                        reason: reason.as_deref(),
                        suppress: *suppress,
                        handed_over_at: verdict.is_handed_over().then(|| leased.handing_over_at.unwrap_or(now)),
                        provider_message_id: provider_message_id.as_deref(),
                        now,
                    });
                }
            }
        }
        over.write(&mut transaction, now).await?;
        waits.sort_unstable_by_key(|(mail, _)| mail.number());
        for (mail, reason) in waits {
            store::waits(&mut transaction, mail, reason).await?;
        }
        transaction.commit().await
    }
}

/// A hand-over that is over.
struct Settled<'a> {
    leased: Leased,
    report: Report,
    reason: Option<&'a str>,
    suppress: Option<SuppressionCause>,
    handed_over_at: Option<Timestamp>,
    provider_message_id: Option<&'a str>,
    now: Timestamp,
}

/// An account's own mail that is over: when it was handed over, if it was; the provider's id; the reason.
type SystemMail<'a> = (Mail, Option<Timestamp>, Option<&'a str>, Option<&'a str>);

/// What is over, by what has to be written of it.
#[derive(Default)]
struct Over<'a> {
    events: Vec<Incoming>,
    accepted: Vec<(EmailId, Timestamp, Option<&'a str>)>,
    system: Vec<SystemMail<'a>>,
}

impl<'a> Over<'a> {
    fn add(&mut self, settled: &Settled<'a>) {
        let Settled { leased, report, reason, suppress, handed_over_at, provider_message_id, now } = *settled;
        match leased.mail {
            Mail::Email(email) => {
                self.events.push(Incoming {
                    email,
                    provider: REPORTER,
                    event_key: format!("job:{}:{}", leased.job.0, leased.attempt),
                    event: DeliveryEvent { report, reason: reason.map(ToOwned::to_owned), occurred_at: now },
                    suppress,
                });
                self.accepted.extend(handed_over_at.map(|at| (email, at, provider_message_id)));
            }
            // Not tracked: nothing is folded and no address is blocked by it.
            Mail::System(_) => self.system.push((leased.mail, handed_over_at, provider_message_id, reason)),
        }
    }

    async fn write(self, transaction: &mut Write, now: Timestamp) -> Result<(), StoreError> {
        fold::record(transaction, self.events, now).await?;
        for (email, at, provider_id) in self.accepted {
            store::set_handed_over(transaction, email, at).await?;
            if let Some(id) = provider_id {
                store::learn_provider_id(transaction, email, id).await?;
            }
            webhooks::adopt_orphans(transaction, email, now).await?;
        }
        for (mail, handed_over_at, provider_id, reason) in self.system {
            let Mail::System(mail) = mail else { continue };
            match handed_over_at {
                Some(at) => system_mail::handed_over(transaction, mail, at, provider_id, reason).await?,
                None => system_mail::failed(transaction, mail, now, reason).await?,
            }
        }
        Ok(())
    }
}
