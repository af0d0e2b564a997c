//! Connections that keep us waiting, and more of them than there is room for: real sockets on a real listener.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::live::{ClientMessage, ServerMessage, Topic};
use axum::Router;
use axum::body::Body;
use axum::routing::{any, get};
use server::connections::{self, Limits};
use server::db::Db;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::live::{self, Tab, member};
use crate::sent_mail::SentMail;
use crate::support::TestApp;

/// Longer than any limit here, and short enough for a test that fails.
const LONG: Duration = Duration::from_secs(20);
const ASK: &[u8] = b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n";

fn limits() -> Limits {
    Limits {
        head: Duration::from_millis(300),
        idle: Duration::from_millis(1_500),
        write: Duration::from_millis(300),
        connections: 100,
        turned_away: 4,
    }
}

struct Served {
    address: SocketAddr,
    leave: Arc<watch::Sender<bool>>,
    server: JoinHandle<()>,
}

async fn serve(routes: Router, limits: Limits) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (leave, leaving) = watch::channel(false);
    let server = tokio::spawn(connections::serve(listener, routes, limits, leaving));
    Served { address, leave: Arc::new(leave), server }
}

async fn serve_hello(limits: Limits) -> Served {
    let routes = Router::new()
        .route("/hello", get(async || "hello"))
        .route(
            "/slow",
            get(async || {
                sleep(Duration::from_millis(900)).await;
                "slow"
            }),
        )
        .route("/upload", any(async |body: axum::body::Bytes| body.len().to_string()))
        .route("/large", get(async || Body::from(vec![b'x'; 64 * 1024 * 1024])));
    serve(routes, limits).await
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// Everything until the other side ends it; how long that took.
async fn until_cut(stream: &mut TcpStream) -> (Vec<u8>, Duration) {
    let (begun, mut heard) = (Instant::now(), Vec::new());
    // A reset is an end too.
    let _ = timeout(LONG, stream.read_to_end(&mut heard)).await.expect("it is cut");
    (heard, begun.elapsed())
}

/// One answer on a connection that stays open.
async fn answer(stream: &mut TcpStream, end: &str) -> String {
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).ends_with(end) {
        let mut part = [0; 1024];
        let read = timeout(LONG, stream.read(&mut part)).await.expect("an answer").unwrap();
        assert!(read > 0, "cut after {}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&part[..read]);
    }
    String::from_utf8_lossy(&heard).into_owned()
}

#[tokio::test]
async fn e20_headers_without_an_end_are_cut() {
    let served = serve_hello(limits()).await;
    for beginning in [&b""[..], b"G", b"GET /hello HTTP/1.1\r\nhost: x\r\nx-half: "] {
        let mut stream = served.connect().await;
        stream.write_all(beginning).await.unwrap();
        let (heard, took) = until_cut(&mut stream).await;
        assert!(heard.is_empty(), "{}", String::from_utf8_lossy(&heard));
        assert!(took >= Duration::from_millis(250), "{took:?}");
    }
}

#[tokio::test]
async fn e20_headers_that_trickle_are_cut_as_well() {
    let served = serve_hello(limits()).await;
    let mut stream = served.connect().await;
    let begun = Instant::now();
    stream.write_all(b"GET /hello HTTP/1.1\r\nx: ").await.unwrap();
    while stream.write_all(b"x").await.is_ok() {
        assert!(begun.elapsed() < LONG, "a byte now and then keeps a connection for ever");
        sleep(Duration::from_millis(20)).await;
    }
    // And on a connection that has had its answer before.
    let mut stream = served.connect().await;
    stream.write_all(ASK).await.unwrap();
    answer(&mut stream, "hello").await;
    let begun = Instant::now();
    while stream.write_all(b"x").await.is_ok() {
        assert!(begun.elapsed() < LONG, "the second request may trickle for ever");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn e20_an_idle_connection_lives_longer_and_not_for_ever() {
    let served = serve_hello(limits()).await;
    let mut stream = served.connect().await;
    for pause in [0, 600, 900] {
        sleep(Duration::from_millis(pause)).await;
        stream.write_all(ASK).await.unwrap();
        assert!(answer(&mut stream, "hello").await.starts_with("HTTP/1.1 200"), "after {pause} ms");
    }
    let (heard, took) = until_cut(&mut stream).await;
    assert!(heard.is_empty() && took >= Duration::from_millis(1_400), "{took:?}");
}

#[tokio::test]
async fn e20_a_route_may_take_longer_than_any_limit_on_bytes() {
    let served = serve_hello(Limits { idle: Duration::from_millis(300), ..limits() }).await;
    let mut stream = served.connect().await;
    stream.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(answer(&mut stream, "slow").await.starts_with("HTTP/1.1 200"));

    // And so may a body that is sent in parts, after a promise to wait for it.
    let mut stream = served.connect().await;
    stream
        .write_all(b"POST /upload HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 8\r\n\r\n")
        .await
        .unwrap();
    assert!(answer(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    for _ in 0..8 {
        sleep(Duration::from_millis(100)).await;
        stream.write_all(b"x").await.unwrap();
    }
    assert!(answer(&mut stream, "8").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn e20_whoever_takes_no_answer_loses_their_place() {
    let served = serve_hello(Limits { connections: 1, ..limits() }).await;
    let mut stream = served.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let begun = Instant::now();
    loop {
        let mut other = served.connect().await;
        other.write_all(ASK).await.unwrap();
        let mut head = [0; 12];
        if other.read_exact(&mut head).await.is_ok() && head.ends_with(b"200") {
            break;
        }
        assert!(begun.elapsed() < LONG, "the place is never free again");
    }
    drop(stream);
}

#[tokio::test]
async fn e20_the_next_request_may_wait_for_a_long_answer() {
    let served = serve_hello(limits()).await;
    let mut stream = served.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(50)).await;
    stream.write_all(ASK).await.unwrap();
    let (mut part, mut heard) = (vec![0; 4 * 1024 * 1024], Vec::new());
    let begun = Instant::now();
    while !heard.ends_with(b"hello") {
        let read = timeout(LONG, stream.read(&mut part)).await.expect("more").unwrap();
        assert!(read > 0, "cut after {} bytes", heard.len());
        heard.extend_from_slice(&part[..read]);
        // All in all slower than any limit for headers, and never without a byte for so long.
        if begun.elapsed() < Duration::from_secs(1) {
            sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn e20_above_the_limit_newcomers_are_told_and_others_served() {
    let served = serve_hello(Limits { connections: 3, head: LONG, idle: LONG, ..limits() }).await;
    let mut regular = served.connect().await;
    regular.write_all(ASK).await.unwrap();
    answer(&mut regular, "hello").await;
    let (one, other) = (served.connect().await, served.connect().await);
    for _ in 0..20 {
        let mut newcomer = served.connect().await;
        newcomer.write_all(ASK).await.unwrap();
        let heard = String::from_utf8(until_cut(&mut newcomer).await.0).unwrap();
        assert!(heard.starts_with("HTTP/1.1 503 ") && heard.contains("retry-after: 5"), "{heard}");
        assert!(heard.ends_with("Try again in a moment."), "{heard}");
        regular.write_all(ASK).await.unwrap();
        assert!(answer(&mut regular, "hello").await.starts_with("HTTP/1.1 200"));
    }
    drop((one, other));
    let begun = Instant::now();
    loop {
        let mut newcomer = served.connect().await;
        newcomer.write_all(b"GET /hello HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
        if until_cut(&mut newcomer).await.0.starts_with(b"HTTP/1.1 200") {
            break;
        }
        assert!(begun.elapsed() < LONG, "there is room again");
    }
}

#[tokio::test]
async fn e20_a_stop_finishes_what_is_under_way() {
    let served = serve_hello(Limits { head: LONG, idle: LONG, ..limits() }).await;
    let (mut busy, mut idle, mut silent) = (served.connect().await, served.connect().await, served.connect().await);
    idle.write_all(ASK).await.unwrap();
    answer(&mut idle, "hello").await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    served.leave.send_replace(true);
    let (heard, _) = until_cut(&mut busy).await;
    assert!(heard.ends_with(b"slow"), "{}", String::from_utf8_lossy(&heard));
    until_cut(&mut idle).await;
    until_cut(&mut silent).await;
    timeout(LONG, served.server).await.expect("it ends").unwrap();
}

#[tokio::test]
async fn e20_a_head_too_large_is_refused() {
    let served = serve_hello(limits()).await;
    let mut stream = served.connect().await;
    let request = format!("GET /hello HTTP/1.1\r\nx: {}\r\n\r\n", "x".repeat(200_000));
    // It may be cut before all of it was sent.
    let _ = stream.write_all(request.as_bytes()).await;
    let (heard, _) = until_cut(&mut stream).await;
    assert!(heard.is_empty() || heard.starts_with(b"HTTP/1.1 431"), "{}", String::from_utf8_lossy(&heard));
    let mut other = served.connect().await;
    other.write_all(ASK).await.unwrap();
    answer(&mut other, "hello").await;
}

on_both_engines!(
    async fn e20_a_live_channel_may_be_silent_for_longer(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        live::sign_in(&sent).await;
        let served = serve(live::routes(&app, member(&sent)), limits()).await;
        let mut tab = Tab::open(&format!("ws://{}", served.address)).await;
        tab.subscribe(Topic::Event(sent.event)).await;
        sleep(Duration::from_secs(2)).await;
        tab.say(&ClientMessage::Ping).await;
        assert_eq!(tab.hear().await, ServerMessage::Pong, "its own pings say whether it lives");
    }
);

on_both_engines!(
    async fn e20_who_asks_ten_thousand_times_is_answered_in_turn(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        live::sign_in(&sent).await;
        let url = live::serve(&app, member(&sent)).await;
        let topic = Topic::Event(sent.event);
        let (mut greedy, mut modest) = (Tab::open(&url).await, Tab::open(&url).await);
        modest.subscribe(topic).await;
        let asking = async {
            for _ in 0..10_000 {
                greedy.say(&ClientMessage::Subscribe { topic, rows: 25 }).await;
            }
        };
        // What is not read fills the connection: whoever asks is who waits.
        let _ = timeout(Duration::from_millis(500), asking).await;
        let mut answered = 0;
        while timeout(Duration::from_millis(100), greedy.hear()).await.is_ok() {
            answered += 1;
        }
        assert!((30..=50).contains(&answered), "{answered}");
        for _ in 0..20 {
            modest.say(&ClientMessage::Ping).await;
            assert_eq!(modest.hear().await, ServerMessage::Pong);
        }
        sent.touch().await;
        greedy.hear().await;
    }
);

on_both_engines!(
    async fn e20_a_session_has_128_live_channels(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        live::sign_in(&sent).await;
        let url = live::serve(&app, member(&sent)).await;
        let mut tabs = Vec::new();
        for _ in 0..128 {
            tabs.push(Tab::open(&url).await);
        }
        assert!(Tab::try_open(&url).await.is_none());
        let mut last = tabs.pop().unwrap();
        last.subscribe(Topic::Event(sent.event)).await;
        drop((last, tabs));
        while Tab::try_open(&url).await.is_none() {
            tokio::task::yield_now().await;
        }
    }
);
