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
