//! What follows from the end of a hand-over. Pure: the worker carries it out.

use app::domain::delivery::{self, Report};
use app::domain::suppression::SuppressionCause;
use app::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};

use crate::mailer::{EnhancedCode, HandOver, Refusal, SmtpStage};

/// How long an email is tried, from the click on.
pub const GIVE_UP_MS: i64 = 72 * HOUR_MS;

/// The waits between attempts; the last one repeats.
const BACK_OFF_MS: [i64; 6] = [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS];

/// What becomes of an email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The job is over.
    Settled { report: Report, reason: Option<String>, suppress: Option<SuppressionCause> },
    /// Not yet: the row says why, and the job is due again then.
    Waiting { reason: String, run_at: Timestamp },
}

impl Verdict {
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Settled { report: Report::Failed, reason: Some(reason.into()), suppress: None }
    }

    /// The mail may or may not have gone out.
    pub fn unconfirmed() -> Self {
        Self::Settled {
            report: Report::HandOverUnconfirmed,
            reason: Some(delivery::UNCONFIRMED.to_owned()),
            suppress: None,
        }
    }

    /// Whether the mail counts as handed over.
    pub const fn is_handed_over(&self) -> bool {
        matches!(self, Self::Settled { report: Report::Sent | Report::HandOverUnconfirmed, .. })
    }
}

/// One attempt to hand over a mail.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// The number of the mail, by which the mails of one outage are spread.
    pub mail: i64,
    /// Counts from 1.
    pub number: i64,
    /// When the button was pressed.
    pub created_at: Timestamp,
}

/// The verdict on an attempt that ended like this at `now`.
pub fn judge(attempt: Attempt, outcome: HandOver, now: Timestamp) -> Verdict {
    match outcome {
        HandOver::Accepted(_) => Verdict::Settled { report: Report::Sent, reason: None, suppress: None },
        HandOver::Unknown(_) => Verdict::unconfirmed(),
        HandOver::Unsent(reason) => wait(attempt, &reason, now),
        HandOver::Refused(refusal) if !refusal.is_permanent() => wait(attempt, &refusal.words, now),
        HandOver::Refused(refusal) if is_bad_address(&refusal) => Verdict::Settled {
            report: Report::Bounced,
            reason: Some(refusal.words),
            suppress: Some(SuppressionCause::Bounce),
        },
        HandOver::Refused(refusal) => Verdict::failed(refusal.words),
    }
}

/// Only the recipient's own server can say that the address is bad, only when asked for it, and only by a code that
/// says so (RFC 3463): a refused sender, policy or content says nothing about the address, and must not block it.
fn is_bad_address(refusal: &Refusal) -> bool {
    refusal.stage == SmtpStage::Recipient
        && matches!(refusal.enhanced, Some(EnhancedCode { class: 5, subject: 1, detail: 1 | 2 | 3 | 6 | 10 }))
}

fn wait(attempt: Attempt, reason: &str, now: Timestamp) -> Verdict {
    let give_up_at = attempt.created_at.plus_ms(GIVE_UP_MS);
    if now >= give_up_at {
        return Verdict::failed(format!("given up after 72 hours; the last answer was: {reason}"));
    }
    let run_at = now.plus_ms(back_off_ms(attempt.mail, attempt.number)).min(give_up_at);
    let reason = format!("waiting for the mail server: {reason}; next try in {}", span(run_at.since_ms(now)));
    Verdict::Waiting { reason, run_at }
}

/// The verdict on an attempt before which our own database failed.
pub fn wait_for_database(mail: i64, attempt: i64, now: Timestamp) -> Verdict {
    let wait = back_off_ms(mail, attempt);
    let reason = format!("waiting: Callboard could not get at its own data; next try in {}", span(wait));
    Verdict::Waiting { reason, run_at: now.plus_ms(wait) }
}

/// How long to wait after this attempt: longer each time, and up to a fifth more by the mail's id, so that the mails of
/// one outage do not all come back in the same instant.
pub fn back_off_ms(mail: i64, attempt: i64) -> i64 {
    let step = usize::try_from(attempt.max(1) - 1).unwrap_or(usize::MAX).min(BACK_OFF_MS.len() - 1);
    let wait = BACK_OFF_MS[step];
    let spread = mail.wrapping_mul(2_654_435_761).wrapping_add(attempt).rem_euclid(21);
    wait + wait * spread / 100
}

/// The longest that an email may have to wait before its first attempt, after its first, and so on.
pub fn longest_waits() -> [i64; BACK_OFF_MS.len() + 1] {
    let mut waits = [0; BACK_OFF_MS.len() + 1];
    for (wait, step) in waits[1..].iter_mut().zip(BACK_OFF_MS) {
        *wait = step + step / 5;
    }
    waits
}

