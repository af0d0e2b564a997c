//! What a person typed about an event, checked once, then trusted.

use app::domain::time::{HOUR_MS, Timestamp};
use app::error::AppError;
use app::events::{EventForm, EventStatus, FIELDS};
use jiff::civil::{Date, DateTime};

use super::store::StoredDetails;
use crate::text::typed;
use crate::time_zones;
use crate::zone::{WallClock, Zone};

/// An event that can be saved, but for whom and what it names.
#[expect(clippy::struct_excessive_bools, reason = "each is a tick of the form")]
#[derive(Clone, Debug)]
pub struct CheckedEvent {
    pub name: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub time_zone: String,
    pub status: EventStatus,
    pub space: String,
    pub pax: Option<i64>,
    pub client: String,
    pub organiser: String,
    pub rsvp: bool,
    pub use_start_finish: bool,
    pub use_done: bool,
    pub move_items: bool,
}

/// The longest event. The list of what is coming is read from so long ago on, and a run of show has 500 items.
pub const MAX_DAYS: i64 = 31;
/// Years that are no slip of the finger.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;
const MOST_GUESTS: i64 = 1_000_000;

impl CheckedEvent {
    /// The first fault is reported, with the field it stands in.
    pub fn check(form: &EventForm) -> Result<Self, AppError> {
        let name = name(&form.name)?;
        let time_zone = time_zone(&form.time_zone)?;
        let zone = Zone::named(&time_zone);
        let starts_at = moment(&zone, "starts", &form.starts, &form.starts_which)?;
        let ends_at = moment(&zone, "ends", &form.ends, &form.ends_which)?;
        if ends_at < starts_at {
            return Err(AppError::invalid("ends", "This is before it starts. Enter a later end."));
        }
        if ends_at.since_ms(starts_at) > MAX_DAYS * 24 * HOUR_MS {
            let message = format!(
                "An event may last {MAX_DAYS} days, so that its run of show stays one that people can read. Make several of a longer one."
            );
            return Err(AppError::invalid("ends", message));
        }
        let status = EventStatus::from_code(&form.status)
            .ok_or_else(|| AppError::invalid("status", "Choose one of these statuses."))?;
        Ok(Self {
            name,
            starts_at,
            ends_at,
            time_zone,
            status,
            space: line("space", &form.space)?,
            pax: guests("pax", &form.pax)?,
            client: line("client", &form.client)?,
            organiser: line("organiser", &form.organiser)?,
            rsvp: form.rsvp,
            use_start_finish: form.use_start_finish,
            use_done: form.use_done,
            move_items: form.move_items,
        })
    }

    /// Whether the event holds this already, but for whom and what it names.
    pub fn is_saved_in(&self, stored: &StoredDetails) -> bool {
        let of_form = (
            self.name.as_str(),
            [self.starts_at.0, self.ends_at.0],
            self.time_zone.as_str(),
            self.status.code(),
            self.pax,
            [self.rsvp, self.use_start_finish, self.use_done].map(i64::from),
        );
        let of_event = (
            stored.name.as_str(),
            [stored.starts_at, stored.ends_at],
            stored.time_zone.as_str(),
            stored.status.as_str(),
            stored.pax,
            [stored.rsvp, stored.use_start_finish, stored.use_done],
        );
        of_form == of_event
    }
}

/// What was typed into a line of the table of fields.
fn line(field: &str, text: &str) -> Result<String, AppError> {
    let of_table = FIELDS.iter().find(|one| one.name == field);
    let (label, max) = of_table.map_or(("This", 0), |field| (field.label, field.max));
    typed(text, field, label, max as usize)
}

/// An event's name, and a template's.
pub fn name(text: &str) -> Result<String, AppError> {
    let name = line("name", text)?;
    if name.is_empty() { Err(AppError::invalid("name", "An event needs a name.")) } else { Ok(name) }
}

