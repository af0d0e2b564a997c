//! Items in nights in which the clocks change, over midnight, in zones of all kinds.

use app::domain::ids::EventId;

use super::*;

/// The zone, the day, the start, the end, the day on which it ends, and the minutes in between. Worked out with Python's
/// zoneinfo, from the same database of zones and by other code.
#[rustfmt::skip]
const ITEMS: &[(&str, &str, &str, &str, &str, u32)] = &[
    // Both changes of clocks, an item over midnight or over the change itself.
    ("Europe/Berlin", "2026-03-28", "23:30", "03:30", "2026-03-29", 180),
    ("Europe/Berlin", "2026-10-24", "23:30", "03:30", "2026-10-25", 300),
    ("Europe/Berlin", "2026-03-29", "01:30", "03:15", "2026-03-29", 45),
    ("Europe/Berlin", "2026-10-25", "01:30", "03:15", "2026-10-25", 165),
    ("Europe/London", "2026-03-28", "22:15", "02:15", "2026-03-29", 180),
    ("Europe/London", "2026-10-24", "22:15", "02:15", "2026-10-25", 300),
    ("Europe/Dublin", "2026-03-28", "23:59", "02:01", "2026-03-29", 62),
    ("Europe/Dublin", "2026-10-24", "23:59", "02:01", "2026-10-25", 182),
    ("America/New_York", "2026-03-07", "23:00", "04:00", "2026-03-08", 240),
    ("America/New_York", "2026-10-31", "23:00", "04:00", "2026-11-01", 360),
    ("Australia/Sydney", "2026-10-03", "23:45", "03:15", "2026-10-04", 150),
    ("Australia/Sydney", "2026-04-04", "23:45", "03:15", "2026-04-05", 270),
    // The change is at midnight.
    ("America/Santiago", "2026-09-05", "23:30", "01:30", "2026-09-06", 60),
    ("America/Santiago", "2026-04-04", "22:30", "00:30", "2026-04-05", 180),
    ("Africa/Cairo", "2026-04-23", "23:30", "02:30", "2026-04-24", 120),
    ("Africa/Cairo", "2026-10-29", "22:30", "01:30", "2026-10-30", 240),
    ("America/Havana", "2026-03-07", "23:30", "02:30", "2026-03-08", 120),
    ("America/Havana", "2026-10-31", "23:30", "02:30", "2026-11-01", 240),
    // By half an hour only.
    ("Australia/Lord_Howe", "2026-10-03", "23:30", "03:30", "2026-10-04", 210),
    ("Australia/Lord_Howe", "2026-04-04", "23:30", "03:30", "2026-04-05", 270),
    ("Australia/Lord_Howe", "2026-10-04", "01:45", "02:45", "2026-10-04", 30),
    ("Australia/Lord_Howe", "2026-04-05", "01:15", "02:15", "2026-04-05", 90),
    // Half and three quarters of an hour off, with changes.
    ("Australia/Adelaide", "2026-10-03", "23:00", "04:00", "2026-10-04", 240),
    ("Australia/Adelaide", "2026-04-04", "23:00", "04:00", "2026-04-05", 360),
    ("America/St_Johns", "2026-03-07", "22:30", "03:30", "2026-03-08", 240),
    ("America/St_Johns", "2026-10-31", "22:30", "03:30", "2026-11-01", 360),
    ("Pacific/Chatham", "2026-09-26", "23:30", "04:00", "2026-09-27", 210),
    ("Pacific/Chatham", "2026-04-04", "23:30", "04:00", "2026-04-05", 330),
    // And without.
    ("Asia/Kathmandu", "2026-05-31", "23:45", "00:30", "2026-06-01", 45),
    ("Asia/Kolkata", "2026-05-31", "23:50", "02:20", "2026-06-01", 150),
    ("Australia/Eucla", "2026-06-01", "23:30", "00:15", "2026-06-02", 45),
    ("Asia/Tehran", "2026-03-21", "23:30", "01:00", "2026-03-22", 90),
    // The clocks change for a month of fasting.
    ("Africa/Casablanca", "2026-02-14", "23:30", "04:00", "2026-02-15", 330),
    ("Africa/Casablanca", "2026-03-21", "23:30", "04:00", "2026-03-22", 210),
    // They change no more.
    ("America/Sao_Paulo", "2026-11-01", "23:00", "02:00", "2026-11-02", 180),
    // Over the end of a year, a leap day, and the date line.
    ("Asia/Tokyo", "2026-12-31", "23:30", "00:30", "2027-01-01", 60),
    ("UTC", "2028-02-28", "23:00", "01:00", "2028-02-29", 120),
    ("Pacific/Kiritimati", "2026-12-31", "23:30", "00:45", "2027-01-01", 75),
];

