//! The sandbox as a provider: real SMTP in, real signed webhooks out, and the pages that show what arrived.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::auth::Role;
use app::backend::Caller;
use app::client_files::ClientFiles;
use app::domain::ids::{AccountId, MemberId};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::FromRef;
use axum::http::{HeaderMap, Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use serde_json::Value;
use server::clock::Clock;
use server::config::Config;
use server::core::Core;
use server::db::Db;
use server::sandbox::{self, Sandbox};
use server::workers::Workers;
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tower::ServiceExt;

use super::outbox::core;
use crate::support::NOON;

const MAIL: &str = "From: Callboard <callboard@callboard.test>\r\nTo: ann@example.com\r\nSubject: Gala\r\n\
    Message-ID: <m1@callboard.test>\r\nX-Callboard-Ref: r1\r\n\r\nOpen http://callboard.test/v/abc\r\n..dots stay\r\n";

/// A webhook as it arrived.
pub struct Report {
    id: String,
    timestamp: String,
    signature: String,
    raw: Bytes,
    json: Value,
}

/// A route that takes webhooks, answering with these codes first and then 204.
pub async fn receiver(first: Vec<u16>) -> (SocketAddr, mpsc::UnboundedReceiver<Report>) {
    let (sender, reports) = mpsc::unbounded_channel();
    let answers = Arc::new(std::sync::Mutex::new(first.into_iter()));
    let take = async move |headers: HeaderMap, raw: Bytes| {
        let header = |name: &str| headers[name].to_str().expect("text").to_owned();
        let json = serde_json::from_slice(&raw).expect("JSON");
        let (id, timestamp, signature) = (header("svix-id"), header("svix-timestamp"), header("svix-signature"));
        sender.send(Report { id, timestamp, signature, raw, json }).expect("the test listens");
        let code = answers.lock().expect("no panic").next().unwrap_or(204);
        StatusCode::from_u16(code).expect("a code")
    };
    let router = Router::new().route("/webhooks/resend", axum::routing::post(take));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, reports)
}

/// A sandbox that reports to this address, and the switch that ends it.
pub async fn start(db: Db, reports_to: SocketAddr) -> (Core, Sandbox, (watch::Sender<bool>, Workers)) {
    let mut core = core(db, Clock::frozen(NOON));
    core.config = Arc::new(Config { addr: reports_to, ..Config::clone(&core.config) });
    let (stop, stopped) = watch::channel(false);
    let mut workers = Workers::new(stopped);
    let sandbox = sandbox::start(&core, &mut workers).await.expect("a free port");
    (core, sandbox, (stop, workers))
}

pub struct Client {
    lines: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
}

impl Client {
    pub async fn connect(sandbox: &Sandbox) -> Self {
        let address = sandbox.smtp_url().trim_start_matches("smtp://").to_owned();
        let (reader, writer) = TcpStream::connect(address).await.expect("it listens").into_split();
        let mut client = Self { lines: BufReader::new(reader).lines(), writer };
        assert_eq!(client.code().await, "220");
        client
    }

    async fn code(&mut self) -> String {
        loop {
            let line = timeout(Duration::from_secs(20), self.lines.next_line()).await.expect("in time");
            let line = line.expect("a connection").expect("an answer");
            if line.as_bytes().get(3) != Some(&b'-') {
                return line[..3].to_owned();
            }
        }
    }

    async fn say(&mut self, text: &str) -> String {
        self.writer.write_all(format!("{text}\r\n").as_bytes()).await.expect("a connection");
        self.code().await
    }

    pub async fn send(&mut self, recipient: &str) {
        assert_eq!(self.say("EHLO callboard.test").await, "250");
        assert_eq!(self.say("MAIL FROM:<callboard@callboard.test> BODY=8BITMIME SIZE=300").await, "250");
        assert_eq!(self.say(&format!("RCPT TO:<{recipient}>")).await, "250");
        assert_eq!(self.say("DATA").await, "354");
        assert_eq!(self.say(&format!("{MAIL}.")).await, "250");
    }
}

async fn next(reports: &mut mpsc::UnboundedReceiver<Report>) -> Report {
    timeout(Duration::from_secs(20), reports.recv()).await.expect("in time").expect("a report")
}

