//! Pages and lists as somebody signed in asks for them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::http::{Connection, on_one_thread, request};
use crate::subject::{EMAILS, SPREAD_MS, Scene, Subject};
use crate::{Figure, Outcome, ROUNDS, percentile, rate, spread};

const CONNECTIONS: usize = 32;
const LOAD: Duration = Duration::from_secs(3);

/// The session's cookie, by the form that people use.
pub async fn sign_in(subject: &Subject) -> Outcome<String> {
    let form = b"email=demo%40callboard.test&password=callboard-demo&next=";
    let origin = format!("http://{}", subject.address);
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("origin", &*origin),
        ("sec-fetch-site", "same-origin"),
    ];
    let post = request("POST", subject.address, server_function("sign_in")?, &headers, form);
    let answer = Connection::open(subject.address).await?.exchange(&post).await?;
    answer.set_cookie.ok_or_else(|| format!("signing in was answered {} and no cookie", answer.status).into())
}

/// The path of a server function; Leptos ends it with a hash of where it stands.
pub fn server_function(name: &str) -> Outcome<&'static str> {
    leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .find(|path| {
            path.strip_prefix("/api/").is_some_and(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit()) == name)
        })
        .ok_or_else(|| format!("there is no server function {name}").into())
}

pub async fn measure(subject: &Subject, scene: &Scene, cookie: &str) -> Outcome<Vec<Figure>> {
    let address = subject.address;
    let (rates, tails) = rounds(address, vec![emails_tab(address, scene, cookie)]).await?;
    let path = format!("/events/{}", scene.event);
    let (planner, _) = rounds(address, vec![page(address, &path, cookie)]).await?;

    let pages = [1, 4, 8, 12, 16, 19].map(|twentieth| {
        let depth = i64::try_from(EMAILS).unwrap_or_default() * twentieth / 20;
        let at = scene.now - depth * SPREAD_MS;
        format!(r#"{{"contact":{},"after":{{"at":{at},"id":{}}}}}"#, scene.contact, i64::MAX)
    });
    let path = server_function("load_contact_emails")?;
    let headers = [("cookie", cookie), ("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
    let pages = pages.iter().map(|body| request("POST", address, path, &headers, body.as_bytes())).collect();
    let (_, depths) = rounds(address, pages).await?;
    let newest = format!(r#"{{"contact":{},"after":null}}"#, scene.usual_contact);
    let (answers, _) = rounds(address, vec![request("POST", address, path, &headers, newest.as_bytes())]).await?;
    Ok(vec![
        Figure {
            what: "Emails tab, signed in, whole page from the database (32 connections)",
            measured: spread(&rates, "req/s"),
            target: "≥ 3,000 req/s",
            peer: "make bench-peers",
        },
        Figure { what: "… p99", measured: spread(&tails, "ms"), target: "≤ 15 ms", peer: "" },
        Figure {
            what: "… its 25 emails alone, as JSON",
            measured: spread(&answers, "req/s"),
            target: "≥ 8,000 req/s",
            peer: "",
        },
        Figure {
            what: "planner, signed in, whole page from the database (32 connections)",
            measured: spread(&planner, "req/s"),
            target: "≥ 1,500 req/s",
            peer: "",
        },
        Figure {
            what: "a page of 56,000 emails, p99 over six depths (32 connections)",
            measured: spread(&depths, "ms"),
            target: "≤ 10 ms at any depth",
            peer: "OFFSET: seconds",
        },
    ])
}

/// The request for a page as a browser makes it.
fn page(address: SocketAddr, path: &str, cookie: &str) -> Vec<u8> {
    request("GET", address, path, &[("cookie", cookie), ("accept", "text/html")], b"")
}

/// The request for the usual contact's Emails tab.
pub fn emails_tab(address: SocketAddr, scene: &Scene, cookie: &str) -> Vec<u8> {
    page(address, &format!("/contacts/{}/emails", scene.usual_contact), cookie)
}

/// Requests a second and p99 of each round, the requests taken in turn.
pub async fn rounds(address: SocketAddr, requests: Vec<Vec<u8>>) -> Outcome<(Vec<f64>, Vec<f64>)> {
    let requests = Arc::new(requests);
    let (mut rates, mut tails) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (rate, tail) = load(address, &requests).await?;
        rates.push(rate);
        tails.push(tail);
    }
    Ok((rates, tails))
}

/// Requests a second and p99 of one round.
pub async fn load(address: SocketAddr, requests: &Arc<Vec<Vec<u8>>>) -> Outcome<(f64, f64)> {
    let requests = Arc::clone(requests);
    on_one_thread(move || read(address, requests)).await
}

async fn read(address: SocketAddr, requests: Arc<Vec<Vec<u8>>>) -> Outcome<(f64, f64)> {
    let begun = Instant::now();
    let mut readers = JoinSet::new();
    for n in 0..CONNECTIONS {
        let requests = Arc::clone(&requests);
        let mut connection = Connection::open(address).await?;
        readers.spawn(async move {
            let mut waits = Vec::new();
            for request in requests.iter().cycle().skip(n % requests.len()) {
                if begun.elapsed() > LOAD {
                    break;
                }
                let sent = Instant::now();
                let answer = connection.exchange(request).await?;
                if answer.status != 200 || answer.body.is_empty() {
                    return Err(format!("a page was answered {}", answer.status).into());
                }
                waits.push(sent.elapsed());
            }
            Outcome::Ok(waits)
        });
    }
    let mut waits = Vec::new();
    while let Some(done) = readers.join_next().await {
        waits.extend(done??);
    }
    Ok((rate(waits.len(), begun.elapsed()), percentile(&mut waits, 0.99)))
}
