//! The form of an event: what is made of what people type.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::contacts::ContactsPort;
use app::domain::ids::EventId;
use app::domain::time::{HOUR_MS, Timestamp};
use app::error::AppError;
use app::events::{EventForm, EventsPort};
use app::live::{Row, Topic};
use app::planner::PlannerPort;
use app::run_of_show::RunOfShowPort;
use server::db::Db;

use super::{form_of, gala, over};
use crate::support::{NOON, hear_rows, open_page};
use crate::venue::{Venue, form as contact_form};

/// The field that an answer finds fault with.
fn field<T: std::fmt::Debug>(answer: Result<T, AppError>) -> String {
    let Err(AppError::Invalid { field, .. }) = answer else { panic!("{answer:?}") };
    field
}

on_both_engines!(
    async fn what_was_typed_is_there_again_and_on_the_planner(db: Db) {
        let venue = Venue::new(db).await;
        let typed = EventForm {
            name: "  \u{5d2}\u{5dc}\u{5d4} <b>Gala</b> \"'&  ".into(),
            space: "Hall".into(),
            pax: "1,200".into(),
            client: "Ann Lee".into(),
            organiser: "Bo".into(),
            rsvp: true,
            use_done: false,
            ..gala()
        };
        let event = venue.events.create(&venue.caller, typed.clone(), None).await.unwrap();
        let expected =
            EventForm { name: typed.name.trim().into(), pax: "1200".into(), move_items: true, ..typed.clone() };
        assert_eq!(form_of(&venue, event).await, expected);
        let header = venue.planner.page(&venue.caller, event).await.unwrap().event;
        assert_eq!((header.name, header.date.as_str()), (typed.name.trim().to_owned(), "Sat 12 Dec 2026"));
        assert_eq!((header.place.as_deref(), header.pax), (Some("Hall"), Some(1_200)));
        let made = "SELECT COUNT(*) FROM contact WHERE first_name IN ('Ann', 'Bo') AND last_name IN ('Lee', '')";
        assert_eq!(venue.number(made).await, 2);
        assert_eq!(venue.number("SELECT starts_at FROM event WHERE status = 'tentative'").await, 1_797_098_400_000);
    }
);

on_both_engines!(
    async fn what_cannot_be_saved_names_its_field_and_writes_nothing(db: Db) {
        let venue = Venue::new(db).await;
        let traces = "SELECT (SELECT COUNT(*) FROM event) * 100 + (SELECT COUNT(*) FROM contact) * 10 \
             + (SELECT COUNT(*) FROM space)";
        let before = venue.number(traces).await;
        let unknown = EventForm { client: "New Client".into(), space: "New Hall".into(), ..gala() };
        for (wrong, expected) in [
            (EventForm { name: " ".into(), ..unknown.clone() }, "name"),
            (EventForm { name: "x".repeat(201), ..unknown.clone() }, "name"),
            (EventForm { ends: "2026-12-12T17:00".into(), ..unknown.clone() }, "ends"),
            (EventForm { time_zone: "Mars/Olympus".into(), ..unknown.clone() }, "time_zone"),
            (EventForm { client: format!("{} Lee", "x".repeat(101)), ..unknown.clone() }, "client"),
            (EventForm { organiser: format!("Ann {}", "x".repeat(101)), ..unknown.clone() }, "organiser"),
        ] {
            assert_eq!(field(venue.events.create(&venue.caller, wrong.clone(), None).await), expected);
            let saved = venue.events.save(&venue.caller, venue.event, wrong, over(1)).await;
            assert_eq!(field(saved), expected);
        }
        assert_eq!(venue.number(traces).await, before);
        assert_eq!(venue.number("SELECT revision FROM event").await, 1);
    }
);