fn time_zone(text: &str) -> Result<String, AppError> {
    let text = line("time_zone", text)?;
    if text.is_empty() {
        return Err(AppError::invalid("time_zone", "Choose the time zone it is held in, as in Europe/Lisbon."));
    }
    time_zones::find(&text).ok_or_else(|| {
        let message = format!(
            "“{text}” is no time zone that we know, or more than one. Choose one from the list, as in Europe/Lisbon."
        );
        AppError::invalid("time_zone", message)
    })
}

/// A day that somebody chose, "2026-12-12".
pub fn day(field: &str, text: &str) -> Result<Date, AppError> {
    let day: Option<Date> = text.trim().parse().ok();
    let day = day.ok_or_else(|| AppError::invalid(field, "Enter the day, as in 2026-12-12."))?;
    if YEARS.contains(&day.year()) { Ok(day) } else { Err(AppError::invalid(field, wrong_year())) }
}

fn wrong_year() -> String {
    format!("Enter a year between {} and {}.", YEARS.start(), YEARS.end())
}

fn moment(zone: &Zone, field: &'static str, text: &str, which: &str) -> Result<Timestamp, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AppError::invalid(field, format!("Enter the day and the time it {field}.")));
    }
    let clock: Option<DateTime> = text.parse().ok();
    let clock = clock.ok_or_else(|| AppError::invalid(field, "Write a day and a time, as in 2026-12-12 18:00."))?;
    if !YEARS.contains(&clock.year()) {
        return Err(AppError::invalid(field, wrong_year()));
    }
    let time = |at: Timestamp| zone.moment(at, at).clock;
    let shown = clock.strftime("%H:%M");
    match (zone.at_wall_clock(clock), which) {
        (WallClock::Once(at), _) => Ok(at),
        (WallClock::Twice { first, .. }, "first") => Ok(first),
        (WallClock::Twice { second, .. }, "second") => Ok(second),
        (WallClock::Twice { first, second }, _) => {
            let message = format!(
                "The clocks go back that night, so {shown} comes twice: first {}, then {}. Choose which one is meant.",
                time(first),
                time(second)
            );
            Err(AppError::invalid(if field == "starts" { "starts_which" } else { "ends_which" }, message))
        }
        (WallClock::Never { earlier, later }, _) => {
            let message = format!(
                "The clocks go forward that night, so there is no {shown}. Enter {} or {} instead.",
                time(earlier),
                time(later)
            );
            Err(AppError::invalid(field, message))
        }
    }
}

