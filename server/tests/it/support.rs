//! The app over a test's database, as browsers and scripts ask it, and what open pages hear.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::auth::Role;
use app::backend::Caller;
use app::domain::ids::{AccountId, EventId, MemberId};
use app::domain::time::Timestamp;
use app::live::{Gone, Row, RowId, ServerMessage, Topic};
use app::planner::CrewRow;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::auth::store::{self, NewMember};
use server::clock::Clock;
use server::config::{Config, Settings, SignUp};
use server::core::Core;
use server::db::{Change, Db};
use server::file_store::FileStore;
use server::realtime::{self, Hub, Signal, Subscriber};
use server::state::AppState;
use server::workers::Workers;
use server::{router, secret, webhooks};
use tokio::sync::watch;
use tower::ServiceExt;

/// Monday 23 November 2026, 12:00 UTC.
pub const NOON: Timestamp = Timestamp(1_795_435_200_000);
pub const PASSWORD: &str = "harbour-house-31";
/// Where requests seem to come from.
pub const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7)), 40_000);

/// Argon2id of `PASSWORD`, so that not every test pays for hashing it.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$+r4n/0Io+S08vEfPs9h17w$j3Ttv0J7c9dzcNOrB7oZ856q5eTrEqcfYeYV9+PAZx4";

/// The whole app over one database, without a network listener. Clones share everything but who is signed in.
#[derive(Clone)]
pub struct TestApp {
    pub core: Core,
    pub state: AppState,
    pub account: AccountId,
    /// The account's owner, and a handler on the same account.
    pub owner: MemberId,
    pub handler: MemberId,
    cookie: Option<String>,
    peer: SocketAddr,
    router: Router,
    stop: Arc<watch::Sender<bool>>,
    swept: Arc<Swept>,
}

impl TestApp {
    /// The app with one account, its owner and a handler, nobody signed in.
    pub async fn new(db: Db) -> Self {
        Self::with(db, |_| {}).await
    }

    /// As `new`, with settings changed first.
    pub async fn with(db: Db, change: impl FnOnce(&mut Settings)) -> Self {
        let core = Self::core(db, change);
        let people = people(&core, "").await;
        let swept = Arc::new(Swept::with_the_test(&core.files));
        Self::over(core, people, swept)
    }

    /// The app over a database in which nobody has an account.
    pub fn empty(db: Db, change: impl FnOnce(&mut Settings)) -> Self {
        let core = Self::core(db, change);
        let swept = Arc::new(Swept::with_the_test(&core.files));
        Self::over(core, (AccountId(0), MemberId(0), MemberId(0)), swept)
    }

    /// The same app where its operator lets everybody sign up.
    pub fn open_to_all(&self) -> Self {
        let config = Config { sign_up: SignUp::Open, ..Config::clone(&self.core.config) };
        let core = Core { config: Arc::new(config), hub: Hub::default(), ..self.core.clone() };
        Self {
            cookie: self.cookie.clone(),
            ..Self::over(core, (self.account, self.owner, self.handler), self.swept.clone())
        }
    }

    fn core(db: Db, change: impl FnOnce(&mut Settings)) -> Core {
        let mut settings = settings();
        change(&mut settings);
        let config = Config::check(&settings).expect("the test's settings are good");
        Core {
            db,
            files: files(),
            clock: Clock::frozen(NOON),
            hub: Hub::default(),
            key: config.secret_key.clone(),
            config: Arc::new(config),
        }
    }

    /// The same app as another process runs it: over the same database, by connections of its own.
    pub fn beside(&self, db: Db) -> Self {
        let core = Core { db, hub: Hub::default(), ..self.core.clone() };
        let there = Self::over(core, (self.account, self.owner, self.handler), self.swept.clone());
        there.listen();
        there
    }

    /// The same app with its files in this store.
    pub fn with_files(&self, files: FileStore) -> Self {
        let core = Core { files, hub: Hub::default(), ..self.core.clone() };
        Self {
            cookie: self.cookie.clone(),
            ..Self::over(core, (self.account, self.owner, self.handler), self.swept.clone())
        }
    }

    /// Hears of what other processes change, as a served app does.
    pub fn listen(&self) {
        tokio::spawn(server::db::listen(self.db().clone(), self.stop.subscribe()));
    }

