//! Whether a tracked email may go out. The server enforces these rules; the button explains them.

use serde::{Deserialize, Serialize};

use super::suppression::SuppressionCause;
use super::time::{MINUTE_MS, SECOND_MS, Timestamp};

/// One email of a kind about an event to an address in this time, whoever has the address and whatever link it carries. A
/// corrected address has no wait of its own yet; and whoever was asked whether they come may be sent the run of show at once.
pub const WAIT_MS: i64 = 5 * MINUTE_MS;

/// The clocks of two machines may differ by this much. What was sent later than that from now, was sent before the clock
/// was set back: nobody can say when, and a wait for that time to come round again would have no end in sight.
pub const SKEW_MS: i64 = 30 * SECOND_MS;

/// Why an email was not accepted for sending. A refusal writes no row and starts no wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SendRefusal {
    #[error("There is no address to send to. Add one, then send.")]
    NoAddress,
    #[error("{0}")]
    MalformedAddress(String),
    #[error("{}", suppressed_text(*.0))]
    Suppressed(SuppressionCause),
    #[error(
        "A mail about this event went to this address less than five minutes ago. Wait a little before sending another."
    )]
    TooSoon { until: Timestamp },
    #[error(
        "This event asks nobody whether they come: “Collect RSVPs” is off, or it was cancelled. Change that on the event, then send."
    )]
    RsvpClosed,
}

const fn suppressed_text(cause: SuppressionCause) -> &'static str {
    match cause {
        SuppressionCause::Bounce => {
            "Mail to this address bounced, so it is blocked until it is corrected. Fix the spelling, or ask for a current address."
        }
        SuppressionCause::Complaint => {
            "This address reported an earlier mail as spam, so it is blocked. Ask for another address."
        }
        SuppressionCause::ProviderSuppressed => {
            "The mail provider refuses this address. Fix the spelling, or ask for a current address."
        }
        SuppressionCause::Manual => "This address is blocked. Ask for another address.",
    }
}

/// What the rules look at, as the store found it in the sending transaction.
#[derive(Clone, Copy, Debug, Default)]
pub struct SendFacts {
    pub suppressed: Option<SuppressionCause>,
    /// It asks for an answer, and the event collects none.
    pub rsvp_closed: bool,
    /// The newest email of the same kind about the same event to the same address that did not fail.
    pub last_sent_at: Option<Timestamp>,
}

/// The sending rules. What waiting would not help comes first.
pub fn may_send(facts: SendFacts, now: Timestamp) -> Result<(), SendRefusal> {
    if facts.rsvp_closed {
        return Err(SendRefusal::RsvpClosed);
    }
    if let Some(cause) = facts.suppressed {
        return Err(SendRefusal::Suppressed(cause));
    }
    match facts.last_sent_at.map(wait_until) {
        Some(until) if is_waiting(until, now) => Err(SendRefusal::TooSoon { until }),
        _ => Ok(()),
    }
}

/// When an address that was sent to at `sent_at` may be sent to again.
pub const fn wait_until(sent_at: Timestamp) -> Timestamp {
    sent_at.plus_ms(WAIT_MS)
}

/// Whether there is a wait at `now` that ends at `until`. It is never longer than a wait can be.
pub const fn is_waiting(until: Timestamp, now: Timestamp) -> bool {
    let left = until.since_ms(now);
    0 < left && left <= WAIT_MS + SKEW_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_ends_after_exactly_five_minutes() {
        let sent = Timestamp(1_000);
        let facts = SendFacts { last_sent_at: Some(sent), ..SendFacts::default() };
        let until = sent.plus_ms(WAIT_MS);
        assert_eq!(may_send(facts, until.plus_ms(-1)), Err(SendRefusal::TooSoon { until }));
        assert_eq!(may_send(facts, until), Ok(()));
    }

    #[test]
    fn e21_a_wait_from_before_the_clock_was_set_back_is_over() {
        let sent = Timestamp(1_000_000_000);
        let facts = SendFacts { last_sent_at: Some(sent), ..SendFacts::default() };
        let until = wait_until(sent);
        // Another machine's clock is a little behind: the wait holds.
        assert_eq!(may_send(facts, sent.plus_ms(-SKEW_MS)), Err(SendRefusal::TooSoon { until }));
        for back in [SKEW_MS + 1, 10 * MINUTE_MS, 24 * 60 * MINUTE_MS] {
            assert_eq!(may_send(facts, sent.plus_ms(-back)), Ok(()), "{back} ms back");
        }
    }

    #[test]
    fn a_blocked_address_is_refused_before_any_wait() {
        for cause in SuppressionCause::ALL {
            let facts = SendFacts { suppressed: Some(cause), last_sent_at: Some(Timestamp(0)), ..SendFacts::default() };
            assert_eq!(may_send(facts, Timestamp(0)), Err(SendRefusal::Suppressed(cause)));
        }
    }

    #[test]
    fn nobody_is_asked_for_an_answer_that_is_not_collected() {
        let facts = SendFacts { rsvp_closed: true, last_sent_at: Some(Timestamp(0)), ..SendFacts::default() };
        assert_eq!(may_send(facts, Timestamp(0)), Err(SendRefusal::RsvpClosed));
    }
}
