//! What wrong sign-ins leave behind: each password takes 19 MiB to verify, and gives them back.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::http::{Connection, request};
use crate::pages::server_function;
use crate::subject::Subject;
use crate::{Figure, Outcome, mb};

const TRIES: usize = 500;
const HUNG_UP: usize = 200;
/// The allocator gives back what is free after a second.
const REST: Duration = Duration::from_secs(3);

/// Of a server that has just started.
pub async fn measure(subject: &Subject) -> Outcome<Vec<Figure>> {
    let before = subject.resident_bytes()?;
    let mut after = Vec::new();
    for (round, at_once) in [1, 50, TRIES].into_iter().enumerate() {
        try_in_vain(subject.address, round, at_once).await?;
        tokio::time::sleep(REST).await;
        after.push(growth(subject, before)?);
    }
    hang_up(subject.address).await?;
    tokio::time::sleep(REST).await;
    Ok(vec![
        Figure {
            what: "memory after 500 wrong sign-ins, 1 / 50 / 500 at once",
            measured: format!("{} MB more than before", after.join(" / ")),
            target: "≤ 60 MB more",
            peer: "",
        },
        Figure {
            what: "… and after 200 more that hung up",
            measured: format!("{} MB more than before", growth(subject, before)?),
            target: "≤ 60 MB more",
            peer: "",
        },
    ])
}

fn growth(subject: &Subject, before: u64) -> Outcome<String> {
    Ok(format!("{:.1}", mb(subject.resident_bytes()?.saturating_sub(before))))
}

/// Each from a network and for an address of its own, so that none is refused before its password is looked at.
async fn try_in_vain(address: SocketAddr, round: usize, at_once: usize) -> Outcome<()> {
    let free = Arc::new(Semaphore::new(at_once));
    let mut tries = JoinSet::new();
    for number in 0..TRIES {
        let (free, post) = (Arc::clone(&free), wrong(address, round, number)?);
        tries.spawn(async move {
            let _turn = free.acquire_owned().await?;
            let answer = Connection::open(address).await?.exchange(&post).await?;
            // 503: more than may wait. Anything else would be no answer to a wrong password.
            match answer.status {
                200 | 302 | 303 | 422 | 503 => Outcome::Ok(()),
                other => Err(format!("a wrong password was answered {other}").into()),
            }
        });
    }
    while let Some(done) = tries.join_next().await {
        done??;
    }
    Ok(())
}

/// Each is gone before its answer.
async fn hang_up(address: SocketAddr) -> Outcome<()> {
    for number in 0..HUNG_UP {
        let mut connection = TcpStream::connect(address).await?;
        connection.write_all(&wrong(address, 3, number)?).await?;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

fn wrong(address: SocketAddr, round: usize, number: usize) -> Outcome<Vec<u8>> {
    let form = format!("email=nobody-{round}-{number}%40callboard.test&password=wrong&next=");
    let peer = format!("10.{round}.{}.{}", number / 250, number % 250);
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("x-forwarded-for", peer.as_str()),
    ];
    Ok(request("POST", address, server_function("sign_in")?, &headers, form.as_bytes()))
}