    fn over(core: Core, (account, owner, handler): (AccountId, MemberId, MemberId), swept: Arc<Swept>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut workers = Workers::new(stopped);
        realtime::start(&core, &mut workers);
        let ingest = webhooks::Ingest::start(&core, &mut workers);
        let state = AppState::new(core.clone(), ingest, workers.health());
        Self {
            router: router::router(state.clone()),
            state,
            core,
            account,
            owner,
            handler,
            cookie: None,
            peer: PEER,
            stop: Arc::new(stop),
            swept,
        }
    }

    pub fn db(&self) -> &Db {
        &self.core.db
    }

    pub fn now(&self) -> Timestamp {
        self.core.clock.now()
    }

    pub fn advance_ms(&self, by: i64) {
        self.core.clock.advance_ms(by);
    }

    /// This app as the owner's browser sees it.
    pub async fn sign_in(&self) -> Self {
        self.signed_in_as(self.account, self.owner).await
    }

    /// This app as the handler's browser sees it: another person, the same account.
    pub async fn as_handler(&self) -> Self {
        self.signed_in_as(self.account, self.handler).await
    }

    /// This app as somebody of another account sees it, who must never see what is in the first.
    pub async fn as_stranger(&self) -> Self {
        let (account, owner, _) = people(&self.core, &secret::short_reference()).await;
        let mut stranger = self.signed_in_as(account, owner).await;
        (stranger.account, stranger.owner) = (account, owner);
        stranger
    }

    /// This app with a session made straight in the store; signing in has tests of its own.
    pub async fn signed_in_as(&self, account: AccountId, member: MemberId) -> Self {
        let token = secret::token();
        let mut transaction = self.core.db.write().await.expect("a transaction");
        store::open_session(&mut transaction, &secret::token_hash(&token), member, account, self.now())
            .await
            .expect("a session");
        transaction.commit().await.expect("a commit");
        let name = if self.core.config.is_https() { "__Host-callboard_session" } else { "callboard_session" };
        self.with_cookie(&format!("{name}={token}"))
    }

    /// This app with a `Cookie` header of its own.
    pub fn with_cookie(&self, cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()), ..self.clone() }
    }

    /// The `Cookie` header it sends, "" without one.
    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().unwrap_or_default()
    }

    /// This app, asked from another machine.
    pub fn from(&self, peer: SocketAddr) -> Self {
        Self { peer, ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).expect("a request")).await
    }

    /// A POST as a script makes it: JSON.
    pub async fn post_json(&self, path: &str, body: &impl Serialize) -> Answer {
        let body = serde_json::to_vec(body).expect("JSON");
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body));
        self.send(request.expect("a request")).await
    }

    /// A POST as our own client makes it.
    pub async fn post_wire(&self, path: &str, media_type: &str, body: Vec<u8>) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, media_type)
            .body(Body::from(body));
        self.send(request.expect("a request")).await
    }

    /// A POST as a form without WASM makes it.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self
            .request(Method::POST, path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ACCEPT, "text/html")
            .header(header::REFERER, "http://callboard.test/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(request.expect("a request")).await
    }

    /// A request with this app's host, cookie and peer, for tests that need other headers.
    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let builder = Request::builder().method(method).uri(path).header(header::HOST, "callboard.test");
        let builder = builder.extension(ConnectInfo(self.peer));
        match &self.cookie {
            Some(cookie) => builder.header(header::COOKIE, cookie),
            None => builder,
        }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("the router always answers");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }
}