fn span(ms: i64) -> String {
    let (count, unit) = match ms {
        ..90_000 => ((ms + 999) / SECOND_MS, "second"),
        90_000..5_400_000 => ((ms + MINUTE_MS / 2) / MINUTE_MS, "minute"),
        _ => ((ms + HOUR_MS / 2) / HOUR_MS, "hour"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTEMPT: Attempt = Attempt { mail: 7, number: 1, created_at: Timestamp(0) };

    fn refused(stage: SmtpStage, words: &str) -> HandOver {
        let (code, text) = words.split_once(' ').expect("code and text");
        let enhanced = EnhancedCode::leading(text);
        HandOver::Refused(Refusal { stage, code: code.parse().expect("a code"), enhanced, words: words.into() })
    }

    fn report(outcome: HandOver) -> Option<Report> {
        match judge(ATTEMPT, outcome, Timestamp(0)) {
            Verdict::Settled { report, suppress, .. } => {
                assert_eq!(suppress.is_some(), report == Report::Bounced, "exactly a bounce suppresses an address");
                Some(report)
            }
            Verdict::Waiting { .. } => None,
        }
    }

    #[test]
    fn only_a_bad_recipient_bounces() {
        for code in ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"] {
            assert_eq!(
                report(refused(SmtpStage::Recipient, &format!("550 {code} no"))),
                Some(Report::Bounced),
                "{code}"
            );
            assert_eq!(report(refused(SmtpStage::Sender, &format!("550 {code} no"))), Some(Report::Failed), "{code}");
        }
        for words in
            ["550 no such user", "550 5.7.1 policy", "554 5.2.2 full", "550 5.1.8 bad sender", "535 5.7.8 who?"]
        {
            assert_eq!(report(refused(SmtpStage::Recipient, words)), Some(Report::Failed), "{words}");
        }
        assert_eq!(report(refused(SmtpStage::Content, "554 5.1.1 no")), Some(Report::Failed));
    }

    #[test]
    fn what_may_pass_waits_and_what_is_unknown_never_repeats() {
        assert_eq!(report(refused(SmtpStage::Recipient, "450 4.2.0 greylisted")), None);
        assert_eq!(report(HandOver::Unsent("no connection".into())), None);
        assert_eq!(report(HandOver::Unknown("closed".into())), Some(Report::HandOverUnconfirmed));
        assert_eq!(report(HandOver::Accepted("250 Ok".into())), Some(Report::Sent));
    }

    #[test]
    fn waits_grow_to_an_hour_and_are_spread_a_little() {
        for id in 1..200 {
            for (attempt, base) in (1..).zip(BACK_OFF_MS.into_iter().chain([HOUR_MS, HOUR_MS])) {
                let wait = back_off_ms(id, attempt);
                assert!((base..=base + base / 5).contains(&wait), "{id} {attempt}: {wait}");
                let longest = longest_waits();
                let attempts = usize::try_from(attempt).expect("a few").min(longest.len() - 1);
                assert!(wait <= longest[attempts], "{id} {attempt}: {wait}");
            }
        }
        let waits: std::collections::BTreeSet<_> = (1..50).map(|id| back_off_ms(id, 4)).collect();
        assert!(waits.len() > 10, "{waits:?}");
    }

    #[test]
    fn e17_a_mail_that_our_own_database_kept_back_is_tried_again_soon() {
        let Verdict::Waiting { reason, run_at } = wait_for_database(1, 1, Timestamp(0)) else {
            panic!("not given up");
        };
        assert_eq!(run_at.0, back_off_ms(1, 1));
        assert!(reason.contains("its own data; next try in 5 seconds") || reason.contains("6 seconds"), "{reason}");
    }

    #[test]
    fn after_72_hours_the_last_words_stay() {
        let late = Timestamp(GIVE_UP_MS);
        let Verdict::Settled { report: Report::Failed, reason: Some(reason), .. } =
            judge(ATTEMPT, refused(SmtpStage::Recipient, "450 4.2.2 full"), late)
        else {
            panic!("not given up");
        };
        assert!(reason.ends_with("450 4.2.2 full"), "{reason}");
        let Verdict::Waiting { run_at, .. } = judge(
            Attempt { number: 70, ..ATTEMPT },
            HandOver::Unsent("no connection".into()),
            late.plus_ms(-MINUTE_MS),
        ) else {
            panic!("given up early");
        };
        assert_eq!(run_at, late, "one last try at the end");
    }

    #[test]
    fn spans_are_said_in_words() {
        assert_eq!(span(4_001), "5 seconds");
        assert_eq!(span(60_000), "60 seconds");
        assert_eq!(span(300_000), "5 minutes");
        assert_eq!(span(3_600_000), "60 minutes");
        assert_eq!(span(7_200_000), "2 hours");
    }
}