on_both_engines!(
    async fn contacts_and_spaces_are_chosen_by_name_or_made_once(db: Db) {
        let venue = Venue::new(db).await;
        let zoe = venue.contact("Zoë", "").await;
        let form = EventForm { client: "zoe".into(), organiser: "Noor Haddad".into(), space: "Hall".into(), ..gala() };
        let event = venue.events.create(&venue.caller, form.clone(), None).await.unwrap();
        let client = "SELECT client_contact_id FROM event WHERE name = 'Winter Gala'";
        assert_eq!(venue.number(client).await, zoe.0);
        assert_eq!(form_of(&venue, event).await.client, "Zoë");

        // The same unknown name twice is one contact, and known from then on.
        let twice =
            EventForm { client: "Kim Park".into(), organiser: "kim park".into(), space: "HALL".into(), ..gala() };
        venue.events.create(&venue.caller, twice, None).await.unwrap();
        venue.events.create(&venue.caller, form, None).await.unwrap();
        assert_eq!(venue.number("SELECT COUNT(*) FROM contact").await, 3);
        assert_eq!(venue.number("SELECT COUNT(*) FROM space").await, 1);
        let page = venue.events.form(&venue.caller, None).await.unwrap();
        assert_eq!(page.contacts, ["Kim Park", "Noor Haddad", "Zoë"]);
        assert_eq!(page.spaces, ["Hall"]);
        assert!(page.zones.iter().any(|zone| zone == "Europe/Lisbon"));
        assert_eq!(page.form.time_zone, "Europe/Lisbon", "the one that was used last");
        let strangers = venue.events.form(&venue.stranger, None).await.unwrap();
        assert_eq!(
            (strangers.contacts.len(), strangers.spaces.len(), strangers.form.time_zone.as_str()),
            (0, 0, "UTC")
        );
    }
);

on_both_engines!(
    async fn namesakes_are_told_apart_and_asked_about(db: Db) {
        let venue = Venue::new(db).await;
        let mut ids = Vec::new();
        for email in ["ann@one.example", "ann@two.example", ""] {
            ids.push(venue.contacts.create(&venue.caller, contact_form("Ann", "Lee", email), None).await.unwrap());
        }
        let form = |client: &str| EventForm { client: client.into(), ..gala() };
        let refused = venue.events.create(&venue.caller, form("Ann Lee"), None).await;
        let Err(AppError::Invalid { field, message }) = refused else { panic!("{refused:?}") };
        assert_eq!(field, "client");
        assert!(message.contains("“Ann Lee (ann@two.example)”"), "{message}");
        let page = venue.events.form(&venue.caller, None).await.unwrap();
        let nobody = format!("Ann Lee (#{})", ids[2]);
        assert_eq!(page.contacts, ["Ann Lee (ann@one.example)", "Ann Lee (ann@two.example)", nobody.as_str()]);
        for (label, id) in page.contacts.iter().zip(&ids) {
            let event = venue.events.create(&venue.caller, form(label), None).await.unwrap();
            let client = format!("SELECT client_contact_id FROM event WHERE id = {event}");
            assert_eq!(venue.number(&client).await, id.0, "{label}");
            assert_eq!(form_of(&venue, event).await.client, *label);
        }
        assert_eq!(venue.number("SELECT COUNT(*) FROM contact").await, 3);
    }
);

on_both_engines!(
    async fn a_save_of_an_older_version_is_a_conflict_and_a_repeated_one_is_one_save(db: Db) {
        let venue = Venue::new(db).await;
        let save =
            async |form: EventForm, revision| venue.events.save(&venue.caller, venue.event, form, over(revision)).await;
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        let mine = EventForm { client: "Ann".into(), ..gala() };
        assert_eq!(save(mine.clone(), 1).await, Ok(()));
        let rows = hear_rows(&mut page).await;
        assert!(matches!(&rows[..], [Row::Event(header)] if header.name == "Winter Gala" && header.revision == 2));
        assert_eq!(save(mine.clone(), 1).await, Ok(()), "clicked twice");
        let theirs = EventForm { name: "Spring Gala".into(), client: "New One".into(), ..gala() };
        assert_eq!(save(theirs.clone(), 1).await, Err(AppError::Conflict));
        assert_eq!(form_of(&venue, venue.event).await.name, "Winter Gala");
        assert_eq!(venue.number("SELECT COUNT(*) FROM contact").await, 1, "nobody was made for what was not saved");
        // Knowingly, over the version that was shown beside it.
        let shown = venue.events.form(&venue.caller, Some(venue.event)).await.unwrap().revision;
        assert_eq!(save(theirs, shown).await, Ok(()));
        assert_eq!(form_of(&venue, venue.event).await.name, "Spring Gala");
    }
);

