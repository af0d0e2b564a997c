//! `kill -9` at random moments while mails are sent and their webhooks arrive, on the real binary with the sandbox.
//!
//! Every accepted press of the button must end in exactly one mail and one final state; only where the kill fell inside
//! the hand-over itself, in at most one mail shown as unconfirmed until the provider's event settles it. Never two mails,
//! no acknowledged webhook lost, and a sound database.

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use app::domain::delivery::UNCONFIRMED;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sqlx::{AnyPool, Row};

const ROUNDS: u32 = 20;
const MAILS_A_ROUND: u32 = 10;
/// A debug build starts in about a second; a loaded machine takes longer.
const START_LIMIT: Duration = Duration::from_mins(1);
const SETTLE_LIMIT: Duration = Duration::from_mins(1);

type Http = Client<HttpConnector, Full<Bytes>>;

struct Server {
    child: Child,
    addr: SocketAddr,
}

impl Server {
    async fn start(folder: &Path, addr: SocketAddr, http: &Http) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .env_clear()
            .env("CALLBOARD_ADDR", addr.to_string())
            .env("CALLBOARD_DEMO", "1")
            .env("DATABASE_URL", format!("sqlite://{}", folder.join("callboard.db").display()))
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let server = Self { child, addr };
        let begun = Instant::now();
        while !server.is_ready(http).await {
            assert!(begun.elapsed() < START_LIMIT, "the server did not come up");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    async fn is_ready(&self, http: &Http) -> bool {
        let uri = format!("http://{}/readyz", self.addr).parse().expect("a URI");
        http.get(uri).await.is_ok_and(|response| response.status() == StatusCode::OK)
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(mut self) {
        self.child.kill().expect("it was running");
        self.child.wait().expect("it is gone");
    }
}

fn client() -> Http {
    Client::builder(TokioExecutor::new()).build(HttpConnector::new())
}

async fn sign_in(http: &Http, addr: SocketAddr) -> String {
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
async fn press(http: &Http, addr: SocketAddr, cookie: &str, crew: i64, address: &str, key: &str) -> Option<StatusCode> {
    let body = format!(r#"{{"crew":{crew},"address":"{address}","key":"{key}"}}"#);
    let request = Request::post(format!("http://{addr}/api/email_link"))
        .header(CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin")
        .header(COOKIE, cookie)
        .body(Full::from(body))
        .expect("a request");
    let response = http.request(request).await.ok()?;
    let status = response.status();
    // An answer that was cut off is no answer.
    response.into_body().collect().await.ok()?;
    Some(status)
}

async fn open(folder: &Path) -> AnyPool {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", folder.join("callboard.db").display());
    AnyPool::connect(&url).await.expect("the database opens")
}

async fn count(pool: &AnyPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.expect("a count")
}

/// Milliseconds below `limit`, from the system's randomness.
fn random_ms(limit: u64) -> Duration {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("randomness");
    Duration::from_millis(u64::from_le_bytes(bytes) % limit)
}

fn temp_folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("callboard-crash-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

/// Waits until nothing is to be handed over or reported any more.
async fn settle(pool: &AnyPool) {
    let begun = Instant::now();
    loop {
        let waiting = count(
            pool,
            "SELECT (SELECT COUNT(*) FROM outbox_job) + (SELECT COUNT(*) FROM sandbox_callback WHERE done_at IS NULL)",
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
struct Emails {
    keys: HashSet<String>,
    unconfirmed: usize,
}

async fn check_emails(pool: &AnyPool) -> Emails {
    let rows = sqlx::query(
        "SELECT idempotency_key, email.message_id, status, reason, \
         (SELECT COUNT(*) FROM sandbox_mail WHERE sandbox_mail.message_id = email.message_id) AS mails \
         FROM email WHERE idempotency_key LIKE 'crash-%'",
    )
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
    emails
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_no_mail_and_sends_none_twice() {
    let folder = temp_folder();
    let addr = {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        free.local_addr().expect("its address")
    };
    let http = client();
    let mut accepted = Vec::new();
    let mut crew = 0;
    for round in 0..ROUNDS {
        let server = Server::start(&folder, addr, &http).await;
        if round == 0 {
            let pool = open(&folder).await;
            crew = sqlx::query_scalar(
                "SELECT MIN(crew.id) FROM crew JOIN membership ON membership.account_id = crew.account_id",
            )
            .fetch_one(&pool)
            .await
            .expect("a crew row of the demo");
            pool.close().await;
        }
        let cookie = sign_in(&http, addr).await;
        let presses = (0..MAILS_A_ROUND).map(|n| {
            let (http, cookie) = (http.clone(), cookie.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(u64::from(n) * 20)).await;
                let key = format!("crash-{round}-{n}");
                let status = press(&http, addr, &cookie, crew, &format!("{key}@venue.example"), &key).await;
                (key, status)
            })
        });
        let presses: Vec<_> = presses.collect();
        // Later rounds also hit the callbacks of the earlier ones, which come about a second after the mail.
        tokio::time::sleep(random_ms(1_500)).await;
        server.kill();
        for press in presses {
            let (key, status) = press.await.expect("the press ended");
            match status {
                Some(StatusCode::OK) => accepted.push(key),
                Some(other) => panic!("{key} was answered {other}"),
                None => {}
            }
        }
    }
    assert!(!accepted.is_empty(), "no press was accepted before a kill: the rounds are too short to prove anything");

    let server = Server::start(&folder, addr, &http).await;
    let pool = open(&folder).await;
    settle(&pool).await;
    let emails = check_emails(&pool).await;
    for key in &accepted {
        assert!(emails.keys.contains(key), "{key} was accepted and is gone");
    }
    let lost = count(
        &pool,
        "SELECT COUNT(*) FROM sandbox_callback WHERE done_at IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM delivery_event WHERE delivery_event.event_key = sandbox_callback.svix_id)",
    )
    .await;
    assert_eq!(lost, 0, "acknowledged webhooks that left no event");
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await.expect("a check");
    assert_eq!(sound, "ok");
    println!(
        "{ROUNDS} kills, {} presses accepted, {} emails, {} unconfirmed",
        accepted.len(),
        emails.keys.len(),
        emails.unconfirmed,
    );
    pool.close().await;
    server.kill();
    std::fs::remove_dir_all(folder).expect("to tidy up");
}
