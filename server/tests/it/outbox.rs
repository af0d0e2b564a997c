//! The outbox on both engines: every end of a hand-over, and every point where the process can be killed.

use std::sync::Arc;
use std::time::Duration;

use app::domain::delivery::DeliveryStatus;
use app::domain::delivery::UNCONFIRMED;
use app::domain::ids::{EmailId, EventId};
use app::domain::time::{HOUR_MS, MINUTE_MS};
use app::live::ServerMessage;
use app::live::Topic;
use server::clock::Clock;
use server::config::Config;
use server::db::Db;
use server::mailer::{EnhancedCode, HandOver, Mailer, Memory, Refusal, Stage};
use server::outbox::{GIVE_UP_MS, Worker, back_off_ms, start_with};
use server::realtime::Hub;
use server::state::Core;
use tokio::sync::{Notify, watch};

use super::mailer::{Conversation, FRIENDLY, Server};
use crate::support::{NOON, hear, settings};

/// What the workers stand on, over a clock that stands still.
pub fn core(db: Db, clock: Clock) -> Core {
    let config = Config::check(&settings()).expect("the test's settings are good");
    Core {
        db,
        clock,
        hub: Hub::default(),
        key: config.secret_key.clone(),
        config: Arc::new(config),
        outbox_wake: Arc::new(Notify::new()),
    }
}

/// A worker over a mail server in memory, with one email to hand over.
struct Fixture {
    core: Core,
    memory: Memory,
    worker: Worker,
    email: EmailId,
}

impl Fixture {
    async fn new(db: Db) -> Self {
        let core = core(db, Clock::frozen(NOON));
        let memory = Memory::default();
        let worker = Worker::new(core.clone(), Mailer::Memory(memory.clone()));
        people(&core.db).await;
        let email = add_email(&core.db, "ann@example.com").await;
        Self { core, memory, worker, email }
    }

    /// As `new`, but the mail goes to this server by SMTP.
    async fn over(db: Db, url: &str) -> Self {
        let fixture = Self::new(db).await;
        let mailer = Mailer::smtp(url, &fixture.core.config.base_url).expect("a good URL");
        Self { worker: Worker::new(fixture.core.clone(), mailer), ..fixture }
    }

    /// Works off what is due, until nothing is.
    async fn drain(&self) -> usize {
        let mut count = 0;
        loop {
            match self.worker.run_due().await.expect("the database works") {
                0 => return count,
                more => count += more,
            }
        }
    }

    async fn state(&self) -> State {
        state(&self.core.db, self.email).await
    }

    async fn row(&self, sql: &'static str) -> Option<(i64,)> {
        sqlx::query_as(sql).bind(self.email.0).fetch_optional(self.core.db.reader()).await.expect("a row or none")
    }

    async fn has_job(&self) -> bool {
        self.row("SELECT email_id FROM outbox_job WHERE email_id = $1").await.is_some()
    }

    async fn is_blocked(&self) -> bool {
        let found = "SELECT email_id FROM suppression WHERE email_id = $1 AND address_key = 'ann@example.com'";
        self.row(found).await.is_some()
    }
}

#[derive(Debug, PartialEq, sqlx::FromRow)]
struct State {
    status: Option<String>,
    reason: Option<String>,
    handed_over_at: Option<i64>,
    revision: i64,
}

async fn state(db: &Db, email: EmailId) -> State {
    sqlx::query_as("SELECT status, reason, handed_over_at, revision FROM email WHERE id = $1")
        .bind(email.0)
        .fetch_one(db.reader())
        .await
        .expect("the email")
}

