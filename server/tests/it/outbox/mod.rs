//! The outbox on both engines: every end of a hand-over, and every point where the process can be killed.

mod clock;
mod fairness;
mod hand_over;
mod jobs;
mod once;

use std::sync::Arc;

use app::domain::ids::EmailId;
use server::clock::Clock;
use server::config::Config;
use server::core::Core;
use server::db::Db;
use server::mailer::{EnhancedCode, HandOver, Mailer, Memory, Refusal, SmtpStage};
use server::outbox::Worker;
use server::realtime::{self, Hub};
use server::workers::Workers;
use tokio::sync::watch;

use crate::mailer::{Conversation, Server};
use crate::support::{NOON, files, settings};

/// What the workers stand on, over a clock that stands still.
pub fn core(db: Db, clock: Clock) -> Core {
    let config = Config::check(&settings()).expect("the test's settings are good");
    let key = config.secret_key.clone();
    Core { db, files: files(), clock, hub: Hub::default(), key, config: Arc::new(config) }
}

/// A worker over a mail server in memory, with one email to hand over.
struct Fixture {
    core: Core,
    memory: Memory,
    worker: Worker,
    email: EmailId,
    _stop: Arc<watch::Sender<bool>>,
}

impl Fixture {
    async fn new(db: Db) -> Self {
        let core = core(db, Clock::frozen(NOON));
        let memory = Memory::default();
        let worker = Worker::new(core.clone(), Mailer::Memory(memory.clone()));
        people(&core.db).await;
        let email = add_email(&core.db, "ann@example.com").await;
        let (stop, stopped) = watch::channel(false);
        realtime::start(&core, &mut Workers::new(stopped));
        Self { core, memory, worker, email, _stop: Arc::new(stop) }
    }

    /// As `new`, but the mail goes to this server by SMTP.
    async fn over(db: Db, url: &str) -> Self {
        let fixture = Self::new(db).await;
        let mailer = Mailer::smtp(url, &fixture.core.config.base_url).expect("a good URL");
        Self { worker: Worker::new(fixture.core.clone(), mailer), ..fixture }
    }

    /// Hands the mail over to a server that holds this conversation.
    async fn handed_to(db: Db, conversation: Conversation) -> (Self, Server) {
        let server = Server::start([conversation]).await;
        let fixture = Self::over(db, &server.url()).await;
        fixture.drain().await;
        (fixture, server)
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
        sqlx::query_as(sql)
            .bind(self.email.0)
            .fetch_optional(&mut *self.core.db.reader().await.expect("a reader"))
            .await
            .expect("a row or none")
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
        .fetch_one(&mut *db.reader().await.expect("a reader"))
        .await
        .expect("the email")
}

async fn execute(db: &Db, statements: &[&'static str]) {
    let mut transaction = db.write().await.expect("a transaction");
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
    let mut transaction = db.write().await.expect("a transaction");
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
    sqlx::query("INSERT INTO outbox_job (purpose, email_id, run_at) VALUES ('email', $1, $2)")
        .bind(id)
        .bind(NOON.0)
        .execute(&mut *transaction)
        .await
        .expect("a job");
    transaction.commit().await.expect("a commit");
    EmailId(id)
}

fn refused(stage: SmtpStage, words: &str) -> HandOver {
    let (code, text) = words.split_once(' ').expect("code and text");
    let enhanced = EnhancedCode::leading(text);
    HandOver::Refused(Refusal { stage, code: code.parse().expect("a code"), enhanced, words: words.into() })
}
