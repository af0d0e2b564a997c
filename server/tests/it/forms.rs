//! Forms that the browser posts by itself: before a page is hydrated, without scripts, and after it died.

use app::contacts::ContactForm;
use app::domain::ids::{AccountId, MemberId};
use app::planner::{CrewRow, LinkState};
use axum::http::StatusCode;
use serde_json::json;
use server::db::Db;

use crate::html::{Element, elements};
use crate::rows;
use crate::support::{Answer, PASSWORD, TestApp, server_fn, server_fns};

/// Dana of the Harbour House, whose Gala has Ann (bounced) and Ben (not yet sent) on it.
async fn dana(db: Db) -> TestApp {
    rows::fill(&mut rows::connect(&db).await).await;
    TestApp::new(db).await.signed_in_as(AccountId(1), MemberId(1)).await
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&mut *app.db().reader().await.expect("a reader")).await.expect("a count")
}

fn where_to(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location")
}

/// The field of this name in the form that posts to a server function.
fn field(page: &[Element], function: &str, name: &str) -> String {
    let form = page.iter().position(|one| one.attribute("action") == server_fn(function)).expect("a form");
    let id = page[form].attribute("id");
    let inside = |one: &&Element| one.ancestors.contains(&form) || !id.is_empty() && one.attribute("form") == id;
    let field = page.iter().filter(inside).find(|one| one.attribute("name") == name).expect("a field");
    if field.name == "textarea" { field.text.clone() } else { field.attribute("value").to_owned() }
}

/// What the page shows as wrong.
fn errors(page: &[Element]) -> Vec<&str> {
    let wrong = page.iter().filter(|one| one.attribute("class") == "error" || one.attribute("role") == "alert");
    wrong.map(|one| one.text.trim()).filter(|text| !text.is_empty()).collect()
}

const PAGES: [&str; 46] = [
    "/sign-in",
    "/sign-up",
    "/forgot",
    "/reset/a-link-to-a-new-password",
    "/change-email/a-link-to-a-new-address",
    "/verify",
    "/account",
    "/events",
    "/events?deleted=2",
    "/events/new",
    "/events/1/edit",
    "/templates",
    "/spaces",
    "/spaces/new",
    "/spaces/1",
    "/deleted",
    "/events/1",
    "/events/1?more=1",
    "/events/1?undo=1",
    "/events/1?revoke=1",
    "/events/1/items/new",
    "/events/1/items/1",
    "/events/1/items/3",
    "/events/1/items/4",
    "/events/1/paste",
    "/events/1/deleted",
    "/events/1?more=2",
    "/events/2/people",
    "/events/1/print",
    "/events/1/print/people",
    "/events/1/print/tags",
    "/events/1/qr/1",
    "/events/1/public",
    "/events/1/notes",
    "/events/1/notes?removed=note-3",
    "/events/2/public",
    "/events/1/requests",
    "/events/1/requests/1",
    "/requests",
    "/events/1/batch",
    "/events/1/batch?kind=share&who=everybody",
    "/events/1/batch?batch=2",
    "/contacts",
    "/contacts/new",
    "/contacts/1",
    "/contacts/1/emails",
];

