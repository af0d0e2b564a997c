//! From a webhook to the frames in a hundred browsers, and what a socket that only listens costs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::domain::ids::{ContactId, EventId};
use app::live::{ClientMessage, ServerMessage, Topic};
use app::wire::{LIVE, decode, encode};
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::http::Connection;
use crate::ingest::{self, delivered};
use crate::subject::{Scene, Subject};
use crate::{Figure, Outcome, ROUNDS, percentile, spread};

const VIEWERS: usize = 100;
const EVENTS_PER_SECOND: u32 = 500;
const EVENTS: usize = 2_000;
const POSTERS: usize = 8;
const IDLE_SOCKETS: u64 = 2_000;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(subject: &Subject, cookie: &str, topic: Topic) -> Outcome<Socket> {
    let mut request = format!("ws://{}{LIVE}", subject.address).into_client_request()?;
    request.headers_mut().insert("cookie", cookie.parse()?);
    request.headers_mut().insert("origin", format!("http://{}", subject.address).parse()?);
    let (mut socket, _) = connect_async(request).await?;
    let subscribe = encode(&ClientMessage::Subscribe { topic, rows: 25 });
    socket.send(Message::binary(subscribe)).await?;
    match socket.next().await {
        Some(Ok(Message::Binary(_))) => Ok(socket),
        other => Err(format!("no snapshot, but {other:?}").into()),
    }
}

pub async fn measure(subject: &Subject, scene: &Scene, cookie: &str) -> Outcome<Vec<Figure>> {
    let (mut middles, mut tails, mut missed) = (Vec::new(), Vec::new(), 0);
    for round in 0..ROUNDS {
        let mut latencies = flips(subject, scene, cookie, ingest::USED + round * EVENTS).await?;
        missed += VIEWERS * EVENTS - latencies.len().min(VIEWERS * EVENTS);
        middles.push(percentile(&mut latencies, 0.5));
        tails.push(percentile(&mut latencies, 0.99));
    }
    Ok(vec![
        Figure {
            what: "webhook sent → frame received, 100 viewers, 500 events/s: p50",
            measured: spread(&middles, "ms"),
            target: "≤ 5 ms",
            peer: "loopback floor 0.3 ms",
        },
        Figure { what: "… p99", measured: spread(&tails, "ms"), target: "≤ 25 ms", peer: "" },
        Figure {
            what: "… frames replaced by a snapshot because a viewer lagged",
            measured: format!("{missed} of {}", ROUNDS * VIEWERS * EVENTS),
            target: "",
            peer: "",
        },
        idle_sockets(subject, scene, cookie).await?,
    ])
}

/// How long each flip took to reach each viewer.
async fn flips(subject: &Subject, scene: &Scene, cookie: &str, first: usize) -> Outcome<Vec<Duration>> {
    let sent: Arc<Mutex<HashMap<String, Instant>>> = Arc::default();
    let mut viewers = JoinSet::new();
    for _ in 0..VIEWERS {
        let mut socket = open(subject, cookie, Topic::Event(EventId(scene.event))).await?;
        viewers.spawn(async move {
            let mut heard = Vec::with_capacity(EVENTS);
            // Frames are only stamped here; they are read when the load is over.
            while heard.len() < EVENTS {
                match tokio::time::timeout(Duration::from_secs(5), socket.next()).await {
                    Ok(Some(Ok(Message::Binary(frame)))) => heard.push((Instant::now(), frame)),
                    Ok(Some(Ok(_))) => {}
                    Ok(Some(Err(_)) | None) | Err(_) => break,
                }
            }
            heard
        });
    }
    let begun = Instant::now();
    let mut posters = JoinSet::new();
    for poster in 0..POSTERS {
        let mut connection = Connection::open(subject.address).await?;
        let (sent, address) = (Arc::clone(&sent), subject.address);
        posters.spawn(async move {
            for n in (poster..EVENTS).step_by(POSTERS) {
                let request = delivered(address, first + n)?;
                let due = Duration::from_secs(1) * u32::try_from(n)? / EVENTS_PER_SECOND;
                tokio::time::sleep_until((begun + due).into()).await;
                let key = format!("bench-{}", first + n);
                sent.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Instant::now());
                let answer = connection.exchange(&request).await?;
                if answer.status != 200 {
                    return Err(format!("a webhook was answered {}", answer.status).into());
                }
            }
            Outcome::Ok(())
        });
    }
    while let Some(done) = posters.join_next().await {
        done??;
    }
    let names = names(scene).await?;
    let sent = std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner));
    let mut latencies = Vec::with_capacity(VIEWERS * EVENTS);
    while let Some(heard) = viewers.join_next().await {
        for (at, frame) in heard? {
            if let Ok(ServerMessage::EmailChanged(change)) = decode(&frame)
                && let Some(sent) = names.get(&change.id.0).and_then(|name| sent.get(name))
            {
                latencies.push(at.duration_since(*sent));
            }
        }
    }
    Ok(latencies)
}

/// The reference of each written email, by its id.
async fn names(scene: &Scene) -> Outcome<HashMap<i64, String>> {
    let db = server::db::Db::open(&scene.url).await?;
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, reference FROM email WHERE reference LIKE 'bench-%'").fetch_all(db.reader()).await?;
    db.close().await;
    Ok(rows.into_iter().collect())
}

/// Memory of the server for each open tab that has had its snapshot.
async fn idle_sockets(subject: &Subject, scene: &Scene, cookie: &str) -> Outcome<Figure> {
    let count = IDLE_SOCKETS.min(open_files()?.saturating_sub(200));
    let before = subject.resident_bytes()?;
    let mut sockets = Vec::new();
    for _ in 0..count {
        sockets.push(open(subject, cookie, Topic::Contact(ContactId(scene.usual_contact))).await?);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let grown = subject.resident_bytes()?.saturating_sub(before);
    drop(sockets);
    Ok(Figure {
        what: "memory of an open websocket that got its snapshot",
        measured: format!("{} bytes each, {count} sockets", grown / count.max(1)),
        target: "≤ 8 KiB each",
        peer: "axum default 130 KiB, Node 10.7 KiB",
    })
}

/// How many files, and so sockets, this process may open.
fn open_files() -> Outcome<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).ok_or("no limit on open files")?;
    Ok(line.split_whitespace().next().and_then(|soft| soft.parse().ok()).unwrap_or(u64::MAX))
}
