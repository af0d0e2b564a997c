//! What is known about one tracked email, as a projection of its delivery events.
//!
//! Events arrive late, twice and in any order. The projection is the greatest event by (rank, time, reason), so
//! every order and every repetition of the same events ends in the same state.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// The six states a person can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Handed to the provider, nothing heard yet.
    Sent,
    /// A temporary refusal; the provider keeps trying.
    Delayed,
    /// Given up, but no proof that the address is bad.
    Failed,
    /// The recipient's mail server accepted it.
    Delivered,
    /// The address refused it for good.
    Bounced,
    /// The recipient reported it as spam.
    SpamReported,
}

impl DeliveryStatus {
    pub const ALL: [Self; 6] =
        [Self::Sent, Self::Delayed, Self::Failed, Self::Delivered, Self::Bounced, Self::SpamReported];

    /// The word on the badge.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delayed => "delivery delayed",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::SpamReported => "spam reported",
        }
    }

    /// As the database and `data-status` spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delayed => "delayed",
            Self::Failed => "failed",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::SpamReported => "spam_reported",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether the address the email went to is refused from now on.
    pub const fn blocks_address(self) -> bool {
        matches!(self, Self::Bounced | Self::SpamReported)
    }

    /// Whether somebody has to do something about it.
    pub const fn needs_attention(self) -> bool {
        matches!(self, Self::Bounced | Self::SpamReported | Self::Failed)
    }
}

/// What a delivery event says happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// We handed it over and never heard the answer: it may or may not have gone out.
    HandOverUnconfirmed,
    Sent,
    Delayed,
    Failed,
    Delivered,
    Bounced,
    SpamReported,
}

impl Report {
    pub const ALL: [Self; 7] = [
        Self::HandOverUnconfirmed,
        Self::Sent,
        Self::Delayed,
        Self::Failed,
        Self::Delivered,
        Self::Bounced,
        Self::SpamReported,
    ];

    /// Only a higher rank changes the status. "Failed" stays below "delivered": a provider's real outcome is
    /// believed over our own giving up.
    pub const fn rank(self) -> Rank {
        Rank(match self {
            Self::HandOverUnconfirmed => 5,
            Self::Sent => 10,
            Self::Delayed => 20,
            Self::Failed => 30,
            Self::Delivered => 40,
            Self::Bounced => 50,
            Self::SpamReported => 60,
        })
    }

    pub const fn status(self) -> DeliveryStatus {
        match self {
            Self::HandOverUnconfirmed | Self::Sent => DeliveryStatus::Sent,
            Self::Delayed => DeliveryStatus::Delayed,
            Self::Failed => DeliveryStatus::Failed,
            Self::Delivered => DeliveryStatus::Delivered,
            Self::Bounced => DeliveryStatus::Bounced,
            Self::SpamReported => DeliveryStatus::SpamReported,
        }
    }

    /// As the database stores it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HandOverUnconfirmed => "hand_over_unconfirmed",
            other => other.status().code(),
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.code() == code)
    }
}

/// How much a report counts. 0 is "nothing reported yet".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rank(pub i64);

/// A fact about one email, from a provider, our own hand-over or the 72-hour sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryEvent {
    pub report: Report,
    /// Plain text, usually the receiving server's own words.
    pub reason: Option<String>,
    pub occurred_at: Timestamp,
}

/// What is known so far about one tracked email.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// `None` until the hand-over: the row says "Sending…".
    pub status: Option<DeliveryStatus>,
    pub rank: Rank,
    pub reason: Option<String>,
    /// When the deciding event happened, by its reporter's clock.
    pub as_of: Timestamp,
}

/// What folding an event in did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// People see something else now: raise the revision and publish.
    Changed,
    /// The projection moved on, but looks the same.
    Refreshed,
    /// Older or lesser than what is known.
    Ignored,
}

impl Delivery {
    /// Folds one event in. Any order, any repeats: the same end state.
    pub fn apply(&mut self, event: &DeliveryEvent) -> Applied {
        let known = (self.rank, self.as_of, self.reason.as_deref());
        let news = (event.report.rank(), event.occurred_at, event.reason.as_deref());
        if news <= known {
            return Applied::Ignored;
        }
        let status = Some(event.report.status());
        let visible = self.status != status || self.reason != event.reason;
        *self = Self { status, rank: event.report.rank(), reason: event.reason.clone(), as_of: event.occurred_at };
        if visible { Applied::Changed } else { Applied::Refreshed }
    }
}

