//! Start, Mark finished, Done and Undo: what guests press at their own items, and what members see of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::domain::ids::{CrewId, IdempotencyKey, ItemId};
use app::domain::progress::Progress::{self, Done, Finished, Planned, Started};
use app::domain::time::{HOUR_MS, SECOND_MS};
use app::error::AppError;
use app::live::{Row, ServerMessage, Topic};
use app::planner::{LinkKind, PlannerPort, TimelineItem};
use app::share_page::{GuestItem, Press, SharePagePort};
use app::wire::decode;
use axum::http::StatusCode;
use server::db::Db;
use server::realtime::Signal;

use crate::html::elements;
use crate::support::{NOON, TestApp, server_fn};
use crate::venue::Venue;

struct Day {
    venue: Venue,
    crew: CrewId,
    token: String,
    rings: ItemId,
    doors: ItemId,
}

impl Day {
    /// Ann has the Rings, Bob the Doors, both the Toast.
    async fn new(db: Db) -> Self {
        let venue = Venue::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let (bob, _) = venue.cast("Bob", "bob@example.com").await;
        venue.item(HOUR_MS, "Rings", true, &[ann]).await;
        venue.item(0, "Doors", false, &[bob]).await;
        venue.item(2 * HOUR_MS, "Toast", false, &[ann, bob]).await;
        let rings = ItemId(venue.number("SELECT id FROM item WHERE title = 'Rings'").await);
        let doors = ItemId(venue.number("SELECT id FROM item WHERE title = 'Doors'").await);
        let token = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
        Self { venue, crew, token, rings, doors }
    }

    async fn press(&self, from: Progress, to: Progress) -> Result<(), AppError> {
        self.press_at(self.rings, from, to, None, 0).await
    }

    async fn press_at(
        &self,
        item: ItemId,
        from: Progress,
        to: Progress,
        key: Option<&str>,
        seconds_ago: u32,
    ) -> Result<(), AppError> {
        let key = key.map(|key| IdempotencyKey(key.to_owned()));
        self.venue.share_page.press(self.token.clone(), Press { item, from, to, key, seconds_ago }).await
    }

    /// The Rings, as Ann sees them.
    async fn seen(&self) -> GuestItem {
        let page = self.venue.share_page.open(self.token.clone()).await.unwrap();
        page.items.into_iter().find(|item| item.id == self.rings).unwrap()
    }

    /// The Rings, as members see them.
    async fn row(&self) -> TimelineItem {
        let page = self.venue.planner.page(&self.venue.caller, self.venue.event).await.unwrap();
        page.items.into_iter().find(|item| item.id == self.rings).unwrap()
    }

    async fn set(&self, sql: &str) {
        self.venue.run(&format!("UPDATE event SET {sql} WHERE id = {}", self.venue.event)).await;
    }
}

on_both_engines!(
    async fn an_item_is_started_finished_and_taken_back_by_those_who_own_it(db: Db) {
        let day = Day::new(db).await;
        assert_eq!((day.seen().await.progress, day.seen().await.steps), (Planned, vec![Started, Done]));
        assert_eq!((day.row().await.progress, day.row().await.progress_words.as_str()), (Planned, ""));
        let before = day.row().await.revision;

        day.press(Planned, Started).await.unwrap();
        let seen = day.seen().await;
        assert_eq!(
            (seen.progress, seen.since.as_deref(), seen.steps),
            (Started, Some("12:00"), vec![Finished, Planned])
        );
        let row = day.row().await;
        assert_eq!((row.progress, row.progress_words.as_str()), (Started, "started 12:00 by Ann"));
        assert!(row.revision > before, "open pages take it in");

        day.venue.core.clock.advance_ms(HOUR_MS);
        day.press(Started, Finished).await.unwrap();
        let page = day.venue.share_page.open(day.token.clone()).await.unwrap();
        assert!(!serde_json::to_string(&page).unwrap().contains("Bob"));
        assert_eq!(day.row().await.progress_words, "finished 13:00 by Ann");

        day.press(Finished, Started).await.unwrap();
        assert_eq!(day.seen().await.since.as_deref(), Some("12:00"), "as it was started");
        day.press(Started, Planned).await.unwrap();
        assert_eq!((day.seen().await.since, day.row().await.progress), (None, Planned));
        day.press(Planned, Done).await.unwrap();
        assert_eq!(day.row().await.progress_words, "done 13:00 by Ann");
        day.press(Done, Planned).await.unwrap();
        let left = "SELECT COUNT(*) FROM item WHERE started_at IS NOT NULL OR ended_by IS NOT NULL";
        assert_eq!(day.venue.number(left).await, 0);
    }
);

