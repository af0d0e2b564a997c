//! `make bench`: starts the release binary on a database of its own, loads it, and prints what was measured beside what
//! was promised. Nothing is asserted: machines differ, and the reader judges.
//!
//! The binary is named by `CALLBOARD_BIN` (default `target/release/callboard`). Client and server share this machine, so
//! every figure also carries the client's own cost; each is taken in three rounds, given as least, middle and most.
//!
//! `.ci/bench outbox` (`cargo bench --bench figures -- outbox`) measures the outbox alone, and so do `batch`, `guests` and `uploads`.
//!
//! `make bench-peers`: with the folder of the peers in `CALLBOARD_PEERS`, compares with them instead.

mod batch;
mod guests;
mod http;
mod ingest;
mod large;
mod live;
mod outbox;
mod pages;
mod peers;
mod sign_in;
mod subject;
mod uploads;

use std::path::PathBuf;
use std::time::Duration;

use crate::subject::Subject;

pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Rounds of every load.
pub const ROUNDS: usize = 3;

/// One line of the table.
pub struct Figure {
    pub what: &'static str,
    pub measured: String,
    pub target: &'static str,
    pub peer: &'static str,
}

#[tokio::main]
async fn main() -> Outcome<()> {
    // `cargo bench` passes `--bench`; `cargo test --benches` does not, and wants no load.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let binary = PathBuf::from(std::env::var("CALLBOARD_BIN").unwrap_or_else(|_| "target/release/callboard".into()));
    if !binary.is_file() {
        return Err(
            format!("{} is not there: build the release first, or name it in CALLBOARD_BIN", binary.display()).into()
        );
    }
    if let Some(folder) = std::env::var_os("CALLBOARD_PEERS") {
        return peers::compare(&binary, &PathBuf::from(folder)).await;
    }
    let asked = |what: &str| std::env::args().any(|argument| argument == what);
    if asked("outbox") {
        print(&outbox::measure(&binary).await?);
        return Ok(());
    }
    if asked("batch") {
        print(&batch::measure(&binary).await?);
        return Ok(());
    }
    if asked("uploads") {
        print(&uploads::measure(&binary).await?);
        return Ok(());
    }
    if asked("guests") {
        let scene = subject::prepare(&binary, 1).await?;
        let (subject, _) = Subject::start(&binary, &scene).await?;
        print(&guests::measure(&subject, &scene, &pages::sign_in(&subject).await?).await?);
        subject.stop().await?;
        scene.remove();
        return Ok(());
    }
    let scene = subject::prepare(&binary, subject::EMAILS).await?;
    let mut figures = Vec::new();

    let mut starts = Vec::new();
    for _ in 1..ROUNDS {
        let (started, took) = Subject::start(&binary, &scene).await?;
        starts.push(took);
        started.stop().await?;
    }
    let (subject, took) = Subject::start(&binary, &scene).await?;
    starts.push(took);
    tokio::time::sleep(Duration::from_secs(1)).await;
    figures.push(Figure {
        what: "memory, idle",
        measured: format!("{:.1} MB", mb(subject.resident_bytes()?)),
        target: "≤ 40 MB",
        peer: "axum 8.5 MB",
    });
    figures.push(Figure {
        what: "binary",
        measured: format!("{:.1} MB", mb(std::fs::metadata(&binary)?.len())),
        target: "≤ 40 MB",
        peer: "",
    });
    figures.push(Figure {
        what: "cold start to /healthz",
        measured: spread(&starts.iter().map(|took| took.as_secs_f64() * 1e3).collect::<Vec<_>>(), "ms"),
        target: "≤ 200 ms",
        peer: "",
    });

    figures.extend(sign_in::measure(&subject).await?);
    subject.stop().await?;

    // The loads begin on a server that has done nothing before.
    let (subject, _) = Subject::start(&binary, &scene).await?;
    let large_scene = subject::prepare(&binary, ingest::LARGE).await?;
    let (large, _) = Subject::start(&binary, &large_scene).await?;
    figures.extend(ingest::measure((&subject, &scene), (&large, &large_scene)).await?);
    large.stop().await?;
    large_scene.remove();
    let cookie = pages::sign_in(&subject).await?;
    figures.extend(pages::measure(&subject, &scene, &cookie).await?);
    figures.extend(guests::measure(&subject, &scene, &cookie).await?);
    figures.extend(large::measure(&subject, &scene, &cookie).await?);
    figures.extend(live::measure(&subject, &scene, &cookie).await?);
    subject.stop().await?;
    match std::env::var("CALLBOARD_TEST_POSTGRES") {
        Ok(postgres) => figures.extend(live::measure_two(&binary, &postgres).await?),
        Err(_) => eprintln!("CALLBOARD_TEST_POSTGRES names no cluster, so two processes were not measured."),
    }
    scene.remove();
    figures.extend(outbox::measure(&binary).await?);
    figures.extend(batch::measure(&binary).await?);
    figures.extend(uploads::measure(&binary).await?);
    print(&figures);
    Ok(())
}

fn print(figures: &[Figure]) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("\nClient and server on the same {cores} cores; {ROUNDS} rounds, least / middle / most.\n");
    println!("| what | measured | must | peer |\n|---|---|---|---|");
    for Figure { what, measured, target, peer } in figures {
        println!("| {what} | {measured} | {target} | {peer} |");
    }
}

/// Least, middle and most of the rounds.
pub fn spread(rounds: &[f64], unit: &str) -> String {
    let mut rounds = rounds.to_vec();
    rounds.sort_by(f64::total_cmp);
    let digits = usize::from(rounds.last().is_some_and(|most| *most < 100.0));
    let number = |at: usize| rounds.get(at).map_or_else(|| "?".into(), |value| format!("{value:.digits$}"));
    format!("{} / {} / {} {unit}", number(0), number(rounds.len() / 2), number(rounds.len().saturating_sub(1)))
}

/// The middle one of the rounds.
pub fn median(rounds: &[f64]) -> f64 {
    let mut rounds = rounds.to_vec();
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value below which this share of all lie, in milliseconds.
pub fn percentile(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "counts")]
    let at = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
    times.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// How many a second.
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
pub fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
