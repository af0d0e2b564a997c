use super::*;

/// How the clock there shows an instant.
fn clock(zone: &str, instant: &str) -> String {
    let at = Timestamp(instant.parse::<Instant>().expect("an instant").as_millisecond());
    Zone::named(zone).moment(at, at).clock
}

#[test]
fn e22_a_time_that_comes_twice_says_which_one_it_is() {
    for (zone, first, second, names) in [
        ("Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", ["02:30 CEST", "02:30 CET"]),
        ("Europe/Lisbon", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", ["01:30 WEST", "01:30 WET"]),
        ("Europe/London", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", ["01:00 BST", "01:00 GMT"]),
        ("America/New_York", "2026-11-01T05:59:00Z", "2026-11-01T06:59:00Z", ["01:59 EDT", "01:59 EST"]),
        // Half an hour only, and names that are numbers.
        ("Australia/Lord_Howe", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z", ["01:45 UTC+11", "01:45 UTC+10:30"]),
    ] {
        assert_eq!([clock(zone, first), clock(zone, second)], names, "{zone}");
    }
}

#[test]
fn e22_a_time_that_comes_once_is_plain() {
    for (zone, instant, shown) in [
        ("Europe/Berlin", "2026-10-24T23:59:00Z", "01:59"),
        ("Europe/Berlin", "2026-10-25T02:00:00Z", "03:00"),
        // The clocks go forward: one hour is missing, and none comes twice.
        ("Europe/Berlin", "2026-03-29T00:59:00Z", "01:59"),
        ("Europe/Berlin", "2026-03-29T01:00:00Z", "03:00"),
        ("Asia/Tokyo", "2026-10-25T00:30:00Z", "09:30"),
        ("nowhere", "2026-10-25T00:30:00Z", "00:30"),
    ] {
        assert_eq!(clock(zone, instant), shown, "{zone} {instant}");
    }
}

#[test]
fn a_moment_is_written_in_the_events_zone() {
    let now = Timestamp(1_795_435_200_000);
    let lisbon = Zone::named("Europe/Lisbon");
    let tokyo = Zone::named("Asia/Tokyo");
    assert_eq!(lisbon.moment(now, now).clock, "12:00");
    assert_eq!(tokyo.moment(now, now).clock, "21:00");
    assert_eq!(lisbon.moment(now, now).day, lisbon.today(now));
    assert!(lisbon.moment(Timestamp(0), now).day.ends_with("1970"));
}

/// What the clock shows, and which instants that is. Worked out with Python's zoneinfo, from the same database of zones and by
/// other code. Both changes of clocks in six zones, one of them by half an hour; zones that are half and three quarters of an
/// hour off; midnights.
#[rustfmt::skip]
const WALL_CLOCKS: &[(&str, &str, &str, &[&str])] = &[
        ("Europe/Berlin", "2026-03-29T01:59", "Once", &["2026-03-29T00:59Z"]),
        ("Europe/Berlin", "2026-03-29T02:00", "Never", &["2026-03-29T00:00Z", "2026-03-29T01:00Z"]),
        ("Europe/Berlin", "2026-03-29T02:30", "Never", &["2026-03-29T00:30Z", "2026-03-29T01:30Z"]),
        ("Europe/Berlin", "2026-03-29T03:00", "Once", &["2026-03-29T01:00Z"]),
        ("Europe/Berlin", "2026-10-25T01:59", "Once", &["2026-10-24T23:59Z"]),
        ("Europe/Berlin", "2026-10-25T02:00", "Twice", &["2026-10-25T00:00Z", "2026-10-25T01:00Z"]),
        ("Europe/Berlin", "2026-10-25T02:59", "Twice", &["2026-10-25T00:59Z", "2026-10-25T01:59Z"]),
        ("Europe/Berlin", "2026-10-25T03:00", "Once", &["2026-10-25T02:00Z"]),
        ("Europe/London", "2026-03-29T00:59", "Once", &["2026-03-29T00:59Z"]),
        ("Europe/London", "2026-03-29T01:30", "Never", &["2026-03-29T00:30Z", "2026-03-29T01:30Z"]),
        ("Europe/London", "2026-03-29T02:00", "Once", &["2026-03-29T01:00Z"]),
        ("Europe/London", "2026-10-25T00:59", "Once", &["2026-10-24T23:59Z"]),
        ("Europe/London", "2026-10-25T01:30", "Twice", &["2026-10-25T00:30Z", "2026-10-25T01:30Z"]),
        ("Europe/London", "2026-10-25T02:00", "Once", &["2026-10-25T02:00Z"]),
        ("America/New_York", "2026-03-08T01:59", "Once", &["2026-03-08T06:59Z"]),
        ("America/New_York", "2026-03-08T02:30", "Never", &["2026-03-08T06:30Z", "2026-03-08T07:30Z"]),
        ("America/New_York", "2026-03-08T03:00", "Once", &["2026-03-08T07:00Z"]),
        ("America/New_York", "2026-11-01T00:59", "Once", &["2026-11-01T04:59Z"]),
        ("America/New_York", "2026-11-01T01:30", "Twice", &["2026-11-01T05:30Z", "2026-11-01T06:30Z"]),
        ("America/New_York", "2026-11-01T02:00", "Once", &["2026-11-01T07:00Z"]),
        ("America/Santiago", "2026-09-05T23:59", "Once", &["2026-09-06T03:59Z"]),
        ("America/Santiago", "2026-09-06T00:30", "Never", &["2026-09-06T03:30Z", "2026-09-06T04:30Z"]),
        ("America/Santiago", "2026-09-06T01:00", "Once", &["2026-09-06T04:00Z"]),
        ("America/Santiago", "2026-04-04T22:59", "Once", &["2026-04-05T01:59Z"]),
        ("America/Santiago", "2026-04-04T23:30", "Twice", &["2026-04-05T02:30Z", "2026-04-05T03:30Z"]),
        ("America/Santiago", "2026-04-05T00:00", "Once", &["2026-04-05T04:00Z"]),
        ("Australia/Sydney", "2026-10-04T01:59", "Once", &["2026-10-03T15:59Z"]),
        ("Australia/Sydney", "2026-10-04T02:30", "Never", &["2026-10-03T15:30Z", "2026-10-03T16:30Z"]),
        ("Australia/Sydney", "2026-10-04T03:00", "Once", &["2026-10-03T16:00Z"]),
        ("Australia/Sydney", "2026-04-05T01:59", "Once", &["2026-04-04T14:59Z"]),
        ("Australia/Sydney", "2026-04-05T02:30", "Twice", &["2026-04-04T15:30Z", "2026-04-04T16:30Z"]),
        ("Australia/Sydney", "2026-04-05T03:00", "Once", &["2026-04-04T17:00Z"]),
        ("Australia/Lord_Howe", "2026-10-04T01:59", "Once", &["2026-10-03T15:29Z"]),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "Never", &["2026-10-03T15:15Z", "2026-10-03T15:45Z"]),
        ("Australia/Lord_Howe", "2026-10-04T02:30", "Once", &["2026-10-03T15:30Z"]),
        ("Australia/Lord_Howe", "2026-04-05T01:29", "Once", &["2026-04-04T14:29Z"]),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "Twice", &["2026-04-04T14:45Z", "2026-04-04T15:15Z"]),
        ("Australia/Lord_Howe", "2026-04-05T02:00", "Once", &["2026-04-04T15:30Z"]),
        ("Asia/Kolkata", "2026-06-01T00:00", "Once", &["2026-05-31T18:30Z"]),
        ("Asia/Kathmandu", "2026-06-01T00:00", "Once", &["2026-05-31T18:15Z"]),
        ("Australia/Adelaide", "2026-10-04T02:30", "Never", &["2026-10-03T16:00Z", "2026-10-03T17:00Z"]),
        ("America/St_Johns", "2026-03-08T02:30", "Never", &["2026-03-08T05:00Z", "2026-03-08T06:00Z"]),
        ("Asia/Tokyo", "2026-12-31T23:59", "Once", &["2026-12-31T14:59Z"]),
        ("Pacific/Auckland", "2027-01-01T00:00", "Once", &["2026-12-31T11:00Z"]),
        ("Pacific/Kiritimati", "2027-01-01T00:30", "Once", &["2026-12-31T10:30Z"]),
        ("UTC", "2026-03-01T00:00", "Once", &["2026-03-01T00:00Z"]),
        ("Africa/Casablanca", "2026-06-01T12:00", "Once", &["2026-06-01T11:00Z"]),
];

#[test]
fn a_wall_clock_means_one_instant_or_none_or_two() {
    assert!(WALL_CLOCKS.len() >= 40);
    for (name, shown, kind, expected) in WALL_CLOCKS {
        let zone = Zone::named(name);
        let shown: DateTime = shown.parse().expect("a date and a time");
        let at =
            |text: &str| Timestamp(text.replace('Z', ":00Z").parse::<Instant>().expect("an instant").as_millisecond());
        let (found, instants) = match zone.at_wall_clock(shown) {
            WallClock::Once(once) => ("Once", vec![once]),
            WallClock::Never { earlier, later } => ("Never", vec![earlier, later]),
            WallClock::Twice { first, second } => ("Twice", vec![first, second]),
        };
        let expected: Vec<_> = expected.iter().map(|text| at(text)).collect();
        assert_eq!((found, &instants), (*kind, &expected), "{name} {shown}");
        for instant in instants {
            assert_eq!(zone.wall_clock(instant) == shown, *kind != "Never", "{name} {shown}, and back");
        }
    }
}

/// What an event's page shows of an instant, wherever the reader and their clock are: the date is that of the event's zone.
#[rustfmt::skip]
const DATES: &[(&str, &str, &str, &str)] = &[
    ("Pacific/Kiritimati", "2026-12-31T10:30Z", "Fri 1 Jan 2027", "00:30"),
    ("America/Los_Angeles", "2027-01-01T07:59Z", "Thu 31 Dec 2026", "23:59"),
    ("Pacific/Pago_Pago", "2026-11-24T10:59Z", "Mon 23 Nov 2026", "23:59"),
    ("Asia/Kathmandu", "2026-11-23T18:20Z", "Tue 24 Nov 2026", "00:05"),
    ("Asia/Kolkata", "2026-11-23T18:30Z", "Tue 24 Nov 2026", "00:00"),
    ("America/St_Johns", "2026-11-24T03:00Z", "Mon 23 Nov 2026", "23:30"),
    ("Australia/Adelaide", "2026-11-23T13:45Z", "Tue 24 Nov 2026", "00:15"),
    ("Pacific/Chatham", "2026-11-23T10:20Z", "Tue 24 Nov 2026", "00:05"),
    ("Australia/Lord_Howe", "2026-11-23T13:15Z", "Tue 24 Nov 2026", "00:15"),
    ("Europe/Berlin", "2026-10-24T22:00Z", "Sun 25 Oct 2026", "00:00"),
    ("Europe/Berlin", "2026-03-28T23:00Z", "Sun 29 Mar 2026", "00:00"),
    // There is no midnight that day: the clocks go from 00:00 to 01:00.
    ("America/Havana", "2026-03-08T05:00Z", "Sun 8 Mar 2026", "01:00"),
    ("Africa/Cairo", "2026-04-23T22:00Z", "Fri 24 Apr 2026", "01:00"),
];

#[test]
fn an_events_date_is_that_of_its_own_zone() {
    for (name, instant, date, shown) in DATES {
        let zone = Zone::named(name);
        let instant = instant.replace('Z', ":00Z").parse::<Instant>().expect("an instant");
        let at = Timestamp(instant.as_millisecond());
        assert_eq!((zone.date(at), zone.moment(at, at).clock.as_str()), ((*date).to_owned(), *shown), "{name}");
        let day = zone.moment(at, at).day;
        assert!(date.contains(&format!(" {day} ")), "{name}: {day}");
        let midnight = zone.start_of_day(at);
        assert!(midnight <= at && at.since_ms(midnight) < 24 * 3_600_000 && zone.date(midnight) == *date, "{name}");
    }
}