/// A number of guests, as people write it: "1,200". What stands between digits stands between thousands: "1.5" is no number of
/// guests, nor is "0.500".
pub fn guests(field: &str, text: &str) -> Result<Option<i64>, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let mut groups = text.split([' ', ',', '.', '\'', '\u{a0}', '\u{202f}']);
    let first = groups.next().unwrap_or_default();
    let thousands: Vec<&str> = groups.collect();
    let digits = format!("{first}{}", thousands.concat());
    let leads = if thousands.is_empty() {
        !first.is_empty()
    } else {
        (1..=3).contains(&first.len()) && !first.starts_with('0')
    };
    let are_thousands = leads && thousands.iter().all(|group| group.len() == 3);
    let is_number = are_thousands && digits.bytes().all(|byte| byte.is_ascii_digit());
    match is_number.then(|| digits.parse().ok()).flatten() {
        Some(number) if number <= MOST_GUESTS => Ok(Some(number)),
        Some(_) => Err(AppError::invalid(field, format!("At most {MOST_GUESTS} can be entered here."))),
        None => Err(AppError::invalid(field, "Enter a number, as in 120.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> EventForm {
        EventForm {
            name: " Gala ".into(),
            starts: "2026-12-12T18:00".into(),
            ends: "2026-12-13T01:00".into(),
            time_zone: "Europe/Lisbon".into(),
            status: "enquiry".into(),
            ..EventForm::default()
        }
    }

    fn fault(change: impl FnOnce(&mut EventForm)) -> String {
        let mut form = form();
        change(&mut form);
        match CheckedEvent::check(&form) {
            Ok(_) => String::new(),
            Err(AppError::Invalid { field, .. }) => field,
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_fault_names_its_field() {
        assert_eq!(fault(|_| ()), "");
        assert_eq!(fault(|form| form.name = " \u{a0}".into()), "name");
        assert_eq!(fault(|form| form.name = "é".repeat(201)), "name");
        assert_eq!(fault(|form| form.name = "é".repeat(200)), "");
        assert_eq!(fault(|form| form.name = "a\0b".into()), "name");
        for bad in ["", "tomorrow", "2026-02-30T10:00", "12/12/2026", "2026-12-12T18:00Z", "<b>", "1999-12-31T10:00"] {
            assert_eq!(fault(|form| form.starts = bad.into()), "starts", "{bad}");
            assert_eq!(fault(|form| form.ends = bad.into()), "ends", "{bad}");
        }
        assert_eq!(fault(|form| form.starts = "2026-12-12 18:00:00".into()), "", "as people type it");
        assert_eq!(fault(|form| form.ends = "2026-12-12T17:59".into()), "ends");
        assert_eq!(fault(|form| form.ends = form.starts.clone()), "");
        assert_eq!(fault(|form| form.ends = "2027-01-12T18:00".into()), "", "31 days");
        assert_eq!(fault(|form| form.ends = "2027-01-12T18:01".into()), "ends");
        assert_eq!(fault(|form| form.time_zone = String::new()), "time_zone");
        assert_eq!(fault(|form| form.time_zone = "Narnia".into()), "time_zone");
        assert_eq!(fault(|form| form.status = "deleted".into()), "status");
        for bad in
            ["a few", "1.5", "12,50", ".5", "1 2", ",", "1,,000", "-5", "1e3", "١٢", "1000001", "99999999999999999999"]
        {
            assert_eq!(fault(|form| form.pax = bad.into()), "pax", "{bad}");
        }
        for bad in ["0.500", "0,000", "1000.000", "1234,567", ".500", "012 000"] {
            assert_eq!(fault(|form| form.pax = bad.into()), "pax", "{bad}");
        }
        assert_eq!(fault(|form| form.space = "x".repeat(201)), "space");
        assert_eq!(fault(|form| form.client = "x".repeat(501)), "client");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("", None),
            (" 0 ", Some(0)),
            ("1,200", Some(1_200)),
            ("12 000", Some(12_000)),
            ("1'000'000", Some(1_000_000)),
            ("1\u{a0}200", Some(1_200)),
        ] {
            assert_eq!(guests("pax", text), Ok(number), "{text}");
        }
    }

    #[test]
    fn a_time_that_does_not_exist_or_comes_twice_is_asked_about() {
        let night = |starts: &str, which: &str, ends: &str| EventForm {
            time_zone: "Europe/Berlin".into(),
            starts: starts.into(),
            starts_which: which.into(),
            ends: ends.into(),
            ..form()
        };
        let gap = CheckedEvent::check(&night("2027-03-28T02:30", "", "2027-03-28T05:00"));
        let Err(AppError::Invalid { field, message }) = gap else { panic!("{gap:?}") };
        assert_eq!(field, "starts");
        assert!(message.contains("no 02:30") && message.contains("01:30 or 03:30"), "{message}");
        let twice = CheckedEvent::check(&night("2026-10-25T02:30", "", "2026-10-25T05:00"));
        let Err(AppError::Invalid { field, message }) = twice else { panic!("{twice:?}") };
        assert_eq!(field, "starts_which");
        assert!(message.contains("02:30 CEST") && message.contains("02:30 CET"), "{message}");
        let at =
            |which| CheckedEvent::check(&night("2026-10-25T02:30", which, "2026-10-25T05:00")).map(|one| one.starts_at);
        let (Ok(first), Ok(second)) = (at("first"), at("second")) else { panic!("both can be chosen") };
        assert_eq!(second.since_ms(first), HOUR_MS);
    }
}
