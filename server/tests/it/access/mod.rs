//! Who may reach what, through the real router: every server function (also as a plain post), every page, every other route
//! and every topic of the live channel, as the owner, as somebody of another account, as a guest and as nobody. Each has a rule
//! here, and one without fails.

mod live;
mod pages;
mod routes;

use app::contacts::ContactPage;
use app::domain::ids::{
    BatchId, ContactId, CrewId, EventFileId, EventId, ItemId, NoteId, RequestId, SpaceId, UploadId,
};
use app::error::AppError;
use app::events::EventPage;
use app::live::{ClientMessage, ServerMessage, Topic};
use app::paths::PAGES;
use app::planner::{CrewRow, LinkState};
use app::run_of_show::Edited;
use app::wire::{LIVE, decode, encode};
use axum::http::{Method, StatusCode};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use server::db::Db;
use sqlx::AssertSqlSafe;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::database::with_sqlite;
use crate::support::{Answer, NOON, TestApp, server_fn, server_fns};

/// Server functions for everybody: whoever signs in or up, or holds a link. `accounts`, `progress`, `rsvp`, `share_page` and `uploads`
/// try them.
const FOR_EVERYBODY: [&str; 11] = [
    "sign_in",
    "sign_up",
    "forgot_password",
    "reset_password",
    "confirm_email",
    "load_run_of_show",
    "load_invitation",
    "answer_rsvp",
    "answer_request",
    "withdraw_upload",
    "press_item",
];

/// Server functions for whoever is signed in that name nothing of an account: they are about the caller's own. In an order in
/// which all of them succeed, but for those that a test of this kind has nothing right to say to.
fn own_calls() -> Vec<(&'static str, Value)> {
    vec![
        ("load_session", json!({})),
        ("load_profile", json!({})),
        ("load_contacts", json!({ "search": "", "after": null })),
        ("load_events", json!({ "query": { "old": false, "status": null, "search": "" }, "after": null })),
        ("load_templates", json!({})),
        ("load_deleted", json!({})),
        ("load_spaces", json!({ "search": "" })),
        ("load_request_overview", json!({})),
        ("create_contact", json!({ "form": form("Eve") })),
        ("create_event", json!({ "form": event_form() })),
        ("create_space", json!({ "form": { "name": "Attic" } })),
        ("rename_member", json!({ "name": "Eve" })),
        ("send_code", json!({})),
        ("verify_email", json!({ "code": "000000" })),
        ("change_password", json!({ "present_password": "wrong", "new_password": "wrong" })),
        ("change_email", json!({ "present_password": "wrong", "email": "eve@guests.test" })),
        ("sign_out", json!({})),
    ]
}

/// Ids of one account's things.
#[derive(Clone, Copy)]
struct Ids {
    contact: ContactId,
    event: EventId,
    crew: CrewId,
    /// The first item of the event. Its edits and changes are the first there are; the second change is of its title.
    item: ItemId,
    space: SpaceId,
    template: EventId,
    request: RequestId,
    /// A file that Ann sent for it.
    upload: UploadId,
    /// An RSVP invite to Ann, which waits.
    batch: BatchId,
    note: NoteId,
    /// Two, of which the second can be moved up.
    files: [EventFileId; 2],
}

const UNKNOWN: Ids = Ids {
    contact: ContactId(987_654),
    event: EventId(987_654),
    crew: CrewId(987_654),
    item: ItemId(987_654),
    space: SpaceId(987_654),
    template: EventId(987_654),
    request: RequestId(987_654),
    upload: UploadId(987_654),
    batch: BatchId(987_654),
    note: NoteId(987_654),
    files: [EventFileId(987_654), EventFileId(987_655)],
};