/// A response, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The value a server function gave, or the `AppError` it refused with.
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}: {}", self.status, self.text()))
    }

    /// A header's text, "" when it is absent.
    pub fn header(&self, name: impl TryInto<HeaderName, Error: std::fmt::Debug>) -> &str {
        let name = name.try_into().expect("a header's name");
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

/// A page that somebody opened: it hears what is committed about a topic from now on. Something publishes over this core.
pub async fn open_page(core: &Core, topic: Topic) -> Subscriber {
    let mut page = core.hub.join(&somebody("a page"));
    page.subscribe(topic);
    published(core).await;
    while page.next_waiting().is_some() {}
    page
}

/// Waits until all that was committed so far has been published.
pub async fn published(core: &Core) {
    static PROBES: AtomicI64 = AtomicI64::new(-1);
    let event = EventId(PROBES.fetch_sub(1, Ordering::Relaxed));
    let mut probe = core.hub.join(&somebody("a probe"));
    probe.subscribe(Topic::Event(event));
    let mut write = core.db.write().await.expect("a transaction");
    write.changed(Change::Event(event));
    write.commit().await.expect("a commit");
    let heard = hear(&mut probe).await;
    assert!(
        matches!(heard, ServerMessage::Changed { gone, .. } if gone == [Gone { id: RowId::Event(event), revision: u32::MAX }])
    );
}

fn somebody(session: &str) -> Caller {
    Caller {
        member: MemberId(0),
        account: AccountId(0),
        role: Role::Owner,
        name: "Somebody".into(),
        session: session.to_owned(),
    }
}

/// The next message that a page hears over the live channel.
pub async fn hear(page: &mut Subscriber) -> ServerMessage {
    let Signal::Send(frame) = page.next().await else { panic!("a message") };
    app::wire::decode(&frame).expect("a message")
}

/// The rows that a page hears of next.
pub async fn hear_rows(page: &mut Subscriber) -> Vec<Row> {
    match hear(page).await {
        ServerMessage::Changed { rows, .. } => rows,
        other => panic!("rows, not {other:?}"),
    }
}

/// The crew row that a page hears of next.
pub async fn hear_crew(page: &mut Subscriber) -> CrewRow {
    let rows = hear_rows(page).await;
    rows.into_iter().find_map(|row| if let Row::Crew(row) = row { Some(row) } else { None }).expect("a crew row")
}

/// The path of a server function; Leptos ends it with a hash of where it stands.
pub fn server_fn(name: &str) -> &'static str {
    server_fns()
        .into_iter()
        .find(|path| {
            path.strip_prefix("/api/").is_some_and(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit()) == name)
        })
        .unwrap_or_else(|| panic!("there is no server function {name}"))
}

/// The paths of all server functions.
pub fn server_fns() -> Vec<&'static str> {
    leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect()
}

/// Deletes the files of a test when it ends.
pub struct Swept(PathBuf);

impl Swept {
    pub fn with_the_test(files: &FileStore) -> Self {
        Self(files.folder().to_owned())
    }
}

impl Drop for Swept {
    fn drop(&mut self) {
        // One test has a file where the folder would be.
        if std::fs::remove_dir_all(&self.0).is_err() {
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

/// A store of files of a test's own; its folder is made when a file comes, and whoever holds the store has it swept.
pub fn files() -> FileStore {
    FileStore::in_folder(&std::env::temp_dir().join(format!("callboard-uploads-{}", secret::unique())))
}

/// Settings that `Config::check` accepts. Nothing in them names the database: tests open their own.
pub fn settings() -> Settings {
    Settings {
        addr: "127.0.0.1:3000".into(),
        base_url: Some("http://callboard.test".into()),
        database_url: "sqlite://unused.db".into(),
        mail_from: "Callboard <callboard@callboard.test>".into(),
        mail_provider: "sandbox".into(),
        secret_key: Some("0123456789abcdef0123456789abcdef".into()),
        trusted_proxies: "127.0.0.1".into(),
        log: "text".into(),
        ..Settings::default()
    }
}

/// A new account with its owner, who cannot sign in.
pub async fn new_owner(db: &Db, email: &str) -> (AccountId, MemberId) {
    let mut transaction = db.write().await.expect("a transaction");
    let account = store::add_account(&mut transaction, "Venue", NOON).await.expect("an account");
    let member = NewMember { email, name: "Somebody", password_hash: "", role: Role::Owner };
    let member = store::add_member(&mut transaction, account, &member, NOON).await.expect("a member");
    transaction.commit().await.expect("a commit");
    (account, member.expect("a new address"))
}

/// An account with its owner and a handler: `demo…@callboard.test` and `handler…@callboard.test`.
async fn people(core: &Core, tag: &str) -> (AccountId, MemberId, MemberId) {
    let now = core.clock.now();
    let mut transaction = core.db.write().await.expect("a transaction");
    let account = store::add_account(&mut transaction, "Harbour House", now).await.expect("an account");
    let mut ids = Vec::new();
    for (local, name, role) in [("demo", "Dana Owner", Role::Owner), ("handler", "Hugo Handler", Role::Handler)] {
        let email = format!("{local}{tag}@callboard.test");
        let member = NewMember { email: &email, name, password_hash: PASSWORD_HASH, role };
        let id = store::add_member(&mut transaction, account, &member, now).await.expect("a member");
        ids.push(id.expect("a new address"));
    }
    transaction.commit().await.expect("a commit");
    (account, ids[0], ids[1])
}
