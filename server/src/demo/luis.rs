//! The long history of one contact: a band leader who has played here for a year, under three addresses. More than sixty
//! emails over nine events, of all three kinds, in all six states.

use app::domain::email_kind::EmailKind::{self, RsvpInvite, ShareLink, UploadRejection};
use app::domain::time::{HOUR_MS, MINUTE_MS, Timestamp};

use super::calendar::{CONFERENCE, DAY_MS, EventPlan, FIRST_PAST, SUPPER, WEDDING};
use super::history::{EmailPlan, Fate, subject};

pub const LUIS: &str = "Luis";

const NOW: &str = "luis@ferreiraquartet.example";
/// As he was first written down. It bounced.
const TYPO: &str = "luis@ferreiraquartett.example";
/// His agency's mailbox, which reported a mail as spam.
const AGENCY: &str = "bookings@ferreiraquartet.example";

/// What went out for each past event: days before it, kind, what was to be sent again.
const ROUND: [(i64, EmailKind, &str); 9] = [
    (42, RsvpInvite, ""),
    (28, ShareLink, ""),
    (21, UploadRejection, "the stage plot"),
    (19, UploadRejection, "the stage plot"),
    (14, ShareLink, ""),
    (10, RsvpInvite, ""),
    (7, ShareLink, ""),
    (3, UploadRejection, "the insurance certificate"),
    (1, ShareLink, ""),
];

/// Where a past event's round went otherwise: events ago (0 is the latest), place in the round, address, fate.
const MISHAPS: &[(usize, usize, &str, Fate)] = &[
    (5, 0, TYPO, Fate::Bounced("550 5.1.1 <luis@ferreiraquartett.example>: no such user")),
    (4, 1, AGENCY, Fate::SpamReported),
    (3, 4, NOW, Fate::StillDelayed),
    (3, 6, NOW, Fate::DeliveredLate),
    (2, 2, NOW, Fate::Sent),
    (2, 7, NOW, Fate::Failed("the provider had an outage and gave up: no route to host")),
    (1, 4, NOW, Fate::DeliveredLate),
    (0, 3, NOW, Fate::Failed("554 5.3.4 message too big for the system")),
    (0, 5, NOW, Fate::DeliveredLate),
];

/// What went out for what is still to come: event, hours ago, kind, what was to be sent again, fate.
const TO_COME: &[(usize, i64, EmailKind, &str, Fate)] = &[
    (WEDDING, 18 * 24, RsvpInvite, "", Fate::Delivered),
    (WEDDING, 11 * 24, ShareLink, "", Fate::DeliveredLate),
    (WEDDING, 50, ShareLink, "", Fate::Delivered),
    (WEDDING, 3, UploadRejection, "the stage plot", Fate::Delayed("452 4.2.2 mailbox full, over quota")),
    (CONFERENCE, 9 * 24, RsvpInvite, "", Fate::Delivered),
    (CONFERENCE, 30, ShareLink, "", Fate::Delivered),
    (SUPPER, 13 * 24, RsvpInvite, "", Fate::Delivered),
    (SUPPER, 6 * 24, ShareLink, "", Fate::Delivered),
    (SUPPER, 20, ShareLink, "", Fate::Delivered),
];

pub fn emails(events: &[EventPlan], now: Timestamp) -> Vec<EmailPlan> {
    let plan = |event: usize, kind, request: &str, recipient: &str, created_at, fate| EmailPlan {
        event,
        who: LUIS,
        kind,
        subject: subject(kind, events[event].name, request),
        recipient: recipient.to_owned(),
        created_at,
        fate,
    };
    let mut plans = Vec::new();
    for (past, event) in events[FIRST_PAST..].iter().enumerate() {
        for (place, (days, kind, request)) in ROUND.into_iter().enumerate() {
            let mishap = MISHAPS.iter().find(|(event, at, ..)| (*event, *at) == (past, place));
            let (recipient, fate) = mishap.map_or((NOW, Fate::Delivered), |(_, _, address, fate)| (*address, *fate));
            let created_at = event.starts_at.plus_ms(-days * DAY_MS + 3 * HOUR_MS);
            plans.push(plan(FIRST_PAST + past, kind, request, recipient, created_at, fate));
            if recipient == TYPO {
                // Corrected on the contact, and sent again.
                let again = created_at.plus_ms(11 * MINUTE_MS);
                plans.push(plan(FIRST_PAST + past, kind, request, NOW, again, Fate::Delivered));
            }
        }
    }
    for (event, hours, kind, request, fate) in TO_COME {
        plans.push(plan(*event, *kind, request, NOW, now.plus_ms(-hours * HOUR_MS), *fate));
    }
    plans
}
