//! The real binary over a database with the demo, and what its presses of "Email link" have come to. Shared by the tests
//! that do it harm.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use app::domain::delivery::UNCONFIRMED;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use hyper::{Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sqlx::{AnyPool, AssertSqlSafe, Row};

/// A debug build starts in about a second; a loaded machine takes longer.
const START_LIMIT: Duration = Duration::from_mins(1);
const SETTLE_LIMIT: Duration = Duration::from_mins(5);

pub type Http = Client<HttpConnector, Full<Bytes>>;

pub fn client() -> Http {
    Client::builder(TokioExecutor::new()).build(HttpConnector::new())
}

/// A running server, killed with the test that started it.
pub struct Server {
    pub child: Child,
    pub addr: SocketAddr,
}

impl Server {
    /// The command line of a server over this database, with the demo.
    pub fn command(database: &str, addr: SocketAddr) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
        command.env_clear();
        Self::settings(&mut command, database, addr);
        command
    }

    /// Gives a command the settings of such a server.
    pub fn settings(command: &mut Command, database: &str, addr: SocketAddr) {
        command
            .env("CALLBOARD_ADDR", addr.to_string())
            .env("CALLBOARD_DEMO", "1")
            .env("DATABASE_URL", database)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
    }

    /// Starts it and waits until it is ready.
    pub async fn start(command: &mut Command, addr: SocketAddr, http: &Http) -> Self {
        let server = Self { child: command.spawn().expect("the binary starts"), addr };
        server.until_ready(http, START_LIMIT).await;
        server
    }

    /// Waits until `/readyz` says so.
    pub async fn until_ready(&self, http: &Http, limit: Duration) {
        let begun = Instant::now();
        while self.readyz(http).await != Some(StatusCode::OK) {
            assert!(begun.elapsed() < limit, "the server is not ready within {limit:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn readyz(&self, http: &Http) -> Option<StatusCode> {
        let uri = format!("http://{}/readyz", self.addr).parse().expect("a URI");
        http.get(uri).await.ok().map(|response| response.status())
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it is gone");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_addr() -> SocketAddr {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    free.local_addr().expect("its address")
}

/// A temporary folder of this test's own.
pub fn temp_folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("callboard-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

pub fn sqlite_url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("callboard.db").display())
}

pub async fn sign_in(http: &Http, addr: SocketAddr) -> String {
    let request = Request::post(format!("http://{addr}/api/sign_in"))
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Full::from("email=demo%40callboard.test&password=callboard-demo"))
        .expect("a request");
    let response = http.request(request).await.expect("an answer to the sign-in");
    let cookie = response.headers().get(SET_COOKIE).expect("a session").to_str().expect("text");
    cookie.split(';').next().expect("name=value").to_owned()
}

/// Presses "Email link"; `None` when the server died before it answered.
pub async fn press(
    http: &Http,
    addr: SocketAddr,
    cookie: &str,
    crew: i64,
    address: &str,
    key: &str,
) -> Option<Response<Bytes>> {
    let body = format!(r#"{{"crew":{crew},"address":"{address}","key":"{key}"}}"#);
    post(http, addr, cookie, "email_link", body).await
}

/// Asks a server function; `None` when the server died before it answered.
pub async fn post(
    http: &Http,
    addr: SocketAddr,
    cookie: &str,
    function: &str,
    body: String,
) -> Option<Response<Bytes>> {
    let request = Request::post(format!("http://{addr}/api/{function}"))
        .header(CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin")
        .header(COOKIE, cookie)
        .body(Full::from(body))
        .expect("a request");
    let (head, body) = http.request(request).await.ok()?.into_parts();
    // An answer that was cut off is no answer.
    let body = body.collect().await.ok()?.to_bytes();
    Some(Response::from_parts(head, body))
}

pub async fn open(url: &str) -> AnyPool {
    sqlx::any::install_default_drivers();
    AnyPool::connect(url).await.expect("the database opens")
}

/// A crew row of the demo.
pub async fn crew_row(pool: &AnyPool) -> i64 {
    count(pool, "SELECT MIN(crew.id) FROM crew JOIN membership ON membership.account_id = crew.account_id").await
}

pub async fn count(pool: &AnyPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("a count")
}

/// Waits until nothing is to be handed over or reported any more.
pub async fn settle(pool: &AnyPool) {
    let begun = Instant::now();
    loop {
        let waiting = count(
            pool,
            "SELECT (SELECT COUNT(*) FROM batch WHERE done_at IS NULL) + (SELECT COUNT(*) FROM outbox_job) + (SELECT COUNT(*) FROM sandbox_callback WHERE done_at IS NULL)",
        )
        .await;
        if waiting == 0 {
            return;
        }
        assert!(begun.elapsed() < SETTLE_LIMIT, "{waiting} hand-overs or callbacks never ended");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The emails that the presses left, each with one mail, or none and shown as unconfirmed.
pub struct Emails {
    pub keys: HashSet<String>,
    pub unconfirmed: usize,
}

/// The emails whose keys begin like this, and that no acknowledged webhook was lost.
pub async fn check_emails(pool: &AnyPool, prefix: &str) -> Emails {
    check_emails_in(pool, prefix, "sandbox_mail").await
}

/// The same, where the mails that arrived stand in this table.
pub async fn check_emails_in(pool: &AnyPool, prefix: &str, mails: &str) -> Emails {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT idempotency_key, email.message_id, status, reason, \
         (SELECT COUNT(*) FROM {mails} arrived WHERE arrived.message_id = email.message_id) AS mails \
         FROM email WHERE idempotency_key LIKE '{prefix}-%'",
    )))
    .fetch_all(pool)
    .await
    .expect("the emails");
    let mut emails = Emails { keys: HashSet::new(), unconfirmed: 0 };
    for row in &rows {
        // Stored with whom it is for.
        let key: String = row.get("idempotency_key");
        let key = key.split(':').next().unwrap_or_default().to_owned();
        let status: Option<String> = row.get("status");
        let reason: Option<String> = row.get("reason");
        let mails: i64 = row.get("mails");
        if reason.as_deref() == Some(UNCONFIRMED) {
            emails.unconfirmed += 1;
            assert_eq!(status.as_deref(), Some("sent"), "{key}");
            assert_eq!(mails, 0, "{key} arrived {mails} times, so the provider's event must have settled it");
        } else {
            assert_eq!(mails, 1, "{key} is {status:?} ({reason:?}) with {mails} mails");
            assert_eq!(status.as_deref(), Some("delivered"), "{key}");
        }
        assert!(emails.keys.insert(key.clone()), "{key} has two rows");
    }
    let lost = count(
        pool,
        "SELECT COUNT(*) FROM sandbox_callback WHERE done_at IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM delivery_event WHERE delivery_event.event_key = sandbox_callback.svix_id)",
    )
    .await;
    assert_eq!(lost, 0, "acknowledged webhooks that left no event");
    emails
}
