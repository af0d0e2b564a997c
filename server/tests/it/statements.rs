//! Every statement of the program runs on both engines: the texts of SQL in the sources are looked for among those that ran.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use app::backend::Caller;
use app::domain::delivery::{DeliveryEvent, Report};
use app::domain::ids::{BatchId, ContactId, CrewId, EmailId, EventId, IdempotencyKey, ItemId};
use app::live::Topic;
use app::planner::PlannerPort;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use server::auth::store;
use server::config::Config;
use server::core::Core;
use server::db::{Change, Db, backup};
use server::emails::suppressions;
use server::mailer::{HandOver, Mailer, Memory};
use server::outbox::{MailRate, Worker};
use server::provider::ProviderEvent;
use server::webhooks::Ingest;
use server::workers::Workers;
use server::{demo, realtime, receipts, run_of_show};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::accounts;
use crate::database::Folder;
use crate::live::{Tab, serve};
use crate::sandbox::{self, Client};
use crate::support::{NOON, PASSWORD, TestApp, open_page, published, server_fn};
use crate::venue::{Venue, core};

/// All that a running server does besides what people ask of its services, over the rows of `plans`.
pub async fn the_rest(venue: &Venue) {
    venue.stop_publishing();
    let app = TestApp::new(venue.db().clone()).await;
    sign_in_and_out(&app).await;
    // After a write that was not kept, something is written to see whether it can be.
    venue.db().write().await.expect("a transaction").rollback().await.expect("a rollback");
    venue.db().ping().await.expect("a database that can be written to");
    hand_over(venue).await;
    hear(venue).await;
    watch_live(&app, venue).await;
    Box::pin(accounts::everything(&app.open_to_all())).await;
    keep_a_sandbox(&app).await;
    assert!(!venue.db().is_behind_transaction_pooler().await.expect("an answer"));
    assert!(suppressions::lift(venue.db(), "q1@x.test", "a test", NOON).await.expect("an answer"));
}

/// What may read a whole table: the demo account, made once, and the operator's list of blocked addresses.
pub async fn what_may_scan(db: &Db) {
    let core = core(db.clone(), "0123456789abcdef0123456789abcdef");
    let mut write = db.write().await.expect("a transaction");
    // Whoever has an address of the demo's has another one now.
    let rename = "UPDATE member SET email_key = 'was ' || email_key WHERE email_key LIKE '%@callboard.test'";
    sqlx::query(rename).execute(&mut *write).await.expect("good SQL");
    write.commit().await.expect("a commit");
    assert!(demo::fill(&core).await.expect("a demo"));
    suppressions::list(db).await.expect("a list");
    if !db.is_shared() {
        back_up_and_restore(db).await;
    }
}

/// To another place, where nothing is.
async fn back_up_and_restore(db: &Db) {
    let file: String = sqlx::query_scalar("SELECT file FROM pragma_database_list")
        .fetch_one(&mut *db.reader().await.expect("a reader"))
        .await
        .expect("its file");
    let folder = Folder::new();
    let (from, to) = (folder.path().join("backup"), folder.path().join("restored.db"));
    backup::back_up(&format!("sqlite://{file}"), &from, false).await.expect("a backup");
    backup::restore(&format!("sqlite://{}", to.display()), &from, false, NOON).await.expect("a restore");
}

async fn sign_in_and_out(app: &TestApp) {
    for password in ["wrong", PASSWORD] {
        let form = [("email", demo::EMAIL), ("password", password), ("next", "")];
        app.post_form(server_fn("sign_in"), &form).await;
    }
    app.sign_in().await.post_form(server_fn("sign_out"), &[]).await;
    assert!(store::remove_member(app.db(), app.account, app.handler).await.expect("an answer"));
    store::prune(app.db(), app.now()).await.expect("an answer");
    receipts::prune(app.db(), app.now()).await.expect("an answer");
    run_of_show::prune(app.db(), app.now()).await.expect("an answer");
    server::accounts::prune(app.db(), app.now()).await.expect("an answer");
    server::system_mail::prune(app.db(), app.now()).await.expect("an answer");
}

/// What waits in the outbox: the first mail has to wait, the second is accepted under the provider's id.
async fn hand_over(venue: &Venue) {
    let memory = Memory::default();
    memory.answer_next(HandOver::Unsent("no connection".into()));
    memory.answer_next(HandOver::Accepted("250 2.0.0 Ok: 3f2504e0-4f89-41d3-9a0c-0305e82c3301".into()));
    let worker = Worker::new(venue.core.clone(), Mailer::Memory(memory.clone()));
    worker.recover().await.expect("an answer");
    while worker.run_due().await.expect("an answer") > 0 {}
    assert!(!memory.handed().is_empty());
    // At a pace.
    let mail_rate = MailRate::parse("10000").expect("a rate");
    let core =
        Core { config: Arc::new(Config { mail_rate, ..Config::clone(&venue.core.config) }), ..venue.core.clone() };
    let row =
        venue.planner.email_link(&venue.caller, CrewId(210), "paced@x.test".into(), IdempotencyKey("paced".into()));
    row.await.expect("a mail");
    assert_eq!(Worker::new(core, Mailer::Memory(memory)).run_due().await.expect("an answer"), 1);
    let (_stop, stopped) = watch::channel(false);
    assert!(timeout(Duration::from_secs(1), worker.run(stopped)).await.is_err(), "it waits for more");
}

