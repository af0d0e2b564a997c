//! The planner of the largest event there may be: what the server spends on its page.

use std::time::Duration;

use server::clock::Clock;
use server::db::Db;
use sqlx::AssertSqlSafe;

use crate::http::{Connection, request};
use crate::pages;
use crate::subject::{Scene, Subject};
use crate::{Figure, Outcome, ROUNDS, spread};

/// The most that an event may have.
const ITEMS: usize = 500;
const PEOPLE: usize = 300;
/// Pages of a round.
const PAGES: u32 = 100;

pub async fn measure(subject: &Subject, scene: &Scene, cookie: &str) -> Outcome<Vec<Figure>> {
    let event = prepare(&scene.url).await?;
    let path = format!("/events/{event}");
    let mut connection = Connection::open(subject.address).await?;
    let mut sizes = [0, 0];
    for (size, encoding) in sizes.iter_mut().zip(["identity", "br"]) {
        let headers = [("cookie", cookie), ("accept", "text/html"), ("accept-encoding", encoding)];
        let answer = connection.exchange(&request("GET", subject.address, &path, &headers, b"")).await?;
        if answer.status != 200 {
            return Err(format!("the large planner was answered {}", answer.status).into());
        }
        *size = answer.body.len();
    }
    let page = request("GET", subject.address, &path, &[("cookie", cookie), ("accept", "text/html")], b"");
    let mut spent = Vec::new();
    for _ in 0..ROUNDS {
        let before = subject.cpu_time()?;
        for _ in 0..PAGES {
            connection.exchange(&page).await?;
        }
        spent.push((subject.cpu_time()?.saturating_sub(before) / PAGES).as_secs_f64() * 1e3);
    }
    let (rates, _) = pages::rounds(subject.address, vec![page]).await?;
    let [plain, brotli] = sizes.map(|size| size / 1_000);
    Ok(vec![
        Figure {
            what: "planner of 500 items and 300 people: the server's processor time for a page",
            measured: spread(&spent, "ms"),
            target: "",
            peer: "",
        },
        Figure { what: "… its size", measured: format!("{plain} kB, {brotli} as brotli"), target: "", peer: "" },
        Figure {
            what: "… as many as there are (32 connections)",
            measured: spread(&rates, "req/s"),
            target: "",
            peer: "",
        },
    ])
}

/// An event with a full run of show, and people who all got their invite; its id.
async fn prepare(url: &str) -> Outcome<i64> {
    let db = Db::open(url).await?;
    let mut write = db.write().await?;
    let (account, member): (i64, i64) =
        sqlx::query_as("SELECT account_id, member_id FROM membership ORDER BY account_id, member_id LIMIT 1")
            .fetch_one(&mut *write)
            .await?;
    let now = Clock::System.now().0;
    let hours = Duration::from_hours(17).as_millis();
    let event: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
        "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
         VALUES ({account}, 'Harbour festival', 'confirmed', {now}, {now} + {hours}, 'Europe/Lisbon', {now}) RETURNING id"
    )))
    .fetch_one(&mut *write)
    .await?;
    let numbers = |count| format!("WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})");
    let (items, people) = (numbers(ITEMS), numbers(PEOPLE));
    for statement in [
        format!(
            "INSERT INTO item (event_id, starts_at, minutes, title, location) {items} \
             SELECT {event}, {now} + n * 120000, 2, 'Cue ' || n, 'Stage ' || n % 7 FROM n"
        ),
        format!(
            "INSERT INTO contact (account_id, first_name, last_name, email, email_key, sort_name, created_at) {people} \
             SELECT {account}, 'Guest', 'Number ' || n, 'large' || n || '@guests.test', 'large' || n || '@guests.test', \
             'large guest', {now} FROM n"
        ),
        format!(
            "INSERT INTO crew (account_id, event_id, contact_id, role, created_at) \
             SELECT {account}, {event}, id, 'Steward', {now} FROM contact WHERE sort_name = 'large guest'"
        ),
        format!(
            "INSERT INTO email (account_id, contact_id, event_id, crew_id, member_id, kind, recipient, recipient_key, \
             subject, event_name, reference, message_id, provider, idempotency_key, status, rank, status_at, created_at, \
             handed_over_at) SELECT {account}, c.id, {event}, cr.id, {member}, 'share_link', c.email, c.email_key, \
             'Your run of show', 'Harbour festival', 'large-' || c.id, 'large-' || c.id || '@venue.test', 'resend', \
             'large-' || c.id, 'delivered', 40, {now}, {now}, {now} \
             FROM crew cr JOIN contact c ON c.id = cr.contact_id WHERE cr.event_id = {event}"
        ),
        format!(
            "UPDATE crew SET invite_email_id = (SELECT id FROM email WHERE email.crew_id = crew.id) \
             WHERE event_id = {event}"
        ),
        format!(
            "INSERT INTO assignment (item_id, contact_id) SELECT i.id, c.contact_id FROM item i \
             JOIN (SELECT contact_id, ROW_NUMBER() OVER (ORDER BY id) AS n FROM crew WHERE event_id = {event}) c \
             ON c.n = i.id % {PEOPLE} + 1 WHERE i.event_id = {event}"
        ),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *write).await?;
    }
    write.commit().await?;
    db.close().await;
    Ok(event)
}
