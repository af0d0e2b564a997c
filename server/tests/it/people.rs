//! Putting people on an event, taking them off, bringing them back.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::contacts::ContactsPort;
use app::domain::ids::{AccountId, ContactId, CrewId, EventId, IdempotencyKey, MemberId};
use app::domain::rsvp::Rsvp;
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::live::{Gone, Row, RowId, ServerMessage, Topic};
use app::people::{PeoplePort, PersonRow};
use app::planner::{CrewRow, LinkKind, LinkState, PlannerPort};
use app::rsvp::RsvpPort;
use app::run_of_show::{ItemForm, RunOfShowPort};
use app::share_page::SharePagePort;
use axum::http::StatusCode;
use serde_json::json;
use server::db::Db;
use server::mailer::{Mailer, Memory};
use server::outbox::Worker;
use server::planner::crew::{KEPT_MS, MAX_PEOPLE, prune};
use server::realtime::Subscriber;

use crate::html::elements;
use crate::rows;
use crate::support::{Answer, NOON, TestApp, hear, hear_crew, open_page, published, server_fn};
use crate::venue::{Venue, form};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey(text.to_owned())
}

async fn people(venue: &Venue) -> Vec<CrewRow> {
    venue.planner.page(&venue.caller, venue.event).await.unwrap().crew
}

async fn names(venue: &Venue) -> Vec<String> {
    people(venue).await.into_iter().map(|row| row.name).collect()
}

/// The fault that stands at a field.
fn fault<T: std::fmt::Debug>(answer: Result<T, AppError>, field: &str) -> String {
    match answer {
        Err(AppError::Invalid { field: at, message }) if at == field => message,
        other => panic!("{other:?}"),
    }
}

/// What a page hears next: the crew rows and items, and the crew rows that are gone.
async fn hear_all(page: &mut Subscriber) -> (Vec<Row>, Vec<Gone>) {
    let ServerMessage::Changed { rows, gone, .. } = hear(page).await else { panic!("rows") };
    (rows, gone)
}