/// By the book, not by the code under test.
fn expected_signature(core: &Core, report: &Report) -> String {
    let secret = core.key.sandbox_webhook_secret();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a prefix")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
    for part in [report.id.as_bytes(), b".", report.timestamp.as_bytes(), b".", &report.raw] {
        mac.update(part);
    }
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

on_both_engines! {
    async fn a_bounce_is_reported_signed_and_in_resends_shape(db: Db) {
        let (address, mut reports) = receiver(Vec::new()).await;
        let (core, sandbox, _stop) = start(db, address).await;
        Client::connect(&sandbox).await.send("bounce.ann@example.com").await;

        let sent = next(&mut reports).await;
        assert_eq!(sent.json["type"], "email.sent");
        assert_eq!(sent.signature, expected_signature(&core, &sent));
        assert_eq!(sent.timestamp, (NOON.0 / 1_000).to_string());

        core.clock.advance_ms(1_000);
        let bounced = next(&mut reports).await;
        assert_eq!(bounced.signature, expected_signature(&core, &bounced));
        assert_ne!(bounced.id, sent.id);
        let data = &bounced.json["data"];
        assert_eq!(bounced.json["type"], "email.bounced");
        assert_eq!(data["bounce"]["type"], "Permanent");
        assert!(data["bounce"]["diagnosticCode"][0].as_str().expect("words").contains("550 5.1.1"));
        assert_eq!(data["message_id"], "<m1@callboard.test>");
        assert_eq!(data["to"][0], "bounce.ann@example.com");
        assert_eq!(data["email_id"], sent.json["data"]["email_id"]);
        assert_eq!(data["headers"][0]["value"], "r1");
    }
}

on_both_engines! {
    async fn a_report_that_is_not_taken_is_repeated_under_the_same_id(db: Db) {
        let (address, mut reports) = receiver(vec![503]).await;
        let (core, sandbox, _stop) = start(db, address).await;
        Client::connect(&sandbox).await.send("ann@example.com").await;
        let first = next(&mut reports).await;
        let again = timeout(Duration::from_secs(20), async {
            loop {
                core.clock.advance_ms(1_000);
                match timeout(Duration::from_millis(200), reports.recv()).await {
                    Ok(Some(report)) if report.id == first.id => return report,
                    _ => {}
                }
            }
        });
        let again = again.await.expect("in time");
        assert_eq!(again.raw, first.raw);
        assert_ne!(again.timestamp, first.timestamp);
        assert_eq!(again.signature, expected_signature(&core, &again));
    }
}

on_both_engines! {
    async fn what_is_owed_survives_a_restart(db: Db) {
        let (address, mut reports) = receiver(Vec::new()).await;
        let (core, sandbox, (stop, workers)) = start(db.clone(), address).await;
        Client::connect(&sandbox).await.send("ann@example.com").await;
        assert_eq!(next(&mut reports).await.json["type"], "email.sent");
        stop.send(true).expect("it listens");
        workers.finish(Duration::from_secs(20)).await;
        drop(core);

        let (core, _sandbox, _stop) = start(db, address).await;
        core.clock.advance_ms(1_000);
        assert_eq!(next(&mut reports).await.json["type"], "email.delivered");
    }
}

on_both_engines! {
    async fn the_conversation_keeps_to_the_rules(db: Db) {
        let (address, _reports) = receiver(Vec::new()).await;
        let (core, sandbox, _stop) = start(db, address).await;
        let mut client = Client::connect(&sandbox).await;
        for (said, code) in [
            ("MAIL FROM:<a@b.example>", "503"),
            ("EHLO", "501"),
            ("EHLO callboard.test", "250"),
            ("RCPT TO:<ann@example.com>", "503"),
            ("DATA", "503"),
            ("MAIL FROM:<a@b.example> SIZE=99999999", "552"),
            ("MAIL FROM:<a@b.example> RET=HDRS", "555"),
            ("MAIL FROM:<a@b.example>", "250"),
            ("MAIL FROM:<a@b.example>", "503"),
            ("DATA", "554"),
            ("RSET", "250"),
            ("MAIL FROM:<a@b.example> SMTPUTF8", "250"),
            ("RCPT TO:<nobody>", "553"),
            ("RCPT TO:<zoë@example.com>", "250"),
            ("NOOP", "250"),
            ("EXPN everybody", "500"),
        ] {
            assert_eq!(client.say(said).await, code, "{said}");
        }
        assert_eq!(client.say(&"x".repeat(3_000)).await, "500");
        // A line of its own ends with CR LF: what follows a bare line feed is still the same mail.
        assert_eq!(client.say("DATA").await, "354");
        assert_eq!(client.say("Subject: one\r\n\r\nsmuggled\n.\nMAIL FROM:<eve@example.com>\r\n.").await, "250");
        // Pipelined.
        let pipelined = "MAIL FROM:<a@b.example>\r\nRCPT TO:<one@example.com>\r\nRCPT TO:<two@example.com>\r\nDATA";
        assert_eq!(client.say(pipelined).await, "250");
        assert_eq!((client.code().await, client.code().await, client.code().await), ("250".into(), "250".into(), "354".into()));
        assert_eq!(client.say(&format!("{MAIL}.")).await, "250");
        assert_eq!(client.say("QUIT").await, "221");

        let kept: Vec<(String, Vec<u8>)> = sqlx::query_as("SELECT recipient, source FROM sandbox_mail ORDER BY id")
            .fetch_all(&mut *core.db.reader().await.expect("a reader"))
            .await
            .expect("the mails");
        let recipients: Vec<&str> = kept.iter().map(|(recipient, _)| recipient.as_str()).collect();
        assert_eq!(recipients, ["zoë@example.com", "one@example.com", "two@example.com"]);
        assert_eq!(kept[0].1, b"Subject: one\r\n\r\nsmuggled\n.\nMAIL FROM:<eve@example.com>\r\n");
        assert_eq!(kept[1].1, MAIL.replace("\r\n..", "\r\n.").into_bytes());
    }
}

/// What the pages stand on.
#[derive(Clone)]
struct Pages {
    core: Core,
    client: Arc<ClientFiles>,
}

impl FromRef<Pages> for Core {
    fn from_ref(pages: &Pages) -> Self {
        pages.core.clone()
    }
}

impl FromRef<Pages> for Arc<ClientFiles> {
    fn from_ref(pages: &Pages) -> Self {
        Arc::clone(&pages.client)
    }
}

impl Pages {
    fn over(core: &Core) -> Self {
        let client = ClientFiles { stylesheet: "/pkg/callboard.css".into(), ..ClientFiles::default() };
        Self { core: core.clone(), client: client.into() }
    }

    async fn get(&self, path: &str, is_signed_in: bool) -> (StatusCode, HeaderMap, String) {
        let mut request = Request::get(path).body(Body::empty()).expect("a request");
        if is_signed_in {
            let caller = Caller {
                member: MemberId(1),
                account: AccountId(1),
                role: Role::Owner,
                name: "Ann".into(),
                session: "s".into(),
            };
            request.extensions_mut().insert(caller);
        }
        let router: Router = sandbox::routes::<Self>().with_state(self.clone());
        let (head, body) = router.oneshot(request).await.expect("an answer").into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
    }
}

on_both_engines! {
    async fn the_mailbox_shows_each_mail_in_three_ways(db: Db) {
        let (address, _reports) = receiver(Vec::new()).await;
        let (core, sandbox, _stop) = start(db, address).await;
        let pages = Pages::over(&core);
        let (status, _, empty) = pages.get("/sandbox", true).await;
        assert_eq!(status, StatusCode::OK);
        assert!(empty.contains("press “Email link”"), "an empty mailbox says what to do next: {empty}");

        Client::connect(&sandbox).await.send("ann@example.com").await;
        let (_, _, list) = pages.get("/sandbox", true).await;
        assert!(list.contains("<bdi>Gala</bdi>") && list.contains("/pkg/callboard.css"), "{list}");
        let path = list.split("href=\"/sandbox/").nth(1).and_then(|rest| rest.split('"').next()).expect("a mail");
        let path = format!("/sandbox/{path}");
        let (_, _, mail) = pages.get(&path, true).await;
        assert!(mail.contains("email.delivered"), "what the sandbox will report: {mail}");
        assert!(mail.contains("<iframe") && mail.contains("href=\"http://callboard.test/v/abc\""), "{mail}");
        let (_, _, text) = pages.get(&format!("{path}?tab=text"), true).await;
        assert!(text.contains("Open http://callboard.test/v/abc"), "{text}");
        let (_, headers, source) = pages.get(&format!("{path}/source"), true).await;
        assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(source, MAIL.replace("\r\n..", "\r\n."));
        let (status, headers, _) = pages.get(&format!("{path}/html"), true).await;
        assert_eq!(status, StatusCode::OK);
        let policy = headers["content-security-policy"].to_str().expect("text");
        assert!(policy.starts_with("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    }
}

on_both_engines! {
    async fn the_mailbox_does_not_exist_for_strangers_or_other_providers(db: Db) {
        let (address, _reports) = receiver(Vec::new()).await;
        let (core, sandbox, _stop) = start(db, address).await;
        Client::connect(&sandbox).await.send("ann@example.com").await;
        let pages = Pages::over(&core);
        let config = Config { sandbox: false, ..Config::clone(&core.config) };
        let elsewhere = Pages::over(&Core { config: Arc::new(config), ..core });
        for path in ["/sandbox", "/sandbox/1", "/sandbox/1/html", "/sandbox/1/source"] {
            assert_eq!(pages.get(path, false).await.0, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(pages.get(path, true).await.0, StatusCode::OK, "{path}");
            assert_eq!(elsewhere.get(path, true).await.0, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(pages.get("/sandbox/999", true).await.0, StatusCode::NOT_FOUND);
    }
}