fn event(zone: &str, at: Timestamp) -> LockedEvent {
    LockedEvent { id: EventId(1), name: "Gala".into(), time_zone: zone.into(), starts_at: at, ends_at: at }
}

fn on_day(day: &str, starts: &str) -> ItemForm {
    ItemForm { day: day.into(), starts: starts.into(), title: "Dance".into(), ..ItemForm::default() }
}

fn read_in(zone: &str, form: ItemForm) -> Result<Facts, AppError> {
    let clocks = Zone::named(zone);
    let noon = instant(&clocks, form.day.parse().expect("a day"), "12:00").expect("a time");
    read(form, &ItemForm::default(), &event(zone, noon), &clocks)
}

#[test]
fn an_item_in_a_night_in_which_the_clocks_change_has_its_length_and_its_days() {
    assert!(ITEMS.len() >= 38);
    for (zone, day_typed, starts, ends_typed, ends_on, minutes) in ITEMS {
        let name = format!("{zone} {day_typed} {starts} to {ends_typed}");
        let clocks = Zone::named(zone);
        let by_end = ItemForm { ends: (*ends_typed).into(), ..on_day(day_typed, starts) };
        let by_length = ItemForm { minutes: minutes.to_string(), ..on_day(day_typed, starts) };
        for typed in [by_end, by_length] {
            let facts = read_in(zone, typed).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(facts.minutes, Some(*minutes), "{name}");
            assert_eq!(day(&clocks, ends(&facts)), *ends_on, "{name}");
            let shown = form(&facts, &clocks);
            assert_eq!((&*shown.day, &*shown.starts, &*shown.ends), (*day_typed, *starts, *ends_typed), "{name}");
            // What the form shows is read back as the same.
            let again = read(shown.clone(), &shown, &event(zone, facts.starts_at), &clocks);
            assert_eq!(again, Ok(facts), "{name}");
        }
    }
}

#[test]
fn an_end_that_comes_twice_or_never_is_the_one_that_is_left() {
    for (starts, ends, minutes) in [
        // In Berlin, in the night in which 02:00 to 03:00 comes twice: the next one after the start.
        ("2026-10-25 01:00", "02:30", 90),
        ("2026-10-25 02:45 CEST", "02:30", 45),
        ("2026-10-25 02:45 CET", "02:50", 5),
        // By its name it is the one that was meant, and no other.
        ("2026-10-25 01:30", "02:30 CEST", 60),
        ("2026-10-25 01:30", "02:30 cet", 120),
        ("2026-10-25 02:45 CET", "02:30 CET", 1_425),
        // In the night in which it is left out: as much later.
        ("2026-03-29 01:30", "02:30", 60),
    ] {
        let (day, time) = starts.split_once(' ').expect("a day and a time");
        let facts = read_in("Europe/Berlin", ItemForm { ends: ends.into(), ..on_day(day, time) });
        assert_eq!(facts.map(|facts| facts.minutes), Ok(Some(minutes)), "{starts} to {ends}");
    }
}