on_both_engines!(
    async fn a_press_counts_once_and_one_that_comes_late_changes_nothing(db: Db) {
        let day = Day::new(db).await;
        for _ in 0..3 {
            day.press_at(day.rings, Planned, Started, Some("one"), 0).await.unwrap();
        }
        let revision = day.row().await.revision;
        day.press(Planned, Started).await.unwrap();
        assert_eq!(day.row().await.revision, revision, "the same again is none");
        day.press(Started, Planned).await.unwrap();
        day.press_at(day.rings, Planned, Started, Some("one"), 0).await.unwrap();
        assert_eq!(day.row().await.progress, Planned, "it counted before it was taken back");

        day.press(Planned, Done).await.unwrap();
        let late = day.press(Planned, Started).await;
        assert!(
            matches!(late, Err(AppError::Invalid { ref message, .. }) if message.contains("is done now")),
            "{late:?}"
        );
        assert_eq!(day.row().await.progress, Done);
    }
);

on_both_engines!(
    async fn a_press_that_waited_for_a_network_has_the_time_it_was_pressed(db: Db) {
        let day = Day::new(db).await;
        day.press_at(day.rings, Planned, Started, None, 1_200).await.unwrap();
        assert_eq!(day.seen().await.since.as_deref(), Some("11:40"));
        day.press_at(day.rings, Started, Finished, None, 7_200).await.unwrap();
        let (started, ended) =
            ("SELECT started_at FROM item WHERE ended_at IS NOT NULL", "SELECT MAX(ended_at) FROM item");
        let started = day.venue.number(started).await;
        assert_eq!(
            (started, day.venue.number(ended).await),
            (NOON.0 - 1_200 * SECOND_MS, started),
            "not before it began"
        );
        day.press(Finished, Started).await.unwrap();
        day.press(Started, Planned).await.unwrap();
        day.press_at(day.rings, Planned, Started, None, u32::MAX).await.unwrap();
        assert_eq!(day.venue.number("SELECT MAX(started_at) FROM item").await, NOON.0 - 24 * HOUR_MS, "a day at most");
    }
);

on_both_engines!(
    async fn only_ones_own_items_of_ones_own_event_can_be_pressed(db: Db) {
        let day = Day::new(db).await;
        let venue = &day.venue;
        let not_found = Err(AppError::NotFound);
        assert_eq!(day.press_at(day.doors, Planned, Started, None, 0).await, not_found, "somebody else's");
        assert_eq!(day.press_at(ItemId(99_999), Planned, Started, None, 0).await, not_found);
        // Ann at another event: her token there opens nothing here, and that of here nothing there.
        let other = venue.event("Ball", NOON).await;
        let contact = venue.number(&format!("SELECT contact_id FROM crew WHERE id = {}", day.crew)).await;
        let there = venue.crew(other, app::domain::ids::ContactId(contact)).await;
        let there = venue.token(&venue.planner.generate_link(&venue.caller, there, LinkKind::Share).await.unwrap());
        let press = Press { item: day.rings, from: Planned, to: Started, key: None, seconds_ago: 0 };
        assert_eq!(venue.share_page.press(there, press.clone()).await, not_found);
        assert_eq!(venue.share_page.press("no such token".into(), press.clone()).await, not_found);
        // A link that only asks.
        venue.collect_rsvps(true).await;
        let row = venue.invite(day.crew, "ann@example.com").await.unwrap();
        assert_eq!(venue.share_page.press(venue.rsvp_token(&row), press).await, not_found);
        venue.planner.revoke_link(&venue.caller, day.crew, LinkKind::Share).await.unwrap();
        assert_eq!(day.press(Planned, Started).await, not_found, "revoked");
        assert_eq!(venue.number("SELECT COUNT(*) FROM item WHERE progress <> 'planned'").await, 0);
    }
);

