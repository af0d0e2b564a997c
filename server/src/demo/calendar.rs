//! The demo's events, placed around the present: one today, the wedding on the coming Saturday, the conference after it,
//! and past ones back into last year.

use app::domain::time::{HOUR_MS, MINUTE_MS, Timestamp};
use app::events::EventStatus;

use super::history::Fate;
use super::{conference, wedding};
use crate::zone::Zone;

pub const DAY_MS: i64 = 24 * HOUR_MS;

pub const SPACES: &[(&str, &str)] = &[
    ("Great Hall", "12 Rua do Cais, Lisbon"),
    ("Slipway Terrace", "12 Rua do Cais, Lisbon"),
    ("Loft and Workshop", "14 Rua do Cais, Lisbon"),
];

/// Places in the list of events that the other plans name.
pub const WEDDING: usize = 0;
pub const CONFERENCE: usize = 1;
pub const SUPPER: usize = 2;
/// From here on, events are over; the later in the list, the longer ago.
pub const FIRST_PAST: usize = 6;

pub struct EventPlan {
    pub name: &'static str,
    pub status: EventStatus,
    /// Place in `SPACES`.
    pub space: Option<usize>,
    pub pax: Option<i64>,
    /// Where the hours of its items count from.
    pub midnight: Timestamp,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub created_at: Timestamp,
    pub crew: Vec<CrewPlan>,
    pub items: &'static [ItemPlan],
}

pub struct CrewPlan {
    pub who: &'static str,
    pub role: &'static str,
    pub has_link: bool,
    /// How their newest invite fared, where one was sent.
    pub invite: Option<Fate>,
}

/// A person's part in an event.
pub struct Part(pub &'static str, pub &'static str, pub Reached);

pub enum Reached {
    NotYet,
    /// A link was made, to be passed on by hand.
    LinkOnly,
    Invited(Fate),
}

pub struct ItemPlan {
    hour: i64,
    minute: i64,
    pub minutes: Option<i64>,
    pub title: &'static str,
    pub location: &'static str,
    pub details: &'static str,
    pub private: bool,
    pub who: &'static [&'static str],
}

impl ItemPlan {
    pub const fn after_midnight_ms(&self) -> i64 {
        self.hour * HOUR_MS + self.minute * MINUTE_MS
    }

    pub const fn details(self, details: &'static str) -> Self {
        Self { details, ..self }
    }

    pub const fn private(self) -> Self {
        Self { private: true, ..self }
    }
}

/// `at` is the time of day; hours past 24 are the next day's.
pub const fn item(
    at: (i64, i64),
    minutes: i64,
    title: &'static str,
    location: &'static str,
    who: &'static [&'static str],
) -> ItemPlan {
    let minutes = if minutes == 0 { None } else { Some(minutes) };
    ItemPlan { hour: at.0, minute: at.1, minutes, title, location, details: "", private: false, who }
}

/// What differs from event to event.
struct Sketch {
    name: &'static str,
    status: EventStatus,
    space: Option<usize>,
    pax: Option<i64>,
    /// Days from today.
    day: i64,
    from_hour: i64,
    to_hour: i64,
    parts: &'static [Part],
    items: &'static [ItemPlan],
}

/// All events at `now`.
pub fn events(zone: &Zone, now: Timestamp) -> Vec<EventPlan> {
    let wedding = Sketch {
        name: "Amara & Jon",
        status: EventStatus::Confirmed,
        space: Some(0),
        pax: Some(120),
        day: days_to_saturday(zone, now),
        from_hour: 8,
        to_hour: 26,
        parts: wedding::PARTS,
        items: wedding::ITEMS,
    };
    let conference = Sketch {
        name: "Harbour Lights",
        status: EventStatus::Confirmed,
        space: Some(0),
        pax: Some(240),
        day: 12,
        from_hour: 7,
        to_hour: 22,
        parts: conference::PARTS,
        items: conference::ITEMS,
    };
    let others = OTHERS.iter().map(|(name, status, space, pax, day)| Sketch {
        name,
        status: *status,
        space: *space,
        pax: *pax,
        day: *day,
        from_hour: 11,
        to_hour: 23,
        parts: if *day < 0 { PAST_PARTS } else { parts_of(name) },
        items: if *day <= 0 { EVENING } else { &[] },
    });
    [wedding, conference].into_iter().chain(others).map(|sketch| sketch.place(zone, now)).collect()
}

impl Sketch {
    fn place(self, zone: &Zone, now: Timestamp) -> EventPlan {
        let midnight = midnight(zone, now, self.day);
        let crew = self
            .parts
            .iter()
            .map(|Part(who, role, reached)| CrewPlan {
                who,
                role,
                has_link: !matches!(reached, Reached::NotYet),
                invite: match reached {
                    Reached::Invited(fate) => Some(*fate),
                    Reached::NotYet | Reached::LinkOnly => None,
                },
            })
            .collect();
        EventPlan {
            name: self.name,
            status: self.status,
            space: self.space,
            pax: self.pax,
            midnight,
            starts_at: midnight.plus_ms(self.from_hour * HOUR_MS),
            ends_at: midnight.plus_ms(self.to_hour * HOUR_MS),
            created_at: midnight.plus_ms(-75 * DAY_MS).min(now.plus_ms(-20 * DAY_MS)),
            crew,
            items: self.items,
        }
    }
}