on_both_engines!(
    async fn a01_every_button_belongs_to_a_form_that_works_without_scripts_or_says_that_it_needs_them(db: Db) {
        let member = dana(db).await;
        let visitor = TestApp::beside(&member, member.db().clone());
        // Somebody owns the installation, so that a sign-up has to be let in.
        let visitor = visitor.open_to_all();
        // Its link was made with another key, so that it cannot be shown.
        for function in ["revoke_link", "generate_link"] {
            member.post_json(server_fn(function), &json!({ "crew": 1 })).await;
        }
        // A row that overruns the one above, one that was deleted, and something to put back.
        let typed = |starts: &str, title: &str| json!({ "day": "1970-01-01", "starts": starts, "title": title });
        for (function, body) in [
            ("add_item", json!({ "event": 1, "form": typed("00:10", "Cue") })),
            ("add_item", json!({ "event": 1, "form": typed("00:20", "Off") })),
            (
                "save_item",
                json!({ "item": 3, "seen": typed("00:10", "Cue").to_string(), "form": typed("00:10", "Lights") }),
            ),
            ("delete_item", json!({ "item": 4 })),
        ] {
            let answer = member.post_json(server_fn(function), &body).await;
            assert_eq!(answer.status, StatusCode::OK, "{function}: {}", answer.text());
        }
        // Mails to several, which can be taken back.
        let several = json!({ "event": 1, "kind": "rsvp", "who": "everybody" });
        let answer = member.post_json(server_fn("start_batch"), &several).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        // A public link of one event, and none of another.
        member.post_json(server_fn("make_public_link"), &json!({ "event": 2 })).await;
        // Somebody of the Ball who can be brought back.
        member.post_json(server_fn("add_person"), &json!({ "event": 2, "contact": 2 })).await;
        member.post_json(server_fn("remove_crew"), &json!({ "crew": 4 })).await;
        let row: CrewRow = member.post_json(server_fn("generate_link"), &json!({ "crew": 3 })).await.json();
        let LinkState::Live { url, .. } = row.link else { panic!("no link: {row:?}") };
        let guests = url.strip_prefix("http://callboard.test").expect("a link of this installation");
        // Something of each kind that can be restored, and a template.
        member.post_json(server_fn("create_space"), &json!({ "form": { "name": "Attic" } })).await;
        member.post_json(server_fn("save_template"), &json!({ "event": 1, "name": "Gala" })).await;
        let copy = json!({ "event": 2, "form": { "name": "Ball", "date": "2027-01-02" } });
        let copy: i64 = member.post_json(server_fn("copy_event"), &copy).await.json();
        member.post_json(server_fn("delete_event"), &json!({ "event": copy })).await;
        member.post_json(server_fn("delete_space"), &json!({ "space": 2 })).await;
        let mut posted_to = std::collections::BTreeSet::new();
        for path in PAGES.into_iter().chain([guests]) {
            let for_visitors = ["/sign-in", "/sign-up", "/forgot", guests].contains(&path);
            let answer = if for_visitors { visitor.get(path).await } else { member.get(path).await };
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            let page = elements(&answer.text());
            for form in page.iter().filter(|one| one.name == "form") {
                let action = form.attribute("action");
                if form.attribute("enctype") == "multipart/form-data" {
                    // Files go to routes of their own.
                    let takes_files = action.starts_with(guests)
                        || action.starts_with("/events/1/files?for=")
                        || action.starts_with("/requests/");
                    assert!(takes_files && form.attribute("method") == "post", "{path}: {form:?}");
                } else if form.attribute("method") == "post" {
                    posted_to.insert(action.to_owned());
                    assert!(server_fns().contains(&action), "{path}: {form:?}");
                } else {
                    assert!(app::paths::page_at(action).is_some(), "{path}: {form:?}");
                }
            }
            for other in page.iter().map(|one| one.attribute("formaction")).filter(|other| !other.is_empty()) {
                if other.starts_with("/events/1/files?for=") {
                    continue;
                }
                assert!(server_fns().contains(&other), "{path}: {other}");
                posted_to.insert(other.to_owned());
            }
            for (place, button) in page.iter().enumerate().filter(|(_, one)| one.name == "button") {
                let own = button.ancestors.iter().any(|place| page[*place].name == "form");
                let named =
                    page.iter().any(|one| one.name == "form" && one.attribute("id") == button.attribute("form"));
                let submits = button.attribute("type") != "button" && (own || button.has("form") && named);
                let reason = page.get(place + 1).is_some_and(|next| next.attribute("class").contains("needs-scripts"));
                let waits = button.has("disabled") && reason;
                // Explains itself on hover and focus, by style alone.
                let explains = button.has("data-status");
                // Is not there until a script of the page shows it.
                let appears = button.has("hidden") && page.get(place + 1).is_some_and(|next| next.name == "script");
                assert!(submits || waits || explains || appears, "{path}: {button:?}");
            }
            for input in page.iter().filter(|one| matches!(&*one.name, "input" | "textarea") && !one.has("readonly")) {
                assert!(input.has("name"), "{path}: {input:?}");
                assert_ne!(input.attribute("type"), "email", "{path}: browsers rewrite and refuse addresses (row B8)");
            }
        }
        let writing = server_fns().into_iter().filter(|path| !path.starts_with("/api/load_"));
        assert_eq!(posted_to, writing.map(ToOwned::to_owned).collect(), "every function that writes has a form");
    }
);

