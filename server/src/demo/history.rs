//! What became of the demo's emails: a fate each, told as the delivery events that a provider would have sent, and folded
//! by the same projection as real ones.

use app::domain::address::fold as fold_address;
use app::domain::delivery::{Applied, Delivery, DeliveryEvent, DeliveryStatus, Report, STILL_DELAYED};
use app::domain::email_kind::EmailKind;
use app::domain::suppression::SuppressionCause;
use app::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};

use super::calendar::{DAY_MS, EventPlan, FIRST_PAST};
use super::people;
use super::store::NewEmail;
use crate::emails::suppressions::NewSuppression;
use crate::mailer;

/// How an email ends, as far as is known.
#[derive(Clone, Copy)]
pub enum Fate {
    Sent,
    Delivered,
    /// After a temporary refusal.
    DeliveredLate,
    /// With the receiving server's words; so are the next two.
    Delayed(&'static str),
    Bounced(&'static str),
    Failed(&'static str),
    /// Delivered, then reported.
    SpamReported,
    /// Given up by the sweep.
    StillDelayed,
}

pub struct EmailPlan {
    /// Place in the list of events.
    pub event: usize,
    pub who: &'static str,
    pub kind: EmailKind,
    pub subject: String,
    pub recipient: String,
    pub created_at: Timestamp,
    pub fate: Fate,
}

/// One delivery event.
pub struct ReportPlan {
    pub provider: &'static str,
    pub event_key: String,
    pub report: Report,
    pub reason: Option<String>,
    pub at: Timestamp,
}

/// Who reports the hand-over and the sweep.
const OURSELVES: &str = "callboard";

impl EmailPlan {
    /// The delivery events up to `now`, the hand-over first.
    pub fn reports(&self, provider: &'static str, number: usize, now: Timestamp) -> Vec<ReportPlan> {
        let full = "452 4.2.2 mailbox full, over quota";
        let after: Vec<(&'static str, Report, i64, Option<&str>)> = match self.fate {
            Fate::Sent => vec![],
            Fate::Delivered => vec![(provider, Report::Delivered, 3 * SECOND_MS, None)],
            Fate::DeliveredLate => vec![
                (provider, Report::Delayed, 40 * SECOND_MS, Some("451 4.7.1 greylisted, try again later")),
                (provider, Report::Delivered, 26 * MINUTE_MS, None),
            ],
            Fate::Delayed(reason) => vec![(provider, Report::Delayed, 40 * SECOND_MS, Some(reason))],
            Fate::Bounced(reason) => vec![(provider, Report::Bounced, 4 * SECOND_MS, Some(reason))],
            Fate::Failed(reason) => vec![(provider, Report::Failed, 6 * SECOND_MS, Some(reason))],
            Fate::SpamReported => vec![
                (provider, Report::Delivered, 3 * SECOND_MS, None),
                (provider, Report::SpamReported, 5 * HOUR_MS, Some("reported as spam by the recipient")),
            ],
            Fate::StillDelayed => vec![
                (provider, Report::Delayed, 40 * SECOND_MS, Some(full)),
                (OURSELVES, Report::Failed, 72 * HOUR_MS, Some(STILL_DELAYED)),
            ],
        };
        let handed_over = (OURSELVES, Report::Sent, SECOND_MS / 4, None);
        [handed_over]
            .into_iter()
            .chain(after)
            .map(|(provider, report, delay, reason)| ReportPlan {
                provider,
                event_key: format!("demo:{number}:{}", report.code()),
                report,
                reason: reason.map(str::to_owned),
                at: self.created_at.plus_ms(delay).min(now),
            })
            .collect()
    }
}

/// The projection of an email's delivery events, and the revision it has after them.
pub struct Folded {
    pub delivery: Delivery,
    pub revision: i64,
}

pub fn fold(reports: &[ReportPlan]) -> Folded {
    let mut delivery = Delivery::default();
    let mut revision = 1;
    for ReportPlan { report, reason, at, .. } in reports {
        let event = DeliveryEvent { report: *report, reason: reason.clone(), occurred_at: *at };
        if delivery.apply(&event) == Applied::Changed {
            revision += 1;
        }
    }
    Folded { delivery, revision }
}

/// The addresses that bounced or complained, with the emails that did it.
pub fn suppressions(ids: &[i64], emails: &[NewEmail]) -> Vec<NewSuppression> {
    ids.iter()
        .zip(emails)
        .filter_map(|(id, email)| {
            let cause = match email.delivery.delivery.status? {
                DeliveryStatus::Bounced => SuppressionCause::Bounce,
                DeliveryStatus::SpamReported => SuppressionCause::Complaint,
                DeliveryStatus::Sent | DeliveryStatus::Delayed | DeliveryStatus::Failed | DeliveryStatus::Delivered => {
                    return None;
                }
            };
            Some(NewSuppression {
                address_key: fold_address(&email.recipient),
                cause,
                reason: email.delivery.delivery.reason.clone(),
                email_id: Some(*id),
                provider: email.provider.to_owned(),
            })
        })
        .collect()
}

/// Everybody's emails but Luis's: one share link for each who was invited, and for every third an RSVP invite before it.
pub fn emails(events: &[EventPlan], now: Timestamp) -> Vec<EmailPlan> {
    let mut plans = Vec::new();
    for (event, plan) in events.iter().enumerate() {
        let invited = plan.crew.iter().filter(|member| member.who != super::luis::LUIS);
        for (place, (member, fate)) in invited.filter_map(|member| Some((member, member.invite?))).enumerate() {
            let Some(address) = people::address_of(member.who) else { continue };
            let place_in_list = i64::try_from(place).unwrap_or_default();
            let created_at = if event >= FIRST_PAST {
                plan.starts_at.plus_ms(-7 * DAY_MS + place_in_list * 3 * MINUTE_MS)
            } else {
                now.plus_ms(-ago_ms(fate, place_in_list))
            };
            let email = |kind: EmailKind, created_at: Timestamp, fate: Fate| EmailPlan {
                event,
                who: member.who,
                kind,
                subject: subject(kind, plan.name, ""),
                recipient: address.to_owned(),
                created_at,
                fate,
            };
            if place % 3 == 0 {
                let before = created_at.plus_ms(-6 * DAY_MS - 90 * MINUTE_MS);
                plans.push(email(EmailKind::RsvpInvite, before, Fate::Delivered));
            }
            plans.push(email(EmailKind::ShareLink, created_at, fate));
        }
    }
    plans
}

/// How long ago an invite to something that is still to come went out: what is in the balance is fresh.
fn ago_ms(fate: Fate, place: i64) -> i64 {
    match fate {
        Fate::Sent => 45 * SECOND_MS,
        Fate::Delayed(_) => 2 * HOUR_MS + place * 7 * MINUTE_MS,
        Fate::Bounced(_) => 25 * MINUTE_MS,
        Fate::SpamReported => 26 * HOUR_MS,
        Fate::Delivered | Fate::DeliveredLate | Fate::Failed(_) | Fate::StillDelayed => {
            19 * HOUR_MS + place * 4 * MINUTE_MS
        }
    }
}

/// `request` is what an upload rejection asks for again.
pub fn subject(kind: EmailKind, event: &str, request: &str) -> String {
    mailer::subject(kind, event, request).expect("the demo's names make a subject")
}