/// Every server function that takes an id, with a call that the owner may make. In an order in which all of them succeed.
fn calls(
    Ids { contact, event, crew, item, space, template, request, upload, batch, note, files: [_, file] }: Ids,
) -> Vec<(&'static str, Value)> {
    vec![
        ("load_contact_header", json!({ "contact": contact })),
        ("load_contact_details", json!({ "contact": contact })),
        ("load_contact_events", json!({ "contact": contact })),
        ("load_contact_emails", json!({ "contact": contact, "after": null })),
        ("save_contact", json!({ "contact": contact, "revision": 1, "form": form("Anna") })),
        ("load_planner", json!({ "event": event })),
        ("load_item", json!({ "event": event, "item": item, "after": null })),
        ("add_item", json!({ "event": event, "form": item_form("Cake") })),
        ("save_item", renamed(item, "Doors open", "Dinner")),
        ("duplicate_item", json!({ "item": item })),
        ("move_item", json!({ "item": item })),
        ("push_item", json!({ "item": item })),
        ("delete_item", json!({ "item": item })),
        ("load_deleted_items", json!({ "event": event })),
        ("restore_item", json!({ "item": item })),
        ("load_paste", json!({ "event": event, "text": "18:00\tTea" })),
        ("paste_items", json!({ "event": event, "text": "18:00\tTea", "confirmed": true })),
        ("put_back", json!({ "change": item.0 + 1 })),
        ("undo_edit", json!({ "edit": item.0 })),
        ("generate_link", json!({ "crew": crew })),
        ("revoke_link", json!({ "crew": crew })),
        ("load_batch_choice", json!({ "event": event, "choice": { "kind": "share", "who": "everybody", "rows": "" } })),
        ("start_batch", json!({ "event": event, "kind": "share", "who": "everybody" })),
        ("load_batches", json!({ "event": event })),
        ("load_batch", json!({ "event": event, "batch": batch })),
        ("take_back_person", json!({ "batch": batch, "crew": crew })),
        ("take_back_batch", json!({ "batch": batch })),
        ("email_link", json!({ "crew": crew, "address": "ann@guests.test", "key": "one" })),
        ("send_invite", json!({ "crew": crew, "address": "ann@guests.test", "key": "three" })),
        ("set_rsvp", json!({ "crew": crew, "rsvp": "accepted" })),
        ("set_role", json!({ "crew": crew, "role": "Host" })),
        ("create_note", json!({ "event": event, "form": { "text": "Parking in yard 2", "audience": "everybody" } })),
        ("save_note", json!({ "note": note, "revision": 1, "form": { "text": "Yard 3" } })),
        ("delete_note", json!({ "note": note })),
        ("restore_note", json!({ "note": note })),
        ("save_event_file", json!({ "file": file, "revision": 1, "form": { "name": "Plan" } })),
        ("move_event_file", json!({ "file": file, "position": 2 })),
        ("delete_event_file", json!({ "file": file })),
        ("restore_event_file", json!({ "file": file })),
        ("make_public_link", json!({ "event": event })),
        ("revoke_public_link", json!({ "event": event })),
        ("load_requests", json!({ "event": event, "crew": crew })),
        ("load_request", json!({ "request": request })),
        ("create_request", json!({ "event": event, "crew": crew, "form": { "label": "Rider" } })),
        ("save_request", json!({ "request": request, "revision": 1, "form": { "label": "Plan" } })),
        ("approve_upload", json!({ "upload": upload, "revision": 1 })),
        ("reject_upload", json!({ "upload": upload, "revision": 2, "note": "Too dark" })),
        ("remove_reference", json!({ "request": request })),
        ("delete_request", json!({ "request": request })),
        ("restore_request", json!({ "request": request })),
        ("load_people", json!({ "event": event, "search": "" })),
        ("add_person", json!({ "event": event, "contact": contact })),
        ("add_new_person", json!({ "event": event, "first_name": "Bob" })),
        ("add_people", json!({ "event": event, "lines": "Cy <cy@guests.test>" })),
        ("correct_address", json!({ "crew": crew, "address": "anna@guests.test", "key": "two" })),
        ("remove_crew", json!({ "crew": crew })),
        ("restore_crew", json!({ "crew": crew })),
        ("load_event_form", json!({ "event": event })),
        ("save_event", json!({ "event": event, "revision": 1, "form": event_form() })),
        ("copy_event", json!({ "event": event, "form": { "name": "Ball", "date": "2027-01-02" } })),
        ("save_template", json!({ "event": event, "name": "Ball" })),
        ("rename_template", json!({ "event": template, "name": "Ball" })),
        ("cancel_event", json!({ "event": event })),
        ("delete_event", json!({ "event": event })),
        ("restore_event", json!({ "event": event })),
        ("load_space", json!({ "space": space })),
        ("save_space", json!({ "space": space, "revision": 1, "form": { "name": "Hall" } })),
        ("delete_space", json!({ "space": space })),
        ("restore_space", json!({ "space": space })),
    ]
}

