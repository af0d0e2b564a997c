//! Sends the reports that are due to our own webhook route, over HTTP and signed as Svix signs them.
//!
//! At least once: a report is repeated, under the same id and a fresh signature, until it is answered with 2xx. What is
//! due survives a restart.

use std::sync::Arc;
use std::time::Duration;

use app::domain::time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{StreamExt, stream};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sha2::Sha256;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::outcome;
use super::store::{self, Due};
use crate::core::Core;
use crate::error::StoreError;
use crate::workers::Stop;

/// Reports under way at the same time.
const IN_FLIGHT: usize = 16;
/// Reports of one round, which ends in one commit.
const ROUND: i64 = 64;
/// How long an answer may take; Svix waits as long.
const ANSWER: Duration = Duration::from_secs(15);
/// The longest wait between two looks.
const LOOK: Duration = Duration::from_secs(5);
/// After the database failed us.
const PAUSE: Duration = Duration::from_secs(1);
/// The waits between attempts; the last one repeats.
const BACK_OFF_MS: [i64; 5] = [200, 1_000, 5_000, 30_000, 300_000];
/// The same, after the longest that a report is planned ahead.
const LONGEST_WAITS_MS: [i64; 6] = [outcome::LAST_AFTER_MS, 200, 1_000, 5_000, 30_000, 300_000];

type Http = Client<HttpConnector, Full<Bytes>>;

pub async fn run(core: Core, url: String, wake: Arc<Notify>, mut stop: Stop) {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let http: Http = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(IN_FLIGHT).build(connector);
    let secret = core.key.sandbox_webhook_secret();
    while !*stop.borrow() {
        let wait = match round(&core, &http, &url, &secret).await {
            Ok(wait) => wait,
            Err(error) => {
                tracing::error!(error = %error, "The sandbox cannot reach the database.");
                PAUSE
            }
        };
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = wake.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Sends what is due; returns how long to wait for the next.
async fn round(core: &Core, http: &Http, url: &str, secret: &str) -> Result<Duration, StoreError> {
    let due = store::due(&core.db, &LONGEST_WAITS_MS, core.clock.now(), ROUND).await?;
    if !due.is_empty() {
        let answers: Vec<(Due, bool)> = stream::iter(due)
            .map(|report| async move {
                let is_taken = post(core, http, url, secret, &report).await;
                (report, is_taken)
            })
            .buffer_unordered(IN_FLIGHT)
            .collect()
            .await;
        let now = core.clock.now();
        let taken: Vec<i64> = answers.iter().filter(|(_, taken)| *taken).map(|(report, _)| report.id).collect();
        let again: Vec<(i64, Timestamp)> = answers
            .iter()
            .filter(|(_, taken)| !taken)
            .map(|(report, _)| (report.id, now.plus_ms(back_off_ms(report.attempts))))
            .collect();
        store::settle(&core.db, &taken, &again, now).await?;
    }
    let next = store::next_due(&core.db).await?;
    let gap = next.map(|due| due.since_ms(core.clock.now()).max(1).unsigned_abs());
    Ok(gap.map_or(LOOK, |gap| LOOK.min(Duration::from_millis(gap))))
}

/// Whether the report was taken.
async fn post(core: &Core, http: &Http, url: &str, secret: &str, report: &Due) -> bool {
    let timestamp = core.clock.now().0.div_euclid(1_000);
    let request = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header("content-type", "application/json")
        .header("user-agent", "Svix-Webhooks/sandbox")
        .header("svix-id", &report.svix_id)
        .header("svix-timestamp", timestamp)
        .header("svix-signature", signature(secret, &report.svix_id, timestamp, &report.body))
        .body(Full::new(Bytes::from(report.body.clone())))
        .expect("the headers are plain ASCII");
    let answer = timeout(ANSWER, async {
        let answer = http.request(request).await.ok()?;
        let status = answer.status();
        // Read to its end, so that the connection can be used again.
        answer.into_body().collect().await.ok()?;
        Some(status)
    })
    .await;
    match answer {
        Ok(Some(status)) if status.is_success() => true,
        Ok(Some(status)) => {
            tracing::warn!(status = status.as_u16(), "A report of the sandbox was not taken; it will be repeated.");
            false
        }
        Ok(None) | Err(_) => {
            tracing::warn!("A report of the sandbox got no answer; it will be repeated.");
            false
        }
    }
}

/// Svix: HMAC-SHA256 over id, time and body, by the key that follows `whsec_`.
fn signature(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("our own secret is base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn back_off_ms(attempts: i64) -> i64 {
    let step = usize::try_from(attempts).unwrap_or(usize::MAX).min(BACK_OFF_MS.len() - 1);
    BACK_OFF_MS[step]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the Standard Webhooks test suite.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let signed = signature(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
