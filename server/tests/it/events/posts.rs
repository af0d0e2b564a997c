//! The forms of events, as a browser posts them.

use app::domain::ids::{AccountId, MemberId};
use axum::http::StatusCode;
use server::db::Db;

use crate::html::{Element, elements};
use crate::rows;
use crate::support::{Answer, TestApp, server_fn};

/// Dana of the Harbour House, with the Gala (event 1) and the Ball (event 2).
async fn dana(db: Db) -> TestApp {
    rows::fill(&mut rows::connect(&db).await).await;
    TestApp::new(db).await.signed_in_as(AccountId(1), MemberId(1)).await
}

fn where_to(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location")
}

/// What a form of the page would post, in order.
fn posted(page: &[Element], function: &str) -> Vec<(String, String)> {
    let form = page.iter().position(|one| one.attribute("action") == server_fn(function)).expect("a form");
    let is_field = |one: &&Element| {
        one.ancestors.contains(&form) && matches!(&*one.name, "input" | "select" | "textarea") && one.has("name")
    };
    let value = |one: &Element| {
        let option = |of: &[Element]| {
            let place = of.iter().position(|other| std::ptr::eq(other, one))?;
            let chosen = of
                .iter()
                .find(|other| other.name == "option" && other.has("selected") && other.ancestors.contains(&place));
            chosen.map(|option| option.attribute("value").to_owned())
        };
        match &*one.name {
            "textarea" => one.text.clone(),
            "select" => option(page).unwrap_or_default(),
            _ => one.attribute("value").to_owned(),
        }
    };
    let fields = page.iter().filter(is_field);
    let sent = fields.filter(|one| one.attribute("type") != "checkbox" || one.has("checked"));
    sent.map(|one| (one.attribute("name").to_owned(), value(one))).collect()
}

/// The same with other values in some fields.
fn with<'a>(fields: &'a [(String, String)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for (name, value) in changes {
        match fields.iter_mut().find(|field| field.0 == *name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *app.db().reader().await.expect("a reader")).await.expect("a count")
}

const GALA: [(&str, &str); 4] = [
    ("form[name]", "Spring Gala"),
    ("form[starts]", "2027-04-01T18:00"),
    ("form[ends]", "2027-04-02T01:00"),
    ("form[time_zone]", "Europe/Berlin"),
];

on_both_engines!(
    async fn an_event_is_made_once_however_often_its_form_is_posted(db: Db) {
        let app = dana(db).await;
        let form = posted(&elements(&app.get("/events/new").await.text()), "create_event");
        let names: Vec<_> = form.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"form[use_done]") && !names.contains(&"form[rsvp]"), "{names:?}");
        let fields = with(&form, &GALA);
        let first = app.post_form(server_fn("create_event"), &fields).await;
        let lead = where_to(&first).to_owned();
        assert_eq!(where_to(&app.post_form(server_fn("create_event"), &fields).await), lead, "clicked twice");
        let another = with(&form, &[GALA[0], GALA[1], GALA[2], GALA[3], ("form[pax]", "5")]);
        let post = || app.post_form(server_fn("create_event"), &another);
        let both = tokio::join!(post(), post());
        assert_eq!(where_to(&both.0), where_to(&both.1), "at once");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM event WHERE name = 'Spring Gala'").await, 2);
        assert_eq!(
            count(&app, "SELECT COUNT(*) FROM event WHERE use_done = 1 AND rsvp = 0 AND status = 'enquiry'").await,
            2
        );
        assert!(app.get(&lead).await.text().contains("Thu 1 Apr 2027"));
    }
);

