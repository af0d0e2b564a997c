//! Mails to 200 people of an event: from the press of the button until an open planner has heard that the last of them went out.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use app::domain::delivery::DeliveryStatus;
use app::domain::ids::EventId;
use app::live::{Row, ServerMessage, Topic};
use app::wire::decode;
use futures_util::StreamExt;
use server::db::Db;
use sqlx::AssertSqlSafe;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;

use crate::outbox::{Arrivals, take_all};
use crate::subject::{Subject, prepare};
use crate::{Figure, Outcome, ROUNDS, live, pages, spread, uploads};

const GUESTS: usize = 200;
const PATIENCE: Duration = Duration::from_mins(2);

pub async fn measure(binary: &Path) -> Outcome<Vec<Figure>> {
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let scene = prepare(binary, 1).await?;
        let event = guests(&scene.url).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let smtp = format!("smtp://{}", listener.local_addr()?);
        let sink = tokio::spawn(take_all(listener, Arrivals::default()));
        let (subject, _) = Subject::start_sending(binary, &scene.url, &smtp).await?;
        took.push(until_shown(&subject, event).await?.as_secs_f64());
        subject.stop().await?;
        sink.abort();
        scene.remove();
    }
    Ok(vec![Figure {
        what: "a batch of 200, from the click until an open planner shows all of them as sent",
        measured: spread(&took, "s"),
        target: "",
        peer: "",
    }])
}

async fn until_shown(subject: &Subject, event: i64) -> Outcome<Duration> {
    let cookie = pages::sign_in(subject).await?;
    let mut socket = live::open(subject, &cookie, Topic::Event(EventId(event))).await?;
    let body = format!(r#"{{"event":{event},"kind":"share","who":"everybody","key":"bench"}}"#);
    let begun = Instant::now();
    uploads::ask(subject, &cookie, "start_batch", &body).await?;
    let mut sent = BTreeSet::new();
    while sent.len() < GUESTS {
        let left = PATIENCE.checked_sub(begun.elapsed()).ok_or("the planner does not show all of the batch")?;
        let frame = match tokio::time::timeout(left, socket.next()).await {
            Ok(Some(Ok(Message::Binary(frame)))) => frame,
            Ok(Some(Ok(_))) | Err(_) => continue,
            Ok(Some(Err(_)) | None) => return Err("the planner's socket ended".into()),
        };
        let (ServerMessage::Changed { rows, .. } | ServerMessage::Snapshot { rows, .. }) =
            decode(&frame).map_err(|_| "a frame that is none")?
        else {
            continue;
        };
        for row in rows {
            if let Row::Crew(row) = row
                && row.invite.is_some_and(|invite| invite.status == Some(DeliveryStatus::Sent))
            {
                sent.insert(row.id);
            }
        }
    }
    Ok(begun.elapsed())
}

/// An event with people who have addresses.
async fn guests(url: &str) -> Outcome<i64> {
    let db = Db::open(url).await?;
    let mut write = db.write().await?;
    let event: i64 = sqlx::query_scalar(
        "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
         SELECT MIN(account_id), 'Batch', 'confirmed', 4000000000000, 4000003600000, 'UTC', 0 FROM membership RETURNING id",
    )
    .fetch_one(&mut *write)
    .await?;
    for sql in [
        format!(
            "INSERT INTO contact (account_id, first_name, email, email_key, sort_name, created_at) \
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {GUESTS}) \
             SELECT account_id, 'Guest', 'batch' || n || '@guests.test', 'batch' || n || '@guests.test', 'batch', 0 \
             FROM n, (SELECT MIN(account_id) AS account_id FROM membership)"
        ),
        format!(
            "INSERT INTO crew (account_id, event_id, contact_id, created_at) \
             SELECT account_id, {event}, id, 0 FROM contact WHERE sort_name = 'batch'"
        ),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *write).await?;
    }
    write.commit().await?;
    db.close().await;
    Ok(event)
}
