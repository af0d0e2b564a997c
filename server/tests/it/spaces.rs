//! Spaces: the list and its search, the form, and what becomes of their events.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::domain::ids::{AccountId, IdempotencyKey, MemberId, SpaceId};
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::events::{Deleted, EventForm, EventsPort};
use app::live::{Row, Topic};
use app::planner::PlannerPort;
use app::spaces::{SpaceForm, SpacesPort};
use axum::http::StatusCode;
use server::db::Db;

use crate::events::{gala, over};
use crate::html::elements;
use crate::rows;
use crate::support::{TestApp, hear_rows, open_page, server_fn};
use crate::venue::{Venue, plan};

fn hall() -> SpaceForm {
    SpaceForm {
        name: "Großer Saal".into(),
        address: "Quay 1, Porto".into(),
        access_notes: "Ring twice.\nCode \u{5d0}12".into(),
        capacity: "1 200".into(),
        venue_contact: "Ann Lee".into(),
    }
}

async fn found(venue: &Venue, search: &str) -> Vec<String> {
    let page = venue.spaces.list(&venue.caller, search.into()).await.unwrap();
    page.rows.into_iter().map(|row| row.name).collect()
}

/// A space of which only the name is known, where the Gala is held.
async fn with_gala(venue: &Venue, name: &str) -> SpaceId {
    let form = SpaceForm { name: name.into(), ..SpaceForm::default() };
    let space = venue.spaces.create(&venue.caller, form, None).await.unwrap();
    venue.run(&format!("UPDATE event SET space_id = {space}")).await;
    space
}

on_both_engines!(
    async fn a_space_is_kept_as_it_was_typed_and_found_by_name_and_address(db: Db) {
        let venue = Venue::new(db).await;
        let space = venue.spaces.create(&venue.caller, hall(), None).await.unwrap();
        let page = venue.spaces.form(&venue.caller, Some(space)).await.unwrap();
        assert_eq!(page.form, SpaceForm { capacity: "1200".into(), ..hall() });
        assert_eq!(page.contacts, ["Ann Lee"]);
        for name in ["Garden", "Attic"] {
            venue
                .spaces
                .create(&venue.caller, SpaceForm { name: name.into(), ..SpaceForm::default() }, None)
                .await
                .unwrap();
        }
        for (search, expected) in [
            ("", vec!["Attic", "Garden", "Großer Saal"]),
            ("porto saal", vec!["Großer Saal"]),
            ("GROßER", vec!["Großer Saal"]),
            ("aal", vec![]),
            ("%", vec![]),
        ] {
            assert_eq!(found(&venue, search).await, expected, "{search}");
        }
        let row = venue.spaces.list(&venue.caller, "porto".into()).await.unwrap().rows.remove(0);
        assert_eq!((row.capacity, row.venue_contact.as_deref()), (Some(1_200), Some("Ann Lee")));
        assert_eq!(venue.spaces.list(&venue.stranger, String::new()).await.unwrap().rows, []);
    }
);

on_both_engines!(
    async fn what_cannot_be_saved_names_its_field_and_writes_nothing(db: Db) {
        let venue = Venue::new(db).await;
        venue.spaces.create(&venue.caller, hall(), None).await.unwrap();
        for (wrong, expected) in [
            (SpaceForm { name: " ".into(), ..hall() }, "name"),
            (SpaceForm { name: " GROßER saal ".into(), ..hall() }, "name"),
            (SpaceForm { name: "x".repeat(201), ..hall() }, "name"),
            (SpaceForm { name: "A".into(), access_notes: "x".repeat(2_001), ..hall() }, "access_notes"),
            (SpaceForm { name: "A".into(), capacity: "-1".into(), ..hall() }, "capacity"),
            (SpaceForm { name: "A".into(), venue_contact: "x".repeat(501), ..hall() }, "venue_contact"),
        ] {
            let Err(AppError::Invalid { field, .. }) = venue.spaces.create(&venue.caller, wrong, None).await else {
                panic!("{expected}")
            };
            assert_eq!(field, expected);
        }
        assert_eq!(venue.number("SELECT COUNT(*) FROM space").await, 1);
        assert_eq!(venue.number("SELECT COUNT(*) FROM contact").await, 1);
    }
);

