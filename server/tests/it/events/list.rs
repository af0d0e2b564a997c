//! The events list: its order, its pages, its search.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::domain::time::{HOUR_MS, Timestamp};
use app::events::{EventForm, EventPage, EventQuery, EventStatus, EventsPort, FirstSteps};
use server::db::Db;

use super::gala;
use crate::support::NOON;
use crate::venue::{Venue, plan, which};

const DAY_MS: i64 = 24 * HOUR_MS;

fn names(page: &EventPage) -> Vec<&str> {
    page.rows.iter().map(|row| row.name.as_str()).collect()
}

on_both_engines!(
    async fn an_event_is_old_from_the_midnight_after_it(db: Db) {
        let venue = Venue::new(db).await;
        // It is noon of the 23rd. These end four hours after they start.
        venue.event("This morning", NOON.plus_ms(-10 * HOUR_MS)).await;
        venue.event("Last night", NOON.plus_ms(-17 * HOUR_MS)).await;
        venue.event("Last week", NOON.plus_ms(-7 * DAY_MS)).await;
        venue.event("Next week", NOON.plus_ms(7 * DAY_MS)).await;

        let upcoming = venue.events.list(&venue.caller, which(false), None, None).await.unwrap();
        assert_eq!(names(&upcoming), ["This morning", "Gala", "Next week"]);
        let old = venue.events.list(&venue.caller, which(true), None, None).await.unwrap();
        assert_eq!(names(&old), ["Last night", "Last week"]);

        // The same instants, by a clock on which last night is still today.
        venue.run("UPDATE event SET time_zone = 'Pacific/Honolulu' WHERE name = 'Last night'").await;
        venue.core.clock.advance_ms(-3 * HOUR_MS);
        let upcoming = venue.events.list(&venue.caller, which(false), None, None).await.unwrap();
        assert_eq!(names(&upcoming), ["Last night", "This morning", "Gala", "Next week"]);
        assert_eq!(upcoming.rows[1].weekday, "Mon");
    }
);

on_both_engines!(
    async fn rows_count_people_and_how_they_were_reached(db: Db) {
        let venue = Venue::new(db).await;
        for (name, status) in [("Ann", "delivered"), ("Bob", "bounced"), ("Cat", "failed"), ("Dan", "delayed")] {
            let address = format!("{name}@example.com");
            let (contact, crew) = venue.cast(name, &address).await;
            venue.email(crew, &address).await.unwrap();
            venue.run(&format!("UPDATE email SET status = '{status}' WHERE contact_id = {contact}")).await;
        }
        venue.cast("Eve", "").await;
        venue.event("Empty", NOON.plus_ms(2 * DAY_MS)).await;
        let rows = venue.events.list(&venue.caller, which(false), None, None).await.unwrap().rows;
        assert_eq!((rows[0].people, rows[0].delivered, rows[0].need_attention), (5, 1, 2));
        assert_eq!((rows[1].people, rows[1].delivered, rows[1].need_attention), (0, 0, 0));
    }
);

on_both_engines!(
    async fn many_events_are_paged_in_both_directions(db: Db) {
        let venue = Venue::new(db).await;
        for number in 0..60 {
            // Pairs start at one moment, so that the id has to decide.
            venue.event(&format!("In {number}"), NOON.plus_ms((2 + number / 2) * DAY_MS)).await;
            venue.event(&format!("Ago {number}"), NOON.plus_ms(-(2 + number / 2) * DAY_MS)).await;
        }
        for (old, total) in [(false, 61), (true, 60)] {
            let first = venue.events.list(&venue.caller, which(old), None, None).await.unwrap();
            assert_eq!(first.rows.len(), 50);
            let second = venue.events.list(&venue.caller, which(old), first.next, None).await.unwrap();
            assert_eq!((second.rows.len(), second.next), (total - 50, None));
            let rows = [first.rows, second.rows].concat();
            let starts: Vec<Timestamp> = rows.iter().map(|row| row.starts.at).collect();
            assert!(starts.windows(2).all(|pair| if old { pair[0] >= pair[1] } else { pair[0] <= pair[1] }));
            let ids: std::collections::HashSet<_> = rows.iter().map(|row| row.id).collect();
            assert_eq!(ids.len(), total);
        }
    }
);

on_both_engines!(
    async fn another_account_sees_none_of_them(db: Db) {
        let venue = Venue::new(db).await;
        assert_eq!(venue.events.list(&venue.stranger, which(false), None, None).await.unwrap().rows, []);
    }
);

async fn found(venue: &Venue, search: &str) -> Vec<String> {
    let query = EventQuery { search: search.into(), ..EventQuery::default() };
    let page = venue.events.list(&venue.caller, query, None, None).await.unwrap();
    names(&page).into_iter().map(str::to_owned).collect()
}