on_both_engines!(
    async fn the_switches_of_the_event_say_which_buttons_there_are(db: Db) {
        let day = Day::new(db).await;
        for (switches, steps) in [
            ("use_start_finish = 1, use_done = 0", vec![Started]),
            ("use_start_finish = 0, use_done = 1", vec![Done]),
            ("use_start_finish = 0, use_done = 0", vec![]),
        ] {
            day.set(switches).await;
            assert_eq!(day.seen().await.steps, steps, "{switches}");
            let is_off = !steps.contains(&Started);
            if is_off {
                let refused = day.press(Planned, Started).await;
                assert!(matches!(refused, Err(AppError::Invalid { .. })), "{switches}: {refused:?}");
            }
        }
        day.set("use_start_finish = 1, status = 'cancelled'").await;
        assert_eq!(day.seen().await.steps, [], "nothing is pressed at what does not take place");
        let refused = day.press(Planned, Started).await;
        assert!(
            matches!(refused, Err(AppError::Invalid { ref message, .. }) if message.contains("cancelled")),
            "{refused:?}"
        );
        assert_eq!(day.row().await.progress, Planned);
    }
);

on_both_engines!(
    async fn every_member_sees_a_press_at_once(db: Db) {
        let day = Day::new(db).await;
        let topic = Topic::Event(day.venue.event);
        let mut tab = day.venue.core.hub.join(&day.venue.caller);
        tab.subscribe(topic);
        day.press(Planned, Started).await.unwrap();
        loop {
            let Signal::Send(frame) = tab.next().await else { continue };
            let Ok(ServerMessage::Changed { rows, .. }) = decode(&frame) else { panic!("news") };
            if let [Row::Item(item)] = &rows[..] {
                assert_eq!((item.id, item.progress), (day.rings, Started));
                break;
            }
        }
    }
);

on_both_engines!(
    async fn the_buttons_are_forms_that_work_without_scripts(db: Db) {
        let day = Day::new(db.clone()).await;
        let app = TestApp::new(db).await;
        let address = format!("/v/{}", day.token);
        let page = app.get(&address).await.text();
        let row = format!("item-{}", day.rings);
        let all = elements(&page);
        let place = all.iter().position(|one| one.attribute("id") == row).unwrap();
        let buttons: Vec<_> = all
            .iter()
            .filter(|one| one.name == "button" && one.ancestors.contains(&place))
            .map(|one| one.text.trim())
            .collect();
        assert_eq!(buttons.len(), 2, "{buttons:?}");
        let own = app.get(&format!("{address}?mine")).await.text();
        assert!(own.contains("Rings") && !own.contains("Doors") && page.contains("Doors"), "mine alone");

        let rings = day.rings.to_string();
        let back = format!("{address}?mine#{row}");
        let fields = [
            ("page", back.as_str()),
            ("token", &day.token),
            ("item", &rings),
            ("from", "planned"),
            ("to", "started"),
            ("key", "abc"),
        ];
        for _ in 0..2 {
            let answer = app.post_form(server_fn("press_item"), &fields).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, back.as_str()));
        }
        let mut wrong = fields;
        wrong[4] = ("to", "done");
        wrong[5] = ("key", "def");
        let answer = app.post_form(server_fn("press_item"), &wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text().contains("Rings: Somebody else was here first: this item is started now."),
            "{}",
            answer.text()
        );
        assert!(!answer.text().contains("Doors"), "the page that it was pressed on");
        let doors = day.doors.to_string();
        wrong[2] = ("item", &doors);
        assert_eq!(app.post_form(server_fn("press_item"), &wrong).await.status, StatusCode::NOT_FOUND);
        let mut foreign = fields;
        foreign[0] = ("page", "/v/no-such-token");
        foreign[1] = ("token", "no-such-token");
        let answer = app.post_form(server_fn("press_item"), &foreign).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.text().contains("Link not active"), "{}", answer.text());
    }
);