/// When the items of an event start, by its clock.
async fn clocks(venue: &Venue, event: EventId) -> Vec<(String, String)> {
    let items = venue.planner.page(&venue.caller, event).await.unwrap().items;
    items.into_iter().map(|item| (item.starts.day, item.starts.clock)).collect()
}

fn shown(clocks: &[(&str, &str)]) -> Vec<(String, String)> {
    clocks.iter().map(|(day, clock)| ((*day).to_owned(), (*clock).to_owned())).collect()
}

on_both_engines!(
    async fn another_zone_keeps_what_the_clock_shows(db: Db) {
        let venue = Venue::new(db).await;
        // The Gala is tomorrow at noon by the clocks of Lisbon.
        venue.item(24 * HOUR_MS, "Doors", false, &[]).await;
        venue.item(36 * HOUR_MS, "Close", false, &[]).await;
        let before = shown(&[("24 Nov", "12:00"), ("25 Nov", "00:00")]);
        assert_eq!(clocks(&venue, venue.event).await, before);
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        let form = EventForm { time_zone: "tokyo".into(), ..form_of(&venue, venue.event).await };
        venue.events.save(&venue.caller, venue.event, form, over(1)).await.unwrap();
        assert_eq!(clocks(&venue, venue.event).await, before);
        let start = venue.number("SELECT starts_at FROM item WHERE title = 'Doors'").await;
        assert_eq!(Timestamp(start), NOON.plus_ms(15 * HOUR_MS), "nine hours earlier in Tokyo");
        assert_eq!(venue.number("SELECT starts_at FROM event").await, start);
        let rows = hear_rows(&mut page).await;
        assert_eq!(rows.iter().filter(|row| matches!(row, Row::Item(item) if item.revision == 2)).count(), 2);
        // No history says that a start changed which nobody sees changed.
        assert_eq!(venue.number("SELECT COUNT(*) FROM timeline_edit").await, 0);
        let moved = EventForm {
            starts: "2026-11-25T12:00".into(),
            ends: "2026-11-25T18:00".into(),
            time_zone: "Europe/Lisbon".into(),
            ..form_of(&venue, venue.event).await
        };
        venue.events.save(&venue.caller, venue.event, moved, over(2)).await.unwrap();
        assert_eq!(clocks(&venue, venue.event).await, shown(&[("25 Nov", "12:00"), ("26 Nov", "00:00")]));
        assert_eq!(venue.number("SELECT COUNT(*) FROM item_change").await, 2, "another day is seen");
    }
);

on_both_engines!(
    async fn the_run_of_show_moves_along_to_another_day_if_it_is_to(db: Db) {
        let venue = Venue::new(db).await;
        venue.item(23 * HOUR_MS, "Build", false, &[]).await;
        let save = async |starts: &str, ends: &str, move_items, revision| {
            let form = form_of(&venue, venue.event).await;
            let form = EventForm { starts: starts.into(), ends: ends.into(), move_items, ..form };
            venue.events.save(&venue.caller, venue.event, form, over(revision)).await.unwrap();
        };
        save("2026-11-24T15:00", "2026-11-24T18:00", true, 1).await;
        assert_eq!(clocks(&venue, venue.event).await, shown(&[("24 Nov", "11:00")]), "the same day");
        save("2026-11-26T15:00", "2026-11-26T18:00", false, 2).await;
        assert_eq!(clocks(&venue, venue.event).await, shown(&[("24 Nov", "11:00")]), "not asked to");
        // Over the night in which the clocks go forward.
        save("2027-03-30T09:00", "2027-03-30T18:00", true, 3).await;
        assert_eq!(clocks(&venue, venue.event).await, shown(&[("28 Mar 2027", "11:00")]));
        save("2026-11-26T09:00", "2026-11-26T18:00", true, 4).await;
        assert_eq!(clocks(&venue, venue.event).await, shown(&[("24 Nov", "11:00")]));
    }
);

