//! What a calendar says (RFC 5545): the event, and items of it. Times are UTC, which every program shows on its own clock, and
//! which no change of clocks touches.

use app::domain::time::{MINUTE_MS, Timestamp};
use app::events::EventStatus;

use super::lines::Lines;
use super::store::{StoredEvent, StoredItem};
use crate::core::Core;
use crate::db::column;

/// How often a program that subscribed may ask again.
const REFRESH: &str = "PT15M";

/// The event, then the items, as the text of a calendar.
pub fn text(core: &Core, event: &StoredEvent, items: &[StoredItem]) -> String {
    let mut lines = Lines::default();
    lines.put("BEGIN", "VCALENDAR");
    lines.put("VERSION", "2.0");
    lines.put("PRODID", "-//Callboard//Run of show//EN");
    lines.put("CALSCALE", "GREGORIAN");
    // RFC 7986, 5.1 and 5.7; the two after them are what older programs read.
    lines.put_text("NAME", &event.name);
    lines.put("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
    lines.put_text("X-WR-CALNAME", &event.name);
    lines.put("X-PUBLISHED-TTL", REFRESH);
    for entry in entries(event, items) {
        write(core, event, &entry, &mut lines);
    }
    lines.put("END", "VCALENDAR");
    lines.finish()
}

struct Entry<'a> {
    /// "item-7"
    name: String,
    /// Rises with each change.
    sequence: i64,
    starts: Timestamp,
    /// `None` of something that takes no time.
    ends: Option<Timestamp>,
    title: &'a str,
    place: String,
    details: &'a str,
    /// Whoever has it in their calendar is busy then.
    occupies: bool,
}

fn entries<'a>(event: &'a StoredEvent, items: &'a [StoredItem]) -> Vec<Entry<'a>> {
    let whole = Entry {
        name: format!("event-{}", event.id),
        sequence: event.revision,
        starts: Timestamp(event.starts_at),
        ends: ending(event.starts_at, event.ends_at),
        title: &event.name,
        place: place(event, ""),
        details: "",
        occupies: false,
    };
    let items = items.iter().map(|item| Entry {
        name: format!("item-{}", item.id),
        // An event that is called off changes its items too.
        sequence: event.revision.saturating_add(item.revision),
        starts: Timestamp(item.starts_at),
        ends: ending(
            item.starts_at,
            item.starts_at.saturating_add(item.minutes.unwrap_or(0).saturating_mul(MINUTE_MS)),
        ),
        title: &item.title,
        place: place(event, &item.location),
        details: &item.details,
        occupies: true,
    });
    std::iter::once(whole).chain(items).collect()
}

/// RFC 5545, 3.8.2.2: an end is later than its start, or is not there.
fn ending(starts_at: i64, ends_at: i64) -> Option<Timestamp> {
    (ends_at > starts_at).then_some(Timestamp(ends_at))
}

fn write(core: &Core, event: &StoredEvent, entry: &Entry, lines: &mut Lines) {
    lines.put("BEGIN", "VEVENT");
    // The same for ever, so that a change is one and no second entry, and another installation's is never taken for ours.
    lines.put("UID", &format!("{}@callboard", core.key.calendar_entry(&entry.name)));
    lines.put("SEQUENCE", &entry.sequence.to_string());
    lines.put("DTSTAMP", &utc(core.clock.now()));
    lines.put("DTSTART", &utc(entry.starts));
    if let Some(ends) = entry.ends {
        lines.put("DTEND", &utc(ends));
    }
    lines.put("STATUS", status(&event.status));
    lines.put("TRANSP", if entry.occupies { "OPAQUE" } else { "TRANSPARENT" });
    lines.put_text("SUMMARY", entry.title);
    lines.put_text("LOCATION", &entry.place);
    lines.put_text("DESCRIPTION", entry.details);
    lines.put("END", "VEVENT");
}

/// How sure the event is (RFC 5545, 3.8.1.11). Programs cross out what is cancelled.
fn status(code: &str) -> &'static str {
    match column::code("status", code, EventStatus::from_code, EventStatus::Confirmed) {
        EventStatus::Enquiry | EventStatus::Tentative => "TENTATIVE",
        EventStatus::Confirmed | EventStatus::Completed => "CONFIRMED",
        EventStatus::Cancelled => "CANCELLED",
    }
}

/// "Stage 2, The Mill, 12 Rua do Cais". An item in the place of the event names it as well: once is enough.
fn place(event: &StoredEvent, location: &str) -> String {
    let [name, address] = [&event.place, &event.place_address].map(|part| part.as_deref().unwrap_or_default());
    let location = if location.eq_ignore_ascii_case(name) { "" } else { location };
    [location, name, address].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// "20310614T160000Z" (RFC 5545, 3.3.5, form 2).
fn utc(at: Timestamp) -> String {
    at.to_iso().replace(['-', ':'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_once() {
        let event = StoredEvent {
            id: 1,
            revision: 1,
            name: "Gala".into(),
            status: "confirmed".into(),
            starts_at: 0,
            ends_at: 1,
            place: Some("Great Hall".into()),
            place_address: Some("12 Rua do Cais".into()),
        };
        for location in ["", "Great Hall", "great hall"] {
            assert_eq!(place(&event, location), "Great Hall, 12 Rua do Cais");
        }
        assert_eq!(place(&event, "Loft"), "Loft, Great Hall, 12 Rua do Cais");
        let nowhere = StoredEvent { place: None, place_address: None, ..event };
        assert_eq!((place(&nowhere, "Loft"), place(&nowhere, "")), ("Loft".into(), String::new()));
    }
}
