//! Who may reach what, through the real router: every server function, every page and the live channel, as the owner, as
//! somebody of another account, and as nobody.

use app::contacts::ContactPage;
use app::domain::ids::{ContactId, CrewId, EventId, ItemId, SpaceId};
use app::error::AppError;
use app::events::EventPage;
use app::live::{ClientMessage, ServerMessage, Topic};
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
use crate::support::{NOON, TestApp, server_fn, server_fns};

/// Server functions that name nothing of an account: the table below has all the others.
const WITHOUT_IDS: [&str; 24] = [
    "sign_in",
    "sign_out",
    "load_session",
    "load_contacts",
    "create_contact",
    "load_events",
    "create_event",
    "load_templates",
    "load_deleted",
    "load_spaces",
    "create_space",
    "load_run_of_show",
    "load_invitation",
    "answer_rsvp",
    // Of oneself, or of whoever holds the link: `accounts` tries them.
    "sign_up",
    "verify_email",
    "send_code",
    "forgot_password",
    "reset_password",
    "confirm_email",
    "load_profile",
    "rename_member",
    "change_password",
    "change_email",
];

/// Ids of one account's things.
#[derive(Clone, Copy)]
struct Ids {
    contact: ContactId,
    event: EventId,
    crew: CrewId,
    /// The first item of the event. Its edits and changes are the first there are; the second change is of its title.
    item: ItemId,
    space: SpaceId,
}

const UNKNOWN: Ids = Ids {
    contact: ContactId(987_654),
    event: EventId(987_654),
    crew: CrewId(987_654),
    item: ItemId(987_654),
    space: SpaceId(987_654),
};

/// Every server function that takes an id, with a call that the owner may make. In an order in which all of them succeed.
fn calls(Ids { contact, event, crew, item, space }: Ids) -> Vec<(&'static str, Value)> {
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
        ("email_link", json!({ "crew": crew, "address": "ann@guests.test", "key": "one" })),
        ("send_invite", json!({ "crew": crew, "address": "ann@guests.test", "key": "three" })),
        ("set_rsvp", json!({ "crew": crew, "rsvp": "accepted" })),
        ("set_role", json!({ "crew": crew, "role": "Host" })),
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
    let event = EventId(
        number(
            app.db(),
            format!(
                "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, rsvp, created_at) \
                 VALUES ({account}, 'Gala', 'confirmed', {at}, {at}, 'Europe/Lisbon', 1, 0) RETURNING id"
            ),
        )
        .await,
    );
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
    Ids { contact, event, crew, item, space }
}

async fn number(db: &Db, sql: String) -> i64 {
    let mut transaction = db.write().await.expect("a transaction");
    let number = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *transaction).await.expect("a number");
    transaction.commit().await.expect("a commit");
    number
}

#[test]
fn no_server_function_is_left_out() {
    let mut known: Vec<_> = calls(UNKNOWN).iter().map(|(name, _)| server_fn(name)).collect();
    known.extend(WITHOUT_IDS.map(server_fn));
    let mut all = server_fns();
    known.sort_unstable();
    all.sort_unstable();
    assert_eq!(known, all, "a new server function belongs into the table above");
}

on_both_engines!(
    async fn another_accounts_ids_do_not_exist(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, stranger) = (app.sign_in().await, app.as_stranger().await);
        let ids = set(&owner).await;
        let refused = [
            (&app, ids, StatusCode::UNAUTHORIZED, AppError::Unauthenticated),
            (&stranger, ids, StatusCode::NOT_FOUND, AppError::NotFound),
            (&owner, UNKNOWN, StatusCode::NOT_FOUND, AppError::NotFound),
        ];
        for (who, ids, status, error) in refused {
            for (name, body) in calls(ids) {
                let answer = who.post_json(server_fn(name), &body).await;
                assert_eq!((answer.status, answer.json::<AppError>()), (status, error.clone()), "{name}");
            }
        }
        let traces = "SELECT (SELECT COUNT(*) FROM email) + (SELECT COUNT(*) FROM link) + (SELECT COUNT(*) - 2 FROM timeline_edit) \
             + (SELECT COUNT(*) FROM contact WHERE revision <> 1 OR first_name <> 'Ann') \
             + (SELECT COUNT(*) FROM event WHERE revision <> 1 OR name <> 'Gala' OR deleted_at IS NOT NULL) \
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
        for (name, body) in [
            ("load_session", json!({})),
            ("load_contacts", json!({ "search": "", "after": null })),
            ("load_events", json!({ "query": { "old": false, "status": null, "search": "" }, "after": null })),
            ("create_contact", json!({ "form": form("Eve") })),
            ("create_event", json!({ "form": event_form() })),
            ("create_space", json!({ "form": { "name": "Hall" } })),
            ("load_event_form", json!({ "event": null })),
            ("load_templates", json!({})),
            ("load_deleted", json!({})),
            ("load_spaces", json!({ "search": "" })),
            ("load_space", json!({ "space": null })),
            ("load_profile", json!({})),
        ] {
            let answer = app.post_json(server_fn(name), &body).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
        }
    }
);

