//! What guests have open: what their page weighs, how many of them a second, what each open one costs, and how soon all of them are told of
//! a change.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use server::db::Db;
use sqlx::AssertSqlSafe;
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::http::{Connection, request};
use crate::live::{Socket, open_files};
use crate::subject::{Scene, Subject};
use crate::{Figure, Outcome, ROUNDS, pages, spread, uploads};

const OPEN_PAGES: usize = 2_000;
/// Of one link; the server allows 32.
const PAGES_OF_A_LINK: usize = 25;
const PATIENCE: Duration = Duration::from_mins(1);

pub async fn measure(subject: &Subject, scene: &Scene, cookie: &str) -> Outcome<Vec<Figure>> {
    let token = uploads::token(subject, cookie, scene.event).await?;
    let path = format!("/v/{token}");
    let mut connection = Connection::open(subject.address).await?;
    let mut sizes = [0, 0];
    for (size, encoding) in sizes.iter_mut().zip(["identity", "br"]) {
        let headers = [("accept", "text/html"), ("accept-encoding", encoding)];
        let answer = connection.exchange(&request("GET", subject.address, &path, &headers, b"")).await?;
        if answer.status != 200 {
            return Err(format!("a guest's page was answered {}", answer.status).into());
        }
        *size = answer.body.len();
    }
    let page = request("GET", subject.address, &path, &[("accept", "text/html")], b"");
    let (rates, _) = pages::rounds(subject.address, vec![page]).await?;
    let [plain, brotli] = sizes;
    let mut figures = vec![
        Figure {
            what: "a guest's page of the demo: its size",
            measured: format!("{plain} bytes, {brotli} as brotli"),
            target: "≤ 30 KiB",
            peer: "",
        },
        Figure {
            what: "… as many as there are (32 connections)",
            measured: spread(&rates, "req/s"),
            target: "",
            peer: "",
        },
    ];
    figures.extend(open_pages(subject, scene, cookie).await?);
    Ok(figures)
}

/// Many open pages of one event, since a change is one event's: what each takes of the server's memory, and how long until the last
/// has heard of a change.
async fn open_pages(subject: &Subject, scene: &Scene, cookie: &str) -> Outcome<[Figure; 2]> {
    let room = usize::try_from(open_files()?.saturating_sub(200)).unwrap_or(OPEN_PAGES);
    let count = OPEN_PAGES.min(room);
    let (event, crew) = event(&scene.url, count.div_ceil(PAGES_OF_A_LINK)).await?;
    let mut tokens = Vec::with_capacity(crew.len());
    for crew in crew {
        tokens.push(uploads::link_of(subject, cookie, crew).await?);
    }
    let before = subject.resident_bytes()?;
    let mut sockets = Vec::with_capacity(count);
    for token in tokens.iter().cycle().take(count) {
        sockets.push(open(subject, token).await?);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let grown = subject.resident_bytes()?.saturating_sub(before);
    let mut told = Vec::new();
    for round in 0..ROUNDS {
        let (took, heard) = change(subject, cookie, event, round, sockets).await?;
        told.push(took.as_secs_f64() * 1e3);
        sockets = heard;
    }
    Ok([
        Figure {
            what: "memory of a guest's open page",
            measured: format!("{} bytes each, {count} pages of {} links", grown / count.max(1) as u64, tokens.len()),
            target: "",
            peer: "",
        },
        Figure {
            what: "… one change of the plan, until the last of them is told",
            measured: spread(&told, "ms"),
            target: "",
            peer: "",
        },
    ])
}

async fn open(subject: &Subject, token: &str) -> Outcome<Socket> {
    let mut request = format!("ws://{}/v/{token}/live", subject.address).into_client_request()?;
    request.headers_mut().insert("origin", format!("http://{}", subject.address).parse()?);
    Ok(connect_async(request).await?.0)
}

/// Adds an item, and returns how long it took until every page had heard of it.
async fn change(
    subject: &Subject,
    cookie: &str,
    event: i64,
    round: usize,
    sockets: Vec<Socket>,
) -> Outcome<(Duration, Vec<Socket>)> {
    let begun: Arc<OnceLock<Instant>> = Arc::default();
    let mut pages = JoinSet::new();
    for socket in sockets {
        pages.spawn(tokio::time::timeout(PATIENCE, hear(socket, Arc::clone(&begun))));
    }
    // What is still on its way from before is not counted.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let body = format!(
        r#"{{"event":{event},"form":{{"day":"2096-10-02","starts":"{:02}:00","minutes":"30","ends":"","title":"Item {round}","details":"","location":"","private":false,"pinned":false,"responsible":[]}}}}"#,
        8 + round
    );
    let start = *begun.get_or_init(Instant::now);
    uploads::ask(subject, cookie, "add_item", &body).await?;
    let (mut last, mut sockets) = (start, Vec::with_capacity(pages.len()));
    while let Some(heard) = pages.join_next().await {
        let (at, socket) = heard???;
        last = last.max(at);
        sockets.push(socket);
    }
    Ok((last - start, sockets))
}

/// Waits for a word that comes after the change.
async fn hear(mut socket: Socket, begun: Arc<OnceLock<Instant>>) -> Outcome<(Instant, Socket)> {
    while let Some(message) = socket.next().await {
        if matches!(message?, Message::Text(_)) && begun.get().is_some() {
            return Ok((Instant::now(), socket));
        }
    }
    Err("the socket of a guest's page ended".into())
}

/// An event with this many people, and their rows on it.
async fn event(url: &str, people: usize) -> Outcome<(i64, Vec<i64>)> {
    let db = Db::open(url).await?;
    let mut write = db.write().await?;
    // From 2 October 2096, 07:06, for ten hours.
    let event: i64 = sqlx::query_scalar(
        "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
         SELECT MIN(account_id), 'Open pages', 'confirmed', 4000000000000, 4000036000000, 'UTC', 0 FROM membership \
         RETURNING id",
    )
    .fetch_one(&mut *write)
    .await?;
    for sql in [
        format!(
            "INSERT INTO contact (account_id, first_name, email, email_key, sort_name, created_at) \
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {people}) \
             SELECT account_id, 'Guest', 'open' || n || '@guests.test', 'open' || n || '@guests.test', 'open pages', 0 \
             FROM n, (SELECT MIN(account_id) AS account_id FROM membership)"
        ),
        format!(
            "INSERT INTO crew (account_id, event_id, contact_id, created_at) \
             SELECT account_id, {event}, id, 0 FROM contact WHERE sort_name = 'open pages'"
        ),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *write).await?;
    }
    let crew = sqlx::query_scalar("SELECT id FROM crew WHERE event_id = $1 ORDER BY id")
        .bind(event)
        .fetch_all(&mut *write)
        .await?;
    write.commit().await?;
    db.close().await;
    Ok((event, crew))
}
