//! An item as people type it, read on the event's clock, and written back.

use std::ops::RangeInclusive;

use app::domain::ids::ItemId;
use app::domain::time::{HOUR_MS, MINUTE_MS, Timestamp};
use app::domain::timetable::{self, MAX_MINUTES};
use app::domain::typed_time::{self, ClockTime};
use app::error::AppError;
use app::run_of_show::ItemForm;
use jiff::civil::{Date, DateTime};

use super::facts::{Facts, Item};
use super::store::LockedEvent;
use crate::text::typed;
use crate::zone::{WallClock, Zone};

/// How far from its event an item may stand: further off it is a slip of the keyboard.
const MARGIN_MS: i64 = 60 * 24 * HOUR_MS;

pub const FAR_OFF: &str = "That is more than 60 days away from the event. Is the year right?";

/// Where the items of an event may stand.
pub fn near(event: &LockedEvent) -> RangeInclusive<Timestamp> {
    event.starts_at.plus_ms(-MARGIN_MS)..=event.ends_at.plus_ms(MARGIN_MS)
}

/// Writes an item as the form shows it.
pub fn form(facts: &Facts, zone: &Zone) -> ItemForm {
    ItemForm {
        day: day(zone, facts.starts_at),
        starts: clock(zone, facts.starts_at),
        minutes: facts.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
        ends: facts.minutes.map(|_| clock(zone, ends(facts))).unwrap_or_default(),
        title: facts.title.clone(),
        details: facts.details.clone(),
        location: facts.location.clone(),
        private: facts.private,
        pinned: facts.pinned,
        responsible: facts.responsible.clone(),
    }
}

pub fn ends(facts: &Facts) -> Timestamp {
    timetable::ends(facts.starts_at, facts.minutes)
}

/// The form of a new item: it begins where `after`, or the last item, ends; else with the event.
pub fn form_of_next(event: &LockedEvent, items: &[Item], after: Option<ItemId>, zone: &Zone) -> ItemForm {
    let before = after.and_then(|after| items.iter().find(|item| item.id == after)).or_else(|| items.last());
    let starts_at = before.map_or(event.starts_at, |before| ends(&before.facts));
    ItemForm { day: day(zone, starts_at), starts: clock(zone, starts_at), ..ItemForm::default() }
}

/// "2026-12-12"
pub fn day(zone: &Zone, at: Timestamp) -> String {
    zone.wall_clock(at).date().to_string()
}

/// "18:00", and which one it is when it comes twice.
pub fn clock(zone: &Zone, at: Timestamp) -> String {
    zone.moment(at, at).clock
}

/// Reads what was typed. `seen` is the form as it was filled: of length and end the one that was changed counts. The tie and who
/// may be responsible are the caller's.
pub fn read(form: ItemForm, seen: &ItemForm, event: &LockedEvent, zone: &Zone) -> Result<Facts, AppError> {
    let title = typed(&form.title, "title", "The title", 200)?;
    if title.is_empty() {
        return Err(AppError::invalid("title", "An item needs a title."));
    }
    let details = typed(&form.details, "details", "The details", 2_000)?;
    let location = typed(&form.location, "location", "The place", 200)?;
    let date = date(&form.day)?;
    let starts_at = instant(zone, date, &form.starts)?;
    let near = near(event);
    // An item that stands far off already can be changed in all else.
    if (form.day != seen.day || form.starts != seen.starts) && !near.contains(&starts_at) {
        return Err(AppError::invalid("day", FAR_OFF));
    }
    let minutes = minutes(&form, seen, starts_at, zone)?;
    let mut responsible = form.responsible;
    responsible.sort_unstable();
    responsible.dedup();
    Ok(Facts {
        starts_at,
        minutes,
        tie: 0,
        title,
        details,
        location,
        private: form.private,
        pinned: form.pinned,
        responsible,
        deleted: false,
    })
}

/// A day as `<input type="date">` has it.
pub fn date(typed: &str) -> Result<Date, AppError> {
    let date: Option<Date> = typed.trim().parse().ok();
    // A clock of years beyond these has no instant that can be stored and shown.
    date.filter(|date| (1970..=9000).contains(&date.year()))
        .ok_or_else(|| AppError::invalid("day", "Enter a day, as in 2026-12-31."))
}