on_both_engines!(
    async fn a_repeated_post_is_one_space_and_an_older_version_a_conflict(db: Db) {
        let venue = Venue::new(db).await;
        let key = || Some(IdempotencyKey("k".into()));
        let space = venue.spaces.create(&venue.caller, hall(), key()).await.unwrap();
        assert_eq!(venue.spaces.create(&venue.caller, hall(), key()).await, Ok(space));
        let as_a_browser_ends_lines = SpaceForm { access_notes: "Ring twice.\r\nCode \u{5d0}12".into(), ..hall() };
        assert_eq!(venue.spaces.create(&venue.caller, as_a_browser_ends_lines, key()).await, Ok(space));

        let save = async |form: SpaceForm, revision| venue.spaces.save(&venue.caller, space, revision, form).await;
        let mine = SpaceForm { address: "Quay 2".into(), ..hall() };
        assert_eq!(save(mine.clone(), 1).await, Ok(()));
        assert_eq!(save(mine, 1).await, Ok(()), "clicked twice");
        assert_eq!(save(SpaceForm { address: "Quay 3".into(), ..hall() }, 1).await, Err(AppError::Conflict));
        assert_eq!(venue.number("SELECT revision FROM space").await, 2);
        assert_eq!(found(&venue, "quay 2").await.len(), 1);
        assert_eq!(found(&venue, "porto").await.len(), 0);
    }
);

on_both_engines!(
    async fn its_events_hear_of_a_new_name_and_go_on_without_it(db: Db) {
        let venue = Venue::new(db).await;
        let space = with_gala(&venue, "Hall").await;
        let place = async || venue.planner.page(&venue.caller, venue.event).await.unwrap().event.place;
        let mut planner = open_page(&venue.core, Topic::Event(venue.event)).await;
        let renamed = SpaceForm { name: "Grand Hall".into(), ..SpaceForm::default() };
        venue.spaces.save(&venue.caller, space, 1, renamed).await.unwrap();
        let rows = hear_rows(&mut planner).await;
        assert!(matches!(&rows[..], [Row::Event(header)] if header.place.as_deref() == Some("Grand Hall")), "{rows:?}");

        venue.spaces.delete(&venue.caller, space).await.unwrap();
        venue.spaces.delete(&venue.caller, space).await.unwrap();
        let rows = hear_rows(&mut planner).await;
        assert!(matches!(&rows[..], [Row::Event(header)] if header.place.is_none()), "{rows:?}");
        assert_eq!((place().await, found(&venue, "").await), (None, vec![]));
        assert_eq!(venue.spaces.form(&venue.caller, Some(space)).await.map(drop), Err(AppError::NotFound));
        let deleted = venue.events.deleted(&venue.caller).await.unwrap();
        assert_eq!((deleted[0].what, deleted[0].name.as_str()), (Deleted::Space(space), "Grand Hall"));

        venue.spaces.restore(&venue.caller, space).await.unwrap();
        assert_eq!((place().await.as_deref(), found(&venue, "").await.len()), (Some("Grand Hall"), 1));
        venue.spaces.delete(&venue.caller, space).await.unwrap();
        venue.core.clock.advance_ms(31 * 24 * HOUR_MS);
        server::events::tidy(&venue.core).await.unwrap();
        assert_eq!(venue.spaces.restore(&venue.caller, space).await, Err(AppError::NotFound));
        assert_eq!(place().await, None);
    }
);

on_both_engines!(
    async fn no_two_spaces_come_to_have_the_same_name(db: Db) {
        let venue = Venue::new(db).await;
        let create = |name: &str| {
            let form = SpaceForm { name: name.into(), ..SpaceForm::default() };
            venue.spaces.create(&venue.caller, form, None)
        };
        let (one, other) = tokio::join!(create("Loft"), create("loft"));
        assert_ne!(one.is_ok(), other.is_ok(), "created at once: {one:?}, {other:?}");

        let old = create("Hall").await.unwrap();
        venue.spaces.delete(&venue.caller, old).await.unwrap();
        let new = create("HALL").await.unwrap();
        let Err(AppError::Invalid { field, message }) = venue.spaces.restore(&venue.caller, old).await else {
            panic!("the name is another's")
        };
        assert_eq!((field.as_str(), message.contains("by now")), ("", true), "{message}");
        assert_eq!(found(&venue, "hall").await, ["HALL"]);
        let renamed = SpaceForm { name: "Attic".into(), ..SpaceForm::default() };
        venue.spaces.save(&venue.caller, new, 1, renamed).await.unwrap();
        venue.spaces.restore(&venue.caller, old).await.unwrap();
        assert_eq!(found(&venue, "hall").await, ["Hall"]);
    }
);