on_both_engines!(
    async fn a_refused_form_comes_back_with_what_was_typed_and_why_at_the_field(db: Db) {
        let app = dana(db).await;
        let form = posted(&elements(&app.get("/events/new").await.text()), "create_event");
        let hostile = "\"'><script>alert(1)</script>\u{202e}\u{5d2}\u{5dc}\u{5d4}";
        let typed = [
            ("form[name]", hostile),
            ("form[starts]", "2027-04-01T18:00"),
            ("form[ends]", "2027-03-01T18:00"),
            ("form[space]", hostile),
            ("form[client]", hostile),
            ("form[status]", "confirmed"),
            ("form[rsvp]", "true"),
        ];
        let fields: Vec<_> = with(&form, &typed).into_iter().filter(|(name, _)| *name != "form[use_done]").collect();
        let answer = app.post_form(server_fn("create_event"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        let page = elements(&answer.text());
        assert!(page.iter().all(|one| one.name != "script" || !one.text.contains("alert(1)")));
        let again = posted(&page, "create_event");
        let shown = |name: &str| again.iter().find(|field| field.0 == name).map(|field| field.1.as_str());
        for (name, value) in typed {
            assert_eq!(shown(name), Some(value), "{name}");
        }
        assert_eq!(shown("form[use_done]"), None, "it was not ticked");
        let note = page.iter().find(|one| one.attribute("id") == "ends-note").expect("its note");
        assert_eq!(
            (note.attribute("class"), note.text.as_str()),
            ("error", "This is before it starts. Enter a later end.")
        );
        let ends = page.iter().find(|one| one.attribute("id") == "ends").expect("the field");
        assert!(ends.has("autofocus") && ends.attribute("aria-invalid") == "true");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM event").await, 2);
        assert_eq!(count(&app, "SELECT COUNT(*) FROM space").await, 1);
    }
);

on_both_engines!(
    async fn a_time_that_comes_twice_is_asked_about_beside_it(db: Db) {
        let app = dana(db).await;
        let form = posted(&elements(&app.get("/events/new").await.text()), "create_event");
        let night = [GALA[0], GALA[3], ("form[starts]", "2027-10-31T02:30"), ("form[ends]", "2027-10-31T05:00")];
        let asked = app.post_form(server_fn("create_event"), &with(&form, &night)).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = elements(&asked.text());
        let note = page.iter().find(|one| one.attribute("id") == "starts_which-note").expect("its note");
        assert!(note.text.contains("02:30 CEST") && note.text.contains("02:30 CET"), "{}", note.text);
        let again = posted(&page, "create_event");
        let answered =
            app.post_form(server_fn("create_event"), &with(&again, &[("form[starts_which]", "second")])).await;
        where_to(&answered);
        assert_eq!(count(&app, "SELECT starts_at FROM event WHERE name = 'Spring Gala'").await, 1_824_946_200_000);
    }
);

on_both_engines!(
    async fn two_members_edit_one_event_and_the_second_chooses(db: Db) {
        let app = dana(db).await;
        let edit = "/events/1/edit";
        let form = posted(&elements(&app.get(edit).await.text()), "save_event");
        let save = async |fields: &[(&str, &str)]| app.post_form(server_fn("save_event"), fields).await;
        let theirs = with(&form, &[GALA[0], GALA[1], GALA[2], ("form[pax]", "99")]);
        assert_eq!(where_to(&save(&theirs).await), "/events/1");
        assert_eq!(where_to(&save(&theirs).await), "/events/1", "clicked twice");
        assert_eq!(count(&app, "SELECT details_revision FROM event WHERE id = 1").await, 2);

        let mine = with(&form, &[("form[name]", "Autumn Gala"), GALA[1], GALA[2], ("form[pax]", "80")]);
        let told = save(&mine).await;
        assert_eq!(told.status, StatusCode::CONFLICT);
        let page = elements(&told.text());
        let notes: Vec<_> =
            page.iter().filter(|one| one.attribute("class") == "theirs").map(|one| one.text.as_str()).collect();
        assert_eq!(notes, ["Theirs: Spring Gala", "Theirs: 99"]);
        let again = posted(&page, "save_event");
        assert_eq!(save(&with(&again, &[])).await.status, StatusCode::CONFLICT, "Enter alone replaces nothing unseen");
        let over = page.iter().find(|one| one.attribute("name") == "over").expect("a button");
        let over = over.attribute("value").to_owned();
        assert_eq!(where_to(&save(&with(&again, &[("over", &over)])).await), "/events/1");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM event WHERE name = 'Autumn Gala' AND pax = 80").await, 1);
        assert_eq!(
            save(&with(&again, &[("over", "2"), ("form[pax]", "1")])).await.status,
            StatusCode::CONFLICT,
            "and not a third one"
        );
    }
);

on_both_engines!(
    async fn deleting_leads_to_an_undo_and_a_save_of_the_deleted_one_to_a_way_back(db: Db) {
        let app = dana(db).await;
        let edit = elements(&app.get("/events/1/edit").await.text());
        let delete = posted(&edit, "delete_event");
        for _ in 0..2 {
            let answer = app.post_form(server_fn("delete_event"), &with(&delete, &[])).await;
            assert_eq!(where_to(&answer), "/events?deleted=1");
        }
        let list = elements(&app.get("/events?deleted=1").await.text());
        assert!(list.iter().any(|one| one.attribute("role") == "status" && one.text.contains("“Gala” was deleted.")));
        let undo = posted(&list, "restore_event");
        for path in ["/events/1", "/events/2"] {
            let status = app.get(path).await.status;
            assert_eq!(status == StatusCode::NOT_FOUND, path == "/events/1", "{path}: {status}");
        }

        // Another tab still has the form open.
        let typed = with(&posted(&edit, "save_event"), &[GALA[0], GALA[1], GALA[2]])
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect::<Vec<_>>();
        let told = app.post_form(server_fn("save_event"), &with(&typed, &[])).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", told.text());
        let page = elements(&told.text());
        let kept = posted(&page, "save_event");
        assert!(kept.contains(&("form[name]".to_owned(), "Spring Gala".to_owned())), "{kept:?}");
        assert!(page.iter().any(|one| one.attribute("name") == "restore" && one.text == "Restore and save"));

        assert_eq!(where_to(&app.post_form(server_fn("restore_event"), &with(&undo, &[])).await), "/events/1");
        app.post_form(server_fn("delete_event"), &with(&delete, &[])).await;
        let restored = app.post_form(server_fn("save_event"), &with(&kept, &[("restore", "true")])).await;
        assert_eq!(where_to(&restored), "/events/1");
        assert!(app.get("/events/1").await.text().contains("Spring Gala"));
        app.advance_ms(31_000);
        assert!(!app.get("/events?deleted=1").await.text().contains("was deleted"));
    }
);

on_both_engines!(
    async fn what_is_made_of_an_event_and_a_template_leads_there(db: Db) {
        let app = dana(db).await;
        let edit = elements(&app.get("/events/1/edit").await.text());
        let copy = posted(&edit, "copy_event");
        let refused = app.post_form(server_fn("copy_event"), &with(&copy, &[])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let note = elements(&refused.text())
            .into_iter()
            .find(|one| one.attribute("id") == "copy-1-date-note")
            .expect("its note");
        assert_eq!((note.attribute("class"), note.text.as_str()), ("error", "Enter the day, as in 2026-12-12."));
        let made = app.post_form(server_fn("copy_event"), &with(&copy, &[("form[date]", "2027-05-01")])).await;
        assert!(app.get(where_to(&made)).await.text().contains("Sat 1 May 2027"));

        let template = posted(&edit, "save_template");
        let made = app.post_form(server_fn("save_template"), &with(&template, &[("name", "A <b>night</b>")])).await;
        assert_eq!(where_to(&made), "/templates");
        let templates = elements(&app.get("/templates").await.text());
        assert!(templates.iter().any(|one| one.name == "h2" && one.text.contains("A <b>night</b>")));
        let rename = posted(&templates, "rename_template");
        let refused = app.post_form(server_fn("rename_template"), &with(&rename, &[("name", " ")])).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            elements(&refused.text()).iter().any(|one| one.name == "details" && one.has("open")),
            "it is told there"
        );
        let renamed = app.post_form(server_fn("rename_template"), &with(&rename, &[("name", "A gala")])).await;
        assert_eq!(where_to(&renamed), "/templates");
        assert!(app.get("/templates").await.text().contains("A gala"));
        let start = posted(&templates, "copy_event");
        let made = app.post_form(server_fn("copy_event"), &with(&start, &[("form[date]", "2027-05-02")])).await;
        assert!(app.get(where_to(&made)).await.text().contains("Sun 2 May 2027"));
        let cancel = posted(&edit, "cancel_event");
        assert_eq!(where_to(&app.post_form(server_fn("cancel_event"), &with(&cancel, &[])).await), "/events/1");
        assert!(app.get("/events/1").await.text().contains("Cancelled"));
    }
);

on_both_engines!(
    async fn the_list_is_narrowed_by_its_address_and_says_what_to_do_when_nothing_is_left(db: Db) {
        let app = dana(db).await;
        server::events::tidy(&app.core).await.expect("tidied");
        let page = app.get("/events?old=1&q=gal&status=confirmed").await.text();
        assert!(page.contains("Gala") && !page.contains("Ball"), "{page}");
        let none = elements(&app.get("/events?old=1&q=%3Cnothing%3E").await.text());
        assert!(none.iter().any(|one| one.name == "h2" && one.text == "No event matches"));
        let ways: Vec<_> = none.iter().filter(|one| one.name == "a" && one.attribute("class") == "button").collect();
        let ways: Vec<_> = ways.iter().map(|way| way.attribute("href")).collect();
        assert_eq!(ways[ways.len() - 2..], ["/events?old=1", "/events?q=%3Cnothing%3E"]);

        let stranger = app.signed_in_as(AccountId(2), MemberId(2)).await;
        let empty = elements(&stranger.get("/events").await.text());
        assert!(empty.iter().any(|one| one.name == "h2" && one.text == "No events yet"));
        assert!(
            empty.iter().any(|one| one.attribute("href") == "/events/new" && one.attribute("data-kind") == "primary")
        );
    }
);