fn form(first_name: &str) -> Value {
    json!({
        "first_name": first_name, "last_name": "", "organisation": "", "role": "", "email": "ann@guests.test",
        "mobile": "", "website": "", "notes": "",
    })
}

fn item_form(title: &str) -> Value {
    json!({ "day": "2026-11-23", "starts": "12:00", "title": title })
}

fn renamed(item: ItemId, from: &str, to: &str) -> Value {
    json!({ "item": item, "seen": item_form(from).to_string(), "form": item_form(to) })
}

fn event_form() -> Value {
    json!({
        "name": "Gala", "starts": "2026-12-12T18:00", "ends": "2026-12-12T23:00", "time_zone": "UTC", "status": "enquiry",
    })
}

/// An event of the app's account with Ann on it, and an item.
async fn set(app: &TestApp) -> Ids {
    let answer = app.post_json(server_fn("create_contact"), &json!({ "form": form("Ann") })).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let contact: ContactId = answer.json();
    let (account, at) = (app.account, NOON.0);
    let event = async |is_template: u8| {
        let sql = format!(
            "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, rsvp, is_template, created_at) \
             VALUES ({account}, 'Gala', 'confirmed', {at}, {at}, 'Europe/Lisbon', 1, {is_template}, 0) RETURNING id"
        );
        EventId(number(app.db(), sql).await)
    };
    let (event, template) = (event(0).await, event(1).await);
    let crew = CrewId(
        number(
            app.db(),
            format!(
                "INSERT INTO crew (account_id, event_id, contact_id, created_at) \
                 VALUES ({account}, {event}, {contact}, 0) RETURNING id"
            ),
        )
        .await,
    );
    let body = json!({ "event": event, "form": item_form("Doors") });
    let answer = app.post_json(server_fn("add_item"), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let item = answer.json::<Edited>().item.id;
    let answer = app.post_json(server_fn("save_item"), &renamed(item, "Doors", "Doors open")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let space = app.post_json(server_fn("create_space"), &json!({ "form": { "name": "Hall" } })).await.json();
    let request = format!(
        "INSERT INTO request (account_id, event_id, kind, label, created_at) \
         VALUES ({account}, {event}, 'file', 'Plot', 0) RETURNING id"
    );
    let request = RequestId(number(app.db(), request).await);
    let upload = format!(
        "INSERT INTO upload (account_id, request_id, crew_id, file_name, media_type, object_key, created_at, stored_at) \
         VALUES ({account}, {request}, {crew}, 'ann.pdf', 'application/pdf', 'k/{request}', 0, 0) RETURNING id"
    );
    let upload = UploadId(number(app.db(), upload).await);
    let body = json!({ "event": event, "kind": "rsvp", "who": "everybody" });
    let batch = app.post_json(server_fn("start_batch"), &body).await.json();
    let body = json!({ "event": event, "form": { "text": "Yard 2" } });
    let note = app.post_json(server_fn("create_note"), &body).await.json();
    let file = async |position: u8| {
        let sql = format!(
            "INSERT INTO event_file (account_id, event_id, name, file_name, media_type, object_key, audience, position, \
             created_at, stored_at) VALUES ({account}, {event}, 'Map', 'map.pdf', 'application/pdf', \
             'n/{event}/{position}', 'everybody', {position}, 0, 0) RETURNING id"
        );
        EventFileId(number(app.db(), sql).await)
    };
    let files = [file(1).await, file(2).await];
    // What was set up is no change of the event.
    number(app.db(), format!("UPDATE event SET revision = 1 WHERE id = {event} RETURNING id")).await;
    Ids { contact, event, crew, item, space, template, request, upload, batch, note, files }
}

async fn number(db: &Db, sql: String) -> i64 {
    let mut transaction = db.write().await.expect("a transaction");
    let number = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *transaction).await.expect("a number");
    transaction.commit().await.expect("a commit");
    number
}

/// The token of the live share link of the crew row.
async fn link(owner: &TestApp, ids: Ids) -> String {
    let row: CrewRow = owner.post_json(server_fn("generate_link"), &json!({ "crew": ids.crew })).await.json();
    let LinkState::Live { url, .. } = row.link else { panic!("no live link: {row:?}") };
    url.strip_prefix("http://callboard.test/v/").expect("a share link of this installation").to_owned()
}

/// Somebody who holds a share link and tries it as a session.
fn as_guest(app: &TestApp, token: &str) -> TestApp {
    app.with_cookie(&format!("callboard_session={token}"))
}

/// The fields of a form that says the same as this JSON.
fn fields(body: &Value) -> Vec<(String, String)> {
    fn put(fields: &mut Vec<(String, String)>, name: String, value: &Value) {
        match value {
            Value::Null => {}
            Value::Object(object) => {
                for (key, value) in object {
                    put(fields, if name.is_empty() { key.clone() } else { format!("{name}[{key}]") }, value);
                }
            }
            Value::String(text) => fields.push((name, text.clone())),
            other => fields.push((name, other.to_string())),
        }
    }
    let mut all = Vec::new();
    put(&mut all, String::new(), body);
    all
}

async fn post_form(who: &TestApp, name: &str, body: &Value) -> Answer {
    let fields = fields(body);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    who.post_form(server_fn(name), &fields).await
}

/// As people ask: a plain post where something is written, else JSON.
async fn ask(who: &TestApp, name: &str, body: &Value) -> Answer {
    if writes(name) { post_form(who, name, body).await } else { who.post_json(server_fn(name), body).await }
}

/// Those that write: the browser can post them by itself.
fn writes(name: &str) -> bool {
    !name.starts_with("load_")
}

#[test]
fn no_server_function_is_left_out() {
    let mut known: Vec<_> = calls(UNKNOWN).into_iter().chain(own_calls()).map(|(name, _)| server_fn(name)).collect();
    known.extend(FOR_EVERYBODY.map(server_fn));
    let mut all = server_fns();
    known.sort_unstable();
    all.sort_unstable();
    assert_eq!(known, all, "who may call it? A new server function belongs into one of the tables above");
}

on_both_engines!(
    async fn another_accounts_ids_do_not_exist(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, stranger) = (app.sign_in().await, app.as_stranger().await);
        let ids = set(&owner).await;
        let guest = as_guest(&app, "a-token-of-a-share-link");
        let refused = [
            (&app, ids, StatusCode::UNAUTHORIZED, AppError::Unauthenticated),
            (&guest, ids, StatusCode::UNAUTHORIZED, AppError::Unauthenticated),
            (&stranger, ids, StatusCode::NOT_FOUND, AppError::NotFound),
            (&owner, UNKNOWN, StatusCode::NOT_FOUND, AppError::NotFound),
        ];
        for (who, ids, status, error) in refused {
            for (name, body) in calls(ids) {
                let answer = who.post_json(server_fn(name), &body).await;
                assert_eq!((answer.status, answer.json::<AppError>()), (status, error.clone()), "{name}");
                if writes(name) {
                    let posted = post_form(who, name, &body).await;
                    assert_eq!((posted.status, posted.text()), (status, error.to_string()), "{name} as a plain post");
                }
            }
        }
        let traces = "SELECT (SELECT COUNT(*) FROM email) + (SELECT COUNT(*) FROM link) + (SELECT COUNT(*) FROM public_link) + (SELECT COUNT(*) - 2 FROM timeline_edit) \
             + (SELECT COUNT(*) FROM contact WHERE revision <> 1 OR first_name <> 'Ann') \
             + (SELECT COUNT(*) FROM event WHERE revision <> 1 OR name <> 'Gala' OR deleted_at IS NOT NULL) \
             + (SELECT COUNT(*) FROM request WHERE revision <> 1 OR label <> 'Plot' OR deleted_at IS NOT NULL) \
             + (SELECT COUNT(*) - 1 FROM event_note) + (SELECT COUNT(*) FROM event_note WHERE revision <> 1) \
             + (SELECT COUNT(*) - 2 FROM event_file) + (SELECT COUNT(*) FROM event_file WHERE revision <> 1) \
             + (SELECT COUNT(*) FROM upload WHERE revision <> 1 OR deleted_at IS NOT NULL) \
             + (SELECT COUNT(*) FROM space WHERE revision <> 1 OR deleted_at IS NOT NULL) \
             + (SELECT COUNT(*) FROM crew WHERE rsvp IS NOT NULL OR revision <> 0 OR deleted_at IS NOT NULL)";
        assert_eq!(number(app.db(), traces.to_owned()).await, 0, "nobody changed anything");

        // The same calls are good ones: it was the caller that was wrong, or the id.
        for (name, body) in calls(ids) {
            let answer = owner.post_json(server_fn(name), &body).await;
            assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text());
        }
    }
);

