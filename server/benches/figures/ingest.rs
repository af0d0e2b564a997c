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

use crate::http::{Connection, request};
use crate::subject::{SECRET, Scene, Subject};
use crate::{Figure, Outcome, ROUNDS, percentile, rate, spread};

/// Events of one round; the emails after those are left for the other measurements.
const EVENTS: usize = 16_000;
const CONNECTIONS: usize = 256;
/// The first email that no round of this file reports on.
pub const USED: usize = EVENTS * ROUNDS + 1;

pub async fn measure(subject: &Subject, scene: &Scene) -> Outcome<Vec<Figure>> {
    let (mut rates, mut tails) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let requests: Vec<Vec<u8>> =
            (0..EVENTS).map(|n| delivered(subject.address, round * EVENTS + n + 1)).collect::<Outcome<_>>()?;
        let (took, mut waits) = load(subject.address, requests).await?;
        rates.push(rate(EVENTS, took));
        tails.push(percentile(&mut waits, 0.99));
    }
    let db = Db::open(&scene.url).await?;
    let stored: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM delivery_event WHERE event_key LIKE 'bench-%'")
        .fetch_one(db.reader())
        .await?;
    let shown: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM email WHERE reference LIKE 'bench-%' AND status = 'delivered'")
            .fetch_one(db.reader())
            .await?;
    db.close().await;
    Ok(vec![
        Figure {
            what: "webhook events, verified and durable (SQLite FULL, 256 connections)",
            measured: spread(&rates, "events/s"),
            target: "≥ 15,000 events/s",
            peer: "django-anymail 1,400 to 1,740",
        },
        Figure { what: "… acknowledge p99", measured: spread(&tails, "ms"), target: "≤ 50 ms", peer: "" },
        Figure {
            what: "… acknowledged, then found stored and shown",
            measured: format!("{} / {stored} / {shown}", EVENTS * ROUNDS),
            target: "none lost",
            peer: "",
        },
    ])
}

/// Each connection takes the next request as soon as its last one is acknowledged.
async fn load(address: SocketAddr, requests: Vec<Vec<u8>>) -> Outcome<(Duration, Vec<Duration>)> {
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
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
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