/// Reads a time on a day.
pub fn instant(zone: &Zone, date: Date, typed: &str) -> Result<Timestamp, AppError> {
    let typed = typed.trim();
    let invalid = |message: String| AppError::invalid("starts", message);
    if typed.is_empty() {
        return Err(invalid("When does it start? A time like 18:00 or 6pm.".into()));
    }
    let Some((time, zone_name)) = clock_and_zone(typed) else {
        return Err(invalid("This is not a time. Write it like 18:00, 18.00, 1800 or 6pm.".into()));
    };
    let shown = on(date, time);
    let is_called = |at: Timestamp| is_called(zone, at, zone_name);
    match zone.at_wall_clock(shown) {
        WallClock::Once(at) if is_called(at) => Ok(at),
        WallClock::Once(_) => Err(invalid("This is not a time. Write it like 18:00, 18.00, 1800 or 6pm.".into())),
        WallClock::Never { earlier, later } => Err(invalid(format!(
            "The clocks go forward that night and leave out {}. Write {} or {}.",
            shown.strftime("%H:%M"),
            clock(zone, earlier),
            clock(zone, later)
        ))),
        WallClock::Twice { first, second } => {
            let named: Vec<_> =
                [first, second].into_iter().filter(|at| zone_name.is_some() && is_called(*at)).collect();
            match named[..] {
                [at] => Ok(at),
                _ => Err(invalid(format!(
                    "The clocks go back that night, so {} comes twice. Write {} or {}.",
                    shown.strftime("%H:%M"),
                    clock(zone, first),
                    clock(zone, second)
                ))),
            }
        }
    }
}

/// A time, and what the people there call their time then, if that was typed behind it: "02:30 CET".
fn clock_and_zone(typed: &str) -> Option<(ClockTime, Option<&str>)> {
    if let Some(time) = typed_time::clock_time(typed) {
        return Some((time, None));
    }
    let (time, zone_name) = typed.rsplit_once(char::is_whitespace)?;
    Some((typed_time::clock_time(time)?, Some(zone_name)))
}

/// Whether the people there call their time so at that instant. Where nothing was typed, they do.
fn is_called(zone: &Zone, at: Timestamp, zone_name: Option<&str>) -> bool {
    zone_name.is_none_or(|name| zone.abbreviation(at).eq_ignore_ascii_case(name))
}

fn on(date: Date, ClockTime { hour, minute }: ClockTime) -> DateTime {
    // Both are in range, as `clock_time` promises.
    date.at(hour.try_into().unwrap_or(0), minute.try_into().unwrap_or(0), 0, 0)
}

/// The length: as typed, or from the end.
fn minutes(form: &ItemForm, seen: &ItemForm, starts_at: Timestamp, zone: &Zone) -> Result<Option<u32>, AppError> {
    let (typed, ends) = (form.minutes.trim(), form.ends.trim());
    let (typed_is_new, end_is_new) = (typed != seen.minutes, ends != seen.ends);
    let from_end = if ends.is_empty() { Ok(None) } else { until(zone, starts_at, ends).map(Some) };
    let length =
        if typed.is_empty() {
            None
        } else {
            Some(typed_time::length(typed).ok_or_else(|| {
                AppError::invalid("minutes", "This is not a length. Write minutes, or 1:30, or 1.5 h.")
            })?)
        };
    let minutes = match (typed_is_new, end_is_new) {
        (false, true) => from_end?,
        (true, true) => {
            let from_end = from_end?;
            if let (Some(length), Some(until)) = (length, from_end)
                && length != until
            {
                let end = clock(zone, timetable::ends(starts_at, Some(length)));
                let message = format!("{length} minutes end at {end}. Leave the length or the end empty.");
                return Err(AppError::invalid("ends", message));
            }
            length.or(from_end)
        }
        (_, false) => length,
    };
    if minutes.is_some_and(|minutes| minutes > MAX_MINUTES) {
        return Err(AppError::invalid("minutes", "An item lasts a week at most."));
    }
    Ok(minutes)
}

