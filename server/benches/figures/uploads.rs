//! Files that guests send, many at once: what the server's memory does meanwhile, and whether all of them are there afterwards.
//!
//! `CALLBOARD_BENCH_UPLOADS` is how many, 200 unless it says otherwise.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use server::db::Db;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::http::{Answer, Connection, request};
use crate::pages::{server_function, sign_in};
use crate::subject::{Subject, prepare};
use crate::{Figure, Outcome, mb};

const FILES: usize = 200;
const AT_ONCE: usize = 20;
/// As many as one person may send for one request.
const FILES_OF_A_REQUEST: usize = 20;
const SIZE: usize = 10_000_000;
const BOUNDARY: &str = "a-line-between-files";

pub async fn measure(binary: &Path) -> Outcome<Vec<Figure>> {
    let files = std::env::var("CALLBOARD_BENCH_UPLOADS").ok().and_then(|files| files.parse().ok()).unwrap_or(FILES);
    let scene = prepare(binary, 1).await?;
    let (subject, _) = Subject::start(binary, &scene).await?;
    let guest = Guest::new(&subject, scene.event, files).await?;
    // The first one fills what is filled once.
    guest.send(0).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = subject.resident_bytes()?;
    let begun = Instant::now();
    let peak = while_sent(&subject, guest, files).await?;
    let took = begun.elapsed().as_secs_f64();
    let there = whole(&scene.url).await?;
    subject.stop().await?;
    scene.remove();
    Ok(vec![
        Figure {
            what: "memory before and at most while 200 files of 10 MB are sent, 20 at a time",
            measured: format!("{:.1} MB, {:.1} MB", mb(before), mb(peak)),
            target: "flat",
            peer: "",
        },
        Figure {
            what: "… sent, then found whole; and how fast",
            measured: format!("{} / {there}; {:.0} MB/s", files + 1, mb((files * SIZE) as u64) / took),
            target: "none lost",
            peer: "",
        },
    ])
}

/// The most memory that the server takes while all of them are sent.
async fn while_sent(subject: &Subject, guest: Guest, files: usize) -> Outcome<u64> {
    let (guest, free) = (Arc::new(guest), Arc::new(Semaphore::new(AT_ONCE)));
    let mut sending = JoinSet::new();
    for number in 1..=files {
        let (guest, free) = (Arc::clone(&guest), Arc::clone(&free));
        sending.spawn(async move {
            let _turn = free.acquire_owned().await?;
            guest.send(number).await
        });
    }
    let done = Arc::new(AtomicBool::new(false));
    let watched = watch(subject, &done);
    let all = async {
        while let Some(sent) = sending.join_next().await {
            sent??;
        }
        done.store(true, Ordering::Relaxed);
        Outcome::Ok(())
    };
    let (peak, all) = tokio::join!(watched, all);
    all?;
    peak
}

async fn watch(subject: &Subject, done: &AtomicBool) -> Outcome<u64> {
    let mut peak = 0;
    let begun = Instant::now();
    while !done.load(Ordering::Relaxed) {
        peak = peak.max(subject.resident_bytes()?);
        if begun.elapsed() > Duration::from_mins(10) {
            return Err("the files were not taken within ten minutes".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(peak)
}

/// Somebody who is asked for as many files as there are.
struct Guest {
    address: std::net::SocketAddr,
    token: String,
    requests: Vec<i64>,
    body: Vec<u8>,
}

impl Guest {
    async fn new(subject: &Subject, event: i64, files: usize) -> Outcome<Self> {
        let cookie = sign_in(subject).await?;
        let mut requests = Vec::new();
        for number in 0..=files / FILES_OF_A_REQUEST {
            let body = format!(r#"{{"event":{event},"form":{{"label":"Files {number}"}}}}"#);
            let made = ask(subject, &cookie, "create_request", &body).await?;
            requests.push(String::from_utf8(made.body)?.trim().parse()?);
        }
        let token = token(subject, &cookie, event).await?;
        let mut body = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"files\"; filename=\"plan.pdf\"\r\n\r\n%PDF-1.7\n"
        )
        .into_bytes();
        let head = body.len() - "%PDF-1.7\n".len();
        body.resize(head + SIZE - "\n%%EOF\n".len(), b' ');
        body.extend(b"\n%%EOF\n");
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        Ok(Self { address: subject.address, token, requests, body })
    }

    async fn send(&self, number: usize) -> Outcome<()> {
        let asked = self.requests.get(number / FILES_OF_A_REQUEST).ok_or("asked for too little")?;
        let path = format!("/v/{}/files/{asked}", self.token);
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let headers = [("content-type", &*kind), ("accept", "text/html"), ("sec-fetch-site", "same-origin")];
        let post = request("POST", self.address, &path, &headers, &self.body);
        let answer = Connection::open(self.address).await?.exchange(&post).await?;
        if answer.status == 303 {
            return Ok(());
        }
        Err(format!("a file was answered {}", answer.status).into())
    }
}

/// Asks a server function as a script does.
pub async fn ask(subject: &Subject, cookie: &str, function: &str, body: &str) -> Outcome<Answer> {
    let headers = [("cookie", cookie), ("content-type", "application/json"), ("sec-fetch-site", "same-origin")];
    let post = request("POST", subject.address, server_function(function)?, &headers, body.as_bytes());
    let answer = Connection::open(subject.address).await?.exchange(&post).await?;
    if answer.status == 200 {
        return Ok(answer);
    }
    Err(format!("{function} was answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body)).into())
}

/// The token of a share link of somebody on the event.
pub async fn token(subject: &Subject, cookie: &str, event: i64) -> Outcome<String> {
    let planner = ask(subject, cookie, "load_planner", &format!(r#"{{"event":{event}}}"#)).await?;
    let planner: serde_json::Value = serde_json::from_slice(&planner.body)?;
    let crew = planner["crew"][0]["id"].as_i64().ok_or("nobody is on the event")?;
    link_of(subject, cookie, crew).await
}

/// The token of the share link of this person on an event.
pub async fn link_of(subject: &Subject, cookie: &str, crew: i64) -> Outcome<String> {
    let row = ask(subject, cookie, "generate_link", &format!(r#"{{"crew":{crew}}}"#)).await?;
    let text = String::from_utf8(row.body)?;
    let token = text.split_once("/v/").map(|(_, rest)| rest.split('"').next().unwrap_or_default());
    Ok(token.ok_or("no link was made")?.to_owned())
}

/// How many files are there, each of its whole length.
async fn whole(url: &str) -> Outcome<usize> {
    let db = Db::open(url).await?;
    let kept: Vec<(String, i64)> = sqlx::query_as("SELECT object_key, size FROM upload WHERE stored_at IS NOT NULL")
        .fetch_all(&mut *db.reader().await?)
        .await?;
    db.close().await;
    let folder = url.strip_prefix("sqlite://").map(|file| Path::new(file).with_file_name("uploads"));
    let folder = folder.ok_or("no folder of files")?;
    let is_whole = |(key, size): &(String, i64)| {
        let length = std::fs::metadata(folder.join(key)).map(|file| file.len());
        length.is_ok_and(|length| length == SIZE as u64 && i64::try_from(length) == Ok(*size))
    };
    Ok(kept.iter().filter(|file| is_whole(file)).count())
}