on_both_engines!(
    async fn a_search_finds_words_of_the_event_its_people_and_its_space(db: Db) {
        let venue = Venue::new(db).await;
        let (caller, events) = (&venue.caller, &venue.events);
        let wedding = EventForm {
            name: "Zoë & Luís: Wedding".into(),
            client: "Zoë Achterberg".into(),
            organiser: "Amal".into(),
            space: "Orangery".into(),
            ..gala()
        };
        events.create(caller, wedding, None).await.unwrap();
        events.create(caller, EventForm { name: "Achterberg Ltd. Party".into(), ..gala() }, None).await.unwrap();
        for (search, expected) in [
            ("wed", vec!["Zoë & Luís: Wedding"]),
            ("ZOE luis", vec!["Zoë & Luís: Wedding"]),
            ("achter", vec!["Zoë & Luís: Wedding", "Achterberg Ltd. Party"]),
            ("achterberg oran", vec!["Zoë & Luís: Wedding"]),
            ("amal wedd zoe", vec!["Zoë & Luís: Wedding"]),
            ("edding", vec![]),
            ("?!", vec![]),
            ("party oran", vec![]),
        ] {
            assert_eq!(found(&venue, search).await, expected, "{search}");
        }
        // It came by SQL, and is found once it was looked at.
        assert_eq!(found(&venue, "gala").await, Vec::<String>::new());
        server::events::tidy(&venue.core).await.unwrap();
        assert_eq!(found(&venue, "gala").await, ["Gala"]);
        let theirs = events.list(&venue.stranger, EventQuery { search: "a".into(), ..which(false) }, None, None).await;
        assert_eq!(theirs.unwrap().rows, []);
    }
);

on_both_engines!(
    async fn a_status_narrows_the_list_and_a_row_says_for_whom_and_where(db: Db) {
        let venue = Venue::new(db).await;
        let form = EventForm { client: "Ann Lee".into(), organiser: "Bo".into(), space: "Hall".into(), ..gala() };
        venue.events.create(&venue.caller, form, None).await.unwrap();
        let query = EventQuery { status: Some(EventStatus::Tentative), ..which(false) };
        let page = venue.events.list(&venue.caller, query.clone(), None, None).await.unwrap();
        assert_eq!(names(&page), ["Winter Gala"]);
        let row = &page.rows[0];
        let facts = [row.place.as_deref(), row.client.as_deref(), row.organiser.as_deref()];
        assert_eq!(facts, [Some("Hall"), Some("Ann Lee"), Some("Bo")]);
        let both = EventQuery { search: "ann".into(), ..query.clone() };
        assert_eq!(names(&venue.events.list(&venue.caller, both, None, None).await.unwrap()), ["Winter Gala"]);
        let old = EventQuery { old: true, ..query };
        assert_eq!(venue.events.list(&venue.caller, old, None, None).await.unwrap().rows, []);
    }
);

on_both_engines!(
    async fn a_new_account_is_told_how_to_begin(db: Db) {
        let venue = Venue::new(db).await;
        let steps = async |old| venue.events.list(&venue.caller, which(old), None, None).await.unwrap().first_steps;
        assert_eq!((steps(false).await, steps(true).await), (None, None), "it has the Gala");
        let theirs = venue.events.list(&venue.stranger, which(false), None, None).await.unwrap();
        assert_eq!(theirs.first_steps, Some(FirstSteps { has_templates: false }));

        venue.events.save_template(&venue.caller, venue.event, "Gala".into(), None).await.unwrap();
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        assert_eq!(steps(false).await, Some(FirstSteps { has_templates: true }));
    }
);

#[tokio::test]
async fn every_list_is_a_range_of_an_index() {
    crate::database::with_sqlite(async |db| {
        let venue = Venue::new(db).await;
        for (old, by_status, words, index) in [
            (false, false, 0, "event_by_start (account_id=? AND starts_at>?"),
            (true, false, 0, "event_by_start (account_id=? AND starts_at<?"),
            (false, true, 0, "event_by_status (account_id=? AND status=? AND starts_at>?"),
            (true, true, 0, "event_by_status (account_id=? AND status=? AND starts_at<?"),
            (false, false, 2, "sqlite_autoindex_event_word_1 (account_id=? AND word>? AND word<?)"),
            (true, true, 3, "sqlite_autoindex_contact_word_1 (account_id=? AND word>? AND word<?)"),
        ] {
            let steps = plan(venue.db(), &server::events::list_sql(old, by_status, words), &[]).await;
            assert!(steps.iter().any(|step| step.contains(index)), "{index} in {steps:#?}");
            let scans = steps.iter().filter(|step| step.starts_with("SCAN") && !step.contains("found"));
            assert_eq!(scans.count(), 0, "{steps:#?}");
            let sorted = steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
            assert_eq!(sorted, words > 0, "{steps:#?}");
        }
    })
    .await;
}