on_both_engines!(
    async fn a_contact_is_on_an_event_once_and_every_planner_hears_of_it(db: Db) {
        let venue = Venue::new(db).await;
        let (people_port, caller, event) = (&venue.people, &venue.caller, venue.event);
        let ann = venue.contact("Ann", "ann@example.com").await;
        let mut page = open_page(&venue.core, Topic::Event(event)).await;
        let crew = people_port.add(caller, event, ann).await.unwrap();
        assert_eq!(hear_crew(&mut page).await.id, crew);
        assert_eq!(people_port.add(caller, event, ann).await.unwrap(), crew);
        let adds = (0..6).map(|_| people_port.add(caller, event, ann));
        assert!(futures_util::future::join_all(adds).await.into_iter().all(|again| again == Ok(crew)));
        assert_eq!(names(&venue).await, ["Ann"]);
        assert_eq!(venue.contacts.header(caller, ann).await.unwrap().events, 1);

        for (who, event, contact) in
            [(&venue.stranger, event, ann), (caller, EventId(999), ann), (caller, event, ContactId(999))]
        {
            assert_eq!(people_port.add(who, event, contact).await, Err(AppError::NotFound));
        }
        let theirs = venue.contacts.create(&venue.stranger, form("Eve", "", ""), None).await.unwrap();
        assert_eq!(people_port.add(caller, event, theirs).await, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn who_is_added_does_there_what_they_usually_do(db: Db) {
        let venue = Venue::new(db).await;
        let mut zoe = form("Zoe", "", "zoe@example.com");
        zoe.role = "Photographer".into();
        let zoe = venue.contacts.create(&venue.caller, zoe, None).await.unwrap();
        let crew = venue.people.add(&venue.caller, venue.event, zoe).await.unwrap();
        let row = venue.planner.crew_row(&venue.caller, crew).await.unwrap();
        assert_eq!(row.role, "Photographer");
        let row = venue.planner.set_role(&venue.caller, crew, "  Guest \u{202e}<b> ".into()).await.unwrap();
        assert_eq!(row.role, "Guest \u{202e}<b>");
        let again = venue.planner.set_role(&venue.caller, crew, "Guest \u{202e}<b>".into()).await.unwrap();
        assert_eq!(again, row, "no change");
        for bad in ["x".repeat(101), "a\0b".into()] {
            fault(venue.planner.set_role(&venue.caller, crew, bad).await, "role");
        }
        let role = venue.planner.set_role(&venue.stranger, crew, "x".repeat(101)).await;
        assert_eq!(role, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn a_new_contact_in_place_is_one_person_however_often_the_form_is_posted(db: Db) {
        let venue = Venue::new(db).await;
        let add = |name: &str, key: Option<IdempotencyKey>| {
            venue.people.add_new(&venue.caller, venue.event, form(name, "Lee", "ann@example.com"), key)
        };
        let first = add("Ann", Some(key("one"))).await.unwrap();
        assert_eq!(add("Ann", Some(key("one"))).await.unwrap(), first);
        assert_ne!(add("Ann", Some(key("two"))).await.unwrap(), first);
        assert_ne!(add("Anna", Some(key("one"))).await.unwrap(), first);
        fault(add(" ", Some(key("three"))).await, "first_name");
        let nowhere = form("Bob", "", "bob@nowhere");
        fault(venue.people.add_new(&venue.caller, venue.event, nowhere, Some(key("four"))).await, "email");
        let theirs = venue.people.add_new(&venue.stranger, venue.event, form(" ", "", ""), None).await;
        assert_eq!(theirs, Err(AppError::NotFound), "not even what is wrong with it");
        assert_eq!(venue.number("SELECT COUNT(*) FROM contact").await, 3);
    }
);

on_both_engines!(
    async fn pasted_lines_are_known_contacts_and_new_ones(db: Db) {
        let venue = Venue::new(db).await;
        let ann = venue.contact("Ann", "ann@example.com").await;
        let lines = "Ann Lee <ANN@example.com>\r\nBob van Dyk\tbob@example.com\r\n\r\ncy@example.com, \
                     \nann@example.com\n\"Öz, Ülkü\" <ulku@example.com>; Ida <ida@example.com>";
        let add = || venue.people.add_lines(&venue.caller, venue.event, lines.into(), Some(key("one")));
        assert_eq!(add().await.unwrap(), 6);
        assert_eq!(add().await.unwrap(), 6, "posted twice");
        assert_eq!(names(&venue).await, ["Ann", "Bob van Dyk", "cy", "Ida", "Ülkü Öz"]);
        let row = people(&venue).await.into_iter().find(|row| row.name == "Ann").unwrap();
        assert_eq!((row.contact, row.address.as_deref()), (ann, Some("ann@example.com")), "as the contact has it");
        let again = venue.people.add_lines(&venue.caller, venue.event, lines.into(), Some(key("two"))).await.unwrap();
        assert_eq!((again, people(&venue).await.len()), (6, 5), "everybody is there already");
        let found = venue.contacts.list(&venue.caller, "ulku".into(), None).await.unwrap();
        assert_eq!(found.rows.len(), 1);
    }
);

on_both_engines!(
    async fn a_line_that_is_nobody_is_named_and_nobody_is_added(db: Db) {
        let venue = Venue::new(db).await;
        venue.contact("Ann", "ann@example.com").await;
        let paste =
            |lines: &str| venue.people.add_lines(&venue.caller, venue.event, lines.to_owned(), Some(key("one")));
        let told = fault(paste("Bob <bob@example.com>\nCy\nBob <ann@example.com>\nDi <di@nowhere>").await, "lines");
        assert!(told.contains("\nLine 2, “Cy”: there is no address in it."), "{told}");
        assert!(told.contains("\nLine 4, “Di <di@nowhere>”: "), "{told}");
        // Whose address it is, is asked once the lines can be read.
        let told = fault(paste("Bob <bob@example.com>\nBob <ann@example.com>\nEd <bob@example.com>").await, "lines");
        assert!(told.contains("\nLine 2, “Bob <ann@example.com>”: this address is that of Ann. "), "{told}");
        assert!(told.contains("\nLine 3, “Ed <bob@example.com>”: this address is that of Bob. "), "{told}");
        fault(paste(" \n,\n").await, "lines");
        let many: Vec<_> = (0..501).map(|number| format!("p{number}@example.com")).collect();
        fault(paste(&many.join("\n")).await, "lines");
        fault(paste(&"<>@".repeat(20_000)).await, "lines");
        assert_eq!((names(&venue).await.len(), venue.number("SELECT COUNT(*) FROM contact").await), (0, 1));
        assert_eq!(venue.number("SELECT COUNT(*) FROM form_receipt").await, 0, "mended, the form can be posted again");
        paste("Bob <bob@example.com>\nAnn <ann@example.com>").await.unwrap();
    }
);

on_both_engines!(
    async fn an_event_has_at_most_two_thousand_people(db: Db) {
        let venue = Venue::new(db).await;
        let (account, event) = (venue.caller.account, venue.event);
        venue
            .run(&format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MAX_PEOPLE}) \
                 INSERT INTO contact (account_id, first_name, sort_name, created_at) \
                 SELECT {account}, 'Name', 'name' || i, 0 FROM n"
            ))
            .await;
        venue
            .run(&format!(
                "INSERT INTO crew (account_id, event_id, contact_id, created_at) \
                 SELECT account_id, {event}, id, 0 FROM contact"
            ))
            .await;
        let ann = venue.contact("Ann", "").await;
        let add = || venue.people.add(&venue.caller, event, ann);
        assert!(fault(add().await, "event").contains("2,000"));
        let paste = venue.people.add_lines(&venue.caller, event, "Bob <bob@example.com>".into(), None).await;
        assert!(fault(paste, "lines").contains("2,000"));
        let first = CrewId(venue.number("SELECT MIN(id) FROM crew").await);
        venue.planner.remove(&venue.caller, first).await.unwrap();
        add().await.unwrap();
        fault(venue.planner.restore(&venue.caller, first).await, "event");
        assert_eq!(venue.number("SELECT COUNT(*) FROM crew WHERE deleted_at IS NULL").await, MAX_PEOPLE);
    }
);

on_both_engines!(
    async fn whoever_is_taken_off_is_gone_from_every_screen_and_comes_back_by_undo(db: Db) {
        let venue = Venue::new(db).await;
        venue.collect_rsvps(true).await;
        let (planner, caller) = (&venue.planner, &venue.caller);
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let (bob, _) = venue.cast("Bob", "bob@example.com").await;
        venue.item(HOUR_MS, "Toast", false, &[ann, bob]).await;
        venue.email(crew, "ann@example.com").await.unwrap();
        planner.set_rsvp(caller, crew, Rsvp::Accepted).await.unwrap();
        let before = planner.generate_link(caller, crew, LinkKind::Rsvp).await.unwrap();
        let (share, rsvp) = (venue.token(&before), venue.rsvp_token(&before));
        let responsible = async || {
            let items = planner.page(caller, venue.event).await.unwrap().items;
            items[0].responsible.iter().map(|person| person.name.clone()).collect::<Vec<_>>()
        };
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;

        for _ in 0..2 {
            planner.remove(caller, crew).await.unwrap();
        }
        let (rows, gone) = hear_all(&mut page).await;
        assert_eq!(gone, [Gone { id: RowId::Crew(crew), revision: before.revision + 1 }]);
        assert!(matches!(&rows[..], [Row::Item(item)] if item.responsible.len() == 1), "{rows:?}");
        assert_eq!((names(&venue).await, responsible().await), (vec!["Bob".to_owned()], vec!["Bob".to_owned()]));
        assert_eq!(venue.contacts.header(caller, ann).await.unwrap().events, 0);
        assert!(venue.contacts.events(caller, ann).await.unwrap().is_empty());
        assert_eq!(venue.share_page.open(share.clone()).await, Err(AppError::NotFound));
        assert_eq!(venue.rsvp.open(rsvp.clone()).await, Err(AppError::NotFound));
        for answer in [&share, &rsvp] {
            let answer = venue.rsvp.answer(answer.clone(), Rsvp::Declined, String::new()).await;
            assert_eq!(answer, Err(AppError::NotFound));
        }
        assert_eq!(venue.email(crew, "ann@elsewhere.example").await, Err(AppError::NotFound));
        assert_eq!(planner.set_role(caller, crew, "Host".into()).await, Err(AppError::NotFound));
        assert_eq!(planner.generate_link(caller, crew, LinkKind::Share).await, Err(AppError::NotFound));
        // A mail that waited does not go out to a dead link.
        let memory = Memory::default();
        let worker = Worker::new(venue.core.clone(), Mailer::Memory(memory.clone()));
        while worker.run_due().await.unwrap() > 0 {}
        assert!(memory.handed().is_empty());

        published(&venue.core).await;
        while page.next_waiting().is_some() {}
        let back = planner.restore(caller, crew).await.unwrap();
        assert_eq!(planner.restore(caller, crew).await.unwrap(), back);
        let (rows, gone) = hear_all(&mut page).await;
        let heard = rows.iter().find_map(|row| if let Row::Crew(row) = row { Some(row) } else { None });
        assert_eq!((heard, gone), (Some(&back), vec![]));
        assert_eq!((back.rsvp, back.revision), (Rsvp::Accepted, before.revision + 2));
        assert_eq!((&back.link, &back.rsvp_link), (&LinkState::None, &LinkState::None), "no link comes back");
        assert_eq!(back.invite.unwrap().id, before.invite.unwrap().id);
        assert_eq!(responsible().await, ["Ann", "Bob"]);
        assert_eq!(venue.share_page.open(share).await, Err(AppError::NotFound));
        for nobody in [(&venue.stranger, crew), (caller, CrewId(999))] {
            assert_eq!(planner.remove(nobody.0, nobody.1).await, Err(AppError::NotFound));
            assert_eq!(planner.restore(nobody.0, nobody.1).await.map(drop), Err(AppError::NotFound));
        }
    }
);

on_both_engines!(
    async fn whoever_is_added_again_is_the_same_row_with_another_link(db: Db) {
        let venue = Venue::new(db).await;
        let (planner, caller) = (&venue.planner, &venue.caller);
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let old = venue.token(&venue.email(crew, "ann@example.com").await.unwrap());
        planner.remove(caller, crew).await.unwrap();
        assert_eq!(venue.people.add(caller, venue.event, ann).await.unwrap(), crew);
        let row = planner.crew_row(caller, crew).await.unwrap();
        assert!(row.invite.is_some() && row.link == LinkState::None && row.role == "Singer", "{row:?}");
        let new = venue.token(&planner.generate_link(caller, crew, LinkKind::Share).await.unwrap());
        assert!(venue.share_page.open(new).await.is_ok());
        assert_eq!(venue.share_page.open(old).await, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn an_item_edited_meanwhile_is_theirs_again_after_an_undo(db: Db) {
        let venue = Venue::new(db).await;
        let (planner, caller) = (&venue.planner, &venue.caller);
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let (bob, _) = venue.cast("Bob", "bob@example.com").await;
        venue.item(HOUR_MS, "Toast", false, &[ann, bob]).await;
        let item = planner.page(caller, venue.event).await.unwrap().items[0].id;
        planner.remove(caller, crew).await.unwrap();
        let page = venue.run_of_show.item(caller, venue.event, Some(item), None).await.unwrap();
        let offered: Vec<_> = page.people.iter().map(|person| person.name.as_str()).collect();
        assert_eq!((offered, &page.form.responsible), (vec!["Bob"], &vec![bob]));
        let both = ItemForm { responsible: vec![ann, bob], ..page.form.clone() };
        let refused = venue.run_of_show.save(caller, item, page.seen.clone(), None, both, false).await;
        assert!(matches!(refused, Err(AppError::Invalid { .. })), "{refused:?}");
        let nobody = ItemForm { responsible: Vec::new(), ..page.form };
        venue.run_of_show.save(caller, item, page.seen, None, nobody, false).await.unwrap();
        planner.restore(caller, crew).await.unwrap();
        let items = planner.page(caller, venue.event).await.unwrap().items;
        assert_eq!(items[0].responsible.iter().map(|person| person.contact).collect::<Vec<_>>(), [ann]);
    }
);

on_both_engines!(
    async fn recently_deleted_people_are_kept_for_thirty_days(db: Db) {
        let venue = Venue::new(db).await;
        let (planner, caller) = (&venue.planner, &venue.caller);
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let (_, other) = venue.cast("Bob", "bob@example.com").await;
        venue.item(HOUR_MS, "Toast", false, &[ann]).await;
        venue.email(crew, "ann@example.com").await.unwrap();
        planner.remove(caller, crew).await.unwrap();
        planner.remove(caller, other).await.unwrap();
        planner.restore(caller, other).await.unwrap();
        let page = || venue.people.page(caller, venue.event, String::new());
        let removed = page().await.unwrap().removed;
        assert_eq!(removed.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Ann"]);
        assert_eq!(removed[0].details, "Singer · ann@example.com · taken off 23 Nov, 12:00");

        assert_eq!(prune(venue.db(), NOON.plus_ms(KEPT_MS)).await.unwrap(), 0);
        assert_eq!(prune(venue.db(), NOON.plus_ms(KEPT_MS + 1)).await.unwrap(), 1);
        assert!(page().await.unwrap().removed.is_empty());
        assert_eq!(planner.restore(caller, crew).await.map(drop), Err(AppError::NotFound));
        // What they owned is nobody's, and their mails stay in their history.
        assert!(planner.page(caller, venue.event).await.unwrap().items[0].responsible.is_empty());
        assert_eq!(venue.number("SELECT COUNT(*) FROM email WHERE crew_id IS NULL").await, 1);
        let crew = venue.people.add(caller, venue.event, ann).await.unwrap();
        assert_eq!(planner.crew_row(caller, crew).await.unwrap().items, 0);
    }
);

on_both_engines!(
    async fn the_screen_offers_contacts_and_says_who_is_there(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        let bob = venue.contact("Bob", "bob@example.com").await;
        for number in 0..25 {
            venue.contact(&format!("Name {number}"), "").await;
        }
        let page = async |search: &str| venue.people.page(&venue.caller, venue.event, search.to_owned()).await.unwrap();
        let all = page("").await;
        assert_eq!((all.name.as_str(), all.people.as_str(), all.more), ("Gala", "1 person is on this event.", true));
        let of = |rows: &[PersonRow]| rows.iter().map(|row| (row.name.clone(), row.crew)).collect::<Vec<_>>();
        assert_eq!(of(&all.found[..2]), [("Ann".to_owned(), Some(crew)), ("Bob".to_owned(), None)]);
        assert_eq!(all.found.len(), 20);
        let found = page("bob@ex").await;
        assert_eq!((found.found.len(), found.found[0].contact, found.more), (1, bob, false));
        let added = venue.people.add(&venue.caller, venue.event, bob).await.unwrap();
        assert_eq!(of(&page("").await.recent), [("Bob".to_owned(), Some(added)), ("Ann".to_owned(), Some(crew))]);
        let theirs = venue.people.page(&venue.stranger, venue.event, String::new()).await;
        assert_eq!(theirs.map(drop), Err(AppError::NotFound));
    }
);

/// Dana of the Harbour House, whose Gala has Ann and Ben on it.
async fn dana(db: Db) -> TestApp {
    rows::fill(&mut rows::connect(&db).await).await;
    TestApp::new(db).await.signed_in_as(AccountId(1), MemberId(1)).await
}

const PAGE: &str = "/events/1/people";

/// The value of a field of the first form that posts to a function.
fn field(html: &str, function: &str, name: &str) -> String {
    let page = elements(html);
    let form = page.iter().position(|one| one.attribute("action") == server_fn(function)).expect("a form");
    let field = page.iter().find(|one| one.ancestors.contains(&form) && one.attribute("name") == name);
    let field = field.expect("a field");
    if field.name == "textarea" { field.text.clone() } else { field.attribute("value").to_owned() }
}

fn back(answer: &Answer) -> bool {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location") == PAGE
}

on_both_engines!(
    async fn people_are_added_taken_off_and_brought_back_without_scripts(db: Db) {
        let app = dana(db).await;
        let html = async || app.get(PAGE).await.text();
        let key = field(&html().await, "add_new_person", "key");
        let zoe = [
            ("page", PAGE),
            ("event", "1"),
            ("key", &*key),
            ("first_name", "Zoe"),
            ("last_name", "<b>"),
            ("email", "zoe@x.test"),
            ("role", ""),
        ];
        for _ in 0..2 {
            assert!(back(&app.post_form(server_fn("add_new_person"), &zoe).await));
        }
        let page = html().await;
        assert!(page.contains("3 people are on this event.") && page.contains("Zoe &lt;b&gt;"), "{page}");

        let off = [("page", PAGE), ("crew", "2")];
        for _ in 0..2 {
            assert!(back(&app.post_form(server_fn("remove_crew"), &off).await));
        }
        let page = html().await;
        assert!(page.contains("Recently deleted") && page.contains("2 people are on this event."), "{page}");
        assert_eq!(field(&page, "restore_crew", "crew"), "2");
        // Ben is offered again.
        assert_eq!(field(&page, "add_person", "contact"), "2");
        for _ in 0..2 {
            assert!(back(&app.post_form(server_fn("restore_crew"), &off).await));
        }
        assert!(!html().await.contains("Recently deleted"));

        let found = app.get(&format!("{PAGE}?q=be")).await.text();
        assert!(found.contains("Ben") && found.contains("on this event"), "{found}");
        let nobody = app.get(&format!("{PAGE}?q=nobody")).await.text();
        assert!(nobody.contains("No contact matches."), "{nobody}");
    }
);

on_both_engines!(
    async fn a_paste_with_faults_comes_back_with_each_line_named(db: Db) {
        let app = dana(db).await;
        let key = field(&app.get(PAGE).await.text(), "add_people", "key");
        let post = async |lines: &str| {
            let fields = [("page", PAGE), ("event", "1"), ("key", &*key), ("lines", lines)];
            app.post_form(server_fn("add_people"), &fields).await
        };
        let lines = "Cy <cy@x.test>\r\nEve </textarea><script>\r\n";
        let refused = post(lines).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let html = refused.text();
        assert_eq!(field(&html, "add_people", "lines").replace("\r\n", "\n"), lines.replace("\r\n", "\n"));
        assert_eq!(field(&html, "add_people", "key"), key);
        let page = elements(&html);
        let note = page.iter().find(|one| one.attribute("id") == "lines-note").unwrap();
        assert!(
            note.attribute("class") == "error" && note.text.contains("Line 2, “Eve </textarea><script>”: "),
            "{note:?}"
        );
        assert!(!app.get(PAGE).await.text().contains("Cy"));
        assert!(back(&post("Cy <cy@x.test>\r\n").await));
        assert!(app.get(PAGE).await.text().contains("3 people are on this event."));
    }
);

on_both_engines!(
    async fn wrong_bodies_add_nobody(db: Db) {
        let app = dana(db).await;
        for (function, body) in [
            ("add_person", json!({ "event": 1 })),
            ("add_person", json!({ "event": "1", "contact": "two" })),
            ("add_person", json!({ "event": 1, "contact": 1.5 })),
            ("add_new_person", json!({ "event": 1 })),
            ("add_new_person", json!({ "event": 1, "first_name": ["Ann"] })),
            ("add_people", json!({ "event": 1, "lines": { "a": 1 } })),
            ("set_role", json!({ "crew": 1, "role": null })),
            ("remove_crew", json!({})),
            ("restore_crew", json!({ "crew": i64::MAX })),
            ("set_rsvp", json!({ "crew": 1, "rsvp": "perhaps" })),
            ("send_invite", json!({ "crew": 1, "address": "ann@y.test" })),
        ] {
            let status = app.post_json(server_fn(function), &body).await.status;
            assert!(status.is_client_error(), "{function} {body}: {status}");
            let status = app.post_wire(server_fn(function), app::wire::MEDIA_TYPE, vec![0xff; 16]).await.status;
            assert!(status.is_client_error(), "{function}: {status}");
        }
        let counts = rows::counts(&mut rows::connect(app.db()).await).await;
        assert_eq!((counts["crew"], counts["contact"], counts["email"]), (3, 2, 3));
    }
);

on_both_engines!(
    async fn the_planner_asks_sets_and_takes_off_without_scripts(db: Db) {
        let app = dana(db).await;
        let planner = async |query: &str| app.get(&format!("/events/1{query}")).await.text();
        let page = planner("?more=2").await;
        for shown in
            ["Guests &amp; Crew", "not replied", "Send invite", "Add people", "Take off this event", "No reply yet."]
        {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        let set = [("page", "/events/1?more=2#more-2"), ("crew", "2"), ("rsvp", "accepted")];
        let answer = app.post_form(server_fn("set_rsvp"), &set).await;
        assert_eq!(answer.header("location"), "/events/1?more=2#more-2", "{}", answer.text());
        let page = planner("?more=2").await;
        assert!(page.contains("accepted 23 Nov, 12:00, set by Dana"), "{page}");
        let shown = |page: &str| {
            let page = elements(page);
            let names = page.iter().filter(|one| one.attribute("class") == "name");
            let is_shown = |one: &&crate::html::Element| !one.ancestors.iter().any(|place| page[*place].has("hidden"));
            names.filter(is_shown).map(|one| one.text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(shown(&planner("?show=accepted").await), ["Ben"]);
        assert_eq!(shown(&planner("?show=no_reply").await), ["Ann"]);

        // The invite goes by the same form as the link, to what stands in "Send to".
        let key = field(&page, "email_link", "key");
        let invite =
            |address: &'static str| [("page", "/events/1#more-2"), ("crew", "2"), ("key", "k"), ("address", address)];
        assert!(!key.is_empty());
        let refused = app.post_form(server_fn("send_invite"), &invite("ben@nowhere")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(page.contains("value=\"ben@nowhere\""), "the panel is open with what was typed: {page}");
        let invited = app.post_form(server_fn("send_invite"), &invite("ben@y.test")).await;
        assert_eq!(invited.status, StatusCode::SEE_OTHER, "{}", invited.text());

        let role = [("page", "/events/1?more=2#more-2"), ("crew", "2"), ("role", "Best <man>")];
        app.post_form(server_fn("set_role"), &role).await;
        assert!(planner("").await.contains("Best &lt;man&gt;"));
        let off = [("page", "/events/1?removed=2"), ("crew", "2")];
        let answer = app.post_form(server_fn("remove_crew"), &off).await;
        let page = app.get(answer.header("location")).await.text();
        assert!(page.contains("That person is off the event.") && !page.contains("Ben"), "{page}");
        assert_eq!(field(&page, "restore_crew", "crew"), "2");
        app.post_form(server_fn("restore_crew"), &[("page", "/events/1"), ("crew", "2")]).await;
        let page = planner("?removed=2").await;
        assert!(page.contains("Ben") && !page.contains("is off the event"), "{page}");

        // Switched off, answers are hidden and kept.
        let mut connection = rows::connect(app.db()).await;
        sqlx::Executor::execute(&mut connection, "UPDATE event SET rsvp = 0").await.unwrap();
        let page = planner("?more=2").await;
        for hidden in ["Guests &amp; Crew", "not replied", "Send invite", "accepted"] {
            assert!(!page.contains(hidden), "{hidden}: {page}");
        }
        assert_eq!(shown(&planner("?show=declined").await), ["Ann", "Ben"]);
        sqlx::Executor::execute(&mut connection, "UPDATE event SET rsvp = 1").await.unwrap();
        assert_eq!(shown(&planner("?show=accepted").await), ["Ben"]);
    }
);