on_both_engines!(
    async fn lists_hold_the_callers_own_account_alone(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, stranger) = (app.sign_in().await, app.as_stranger().await);
        let ids = set(&owner).await;
        let theirs = stranger.post_json(server_fn("create_contact"), &json!({ "form": form("Ann") })).await;
        let theirs: ContactId = theirs.json();
        let contacts = async |who: &TestApp| -> Vec<ContactId> {
            let answer = who.post_json(server_fn("load_contacts"), &json!({ "search": "ann", "after": null })).await;
            answer.json::<ContactPage>().rows.iter().map(|row| row.id).collect()
        };
        let events = async |who: &TestApp| -> Vec<EventId> {
            let answer = who
                .post_json(
                    server_fn("load_events"),
                    &json!({ "query": { "old": false, "status": null, "search": "" }, "after": null }),
                )
                .await;
            answer.json::<EventPage>().rows.iter().map(|row| row.id).collect()
        };
        assert_eq!((contacts(&owner).await, events(&owner).await), (vec![ids.contact], vec![ids.event]));
        assert_eq!((contacts(&stranger).await, events(&stranger).await), (vec![theirs], vec![]));
    }
);

on_both_engines!(
    async fn whoever_is_not_signed_in_has_nothing_of_their_own(db: Db) {
        let app = TestApp::new(db).await;
        let owner = app.sign_in().await;
        let ids = set(&owner).await;
        let token = link(&owner, ids).await;
        let before = crate::rows::dump(&mut crate::rows::connect(app.db()).await).await;
        for who in [&app, &as_guest(&app, &token)] {
            for (name, body) in own_calls() {
                let answer = ask(who, name, &body).await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}: {}", answer.text());
            }
        }
        assert_eq!(before, crate::rows::dump(&mut crate::rows::connect(app.db()).await).await, "nothing was written");
        // The same calls are understood, so that it was the caller that was wrong.
        for (name, body) in own_calls() {
            let answer = ask(&owner, name, &body).await;
            let fails = ["verify_email", "change_password", "change_email"].contains(&name);
            let understood = if fails {
                answer.status == StatusCode::UNPROCESSABLE_ENTITY
            } else {
                answer.status.is_success() || answer.status.is_redirection()
            };
            assert!(understood, "{name}: {} {}", answer.status, answer.text());
        }
    }
);

/// The title read a signal that another thread had just disposed of, and the page was answered 500. Found by `make bench`.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_one_of_many_readers_at_once_gets_their_page() {
    with_sqlite(async |db| {
        let app = TestApp::new(db).await.sign_in().await;
        let Ids { contact, event, .. } = set(&app).await;
        let mut readers = tokio::task::JoinSet::new();
        for _ in 0..32 {
            let app = app.clone();
            readers.spawn(async move {
                for _ in 0..8 {
                    for (path, title) in [
                        (format!("/contacts/{contact}/emails"), "<title>Ann · Emails · Callboard</title>"),
                        (format!("/events/{event}"), "<title>Gala · Callboard</title>"),
                        ("/events".into(), "<title>Events · Callboard</title>"),
                    ] {
                        let answer = app.get(&path).await;
                        assert_eq!(answer.status, StatusCode::OK, "{path}");
                        assert!(answer.text().contains(title), "{path}: {}", answer.text());
                    }
                }
            });
        }
        while let Some(done) = readers.join_next().await {
            done.expect("no reader was disappointed");
        }
    })
    .await;
}