async fn execute(db: &Db, statements: &[&'static str]) {
    let mut transaction = db.begin_write().await.expect("a transaction");
    for sql in statements {
        sqlx::query(*sql).execute(&mut *transaction).await.expect(sql);
    }
    transaction.commit().await.expect("a commit");
}

/// One of each, so that their ids are all 1.
async fn people(db: &Db) {
    execute(
        db,
        &[
            "INSERT INTO account (name, created_at) VALUES ('Quinta das Flores', 0)",
            "INSERT INTO member (email, email_key, name, password_hash, created_at) VALUES ('m', 'm', 'Marta Silva', '', 0)",
            "INSERT INTO space (account_id, name, address) VALUES (1, 'Orangery', '1 Garden Road')",
            "INSERT INTO event (account_id, space_id, name, status, starts_at, ends_at, time_zone, created_at) \
             VALUES (1, 1, 'Oliveira & Reis wedding', 'confirmed', 1797076800000, 1797120000000, 'Europe/Lisbon', 0)",
            "INSERT INTO contact (account_id, first_name, email, email_key, sort_name, created_at) \
             VALUES (1, 'Ann', 'ann@example.com', 'ann@example.com', 'ann', 0)",
            "INSERT INTO crew (account_id, event_id, contact_id, created_at) VALUES (1, 1, 1, 0)",
            "INSERT INTO link (crew_id, seed, token_hash, created_at) VALUES (1, 'seed', 'hash', 0)",
        ],
    )
    .await;
}

async fn add_email(db: &Db, recipient: &str) -> EmailId {
    let mut transaction = db.begin_write().await.expect("a transaction");
    let unique = server::secret::unique();
    let (id,): (i64,) = sqlx::query_as(
        "INSERT INTO email (account_id, contact_id, event_id, crew_id, link_id, member_id, kind, recipient, \
         recipient_key, subject, event_name, reference, message_id, provider, idempotency_key, created_at) \
         VALUES (1, 1, 1, 1, 1, 1, 'share_link', $1, $1, 'Oliveira & Reis wedding: your run of show', \
         'Oliveira & Reis wedding', $2, $3, 'resend', $2, $4) RETURNING id",
    )
    .bind(recipient)
    .bind(unique.as_str())
    .bind(format!("{unique}@callboard.test"))
    .bind(NOON.0)
    .fetch_one(&mut *transaction)
    .await
    .expect("an email");
    sqlx::query("INSERT INTO outbox_job (email_id, run_at) VALUES ($1, $2)")
        .bind(id)
        .bind(NOON.0)
        .execute(&mut *transaction)
        .await
        .expect("a job");
    transaction.commit().await.expect("a commit");
    EmailId(id)
}

fn refused(stage: Stage, words: &str) -> HandOver {
    let (code, text) = words.split_once(' ').expect("code and text");
    let enhanced = EnhancedCode::leading(text);
    HandOver::Refused(Refusal { stage, code: code.parse().expect("a code"), enhanced, words: words.into() })
}

on_both_engines! {
    async fn an_accepted_mail_is_sent_and_its_job_is_gone(db: Db) {
        let app = Fixture::new(db).await;
        assert_eq!(app.drain().await, 1);
        let expected = State { status: Some("sent".into()), reason: None, handed_over_at: Some(NOON.0), revision: 2 };
        assert_eq!(app.state().await, expected);
        assert!(!app.has_job().await);
        let handed = app.memory.handed();
        assert_eq!(handed.len(), 1);
        assert_eq!(handed[0].envelope.to.to_string(), "ann@example.com");
        let link = format!("http://callboard.test/v/{}", app.core.key.link_token("seed"));
        let mail = mail_parser::MessageParser::default().parse(handed[0].source.as_bytes()).expect("a mail");
        let text = mail.body_text(0).expect("text");
        for part in [link.as_str(), "Marta Silva at Quinta das Flores", "Sat 12 Dec 2026", "Orangery, 1 Garden Road"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

on_both_engines! {
    async fn a_temporary_refusal_waits_says_so_and_goes_out_later(db: Db) {
        let server = Server::start([Conversation { rcpt: Some("450 4.2.0 Try later"), ..FRIENDLY }, FRIENDLY]).await;
        let app = Fixture::over(db, &server.url()).await;
        let mut browser = app.core.hub.join("session");
        browser.subscribe(Topic::Event(EventId(1)));

        assert_eq!(app.drain().await, 1);
        let waiting = app.state().await;
        assert_eq!((waiting.status, waiting.revision), (None, 2));
        let reason = waiting.reason.expect("a reason");
        assert!(reason.starts_with("waiting for the mail server: 450 4.2.0 Try later; next try in "), "{reason}");
        let ServerMessage::EmailChanged(change) = hear(&mut browser).await else { panic!("a change") };
        assert!(change.reason.expect("a reason").contains("450 4.2.0 Try later"));

        let wait = back_off_ms(app.email, 1);
        app.core.clock.advance_ms(wait - 1);
        assert_eq!(app.drain().await, 0, "not before its time");
        app.core.clock.advance_ms(1);
        // The refused envelope left its connection open; the server forgets its script with it.
        let mailer = Mailer::smtp(&server.url(), "http://callboard.test").expect("a good URL");
        let app = Fixture { worker: Worker::new(app.core.clone(), mailer), ..app };
        assert_eq!(app.drain().await, 1);
        let sent = app.state().await;
        assert_eq!((sent.status.as_deref(), sent.reason), (Some("sent"), None));
        assert_eq!(server.mails().len(), 1);
        assert!(!app.is_blocked().await);
    }
}

on_both_engines! {
    async fn an_unknown_recipient_bounces_and_is_blocked(db: Db) {
        let words = "550 5.1.1 <ann@example.com>: no such user";
        let server = Server::start([Conversation { rcpt: Some(words), ..FRIENDLY }]).await;
        let app = Fixture::over(db, &server.url()).await;
        app.drain().await;
        let state = app.state().await;
        assert_eq!((state.status.as_deref(), state.reason.as_deref()), (Some("bounced"), Some(words)));
        assert_eq!(state.handed_over_at, None);
        assert!(app.is_blocked().await && !app.has_job().await);
        assert_eq!(server.mails().len(), 0);
    }
}

on_both_engines! {
    async fn a_refusal_by_policy_fails_and_blocks_nobody(db: Db) {
        let server = Server::start([Conversation { end: Some("554 5.7.1 Not from you"), ..FRIENDLY }]).await;
        let app = Fixture::over(db, &server.url()).await;
        app.drain().await;
        let state = app.state().await;
        let shown = (state.status.as_deref(), state.reason.as_deref());
        assert_eq!(shown, (Some("failed"), Some("554 5.7.1 Not from you")));
        assert!(!app.is_blocked().await && !app.has_job().await);
    }
}

on_both_engines! {
    async fn mail_waits_while_the_server_is_down(db: Db) {
        let server = Server::start([FRIENDLY]).await;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let nobody = format!("smtp://{}", listener.local_addr().expect("an address"));
        drop(listener);
        let app = Fixture::over(db, &nobody).await;
        app.drain().await;
        let state = app.state().await;
        assert_eq!(state.status, None);
        assert!(state.reason.expect("a reason").contains("no connection to the mail server"));

        app.core.clock.advance_ms(MINUTE_MS);
        let mailer = Mailer::smtp(&server.url(), "http://callboard.test").expect("a good URL");
        let app = Fixture { worker: Worker::new(app.core.clone(), mailer), ..app };
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
        assert_eq!(server.mails().len(), 1);
    }
}

on_both_engines! {
    async fn a_lost_answer_is_a_doubt_and_never_sent_again(db: Db) {
        let server = Server::start([Conversation { end: None, ..FRIENDLY }]).await;
        let app = Fixture::over(db, &server.url()).await;
        app.drain().await;
        let state = app.state().await;
        assert_eq!((state.status.as_deref(), state.reason.as_deref()), (Some("sent"), Some(UNCONFIRMED)));
        assert_eq!(state.handed_over_at, Some(NOON.0));
        assert!(!app.has_job().await);
        app.core.clock.advance_ms(100 * HOUR_MS);
        assert_eq!(app.drain().await, 0);
        assert_eq!(server.mails().len(), 1);
    }
}

on_both_engines! {
    async fn an_error_at_data_takes_the_mark_away(db: Db) {
        let server = Server::start([Conversation { data: Some("451 4.3.0 Not now"), ..FRIENDLY }]).await;
        let app = Fixture::over(db, &server.url()).await;
        app.drain().await;
        assert_eq!(app.state().await.status, None);
        let marked = app.row("SELECT 1 FROM outbox_job WHERE email_id = $1 AND handing_over_at IS NOT NULL").await;
        assert!(marked.is_none() && app.has_job().await);
    }
}

on_both_engines! {
    async fn killed_before_the_mark_it_is_done_again_once(db: Db) {
        let app = Fixture::new(db).await;
        execute(&app.core.db, &["UPDATE outbox_job SET attempts = 1, lease_owner = 'dead', lease_until = 1795435260000"])
            .await;
        assert_eq!(app.drain().await, 0, "somebody else's lease holds");
        app.worker.recover().await.expect("the database works");
        if app.core.db.is_shared() {
            assert_eq!(app.drain().await, 0, "its owner may live on another machine");
            app.core.clock.advance_ms(MINUTE_MS);
        }
        assert_eq!(app.drain().await, 1);
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
        assert_eq!(app.memory.handed().len(), 1);
    }
}

on_both_engines! {
    async fn killed_after_the_mark_it_is_in_doubt_and_not_sent_again(db: Db) {
        let app = Fixture::new(db).await;
        execute(
            &app.core.db,
            &["UPDATE outbox_job SET attempts = 1, lease_owner = 'dead', lease_until = 1795435260000, \
               handing_over_at = 1795435199000"],
        )
        .await;
        app.worker.recover().await.expect("the database works");
        app.core.clock.advance_ms(MINUTE_MS);
        assert_eq!(app.drain().await, 1);
        let state = app.state().await;
        assert_eq!((state.status.as_deref(), state.reason.as_deref()), (Some("sent"), Some(UNCONFIRMED)));
        assert_eq!(state.handed_over_at, Some(1_795_435_199_000), "when it went out, if it did");
        assert!(app.memory.handed().is_empty() && !app.has_job().await);
    }
}

on_both_engines! {
    async fn an_address_blocked_meanwhile_gets_nothing(db: Db) {
        let app = Fixture::new(db).await;
        let block = "INSERT INTO suppression (address_key, cause, seriousness, provider, first_seen_at, last_seen_at) \
             VALUES ('ann@example.com', 'complaint', 3, 'resend', 0, 0)";
        execute(&app.core.db, &[block]).await;
        app.drain().await;
        let state = app.state().await;
        assert_eq!(state.status.as_deref(), Some("failed"));
        assert!(state.reason.expect("a reason").starts_with("address blocked meanwhile"));
        assert!(app.memory.handed().is_empty());
        let seen = "SELECT last_seen_at FROM suppression WHERE last_seen_at = 0 AND $1 = $1";
        assert!(app.row(seen).await.is_some(), "not listed anew");
    }
}

on_both_engines! {
    async fn a_lifted_address_is_sent_to(db: Db) {
        let app = Fixture::new(db).await;
        let lifted = "INSERT INTO suppression \
             (address_key, cause, seriousness, provider, first_seen_at, last_seen_at, lifted_at) \
             VALUES ('ann@example.com', 'bounce', 2, 'resend', 0, 0, 1)";
        execute(&app.core.db, &[lifted]).await;
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
    }
}

on_both_engines! {
    async fn a_link_revoked_meanwhile_is_not_mailed(db: Db) {
        let app = Fixture::new(db).await;
        execute(&app.core.db, &["UPDATE link SET revoked_at = 1"]).await;
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("failed"));
        assert!(app.memory.handed().is_empty());
    }
}

on_both_engines! {
    async fn after_72_hours_it_is_given_up_with_the_last_words(db: Db) {
        let app = Fixture::new(db).await;
        app.memory.answer_next(refused(Stage::Recipient, "452 4.2.2 Mailbox full"));
        app.core.clock.advance_ms(GIVE_UP_MS);
        app.drain().await;
        let state = app.state().await;
        assert_eq!(state.status.as_deref(), Some("failed"));
        assert!(state.reason.expect("a reason").ends_with("452 4.2.2 Mailbox full"));
        assert!(!app.is_blocked().await && !app.has_job().await);
    }
}

on_both_engines! {
    async fn two_workers_share_the_jobs_and_send_each_mail_once(db: Db) {
        let app = Fixture::new(db).await;
        for index in 0..23 {
            add_email(&app.core.db, &format!("guest{index}@example.com")).await;
        }
        let other = Worker::new(app.core.clone(), Mailer::Memory(app.memory.clone()));
        let drain_other = async {
            while other.run_due().await.expect("the database works") > 0 {}
        };
        tokio::join!(app.drain(), drain_other);
        let mut recipients: Vec<_> = app.memory.handed().iter().map(|mail| mail.envelope.to.to_string()).collect();
        recipients.sort_unstable();
        assert_eq!(recipients.len(), 24);
        recipients.dedup();
        assert_eq!(recipients.len(), 24);
    }
}

on_both_engines! {
    async fn a_running_worker_hears_of_new_mail_and_ends_when_told(db: Db) {
        let app = Fixture::new(db).await;
        let mut browser = app.core.hub.join("session");
        browser.subscribe(Topic::Event(EventId(1)));
        let (stop, stopped) = watch::channel(false);
        let task = start_with(app.core.clone(), Mailer::Memory(app.memory.clone()), stopped);
        for _ in 0..2 {
            let heard = tokio::time::timeout(Duration::from_secs(20), hear(&mut browser)).await.expect("in time");
            let ServerMessage::EmailChanged(change) = heard else { panic!("a change, not {heard:?}") };
            assert_eq!(change.status, Some(DeliveryStatus::Sent));
            add_email(&app.core.db, "bob@example.com").await;
            app.core.outbox_wake.notify_one();
        }
        stop.send(true).expect("the worker listens");
        tokio::time::timeout(Duration::from_secs(20), task).await.expect("in time").expect("no panic");
    }
}

on_both_engines! {
    async fn the_sandbox_takes_what_the_outbox_hands_over(db: Db) {
        let mut core = core(db, Clock::frozen(NOON));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let nobody = listener.local_addr().expect("an address");
        drop(listener);
        core.config = Arc::new(Config { addr: nobody, ..Config::clone(&core.config) });
        let (_stop, stopped) = watch::channel(false);
        let sandbox = server::sandbox::start(&core, stopped).await.expect("a free port");
        let app = Fixture::over(core.db, &sandbox.smtp_url()).await;
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));

        let owed = "SELECT COUNT(*) FROM sandbox_callback b JOIN sandbox_mail m ON m.id = b.mail_id \
             JOIN email e ON e.message_id = m.message_id AND e.recipient = m.recipient \
             WHERE e.id = $1 AND b.body LIKE '%X-Callboard-Ref%' AND b.body LIKE '%' || e.reference || '%'";
        assert_eq!(app.row(owed).await, Some((2,)), "sent and delivered, each with our reference");
    }
}
