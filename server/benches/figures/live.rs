//! From a webhook to the frames in a hundred browsers, and what a socket that only listens costs.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use app::domain::ids::{ContactId, EventId};
use app::live::{ClientMessage, Row, ServerMessage, Topic};
use app::wire::{LIVE, decode, encode};
use futures_util::{SinkExt, StreamExt};
use server::clock::Clock;
use server::db::Db;
use sqlx::AssertSqlSafe;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::http::Connection;
use crate::subject::{self, Scene, Subject};
use crate::{Figure, Outcome, ROUNDS, ingest, pages, percentile, spread};

const VIEWERS: usize = 100;
const EVENTS_PER_SECOND: u32 = 500;
const EVENTS: usize = 2_000;
/// People on the event; each invite flips four times.
const PEOPLE: usize = EVENTS / 4;
const POSTERS: usize = 8;
const IDLE_SOCKETS: u64 = 2_000;
/// Fewer than a session may have.
const SOCKETS_OF_A_SESSION: u64 = 100;

pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A tab that follows this topic and has had its snapshot.
pub async fn open(subject: &Subject, cookie: &str, topic: Topic) -> Outcome<Socket> {
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
    let mut figures = viewed(
        [subject, subject],
        &scene.url,
        cookie,
        [
            ("webhook sent → crew row received, 100 viewers, 500 events/s: p50", "≤ 2 ms"),
            ("… p99", "≤ 10 ms"),
            ("… flips that a viewer heard of as a later one, or by a snapshot", ""),
        ],
    )
    .await?;
    figures.push(idle_sockets(subject, scene).await?);
    Ok(figures)
}

/// The same with two processes over one PostgreSQL: the webhooks go to one, the viewers are on the other.
pub async fn measure_two(binary: &Path, postgres: &str) -> Outcome<Vec<Figure>> {
    let url = subject::fresh_database(postgres).await?;
    subject::fill(binary, &url).await?;
    let (here, _) = Subject::start_at(binary, &url).await?;
    let (there, _) = Subject::start_at(binary, &url).await?;
    let cookie = pages::sign_in(&there).await?;
    let figures = viewed(
        [&here, &there],
        &url,
        &cookie,
        [
            ("… over two processes on PostgreSQL, viewers on the other one: p50", ""),
            ("… p99", "≤ 50 ms"),
            ("… flips that a viewer heard of as a later one, or by a snapshot", ""),
        ],
    )
    .await;
    here.stop().await?;
    there.stop().await?;
    figures
}

/// Webhooks to the first server, viewers on the second.
async fn viewed(
    [posted, watched]: [&Subject; 2],
    url: &str,
    cookie: &str,
    [(middle, middle_goal), (tail, tail_goal), (missed, _)]: [(&'static str, &'static str); 3],
) -> Outcome<Vec<Figure>> {
    let (mut middles, mut tails, mut unheard) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let view = View::prepare(url).await?;
        let mut latencies = flips(posted, watched, &view, cookie).await?;
        unheard += VIEWERS * EVENTS - latencies.len().min(VIEWERS * EVENTS);
        middles.push(percentile(&mut latencies, 0.5));
        tails.push(percentile(&mut latencies, 0.99));
    }
    Ok(vec![
        Figure { what: middle, measured: spread(&middles, "ms"), target: middle_goal, peer: "loopback floor 0.3 ms" },
        Figure { what: tail, measured: spread(&tails, "ms"), target: tail_goal, peer: "" },
        Figure { what: missed, measured: format!("{unheard} of {}", ROUNDS * VIEWERS * EVENTS), target: "", peer: "" },
    ])
}

/// An event with people whose invites are going to flip.
struct View {
    event: i64,
    /// References begin with it.
    name: String,
    /// The id of each person's invite, in order.
    emails: Vec<i64>,
}