/// Minutes from the start until the clock next shows `typed`, under the name that stands behind it if one does.
/// "24:00" is the midnight after the day of the start.
pub fn until(zone: &Zone, starts_at: Timestamp, typed: &str) -> Result<u32, AppError> {
    let typed = typed.trim();
    let is_last_midnight = ["24:00", "24.00", "2400"].contains(&typed);
    let no_time = || AppError::invalid("ends", "This is not a time. Write it like 18:45, 18.45, 1845 or 6:45pm.");
    let midnight = is_last_midnight.then_some((ClockTime { hour: 0, minute: 0 }, None));
    let (end, zone_name) = midnight.or_else(|| clock_and_zone(typed)).ok_or_else(no_time)?;
    let mut is_time = false;
    let day = zone.wall_clock(starts_at).date();
    let today = Some(day).filter(|_| !is_last_midnight);
    for day in [today, day.tomorrow().ok()].into_iter().flatten() {
        let meant = match zone.at_wall_clock(on(day, end)) {
            WallClock::Once(at) => [Some(at), None],
            // The first of the two that is not before the start, and the change of clocks itself where there is none.
            WallClock::Twice { first, second } => [Some(first), Some(second)],
            WallClock::Never { later, .. } => [Some(later), None],
        };
        for at in meant.into_iter().flatten().filter(|at| is_called(zone, *at, zone_name)) {
            is_time = true;
            if at >= starts_at {
                return Ok(u32::try_from(at.since_ms(starts_at) / MINUTE_MS).unwrap_or(u32::MAX));
            }
        }
    }
    Err(if is_time { AppError::invalid("ends", "This end is before the start.") } else { no_time() })
}

/// What this person changed, laid over what the item is now, and what of it counts as unchanged. Fails with what somebody else
/// changed too, each field with its new value, unless the person was `told` of it.
pub fn merge(
    mine: ItemForm,
    seen: &ItemForm,
    told: Option<&ItemForm>,
    now: &ItemForm,
) -> Result<(ItemForm, ItemForm), String> {
    let mut merged = now.clone();
    let mut base = now.clone();
    let mut theirs = Vec::new();
    macro_rules! field {
        ($field:ident, $what:expr) => {
            if mine.$field != seen.$field && mine.$field != now.$field {
                if now.$field != seen.$field && told.is_none_or(|told| told.$field != now.$field) {
                    theirs.push($what);
                }
                merged.$field = mine.$field.clone();
            }
        };
    }
    field!(day, changed("the day", &now.day));
    field!(starts, changed("the start", &now.starts));
    field!(title, changed("the title", &now.title));
    field!(details, changed("the details", &now.details));
    field!(location, changed("the place", &now.location));
    field!(private, changed("who sees it", if now.private { "private" } else { "not private" }));
    field!(pinned, changed("whether it is pinned", if now.pinned { "pinned" } else { "not pinned" }));
    field!(responsible, "who is responsible".to_owned());
    // Length and end are one thing.
    if (&mine.minutes, &mine.ends) != (&seen.minutes, &seen.ends) {
        let is_told = told.is_some_and(|told| told.minutes == now.minutes);
        if now.minutes != seen.minutes && mine.minutes != now.minutes && !is_told {
            theirs.push(changed("the length", &now.minutes));
        }
        merged.minutes.clone_from(&mine.minutes);
        merged.ends.clone_from(&mine.ends);
        // Read against what this person saw: the one of the two that they changed counts.
        base.minutes.clone_from(&seen.minutes);
        base.ends.clone_from(&seen.ends);
    }
    if theirs.is_empty() { Ok((merged, base)) } else { Err(theirs.join(", ")) }
}

/// "the title (now “Doors”)", of long texts their beginning.
fn changed(what: &str, now: &str) -> String {
    const SHOWN: usize = 80;
    if now.is_empty() {
        return format!("{what} (now empty)");
    }
    let dots = if now.chars().nth(SHOWN).is_some() { "…" } else { "" };
    let begin: String = now.chars().take(SHOWN).collect();
    format!("{what} (now “{begin}{dots}”)")
}

/// Sorts who is responsible, so that the order of check boxes makes no difference.
pub fn sorted(mut form: ItemForm) -> ItemForm {
    form.responsible.sort_unstable();
    form.responsible.dedup();
    form
}

#[cfg(test)]
#[path = "typed_tests.rs"]
mod tests;