/// A report on a mail that is known by its reference, and one that came too early.
async fn hear(venue: &Venue) {
    let (stop, stopped) = watch::channel(false);
    let mut workers = Workers::new(stopped);
    let ingest = Ingest::start(&venue.core, &mut workers);
    let event = |reference: &str| ProviderEvent {
        key: reference.to_owned(),
        reference: Some(reference.to_owned()),
        provider_message_id: Some(format!("id of {reference}")),
        message_id: Some(format!("<{reference}@callboard.test>")),
        event: DeliveryEvent { report: Report::Delivered, reason: None, occurred_at: NOON },
        suppress: None,
    };
    ingest.submit("resend", vec![event("ref44"), event("never heard of")]).await.expect("an answer");
    stop.send_replace(true);
    workers.finish(Duration::from_secs(5)).await;
}

/// Pages that are open while all kinds of rows change, and that ask anew after a gap.
async fn watch_live(app: &TestApp, venue: &Venue) {
    let (event, contact) = (EventId(1), ContactId(1));
    let Caller { member, account, ref session, .. } = venue.caller;
    let mut write = venue.db().write().await.expect("a transaction");
    store::open_session(&mut write, session, member, account, NOON).await.expect("a session");
    write.commit().await.expect("a commit");
    let mut tab = Tab::open(&serve(app, venue.caller.clone()).await).await;
    for topic in [Topic::Event(event), Topic::Contact(contact)] {
        tab.subscribe(topic).await;
    }
    realtime::end_sessions(&app.core).await.expect("an answer");
    let _event = open_page(&app.core, Topic::Event(event)).await;
    let _contact = open_page(&app.core, Topic::Contact(contact)).await;
    let guests = app.request(Method::GET, "/v/any-token/live").header("origin", "http://callboard.test");
    assert_eq!(app.send(guests.body(Body::empty()).expect("a request")).await.status, StatusCode::NOT_FOUND);
    let mut write = venue.db().write().await.expect("a transaction");
    for change in [
        Change::Event(event),
        Change::Item(ItemId(1), event),
        Change::Crew(CrewId(1), event),
        Change::Asked(CrewId(1), event),
        // Gone.
        Change::Crew(CrewId(806), event),
        Change::Contact(contact),
        Change::Email(EmailId(1), contact, Some((CrewId(1), event))),
        Change::Batch(BatchId(1), event),
    ] {
        write.changed(change);
    }
    write.commit().await.expect("a commit");
    published(&app.core).await;
    // Who begins to follow begins with a gap.
    let (_stop, stopped) = watch::channel(false);
    realtime::start(&app.core, &mut Workers::new(stopped));
    sleep(Duration::from_millis(200)).await;
}

/// A mail to the sandbox, its reports, of which the first is refused once, and its pages.
async fn keep_a_sandbox(app: &TestApp) {
    let mut write = app.db().write().await.expect("a transaction");
    sqlx::query("DELETE FROM sandbox_mail").execute(&mut *write).await.expect("good SQL");
    write.commit().await.expect("a commit");
    let (address, mut reports) = sandbox::receiver(vec![503]).await;
    let (core, sandbox, _stop) = sandbox::start(app.db().clone(), address).await;
    Client::connect(&sandbox).await.send("ann@example.com").await;
    for _ in 0..3 {
        while timeout(Duration::from_millis(300), reports.recv()).await.is_err() {
            core.clock.advance_ms(1_000);
        }
    }
    let member = app.sign_in().await;
    for path in ["/uploads/1", "/events/1/files/1", "/v/never-was/shared/1"] {
        assert_eq!(member.get(path).await.status, 404, "{path}");
    }
    let list = member.get("/sandbox").await.text();
    let (_, rest) = list.split_once("href=\"/sandbox/").unwrap_or_else(|| panic!("a mail, not {list}"));
    let id = rest.split('"').next().expect("an id");
    for page in ["", "/html", "/source"] {
        assert!(member.get(&format!("/sandbox/{id}{page}")).await.status.is_success(), "{page}");
    }
}

/// Fails where a text of SQL in the sources is part of none that ran; but for `elsewhere`, the beginnings of those that the
/// other engine alone runs.
pub fn assert_all_ran(ran: &BTreeSet<String>, elsewhere: &[&str]) {
    let mut count = 0;
    let mut missing = Vec::new();
    for (file, text) in texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        count += 1;
        let is_there = |ran: &String| {
            let mut rest = ran.as_str();
            pieces(&text).all(|piece| rest.split_once(piece).map(|(_, after)| rest = after).is_some())
        };
        if !ran.iter().any(is_there) && !elsewhere.iter().any(|start| text.starts_with(start)) {
            missing.push(format!("{file}: {text}"));
        }
    }
    assert!(count > 80, "only {count} statements were found in the sources");
    assert!(missing.is_empty(), "never ran here:\n{}", missing.join("\n"));
}

/// The texts that begin as a statement does, with their files; of what only tests compile, none.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = std::fs::read_to_string(&path).expect("a source");
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            // Between quotes is every second part, once comments and escaped quotes are out of the way.
            let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let code = code.join("\n").replace("\\\"", "'").replace("'\"'", "''");
            let is_statement = |text: &String| {
                ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|verb| text.starts_with(verb))
            };
            let quoted = code.split('"').skip(1).step_by(2).map(one_line).filter(is_statement);
            found.extend(quoted.map(|text| (path.display().to_string(), text)));
        }
    }
    found
}

/// As the compiler reads it: an escaped line break goes, with the spaces after it.
fn one_line(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| text + line.trim_start())
}

/// What stands between the placeholders of `format!` and of SQL.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split(['{', '$', '?']).enumerate().map(|(index, piece)| {
        let rest = if index == 0 {
            piece
        } else {
            piece.trim_start_matches(|c: char| c.is_alphanumeric() || "_.}".contains(c))
        };
        rest.trim()
    })
}
