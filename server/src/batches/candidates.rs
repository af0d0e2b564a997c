//! Who of an event is meant by a choice, and who of them is left out. Pure.

use std::collections::HashSet;

use app::batches::{Choice, Who, rows_of};
use app::domain::delivery::DeliveryStatus;
use app::domain::ids::CrewId;
use app::domain::rsvp::Rsvp;
use app::domain::send_rules::{SendFacts, SendRefusal, may_send};
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;
use app::planner::LinkKind;

/// Somebody on the event, as sending looks at them.
#[derive(Clone, Debug)]
pub struct Person {
    pub crew: CrewId,
    pub address: Option<String>,
    /// The address folded, by which two are the same.
    pub address_key: Option<String>,
    pub blocked: Option<SuppressionCause>,
    /// Whether they were sent anything, and how that fared.
    pub was_invited: bool,
    pub status: Option<DeliveryStatus>,
    pub answer: Rsvp,
    /// The newest mail of the chosen kind to their address about this event that did not fail.
    pub last_sent_at: Option<Timestamp>,
    /// Whether they wait in another batch for the same kind of mail.
    pub waits: bool,
}

/// Why somebody who was chosen gets nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    #[error("{0}")]
    Refused(SendRefusal),
    #[error("They wait in another batch already.")]
    InAnotherBatch,
    #[error("Somebody else in this batch has the same address.")]
    SameAddress,
    #[error("The event was cancelled.")]
    EventCancelled,
    #[error("The event was deleted.")]
    EventDeleted,
    #[error("They were taken off the event.")]
    TakenOff,
}

/// The event, as sending looks at it.
#[derive(Clone, Copy, Debug)]
pub struct EventFacts {
    pub collects_rsvps: bool,
    pub is_cancelled: bool,
}

/// Those whom the choice means, in the order of `people`; each with why they get nothing, if so.
pub fn chosen<'a>(
    people: &'a [Person],
    choice: &Choice,
    event: EventFacts,
    now: Timestamp,
) -> Vec<(&'a Person, Option<LeftOut>)> {
    let rows: HashSet<CrewId> = rows_of(&choice.rows).into_iter().collect();
    let mut addresses = HashSet::new();
    let means = |person: &&Person| match choice.who {
        Who::NotInvited => !person.was_invited,
        Who::Failed => matches!(person.status, Some(DeliveryStatus::Bounced | DeliveryStatus::Failed)),
        Who::NotAnswered => person.answer == Rsvp::NoReply,
        Who::Everybody => true,
        Who::Rows => rows.contains(&person.crew),
    };
    let mut chosen = Vec::new();
    let seen = |person: &&Person| rows.is_empty() || rows.contains(&person.crew);
    for person in people.iter().filter(means).filter(seen) {
        let mut left_out = left_out(person, choice.kind, event, now);
        if left_out.is_none() && !addresses.insert(person.address_key.as_deref()) {
            left_out = Some(LeftOut::SameAddress);
        }
        chosen.push((person, left_out));
    }
    chosen
}

fn left_out(person: &Person, kind: LinkKind, event: EventFacts, now: Timestamp) -> Option<LeftOut> {
    if event.is_cancelled {
        return Some(LeftOut::EventCancelled);
    }
    if person.address.as_deref().is_none_or(str::is_empty) {
        return Some(LeftOut::Refused(SendRefusal::NoAddress));
    }
    let facts = SendFacts {
        suppressed: person.blocked,
        rsvp_closed: kind == LinkKind::Rsvp && !event.collects_rsvps,
        last_sent_at: person.last_sent_at,
    };
    if let Err(refusal) = may_send(facts, now) {
        return Some(LeftOut::Refused(refusal));
    }
    person.waits.then_some(LeftOut::InAnotherBatch)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: EventFacts = EventFacts { collects_rsvps: true, is_cancelled: false };

    fn person(crew: i64) -> Person {
        Person {
            crew: CrewId(crew),
            address: Some(format!("g{crew}@x.test")),
            address_key: Some(format!("g{crew}@x.test")),
            blocked: None,
            was_invited: false,
            status: None,
            answer: Rsvp::NoReply,
            last_sent_at: None,
            waits: false,
        }
    }

    fn choice(who: Who) -> Choice {
        let rows = if who == Who::Rows { "2,4" } else { "" };
        Choice { kind: LinkKind::Share, who, rows: rows.into() }
    }

    #[test]
    fn a_choice_means_some() {
        let people = [
            person(1),
            Person { was_invited: true, status: Some(DeliveryStatus::Bounced), ..person(2) },
            Person { was_invited: true, status: Some(DeliveryStatus::Delivered), answer: Rsvp::Accepted, ..person(3) },
            Person { was_invited: true, status: Some(DeliveryStatus::Failed), ..person(4) },
        ];
        let meant = |who| -> Vec<i64> {
            chosen(&people, &choice(who), EVENT, Timestamp(0)).iter().map(|(person, _)| person.crew.0).collect()
        };
        assert_eq!(meant(Who::NotInvited), [1]);
        assert_eq!(meant(Who::Failed), [2, 4]);
        assert_eq!(meant(Who::NotAnswered), [1, 2, 4]);
        assert_eq!(meant(Who::Everybody), [1, 2, 3, 4]);
        assert_eq!(meant(Who::Rows), [2, 4]);
        let seen = Choice { rows: "1,2,3".into(), ..choice(Who::NotAnswered) };
        let meant: Vec<_> =
            chosen(&people, &seen, EVENT, Timestamp(0)).iter().map(|(person, _)| person.crew.0).collect();
        assert_eq!(meant, [1, 2], "nobody but those who were looked at");
    }

    #[test]
    fn whoever_cannot_be_sent_to_is_left_out_with_the_reason() {
        let now = Timestamp(1_795_435_200_000);
        let people = [
            person(1),
            Person { address: None, address_key: None, ..person(2) },
            Person { blocked: Some(SuppressionCause::Bounce), ..person(3) },
            Person { last_sent_at: Some(now), ..person(4) },
            Person { waits: true, ..person(5) },
            Person { address_key: person(1).address_key, ..person(6) },
        ];
        let why = |event| -> Vec<Option<LeftOut>> {
            chosen(&people, &choice(Who::Everybody), event, now).into_iter().map(|(_, why)| why).collect()
        };
        let reasons = why(EVENT);
        assert_eq!(reasons[0], None);
        assert_eq!(reasons[1], Some(LeftOut::Refused(SendRefusal::NoAddress)));
        assert_eq!(reasons[2], Some(LeftOut::Refused(SendRefusal::Suppressed(SuppressionCause::Bounce))));
        assert!(matches!(reasons[3], Some(LeftOut::Refused(SendRefusal::TooSoon { .. }))));
        assert_eq!(reasons[4..], [Some(LeftOut::InAnotherBatch), Some(LeftOut::SameAddress)]);
        let cancelled = why(EventFacts { is_cancelled: true, ..EVENT });
        assert!(cancelled.iter().all(|why| *why == Some(LeftOut::EventCancelled)));
    }
}