/// What an email shows whose hand-over ended without an answer.
pub const UNCONFIRMED: &str = "hand-over not confirmed; it may or may not have gone out";
/// What the sweep writes.
pub const STILL_DELAYED: &str = "still delayed after 72 hours; send again when you like";
/// How long after the hand-over a delay becomes a failure.
pub const DELAY_LIMIT_MS: i64 = 72 * super::time::HOUR_MS;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event() -> impl Strategy<Value = DeliveryEvent> {
        (
            prop::sample::select(Report::ALL.to_vec()),
            prop::option::of(prop::sample::select(vec!["550 no such user", "452 full", ""])),
            0_i64..5,
        )
            .prop_map(|(report, reason, at)| DeliveryEvent {
                report,
                reason: reason.map(str::to_owned),
                occurred_at: Timestamp(at),
            })
    }

    fn fold(events: &[DeliveryEvent]) -> Delivery {
        let mut delivery = Delivery::default();
        for event in events {
            delivery.apply(event);
        }
        delivery
    }

    proptest! {
        #[test]
        fn every_order_and_repetition_ends_the_same(
            (events, mut shuffled) in prop::collection::vec(event(), 1..12)
                .prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle())),
            repeats in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            for index in repeats {
                shuffled.push(index.get(&events).clone());
            }
            prop_assert_eq!(fold(&events), fold(&shuffled));
        }

        #[test]
        fn applying_twice_is_ignored(events in prop::collection::vec(event(), 1..6), last in event()) {
            let mut delivery = fold(&events);
            delivery.apply(&last);
            prop_assert_eq!(delivery.clone().apply(&last), Applied::Ignored);
        }

        #[test]
        fn rank_never_falls(events in prop::collection::vec(event(), 1..12)) {
            let mut delivery = Delivery::default();
            for event in &events {
                let before = delivery.rank;
                delivery.apply(event);
                prop_assert!(delivery.rank >= before);
            }
        }
    }

    /// The table of transitions of the providers page, row by row.
    #[test]
    fn transitions_follow_the_table() {
        use Report::{Bounced, Delayed, Delivered, Failed, HandOverUnconfirmed, Sent, SpamReported};
        let after = |reports: &[Report]| {
            let events: Vec<_> = reports
                .iter()
                .zip(0..)
                .map(|(report, at)| DeliveryEvent { report: *report, reason: None, occurred_at: Timestamp(at) })
                .collect();
            fold(&events).status
        };
        for (reports, status) in [
            (&[Sent, Delivered, Sent][..], DeliveryStatus::Delivered),
            (&[Delivered, Delayed], DeliveryStatus::Delivered),
            (&[Delayed, Delivered], DeliveryStatus::Delivered),
            (&[Delayed, Bounced], DeliveryStatus::Bounced),
            (&[Delivered, Bounced], DeliveryStatus::Bounced),
            (&[Delivered, Failed], DeliveryStatus::Delivered),
            (&[Bounced, Delivered], DeliveryStatus::Bounced),
            (&[Delivered, SpamReported], DeliveryStatus::SpamReported),
            (&[SpamReported, Bounced], DeliveryStatus::SpamReported),
            (&[Failed, Delivered], DeliveryStatus::Delivered),
            (&[Failed, Delayed], DeliveryStatus::Failed),
            (&[HandOverUnconfirmed, Sent], DeliveryStatus::Sent),
            (&[HandOverUnconfirmed, Bounced], DeliveryStatus::Bounced),
        ] {
            assert_eq!(after(reports), Some(status), "{reports:?}");
        }
    }

    #[test]
    fn a_providers_sent_confirms_the_hand_over() {
        let unconfirmed = DeliveryEvent {
            report: Report::HandOverUnconfirmed,
            reason: Some(UNCONFIRMED.into()),
            occurred_at: Timestamp(9),
        };
        let sent = DeliveryEvent { report: Report::Sent, reason: None, occurred_at: Timestamp(1) };
        let mut delivery = fold(&[unconfirmed]);
        assert_eq!(delivery.apply(&sent), Applied::Changed);
        assert_eq!(delivery.reason, None);
    }
}