on_both_engines!(
    async fn another_accounts_space_does_not_exist(db: Db) {
        let venue = Venue::new(db).await;
        let own = venue.spaces.create(&venue.caller, hall(), None).await.unwrap();
        for space in [own, SpaceId(999)] {
            let (stranger, spaces) = (&venue.stranger, &venue.spaces);
            assert_eq!(spaces.form(stranger, Some(space)).await.map(drop), Err(AppError::NotFound));
            assert_eq!(spaces.save(stranger, space, 1, hall()).await, Err(AppError::NotFound));
            assert_eq!(spaces.delete(stranger, space).await, Err(AppError::NotFound));
            assert_eq!(spaces.restore(stranger, space).await, Err(AppError::NotFound));
        }
        assert_eq!(venue.number("SELECT COUNT(*) FROM space WHERE revision = 1 AND deleted_at IS NULL").await, 1);
    }
);

on_both_engines!(
    async fn the_second_of_two_editors_sees_both_versions_and_chooses(db: Db) {
        rows::fill(&mut rows::connect(&db).await).await;
        let app = TestApp::new(db).await.signed_in_as(AccountId(1), MemberId(1)).await;
        let save = async |address: &str, over: &[(&str, &str)]| {
            let mut fields = vec![
                ("page", "/spaces/1"),
                ("space", "1"),
                ("revision", "1"),
                ("form[name]", "Hall"),
                ("form[address]", address),
                ("form[access_notes]", "two\r\nlines"),
                ("form[capacity]", ""),
                ("form[venue_contact]", "Ann"),
            ];
            fields.extend(over);
            app.post_form(server_fn("save_space"), &fields).await
        };
        assert_eq!(save("Quay 2", &[]).await.header("location"), "/spaces/1?saved");
        assert!(app.get("/spaces/1?saved").await.text().contains("Saved."));
        let told = save("Quay 3", &[]).await;
        assert_eq!(told.status, StatusCode::CONFLICT);
        let page = elements(&told.text());
        let notes: Vec<_> = page.iter().filter(|one| one.attribute("class") == "theirs").collect();
        assert_eq!(notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["Theirs: Quay 2"]);
        let over = page.iter().find(|one| one.attribute("name") == "over").expect("a button").attribute("value");
        assert_eq!(save("Quay 3", &[("over", over)]).await.header("location"), "/spaces/1?saved");
        assert!(app.get("/spaces/1").await.text().contains("Quay 3"));
    }
);

#[tokio::test]
async fn the_list_and_a_search_are_ranges_of_an_index() {
    crate::database::with_sqlite(async |db| {
        let venue = Venue::new(db).await;
        for (words, index) in [
            (0, "space_by_name (account_id=?"),
            (2, "sqlite_autoindex_space_word_1 (account_id=? AND word>? AND word<?)"),
        ] {
            let steps = plan(venue.db(), &server::spaces::list_sql(words), &[]).await;
            assert!(steps.iter().any(|step| step.contains(index)), "{steps:#?}");
            assert!(steps.iter().all(|step| !step.starts_with("SCAN") || step.contains("SCAN found")), "{steps:#?}");
        }
    })
    .await;
}

on_both_engines!(
    /// The form of an event made the space that it names without looking whether another form did at the same moment.
    async fn two_events_that_name_a_new_space_at_once_are_held_in_one(db: Db) {
        let venue = Venue::new(db).await;
        for round in 0..8 {
            let form = |name: &str| EventForm { space: format!("{name} {round}"), ..gala() };
            let create = || venue.events.create(&venue.caller, form("Loft"), None);
            let (one, other) = tokio::join!(create(), create());
            let (one, _) = (one.unwrap(), other.unwrap());
            let same = format!("SELECT COUNT(*) FROM space WHERE name = 'Loft {round}'");
            assert_eq!(venue.number(&same).await, 1);

            // Whoever renames a space locks the events that are held there, and the form of such an event names a new one.
            let space = SpaceId(venue.number(&format!("SELECT space_id FROM event WHERE id = {one}")).await);
            let renamed = SpaceForm { name: format!("Attic {round}"), ..SpaceForm::default() };
            let (saved, moved) = tokio::join!(
                venue.spaces.save(&venue.caller, space, 1, renamed),
                venue.events.save(&venue.caller, one, form("Cellar"), over(1)),
            );
            assert_eq!((saved, moved), (Ok(()), Ok(())));
        }
    }
);