on_both_engines!(
    async fn pages_of_another_account_are_not_found(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, stranger) = (app.sign_in().await, app.as_stranger().await);
        let Ids { contact, event, item, space, .. } = set(&owner).await;
        for (path, shows) in [
            (format!("/events/{event}"), "Ann"),
            (format!("/events/{event}/edit"), "Gala"),
            (format!("/events/{event}/items/{item}"), "Gala"),
            (format!("/events/{event}/items/new"), "Gala"),
            (format!("/events/{event}/paste"), "Gala"),
            (format!("/events/{event}/deleted"), "Gala"),
            (format!("/spaces/{space}"), "Hall"),
            (format!("/contacts/{contact}"), "Ann"),
            (format!("/contacts/{contact}/events"), "Ann"),
            (format!("/contacts/{contact}/emails"), "Ann"),
        ] {
            let own = owner.get(&path).await;
            assert!(own.status == StatusCode::OK && own.text().contains(shows), "{path}: {}", own.status);
            let foreign = stranger.get(&path).await;
            assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{path}");
            assert!(
                ["Ann", "Gala", "Hall"].iter().all(|name| !foreign.text().contains(name)),
                "{path}: {}",
                foreign.text()
            );
            assert_eq!(app.get(&path).await.status, StatusCode::SEE_OTHER, "{path}: to sign-in");
        }
        for path in
            ["/events/987654", "/events/987654/edit", "/spaces/987654", "/contacts/987654", "/contacts/987654/emails"]
        {
            assert_eq!(owner.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for path in ["/sandbox", "/sandbox/1", "/sandbox/1/html", "/sandbox/1/source"] {
            let status = app.get(path).await.status;
            assert!([StatusCode::NOT_FOUND, StatusCode::SEE_OTHER].contains(&status), "{path}: {status}");
        }
    }
);

on_both_engines!(
    async fn a_share_link_opens_for_whoever_holds_it_until_it_is_revoked(db: Db) {
        let app = TestApp::new(db).await;
        let owner = app.sign_in().await;
        let Ids { crew, .. } = set(&owner).await;
        let row: CrewRow = owner.post_json(server_fn("generate_link"), &json!({ "crew": crew })).await.json();
        let LinkState::Live { url, .. } = row.link else { panic!("no live link: {row:?}") };
        let path = url.strip_prefix("http://callboard.test").expect("a link of this installation");
        let token = path.strip_prefix("/v/").expect("a share link");
        let open = async |token: &str| {
            let answer = app.post_json(server_fn("load_run_of_show"), &json!({ "token": token })).await;
            answer.status
        };
        assert_eq!((app.get(path).await.status, open(token).await), (StatusCode::OK, StatusCode::OK));
        owner.post_json(server_fn("revoke_link"), &json!({ "crew": crew })).await;
        assert_eq!((app.get(path).await.status, open(token).await), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
        assert_eq!(open("no-such-token").await, StatusCode::NOT_FOUND);
    }
);

on_both_engines!(
    async fn the_live_channel_tells_each_account_its_own(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, stranger) = (app.sign_in().await, app.as_stranger().await);
        let ids = set(&owner).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("ws://{}{LIVE}", listener.local_addr().expect("its address"));
        let router = server::router::router(app.state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("to serve") });
        let connect = async |who: &TestApp| {
            let request = who
                .request(Method::GET, &url)
                .header("origin", "http://callboard.test")
                .header("connection", "upgrade")
                .header("upgrade", "websocket")
                .header("sec-websocket-version", "13")
                .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
            connect_async(request.body(()).expect("a request")).await
        };
        assert!(connect(&app).await.is_err(), "401 without a session");
        for (who, is_theirs) in [(&owner, true), (&stranger, false)] {
            let (mut socket, _) = connect(who).await.expect("a session opens it");
            for topic in [Topic::Event(ids.event), Topic::Contact(ids.contact)] {
                let subscribe = encode(&ClientMessage::Subscribe { topic, rows: 25 });
                socket.send(Message::binary(subscribe)).await.expect("an open socket");
                let answer = socket.next().await.expect("an answer").expect("a frame");
                let answer: ServerMessage = decode(&answer.into_data()).expect("a message");
                assert_eq!(answer != ServerMessage::Refused { topic }, is_theirs, "{topic:?}: {answer:?}");
            }
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