#[test]
fn an_end_is_read_under_the_name_that_the_form_shows() {
    let berlin = Zone::named("Europe/Berlin");
    let item = read_in("Europe/Berlin", ItemForm { minutes: "105".into(), ..on_day("2026-10-25", "01:30") });
    let item = item.expect("an item");
    let shown = form(&item, &berlin);
    assert_eq!(shown.ends, "02:15 CET");
    let later = ItemForm { ends: "02:30 CET".into(), ..shown.clone() };
    let read = read(later, &shown, &event("Europe/Berlin", item.starts_at), &berlin);
    assert_eq!(read.map(|facts| facts.minutes), Ok(Some(120)));
    for (day, starts, ends) in [
        ("2026-12-12", "18:00", "18:45 tomorrow"),
        ("2026-12-12", "18:00", "18:45 CEST"),
        ("2026-10-25", "01:30", "02:30 GMT"),
    ] {
        let refused = read_in("Europe/Berlin", ItemForm { ends: ends.into(), ..on_day(day, starts) });
        let Err(AppError::Invalid { field, message }) = refused else { panic!("{ends}: {refused:?}") };
        assert!(field == "ends" && message.starts_with("This is not a time."), "{ends}: {field}: {message}");
    }
}

#[test]
fn the_last_midnight_of_a_day_may_be_written_as_its_end() {
    for (starts, minutes) in [("18:00", 360), ("00:00", 1_440), ("23:59", 1)] {
        for ends in ["24:00", "24.00", "2400"] {
            let facts = read_in("Asia/Kathmandu", ItemForm { ends: ends.into(), ..on_day("2026-12-12", starts) });
            assert_eq!(facts.map(|facts| facts.minutes), Ok(Some(minutes)), "{starts} to {ends}");
        }
    }
    assert!(read_in("UTC", on_day("2026-12-12", "24:00")).is_err(), "as a start it could be either day's");
}

#[test]
fn spaces_that_only_look_like_spaces_are_spaces() {
    let typed = on_day("2026-10-25", "\u{a0}02:30\u{202f}CET ");
    let plain = read_in("Europe/Berlin", on_day("2026-10-25", "02:30 CET"));
    assert_eq!(read_in("Europe/Berlin", typed), plain);
    assert!(plain.is_ok());
}

#[test]
fn odd_days_times_and_lengths_are_refused_at_their_fields() {
    for (form, field) in [
        (on_day("2026-12-12", "-4"), "starts"),
        (on_day("2026-12-12", "18:00:61"), "starts"),
        (on_day("2026-12-12", "١٨:٠٠"), "starts"),
        (on_day("2026-12-12", "18:00\0"), "starts"),
        (on_day("2026-12-12", &"1".repeat(100_000)), "starts"),
        (ItemForm { minutes: "-30".into(), ..on_day("2026-12-12", "18:00") }, "minutes"),
        (ItemForm { minutes: "18446744073709551616".into(), ..on_day("2026-12-12", "18:00") }, "minutes"),
        (ItemForm { minutes: "999h59".into(), ..on_day("2026-12-12", "18:00") }, "minutes"),
        (ItemForm { minutes: "1e3".into(), ..on_day("2026-12-12", "18:00") }, "minutes"),
        (ItemForm { ends: "25:00".into(), ..on_day("2026-12-12", "18:00") }, "ends"),
        (ItemForm { title: "\u{200b}".repeat(201), ..on_day("2026-12-12", "18:00") }, "title"),
    ] {
        match read_in("Europe/Berlin", form.clone()) {
            Err(AppError::Invalid { field: found, .. }) => assert_eq!(found, field, "{form:?}"),
            other => panic!("{other:?} of {form:?}"),
        }
    }
    // Emoji, marks of direction and any script are words.
    let title = "🎉 \u{202e}نورة 李";
    let facts = read_in("UTC", ItemForm { title: title.into(), ..on_day("2026-12-12", "18:00") });
    assert_eq!(facts.map(|facts| facts.title), Ok(title.to_owned()));
}
