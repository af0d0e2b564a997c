//! A small venue to try the services on: one account with an event and some people, and a stranger with another account.

use std::sync::Arc;

use app::auth::Role;
use app::backend::Caller;
use app::contacts::{ContactForm, ContactsPort};
use app::domain::ids::{AccountId, ContactId, CrewId, EventId, IdempotencyKey, MemberId};
use app::domain::time::{HOUR_MS, Timestamp};
use app::error::AppError;
use app::events::EventQuery;
use app::planner::{CrewRow, LinkState, PlannerPort};
use server::batches::BatchesService;
use server::clock::Clock;
use server::config::{Config, Settings};
use server::contacts::ContactsService;
use server::core::Core;
use server::db::Db;
use server::emails::EmailsService;
use server::events::EventsService;
use server::notes::NotesService;
use server::people::PeopleService;
use server::planner::PlannerService;
use server::public_page::PublicPageService;
use server::realtime::{self, Hub};
use server::requests::RequestsService;
use server::rsvp::RsvpService;
use server::run_of_show::RunOfShowService;
use server::secret;
use server::share_page::SharePageService;
use server::spaces::SpacesService;
use server::workers::Workers;
use sqlx::AssertSqlSafe;
use tokio::sync::watch;

use crate::rows;
use crate::support::{NOON, Swept, files, new_owner};

pub struct Venue {
    pub core: Core,
    pub caller: Caller,
    /// Signed in too, but in another account.
    pub stranger: Caller,
    pub contacts: ContactsService,
    pub emails: EmailsService,
    pub events: EventsService,
    pub notes: NotesService,
    pub people: PeopleService,
    pub planner: PlannerService,
    pub public_page: PublicPageService,
    pub run_of_show: RunOfShowService,
    pub requests: RequestsService,
    pub rsvp: RsvpService,
    pub share_page: SharePageService,
    pub spaces: SpacesService,
    pub batches: BatchesService,
    /// On the caller's account, tomorrow.
    pub event: EventId,
    stop: watch::Sender<bool>,
    _swept: Swept,
}

impl Venue {
    pub async fn new(db: Db) -> Self {
        let core = core(db, "0123456789abcdef0123456789abcdef");
        let caller = sign_up(&core, "owner@callboard.test").await;
        let stranger = sign_up(&core, "stranger@callboard.test").await;
        let event = event(&core, caller.account, "Gala", NOON.plus_ms(24 * HOUR_MS)).await;
        let (stop, stopped) = watch::channel(false);
        realtime::start(&core, &mut Workers::new(stopped));
        Self {
            stop,
            _swept: Swept::with_the_test(&core.files),
            contacts: ContactsService::new(core.clone()),
            emails: EmailsService::new(core.clone()),
            events: EventsService::new(core.clone()),
            notes: NotesService::new(core.clone()),
            people: PeopleService::new(core.clone()),
            planner: PlannerService::new(core.clone()),
            public_page: PublicPageService::new(core.clone()),
            run_of_show: RunOfShowService::new(core.clone()),
            requests: RequestsService::new(core.clone()),
            rsvp: RsvpService::new(core.clone()),
            share_page: SharePageService::new(core.clone()),
            spaces: SpacesService::new(core.clone()),
            batches: BatchesService::new(core.clone()),
            core,
            caller,
            stranger,
            event,
        }
    }

    /// A venue over the rows of `rows`: its caller is Dana, its event the Gala.
    pub async fn new_filled(db: Db) -> Self {
        rows::fill(&mut rows::connect(&db).await).await;
        Self::of_dana(db).await
    }

    /// A venue over a database that holds those rows already.
    pub async fn of_dana(db: Db) -> Self {
        let mut venue = Self::new(db).await;
        (venue.caller.member, venue.caller.account, venue.event) = (MemberId(1), AccountId(1), EventId(1));
        venue
    }

    /// Publishes nothing from now on: a process has one publisher, and a `TestApp` over the same database has its own.
    pub fn stop_publishing(&self) {
        self.stop.send_replace(true);
    }

    pub fn db(&self) -> &Db {
        &self.core.db
    }

    pub async fn event(&self, name: &str, starts_at: Timestamp) -> EventId {
        event(&self.core, self.caller.account, name, starts_at).await
    }

    pub async fn contact(&self, first_name: &str, email: &str) -> ContactId {
        self.contacts.create(&self.caller, form(first_name, "", email), None).await.expect("a good contact")
    }

    pub async fn crew(&self, event: EventId, contact: ContactId) -> CrewId {
        let id = self
            .number(&format!(
                "INSERT INTO crew (account_id, event_id, contact_id, role, created_at) \
                 VALUES ({}, {event}, {contact}, 'Singer', 0) RETURNING id",
                self.caller.account
            ))
            .await;
        CrewId(id)
    }

    /// A new contact with this address, on the event.
    pub async fn cast(&self, first_name: &str, email: &str) -> (ContactId, CrewId) {
        let contact = self.contact(first_name, email).await;
        (contact, self.crew(self.event, contact).await)
    }

    pub async fn item(&self, after_ms: i64, title: &str, private: bool, owners: &[ContactId]) {
        let item = self
            .number(&format!(
                "INSERT INTO item (event_id, starts_at, minutes, title, private) \
                 VALUES ({}, {}, 30, '{title}', {}) RETURNING id",
                self.event,
                NOON.0 + after_ms,
                i64::from(private)
            ))
            .await;
        for owner in owners {
            self.run(&format!("INSERT INTO assignment (item_id, contact_id) VALUES ({item}, {owner})")).await;
        }
    }