on_both_engines!(
    async fn a01_a_refused_form_comes_back_with_what_was_typed_and_why_at_the_field(db: Db) {
        let app = dana(db).await;
        let fields = [
            ("page", "/contacts/new"),
            ("key", "k"),
            ("form[first_name]", "Zoë"),
            ("form[last_name]", "\"><script>alert(1)</script>"),
            ("form[organisation]", ""),
            ("form[role]", ""),
            ("form[email]", "zoe@nowhere"),
            ("form[mobile]", ""),
            ("form[website]", ""),
            ("form[notes]", "two\r\nlines & </textarea>"),
        ];
        let answer = app.post_form(server_fn("create_contact"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
        let page = elements(&answer.text());
        for (name, typed) in fields.into_iter().skip(2) {
            let shown = field(&page, "create_contact", name).replace("\r\n", "\n");
            assert_eq!(shown, typed.replace("\r\n", "\n"), "{name}");
        }
        let email = page.iter().find(|one| one.attribute("id") == "email").expect("the field");
        assert_eq!(email.attribute("aria-invalid"), "true");
        let note = page.iter().find(|one| one.attribute("id") == "email-note").expect("its note");
        assert!(note.attribute("class") == "error" && !note.text.is_empty(), "{note:?}");
        assert!(page.iter().any(|one| one.name == "html" && one.attribute("data-page") == "/contacts/new"));
        assert_eq!(count(&app, "SELECT COUNT(*) FROM contact").await, 2);
    }
);

on_both_engines!(
    async fn a01_a_repeated_post_is_one_contact_and_a_changed_one_another(db: Db) {
        let app = dana(db).await;
        let page = elements(&app.get("/contacts/new").await.text());
        let key = field(&page, "create_contact", "key");
        let post = async |first_name: &str, key: &str| {
            let mut fields = vec![("page", "/contacts/new"), ("key", key), ("form[first_name]", first_name)];
            let rest = ["last_name", "organisation", "role", "email", "mobile", "website", "notes"];
            let rest = rest.map(|name| format!("form[{name}]"));
            fields.extend(rest.iter().map(|name| (name.as_str(), "")));
            app.post_form(server_fn("create_contact"), &fields).await
        };
        let zoe = ContactForm { first_name: "Zoe".into(), ..ContactForm::default() };
        let first = post("Zoe", &key).await;
        let lead = where_to(&first).to_owned();
        assert!(lead.starts_with("/contacts/") && lead.ends_with("?saved"), "{lead}");
        assert_eq!(where_to(&post("Zoe", &key).await), lead, "clicked twice");
        let as_the_client_sends_it =
            app.post_json(server_fn("create_contact"), &json!({ "key": key, "form": zoe })).await;
        assert_eq!(
            as_the_client_sends_it.json::<i64>().to_string(),
            lead["/contacts/".len()..lead.len() - "?saved".len()]
        );
        let both = tokio::join!(post("Ada", &key), post("Ada", &key));
        assert_eq!(where_to(&both.0), where_to(&both.1), "at once");
        assert_ne!(where_to(&post("Zoe", "another").await), lead, "another form");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM contact").await, 5);

        let saved = elements(&app.get(&lead).await.text());
        assert!(saved.iter().any(|one| one.attribute("role") == "status" && one.text.contains("Saved.")));
    }
);

on_both_engines!(
    async fn a01_a_repeated_save_is_one_save_and_somebody_elses_is_a_conflict(db: Db) {
        let app = dana(db).await;
        let page = elements(&app.get("/contacts/1").await.text());
        let revision = field(&page, "save_contact", "revision");
        let save = async |notes: &str, revision: &str| {
            let fields = [
                ("page", "/contacts/1"),
                ("contact", "1"),
                ("revision", revision),
                ("form[first_name]", "Ann"),
                ("form[last_name]", ""),
                ("form[organisation]", ""),
                ("form[role]", ""),
                ("form[email]", "ann@x.test"),
                ("form[mobile]", ""),
                ("form[website]", ""),
                ("form[notes]", notes),
            ];
            app.post_form(server_fn("save_contact"), &fields).await
        };
        assert_eq!(where_to(&save("one\r\ntwo", &revision).await), "/contacts/1?saved");
        assert_eq!(where_to(&save("one\r\ntwo", &revision).await), "/contacts/1?saved", "clicked twice");
        assert_eq!(count(&app, "SELECT COUNT(*) FROM contact WHERE id = 1 AND details_revision = 2").await, 1);

        // Mended in between: the revision that was being changed stays.
        let invalid = save(&"x".repeat(3_001), &revision).await;
        assert_eq!(invalid.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(field(&elements(&invalid.text()), "save_contact", "revision"), revision);

        let conflict = save("three", &revision).await;
        assert_eq!(conflict.status, StatusCode::CONFLICT);
        let page = elements(&conflict.text());
        assert_eq!(field(&page, "save_contact", "form[notes]"), "three");
        assert_eq!(field(&page, "save_contact", "revision"), revision, "saving again would not replace theirs unseen");
        assert!(page.iter().any(|one| one.text.contains("Somebody else changed this contact meanwhile.")));
        assert!(page.iter().any(|one| one.name == "a" && one.text == "Reload"), "and it says what to do");
    }
);

on_both_engines!(
    async fn what_was_typed_into_a_deleted_item_comes_back_with_who_deleted_it_and_a_way_to_save_it(db: Db) {
        let app = dana(db).await;
        let typed = json!({ "day": "1970-01-01", "starts": "00:10", "title": "Cue" });
        let added = json!({ "event": 1, "form": typed });
        let added: app::run_of_show::Edited = app.post_json(server_fn("add_item"), &added).await.json();
        let path = format!("/events/1/items/{}", added.item.id);
        let page = elements(&app.get(&path).await.text());
        app.post_json(server_fn("delete_item"), &json!({ "item": added.item.id })).await;
        let names = ["page", "item", "seen", "told", "form[day]", "form[starts]", "form[details]"];
        let fields = names.map(|name| (name, field(&page, "save_item", name)));
        let mut fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fields.push(("form[title]", "Lights & sound"));

        let refused = app.post_form(server_fn("save_item"), &fields).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        let page = elements(&refused.text());
        assert!(page.iter().any(|one| one.text.starts_with("Dana deleted this item on ")), "{:?}", errors(&page));
        assert_eq!(field(&page, "save_item", "form[title]"), "Lights & sound");
        assert!(!page.iter().any(|one| one.text.contains("That did not work")), "it is told once");
        let button = page.iter().find(|one| one.attribute("name") == "restore").expect("a button");
        assert_eq!(button.text.trim(), "Restore it with my changes");
        fields.push(("restore", button.attribute("value")));
        let saved = app.post_form(server_fn("save_item"), &fields).await;
        assert!(where_to(&saved).starts_with("/events/1?undo="));
        assert_eq!(
            count(&app, "SELECT COUNT(*) FROM item WHERE title = 'Lights & sound' AND deleted_at IS NULL").await,
            1
        );
    }
);

on_both_engines!(
    async fn a01_email_link_and_its_panel_work_by_plain_posts(db: Db) {
        let app = dana(db).await;
        let page = elements(&app.get("/events/2").await.text());
        let fields: Vec<(&str, String)> =
            ["page", "crew", "key", "address"].map(|name| (name, field(&page, "email_link", name))).into();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        app.advance_ms(10 * 60_000);

        let blocked = app.post_form(server_fn("email_link"), &fields).await;
        assert_eq!(blocked.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = elements(&blocked.text());
        assert!(errors(&page).iter().any(|error| error.contains("bounced")), "{:?}", errors(&page));

        let fixed: Vec<_> =
            fields.iter().map(|one| if one.0 == "address" { ("address", "ann@y.test") } else { *one }).collect();
        for _ in 0..2 {
            assert_eq!(
                where_to(&app.post_form(server_fn("correct_address"), &fixed).await),
                "/events/2?pane=crew#more-3"
            );
        }
        assert_eq!(count(&app, "SELECT COUNT(*) FROM email WHERE recipient = 'ann@y.test'").await, 1);
        assert_eq!(count(&app, "SELECT COUNT(*) FROM contact WHERE id = 1 AND email = 'ann@y.test'").await, 1);

        let panel = elements(&app.get("/events/2?revoke=3").await.text());
        let revoke = ["page", "crew"].map(|name| (name, field(&panel, "revoke_link", name)));
        let revoke = revoke.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = app.post_form(server_fn("revoke_link"), &revoke).await;
        assert_eq!(where_to(&answer), "/events/2?more=3#more-3");
        let panel = elements(&app.get("/events/2?more=3").await.text());
        assert!(panel.iter().any(|one| one.attribute("action") == server_fn("generate_link")));
    }
);

on_both_engines!(
    async fn a01_a_form_leads_to_no_other_site_and_tells_no_password(db: Db) {
        let app = dana(db).await;
        for elsewhere in ["https://evil.test/", "//evil.test", "/sandbox/1", ""] {
            let fields = [("page", elsewhere), ("crew", "1")];
            assert_eq!(where_to(&app.post_form(server_fn("generate_link"), &fields).await), "/events", "{elsewhere}");
            let refused = app.post_form(server_fn("generate_link"), &[("page", elsewhere), ("crew", "99")]).await;
            assert_eq!((refused.status, refused.header("location")), (StatusCode::NOT_FOUND, ""), "{elsewhere}");
        }
        let visitor = TestApp::beside(&app, app.db().clone());
        let fields =
            [("email", "dana@house.test"), ("password", "hunter2hunter2"), ("page", "/sign-in?next=%2Fcontacts")];
        let answer = visitor.post_form(server_fn("sign_in"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = elements(&answer.text());
        assert_eq!(field(&page, "sign_in", "email"), "dana@house.test");
        assert!(!answer.text().contains("hunter2"), "{}", answer.text());

        let ended = visitor.post_form(server_fn("generate_link"), &[("page", "/events/1?more=1"), ("crew", "1")]).await;
        assert_eq!(where_to(&ended), "/sign-in?next=%2Fevents%2F1%3Fmore%3D1");
    }
);

on_both_engines!(
    async fn d14_what_an_address_claims_about_errors_is_not_shown(db: Db) {
        let app = TestApp::new(db).await;
        let claimed =
            app.get("/sign-in?__err=eyJJbnZhbGlkIjp7ImZpZWxkIjoiIiwibWVzc2FnZSI6IkNhbGwgdXMifX0&__path=x").await;
        assert!(errors(&elements(&claimed.text())).is_empty());
        let right = [("email", "demo@callboard.test"), ("password", PASSWORD), ("next", ""), ("page", "/sign-in")];
        assert_eq!(where_to(&app.post_form(server_fn("sign_in"), &right).await), "/events");
    }
);
