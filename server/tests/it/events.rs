//! The events list.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::domain::time::{HOUR_MS, Timestamp};
use app::events::{EventPage, EventsPort};
use server::db::Db;

use crate::support::NOON;
use crate::venue::Venue;

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

        let upcoming = venue.events.list(&venue.caller, false, None).await.unwrap();
        assert_eq!(names(&upcoming), ["This morning", "Gala", "Next week"]);
        let old = venue.events.list(&venue.caller, true, None).await.unwrap();
        assert_eq!(names(&old), ["Last night", "Last week"]);

        // The same instants, by a clock on which last night is still today.
        venue.run("UPDATE event SET time_zone = 'Pacific/Honolulu' WHERE name = 'Last night'").await;
        venue.core.clock.advance_ms(-3 * HOUR_MS);
        let upcoming = venue.events.list(&venue.caller, false, None).await.unwrap();
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
        let rows = venue.events.list(&venue.caller, false, None).await.unwrap().rows;
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
            let first = venue.events.list(&venue.caller, old, None).await.unwrap();
            assert_eq!(first.rows.len(), 50);
            let second = venue.events.list(&venue.caller, old, first.next).await.unwrap();
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
        assert_eq!(venue.events.list(&venue.stranger, false, None).await.unwrap().rows, []);
    }
);