/// The midnight that begins the day `days` from today. Noon is never more than a day off, whatever the clocks do.
fn midnight(zone: &Zone, now: Timestamp, days: i64) -> Timestamp {
    zone.start_of_day(zone.start_of_day(now).plus_ms(days * DAY_MS + 12 * HOUR_MS))
}

/// At least two days ahead, so that there is still something to prepare.
fn days_to_saturday(zone: &Zone, now: Timestamp) -> i64 {
    (2..9).find(|days| zone.weekday(midnight(zone, now, *days)) == "Sat").expect("every week has a Saturday")
}

/// Name, status, space, guests, days from today.
type Other = (&'static str, EventStatus, Option<usize>, Option<i64>, i64);

const OTHERS: &[Other] = &[
    ("Rowing Club Supper", EventStatus::Confirmed, Some(1), Some(64), 0),
    ("Estuary Wine Fair", EventStatus::Cancelled, Some(1), Some(150), 17),
    ("Tideline Quarterly Dinner", EventStatus::Tentative, Some(2), Some(48), 24),
    ("Nwachukwu Christening Lunch", EventStatus::Enquiry, None, None, 38),
    ("Launch of the Heron", EventStatus::Completed, Some(1), Some(90), -9),
    ("Sofia & Tom", EventStatus::Completed, Some(0), Some(110), -30),
    ("Harbour Lights Preview", EventStatus::Completed, Some(2), Some(40), -52),
    ("Chandlers’ Ball", EventStatus::Completed, Some(0), Some(180), -96),
    ("Lantern Night", EventStatus::Completed, Some(1), Some(75), -160),
    ("Regatta Dinner", EventStatus::Completed, Some(0), Some(130), -330),
];

fn parts_of(name: &str) -> &'static [Part] {
    match name {
        "Rowing Club Supper" => SUPPER_PARTS,
        "Tideline Quarterly Dinner" => &[
            Part("Grace", "Floor manager", Reached::LinkOnly),
            Part("Yusuf", "Bar manager", Reached::NotYet),
            Part("Tariq", "Piano tuner", Reached::NotYet),
        ],
        "Estuary Wine Fair" => &[
            Part("Grace", "Floor manager", Reached::Invited(Fate::Delivered)),
            Part("Olga", "Press", Reached::Invited(Fate::DeliveredLate)),
        ],
        _ => &[],
    }
}

const SUPPER_PARTS: &[Part] = &[
    Part("Hugo", "Host", Reached::Invited(Fate::Delivered)),
    Part("Luis", "Band leader", Reached::Invited(Fate::Delivered)),
    Part("Priya", "Head chef", Reached::Invited(Fate::Delivered)),
    Part("Grace", "Floor manager", Reached::Invited(Fate::Delivered)),
    Part("Yusuf", "Bar manager", Reached::Invited(Fate::Delivered)),
    Part("Ruth", "Door", Reached::Invited(Fate::Delivered)),
    Part("Tariq", "Piano tuner", Reached::Invited(Fate::DeliveredLate)),
];

const PAST_PARTS: &[Part] = &[
    Part("Luis", "Band leader", Reached::Invited(Fate::Delivered)),
    Part("Priya", "Head chef", Reached::Invited(Fate::Delivered)),
    Part("Grace", "Floor manager", Reached::Invited(Fate::Delivered)),
    Part("Yusuf", "Bar manager", Reached::Invited(Fate::Delivered)),
    Part("Femi", "Photographer", Reached::Invited(Fate::Delivered)),
    Part("Hugo", "Guest of honour", Reached::Invited(Fate::DeliveredLate)),
    Part("Margarethe", "Host", Reached::Invited(Fate::Delivered)),
    Part("Peter", "AV technician", Reached::Invited(Fate::StillDelayed)),
    Part("Wren", "Calligrapher", Reached::Invited(Fate::Delivered)),
];

const EVENING: &[ItemPlan] = &[
    item((11, 0), 60, "Tables in, chairs counted", "Main floor", &["Grace"]),
    item((13, 30), 45, "Kitchen briefing", "Kitchen", &["Priya"]).details("Allergens first."),
    item((15, 0), 60, "Bar stocked, ice in", "Bar", &["Yusuf"]),
    item((16, 0), 60, "Sound check", "Stage", &["Luis"]),
    item((17, 45), 15, "Fee settled in cash", "Office", &["Grace"]).private(),
    item((18, 0), 60, "Doors", "Quay entrance", &["Grace"]),
    item((19, 0), 90, "Dinner", "Main floor", &["Priya", "Grace"]),
    item((20, 30), 45, "First set", "Stage", &["Luis"]),
    item((21, 15), 15, "Toasts", "Main floor", &["Hugo"]),
    item((21, 30), 45, "Second set", "Stage", &["Luis"]),
    item((22, 30), 30, "Last orders, lights up", "Bar", &["Yusuf"]),
];
