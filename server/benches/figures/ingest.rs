//! Signed webhooks for real emails over keep-alive connections; each waits for its own acknowledgement.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use server::clock::Clock;
use server::db::Db;
use server::provider::svix;
use sha2::Sha256;
use tokio::task::JoinSet;

use crate::http::{Connection, on_one_thread, request};
use crate::subject::{SECRET, Scene, Subject};
use crate::{Figure, Outcome, ROUNDS, median, percentile, rate, spread};

/// Events of one round; the emails after those are left for the other measurements.
const EVENTS: usize = 16_000;
const CONNECTIONS: usize = 256;
/// Emails of the larger table.
pub const LARGE: usize = 500_000;

/// The usual table and one of `LARGE` emails in turn.
pub async fn measure(
    (subject, scene): (&Subject, &Scene),
    (large, large_scene): (&Subject, &Scene),
) -> Outcome<Vec<Figure>> {
    let (mut rates, mut tails, mut large_rates, mut large_tails) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for (address, rates, tails) in
            [(subject.address, &mut rates, &mut tails), (large.address, &mut large_rates, &mut large_tails)]
        {
            let (took, mut waits) = load(address, reports(address, round * EVENTS + 1, EVENTS)?, Duration::MAX).await?;
            rates.push(rate(waits.len(), took));
            tails.push(percentile(&mut waits, 0.99));
        }
    }
    let ((stored, shown), large) = (kept(&scene.url).await?, kept(&large_scene.url).await?);
    Ok(vec![
        Figure {
            what: "webhook events, verified and durable (SQLite FULL, 256 connections), 56,000 emails in the table",
            measured: spread(&rates, "events/s"),
            target: "≥ 20,000 events/s",
            peer: "make bench-peers",
        },
        Figure { what: "… acknowledge p99", measured: spread(&tails, "ms"), target: "≤ 25 ms", peer: "" },
        Figure {
            what: "… 500,000 emails in the table",
            measured: spread(&large_rates, "events/s"),
            target: "≥ 20,000 events/s",
            peer: "",
        },
        Figure { what: "… acknowledge p99", measured: spread(&large_tails, "ms"), target: "≤ 25 ms", peer: "" },
        Figure {
            what: "… as a share of the rate with 56,000",
            measured: format!("{:.2}", median(&large_rates) / median(&rates)),
            target: "≥ 0.8",
            peer: "",
        },
        Figure {
            what: "… acknowledged, then found stored and shown",
            measured: format!("{} / {} / {}", 2 * EVENTS * ROUNDS, stored + large.0, shown + large.1),
            target: "none lost",
            peer: "",
        },
    ])
}

/// How many events a database has stored, and how many emails it shows as delivered.
pub async fn kept(url: &str) -> Outcome<(i64, i64)> {
    let db = Db::open(url).await?;
    let stored = sqlx::query_scalar(
        "SELECT COUNT(*) FROM delivery_event JOIN email ON email.id = email_id WHERE reference LIKE 'bench-%'",
    )
    .fetch_one(&mut *db.reader().await?)
    .await?;
    let shown =
        sqlx::query_scalar("SELECT COUNT(*) FROM email WHERE reference LIKE 'bench-%' AND status = 'delivered'")
            .fetch_one(&mut *db.reader().await?)
            .await?;
    db.close().await;
    Ok((stored, shown))
}

/// Requests that report `count` emails from the `first` on as delivered.
pub fn reports(address: SocketAddr, first: usize, count: usize) -> Outcome<Vec<Vec<u8>>> {
    (first..first + count).map(|n| delivered(address, n)).collect()
}

/// Each connection takes the next request as soon as its last one is acknowledged, for as long as there are requests and
/// time. Returns how long it took and how long each waited.
pub async fn load(
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    at_most: Duration,
) -> Outcome<(Duration, Vec<Duration>)> {
    on_one_thread(move || post(address, requests, at_most)).await
}

async fn post(address: SocketAddr, requests: Vec<Vec<u8>>, at_most: Duration) -> Outcome<(Duration, Vec<Duration>)> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(Connection::open(address).await?);
    }
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let mut posters = JoinSet::new();
    for mut connection in connections {
        let (requests, next) = (Arc::clone(&requests), Arc::clone(&next));
        posters.spawn(async move {
            let mut waits = Vec::new();
            while begun.elapsed() < at_most
                && let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed))
            {
                let sent = Instant::now();
                let answer = connection.exchange(request).await?;
                if answer.status != 200 {
                    return Err(format!("a webhook was answered {}", answer.status).into());
                }
                waits.push(sent.elapsed());
            }
            Outcome::Ok(waits)
        });
    }
    let mut waits = Vec::with_capacity(requests.len());
    while let Some(done) = posters.join_next().await {
        waits.extend(done??);
    }
    Ok((begun.elapsed(), waits))
}

/// The request that reports email `n` as delivered.
pub fn delivered(address: SocketAddr, n: usize) -> Outcome<Vec<u8>> {
    let body = format!(
        r#"{{"type":"email.delivered","created_at":"2026-11-23T12:00:00.000Z","data":{{"created_at":"2026-11-23T11:59:58.000Z","email_id":"provider-{n}","from":"Callboard <callboard@callboard.test>","to":["bench@guests.test"],"subject":"Your run of show","message_id":"<bench-{n}@venue.test>","headers":[{{"name":"X-Callboard-Ref","value":"bench-{n}"}}]}}}}"#
    );
    signed(address, &format!("bench-{n}"), &body)
}

/// A webhook with this id and body, signed now.
pub fn signed(address: SocketAddr, id: &str, body: &str) -> Outcome<Vec<u8>> {
    let seconds = (Clock::System.now().0 / 1_000).to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(&svix::secret_key(SECRET)?)?;
    for part in [id, ".", &seconds, ".", body] {
        mac.update(part.as_bytes());
    }
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    let headers = [
        ("content-type", "application/json"),
        ("svix-id", id),
        ("svix-timestamp", &*seconds),
        ("svix-signature", &*signature),
    ];
    Ok(request("POST", address, "/webhooks/resend", &headers, body.as_bytes()))
}