impl View {
    async fn prepare(url: &str) -> Outcome<Self> {
        let db = Db::open(url).await?;
        let mut write = db.write().await?;
        let (account, member): (i64, i64) =
            sqlx::query_as("SELECT account_id, member_id FROM membership ORDER BY account_id, member_id LIMIT 1")
                .fetch_one(&mut *write)
                .await?;
        let now = Clock::System.now().0;
        let name = server::secret::unique();
        let event: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
            "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
             VALUES ({account}, 'Bench', 'confirmed', {now}, {now}, 'Europe/Lisbon', {now}) RETURNING id"
        )))
        .fetch_one(&mut *write)
        .await?;
        let numbers =
            format!("WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {})", PEOPLE - 1);
        for statement in [
            format!(
                "INSERT INTO contact (account_id, first_name, email, email_key, sort_name, created_at) {numbers} \
                 SELECT {account}, 'Guest', '{name}' || n || '@guests.test', '{name}' || n || '@guests.test', \
                 'guest {name}', {now} FROM n"
            ),
            format!(
                "INSERT INTO crew (account_id, event_id, contact_id, created_at) \
                 SELECT {account}, {event}, id, {now} FROM contact WHERE sort_name = 'guest {name}'"
            ),
            format!(
                "INSERT INTO email (account_id, contact_id, event_id, crew_id, member_id, kind, recipient, \
                 recipient_key, subject, event_name, reference, message_id, provider, idempotency_key, status, rank, \
                 status_at, created_at, handed_over_at) \
                 SELECT {account}, c.id, {event}, cr.id, {member}, 'share_link', c.email, c.email_key, 'Your run of show', \
                 'Bench', '{name}-' || c.id, '{name}-' || c.id || '@venue.test', 'resend', '{name}-' || c.id, 'sent', 10, \
                 {now}, {now}, {now} FROM crew cr JOIN contact c ON c.id = cr.contact_id WHERE cr.event_id = {event}"
            ),
            format!(
                "UPDATE crew SET invite_email_id = (SELECT id FROM email WHERE email.crew_id = crew.id) \
                 WHERE event_id = {event}"
            ),
        ] {
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *write).await?;
        }
        let emails: Vec<(i64, i64)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT id, contact_id FROM email WHERE event_id = {event} ORDER BY id"
        )))
        .fetch_all(&mut *write)
        .await?;
        write.commit().await?;
        db.close().await;
        let contact = emails.first().map(|(_, contact)| *contact).unwrap_or_default();
        // The references follow from the contacts, whose ids follow each other as the emails' do.
        if emails.iter().enumerate().any(|(n, (_, id))| *id != contact + i64::try_from(n).unwrap_or_default()) {
            return Err("the ids of the guests are not in a row".into());
        }
        let name = format!("{name}-{contact}");
        Ok(Self { event, name, emails: emails.into_iter().map(|(email, _)| email).collect() })
    }

    /// The `n`th webhook: each person's invite goes through four states that all look different.
    fn webhook(&self, address: SocketAddr, n: usize) -> Outcome<Vec<u8>> {
        let (person, step) = (n % PEOPLE, n / PEOPLE);
        let (prefix, contact) = self.name.rsplit_once('-').ok_or("a name without a number")?;
        let reference = format!("{prefix}-{}", contact.parse::<usize>()? + person);
        let (kind, about) = match step {
            0 => ("delivery_delayed", r#","bounce":{"message":"452 mailbox full"}"#),
            1 => ("delivery_delayed", r#","bounce":{"message":"451 try again later"}"#),
            2 => ("failed", r#","failed":{"reason":"outage"}"#),
            _ => ("delivered", ""),
        };
        let body = format!(
            r#"{{"type":"email.{kind}","created_at":"2026-11-23T12:00:0{step}.000Z","data":{{"email_id":"{reference}","headers":[{{"name":"X-Callboard-Ref","value":"{reference}"}}]{about}}}}}"#
        );
        ingest::signed(address, &format!("{reference}-{step}"), &body)
    }
}

/// How long each flip took to reach each viewer.
async fn flips(posted: &Subject, watched: &Subject, view: &View, cookie: &str) -> Outcome<Vec<Duration>> {
    let sent: Arc<Mutex<HashMap<usize, Instant>>> = Arc::default();
    let done = Arc::new(AtomicBool::new(false));
    let mut viewers = JoinSet::new();
    for _ in 0..VIEWERS {
        let mut socket = open(watched, cookie, Topic::Event(EventId(view.event))).await?;
        let done = Arc::clone(&done);
        viewers.spawn(async move {
            let mut heard = Vec::with_capacity(EVENTS);
            // Frames are only stamped here; they are read when the load is over.
            loop {
                match tokio::time::timeout(Duration::from_secs(1), socket.next()).await {
                    Ok(Some(Ok(Message::Binary(frame)))) => heard.push((Instant::now(), frame)),
                    Ok(Some(Ok(_))) => {}
                    Err(_) if !done.load(Ordering::Relaxed) => {}
                    Ok(Some(Err(_)) | None) | Err(_) => return heard,
                }
            }
        });
    }
    let begun = Instant::now();
    let mut posters = JoinSet::new();
    for poster in 0..POSTERS {
        let mut connection = Connection::open(posted.address).await?;
        let sent = Arc::clone(&sent);
        let requests: Vec<(usize, Vec<u8>)> = (poster..EVENTS)
            .step_by(POSTERS)
            .map(|n| Ok((n, view.webhook(posted.address, n)?)))
            .collect::<Outcome<_>>()?;
        posters.spawn(async move {
            for (n, request) in requests {
                let due = Duration::from_secs(1) * u32::try_from(n)? / EVENTS_PER_SECOND;
                tokio::time::sleep_until((begun + due).into()).await;
                sent.lock().unwrap_or_else(PoisonError::into_inner).insert(n, Instant::now());
                let answer = connection.exchange(&request).await?;
                if answer.status != 200 {
                    return Err(format!("a webhook was answered {}", answer.status).into());
                }
            }
            Outcome::Ok(())
        });
    }
    while let Some(posted) = posters.join_next().await {
        posted??;
    }
    done.store(true, Ordering::Relaxed);
    let person: HashMap<i64, usize> = view.emails.iter().enumerate().map(|(n, email)| (*email, n)).collect();
    let sent = std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner));
    let mut latencies = Vec::with_capacity(VIEWERS * EVENTS);
    while let Some(heard) = viewers.join_next().await {
        for (at, frame) in heard? {
            let Ok(ServerMessage::Changed { rows, .. }) = decode(&frame) else { continue };
            for row in rows {
                if let Row::Crew(row) = row
                    && let Some(invite) = row.invite
                    && let Some(person) = person.get(&invite.id.0)
                    // The first revision is that of the email as it was written.
                    && let Some(sent) = sent.get(&(person + PEOPLE * (invite.revision as usize - 2)))
                {
                    latencies.push(at.duration_since(*sent));
                }
            }
        }
    }
    Ok(latencies)
}

/// Memory of the server for each open tab that has had its snapshot.
async fn idle_sockets(subject: &Subject, scene: &Scene) -> Outcome<Figure> {
    let count = IDLE_SOCKETS.min(open_files()?.saturating_sub(200));
    let mut cookies = Vec::new();
    for _ in 0..count.div_ceil(SOCKETS_OF_A_SESSION) {
        cookies.push(pages::sign_in(subject).await?);
    }
    let before = subject.resident_bytes()?;
    let mut sockets = Vec::new();
    for cookie in (0..SOCKETS_OF_A_SESSION).flat_map(|_| &cookies).take(usize::try_from(count)?) {
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
pub fn open_files() -> Outcome<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).ok_or("no limit on open files")?;
    Ok(line.split_whitespace().next().and_then(|soft| soft.parse().ok()).unwrap_or(u64::MAX))
}