    /// One press of "Email link".
    pub async fn email(&self, crew: CrewId, address: &str) -> Result<CrewRow, AppError> {
        let key = IdempotencyKey(secret::token().replace('_', "-"));
        self.planner.email_link(&self.caller, crew, address.to_owned(), key).await
    }

    /// The token of a row's live link.
    pub fn token(&self, row: &CrewRow) -> String {
        let LinkState::Live { url, .. } = &row.link else { panic!("no live link: {row:?}") };
        url.strip_prefix(&format!("{}/v/", self.core.config.base_url)).expect("a link of this installation").to_owned()
    }

    /// The token of a row's live RSVP link.
    pub fn rsvp_token(&self, row: &CrewRow) -> String {
        let LinkState::Live { url, .. } = &row.rsvp_link else { panic!("no live RSVP link: {row:?}") };
        url.strip_prefix(&format!("{}/rsvp/", self.core.config.base_url)).expect("a link of ours").to_owned()
    }

    /// One press of "Send invite".
    pub async fn invite(&self, crew: CrewId, address: &str) -> Result<CrewRow, AppError> {
        let key = IdempotencyKey(secret::token().replace('_', "-"));
        self.planner.send_invite(&self.caller, crew, address.to_owned(), key).await
    }

    /// Turns the event's switch "Collect RSVPs".
    pub async fn collect_rsvps(&self, on: bool) {
        self.run(&format!(
            "UPDATE event SET rsvp = {}, revision = revision + 1 WHERE id = {}",
            i64::from(on),
            self.event
        ))
        .await;
    }

    pub async fn suppress(&self, address_key: &str) {
        self.run(&format!(
            "INSERT INTO suppression (address_key, cause, seriousness, provider, first_seen_at, last_seen_at) \
             VALUES ('{address_key}', 'bounce', 30, 'resend', 0, 0)"
        ))
        .await;
    }

    pub async fn run(&self, sql: &str) {
        let mut transaction = self.db().write().await.expect("a transaction");
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await.expect("good SQL");
        transaction.commit().await.expect("a commit");
    }

    /// One number that a statement gives.
    pub async fn number(&self, sql: &str) -> i64 {
        number(&self.core, sql).await
    }

    /// Everything a send writes: emails, jobs, live links, counted emails, crew rows with an invite.
    pub async fn traces(&self) -> [i64; 5] {
        [
            self.number("SELECT COUNT(*) FROM email").await,
            self.number("SELECT COUNT(*) FROM outbox_job").await,
            self.number("SELECT COUNT(*) FROM link WHERE revoked_at IS NULL").await,
            self.number("SELECT CAST(SUM(email_count) AS BIGINT) FROM contact").await,
            self.number("SELECT COUNT(*) FROM crew WHERE invite_email_id IS NOT NULL").await,
        ]
    }
}

/// All events that are to come, or all that are over.
pub fn which(old: bool) -> EventQuery {
    EventQuery { old, ..EventQuery::default() }
}

pub fn form(first_name: &str, last_name: &str, email: &str) -> ContactForm {
    ContactForm {
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        email: email.to_owned(),
        ..ContactForm::default()
    }
}

/// What services are built from, over this database and with a clock that stands at noon.
pub fn core(db: Db, secret_key: &str) -> Core {
    let settings = Settings {
        addr: "127.0.0.1:3000".into(),
        database_url: "postgres://localhost/callboard".into(),
        mail_from: "The Boathouse <mail@venue.test>".into(),
        mail_provider: "sandbox".into(),
        secret_key: Some(secret_key.into()),
        log: "text".into(),
        ..Settings::default()
    };
    let config = Config::check(&settings).expect("a good configuration");
    Core {
        db,
        files: files(),
        clock: Clock::frozen(NOON),
        hub: Hub::default(),
        key: config.secret_key.clone(),
        config: Arc::new(config),
    }
}

/// The explanation of a statement by SQLite; empty on PostgreSQL, which plans by statistics that a test does not have.
pub async fn plan(db: &Db, sql: &str, integers: &[i64]) -> Vec<String> {
    if db.is_shared() {
        return Vec::new();
    }
    let mut query = sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
    for integer in integers {
        query = query.bind(*integer);
    }
    let steps: Vec<(i64, i64, i64, String)> =
        query.fetch_all(&mut *db.reader().await.expect("a reader")).await.expect("a plan");
    steps.into_iter().map(|(.., step)| step).collect()
}

async fn sign_up(core: &Core, email: &str) -> Caller {
    let (account, member) = new_owner(&core.db, email).await;
    Caller { member, account, role: Role::Owner, name: "Somebody".into(), session: email.to_owned() }
}

async fn event(core: &Core, account: AccountId, name: &str, starts_at: Timestamp) -> EventId {
    let id = number(
        core,
        &format!(
            "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
             VALUES ({account}, '{name}', 'confirmed', {starts_at}, {}, 'Europe/Lisbon', 0) RETURNING id",
            starts_at.0 + 4 * HOUR_MS,
            starts_at = starts_at.0,
        ),
    )
    .await;
    EventId(id)
}

async fn number(core: &Core, sql: &str) -> i64 {
    let mut transaction = core.db.write().await.expect("a transaction");
    let number =
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut *transaction).await.expect("good SQL");
    transaction.commit().await.expect("a commit");
    number
}