on_both_engines!(
    async fn what_moves_along_with_its_event_has_it_in_its_history_and_can_be_put_back(db: Db) {
        let venue = Venue::new(db).await;
        venue.item(24 * HOUR_MS, "Doors", false, &[]).await;
        venue.item(25 * HOUR_MS, "Gone", false, &[]).await;
        let items = venue.planner.page(&venue.caller, venue.event).await.unwrap().items;
        let (doors, gone) = (items[0].id, items[1].id);
        venue.run_of_show.delete(&venue.caller, gone).await.unwrap();
        let form = form_of(&venue, venue.event).await;
        let later = EventForm { starts: "2026-11-26T15:00".into(), ends: "2026-11-26T18:00".into(), ..form };
        venue.events.save(&venue.caller, venue.event, later, over(1)).await.unwrap();
        for (item, hour) in [(doors, "12:00"), (gone, "13:00")] {
            let page = venue.run_of_show.item(&venue.caller, venue.event, Some(item), None).await.unwrap();
            let newest = &page.history[0];
            let expected = ("Start", format!("24 Nov, {hour}"), format!("26 Nov, {hour}"));
            assert_eq!((&*newest.field, newest.from.clone(), newest.to.clone()), expected);
            assert!(!newest.who.is_empty());
        }
        // All of it is one edit, which is undone as any other.
        let edit = venue.number("SELECT edit_id FROM item_change ORDER BY id DESC LIMIT 1").await;
        assert_eq!(venue.number(&format!("SELECT COUNT(*) FROM item_change WHERE edit_id = {edit}")).await, 2);
        let page = venue.run_of_show.item(&venue.caller, venue.event, Some(doors), None).await.unwrap();
        venue.run_of_show.put_back(&venue.caller, page.history[0].change).await.unwrap();
        assert_eq!(clocks(&venue, venue.event).await, shown(&[("24 Nov", "12:00")]));
        // Saved again, nothing moves and nothing is noted.
        let form = form_of(&venue, venue.event).await;
        let changes = "SELECT COUNT(*) FROM timeline_edit";
        let before = venue.number(changes).await;
        venue.events.save(&venue.caller, venue.event, form, over(2)).await.unwrap();
        assert_eq!(venue.number(changes).await, before);
    }
);

on_both_engines!(
    async fn a_time_that_comes_twice_is_chosen_and_shown_again(db: Db) {
        let venue = Venue::new(db).await;
        let night = |which: &str| EventForm {
            time_zone: "Europe/Berlin".into(),
            starts: "2027-10-31T02:30".into(),
            starts_which: which.into(),
            ends: "2027-10-31T05:00".into(),
            ..gala()
        };
        assert_eq!(field(venue.events.create(&venue.caller, night(""), None).await), "starts_which");
        for which in ["first", "second"] {
            let event = venue.events.create(&venue.caller, night(which), None).await.unwrap();
            assert_eq!(form_of(&venue, event).await, EventForm { move_items: true, ..night(which) });
        }
        let gap = EventForm { starts: "2027-03-28T02:30".into(), ends: "2027-03-28T05:00".into(), ..night("") };
        assert_eq!(field(venue.events.create(&venue.caller, gap, None).await), "starts");
    }
);
