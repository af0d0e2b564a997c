//! `kill -9` at random moments while mails are sent and their webhooks arrive, on the real binary with the sandbox.
//!
//! Every accepted press of the button must end in exactly one mail and one final state; only where the kill fell inside
//! the hand-over itself, in at most one mail shown as unconfirmed until the provider's event settles it. Never two mails,
//! no acknowledged webhook lost, and a sound database.

mod process;

use std::time::Duration;

use hyper::StatusCode;

use crate::process::{
    Server, check_emails, client, crew_row, free_addr, open, press, settle, sign_in, sqlite_url, temp_folder,
};

const ROUNDS: u32 = 20;
const MAILS_A_ROUND: u32 = 10;

/// Milliseconds below `limit`, from the system's randomness.
fn random_ms(limit: u64) -> Duration {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("randomness");
    Duration::from_millis(u64::from_le_bytes(bytes) % limit)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_no_mail_and_sends_none_twice() {
    let (folder, addr) = (temp_folder("crash"), free_addr());
    let url = sqlite_url(&folder);
    let http = client();
    let mut accepted = Vec::new();
    let mut crew = 0;
    for round in 0..ROUNDS {
        let server = Server::start(&mut Server::command(&url, addr), addr, &http).await;
        if round == 0 {
            let pool = open(&url).await;
            crew = crew_row(&pool).await;
            pool.close().await;
        }
        let cookie = sign_in(&http, addr).await;
        let presses = (0..MAILS_A_ROUND).map(|n| {
            let (http, cookie) = (http.clone(), cookie.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(u64::from(n) * 20)).await;
                let key = format!("crash-{round}-{n}");
                let answer = press(&http, addr, &cookie, crew, &format!("{key}@venue.example"), &key).await;
                (key, answer.map(|answer| answer.status()))
            })
        });
        let presses: Vec<_> = presses.collect();
        // Later rounds also hit the callbacks of the earlier ones, which come about a second after the mail.
        tokio::time::sleep(random_ms(1_500)).await;
        server.kill();
        for press in presses {
            let (key, status) = press.await.expect("the press ended");
            match status {
                Some(StatusCode::OK) => accepted.push(key),
                Some(other) => panic!("{key} was answered {other}"),
                None => {}
            }
        }
    }
    assert!(!accepted.is_empty(), "no press was accepted before a kill: the rounds are too short to prove anything");

    let server = Server::start(&mut Server::command(&url, addr), addr, &http).await;
    let pool = open(&url).await;
    settle(&pool).await;
    let emails = check_emails(&pool, "crash").await;
    for key in &accepted {
        assert!(emails.keys.contains(key), "{key} was accepted and is gone");
    }
    let sound: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await.expect("a check");
    assert_eq!(sound, "ok");
    println!(
        "{ROUNDS} kills, {} presses accepted, {} emails, {} unconfirmed",
        accepted.len(),
        emails.keys.len(),
        emails.unconfirmed,
    );
    pool.close().await;
    server.kill();
    std::fs::remove_dir_all(folder).expect("to tidy up");
}

/// Kills among batches: as many as `CALLBOARD_CRASH_ROUNDS` says.
const BATCH_ROUNDS: u32 = 3;
const GUESTS: u32 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_sends_to_each_of_a_batch_once() {
    let rounds = std::env::var("CALLBOARD_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok());
    let rounds = rounds.unwrap_or(BATCH_ROUNDS);
    let (folder, addr) = (temp_folder("crash-batch"), free_addr());
    let url = sqlite_url(&folder);
    let http = client();
    let mut accepted = 0;
    for round in 0..rounds {
        let server = Server::start(Server::command(&url, addr).env("CALLBOARD_BATCH_UNDO", "0"), addr, &http).await;
        let pool = open(&url).await;
        if round == 0 {
            note_mails(&pool).await;
        }
        let event = add_guests(&pool, round).await;
        pool.close().await;
        let cookie = sign_in(&http, addr).await;
        let body = format!(r#"{{"event":{event},"kind":"share","who":"everybody","key":"crash-{round}"}}"#);
        let press = tokio::spawn({
            let http = http.clone();
            async move { process::post(&http, addr, &cookie, "start_batch", body).await }
        });
        // Among the batch, and later rounds among the mails of the earlier ones.
        tokio::time::sleep(random_ms(3_000)).await;
        server.kill();
        match press.await.expect("the press ended").map(|answer| answer.status()) {
            Some(StatusCode::OK) => accepted += 1,
            Some(other) => panic!("round {round} was answered {other}"),
            None => {}
        }
    }
    assert!(accepted > 0, "no batch was accepted before a kill: the rounds are too short to prove anything");

    let server = Server::start(&mut Server::command(&url, addr), addr, &http).await;
    let pool = open(&url).await;
    settle(&pool).await;
    let emails = process::check_emails_in(&pool, "batch", "noted_mail").await;
    let people = process::count(&pool, "SELECT COUNT(*) FROM batch_person").await;
    let sent = "SELECT COUNT(DISTINCT e.recipient_key) FROM batch_person p JOIN email e ON e.id = p.email_id WHERE p.outcome = 'sent'";
    assert_eq!(process::count(&pool, sent).await, people, "each of them once");
    assert_eq!(i64::try_from(emails.keys.len()).expect("a few"), people, "and nobody twice");
    assert!(people >= accepted * i64::from(GUESTS));
    println!("{rounds} kills, {accepted} batches accepted, {people} people, {} unconfirmed", emails.unconfirmed);
    pool.close().await;
    server.kill();
    std::fs::remove_dir_all(folder).expect("to tidy up");
}

/// Keeps a note of every mail that the sandbox takes from now on: it forgets all but the newest two thousand.
async fn note_mails(pool: &sqlx::AnyPool) {
    for sql in [
        "CREATE TABLE noted_mail (message_id TEXT NOT NULL)",
        "CREATE INDEX noted_mail_by_id ON noted_mail (message_id)",
        "CREATE TRIGGER note_mail AFTER INSERT ON sandbox_mail \
         BEGIN INSERT INTO noted_mail (message_id) VALUES (NEW.message_id); END",
    ] {
        sqlx::query(sql).execute(pool).await.expect("a note of every mail");
    }
}

/// An event of the demo's account with guests of its own.
async fn add_guests(pool: &sqlx::AnyPool, round: u32) -> i64 {
    let account = process::count(pool, "SELECT MIN(account_id) FROM membership").await;
    let event: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
         VALUES ({account}, 'Crash {round}', 'confirmed', 4000000000000, 4000003600000, 'UTC', 0) RETURNING id"
    )))
    .fetch_one(pool)
    .await
    .expect("an event");
    for sql in [
        format!(
            "INSERT INTO contact (account_id, first_name, email, email_key, sort_name, created_at) \
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {GUESTS}) \
             SELECT {account}, 'Guest', 'guest' || n || '.{round}@venue.example', 'guest' || n || '.{round}@venue.example', \
             'guest', 0 FROM n"
        ),
        format!(
            "INSERT INTO crew (account_id, event_id, contact_id, created_at) \
             SELECT {account}, {event}, id, 0 FROM contact WHERE email_key LIKE 'guest%.{round}@venue.example'"
        ),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(pool).await.expect("guests");
    }
    event
}
