//! `make bench-peers`: what a team would pick instead, doing the same work over the same schema and with the same
//! durability, and ours, in turn within one run, since the speed of a machine drifts.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::http::{Connection, request};
use crate::subject::{EMAILS, Scene, Subject, free_address, prepare, resident_bytes};
use crate::{Outcome, ROUNDS, ingest, mb, median, pages, rate, spread};

/// How long the webhooks of one round may take.
const LOAD: Duration = Duration::from_secs(3);
/// Webhooks of one round at most: more than anybody answers in `LOAD`.
const EVENTS: usize = 100_000;

/// A peer that runs, with all its processes.
struct Peer {
    child: Child,
    group: u32,
    address: std::net::SocketAddr,
}

impl Peer {
    /// Starts it and waits until it answers anything at all.
    async fn start(mut command: Command, port_in: &str) -> Outcome<Self> {
        let address = free_address()?;
        let mut child = command
            .env(port_in, address.port().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let group = child.id().ok_or("a peer ended at once")?;
        let begun = Instant::now();
        let probe = request("GET", address, "/healthz", &[], b"");
        loop {
            if let Ok(mut connection) = Connection::open(address).await
                && connection.exchange(&probe).await.is_ok()
            {
                return Ok(Self { child, group, address });
            }
            if let Some(status) = child.try_wait()? {
                return Err(format!("a peer ended at once: {status}").into());
            }
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("a peer did not answer within 30 seconds".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the kernel says all its processes keep in memory.
    fn resident_bytes(&self) -> Outcome<u64> {
        let mut sum = 0;
        for entry in std::fs::read_dir("/proc")? {
            let Some(process) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            // A process may end while we look.
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            // After the name in parentheses: state, parent, group.
            let group = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(2)?.parse().ok());
            if group == Some(self.group) {
                sum += resident_bytes(process).unwrap_or_default();
            }
        }
        Ok(sum)
    }

    async fn stop(mut self) -> Outcome<()> {
        // The whole group, or its workers would stay.
        Command::new("kill").args(["-KILL", "--", &format!("-{}", self.group)]).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}

/// One line of the table.
struct Line {
    who: String,
    rates: Vec<f64>,
    tails: Vec<f64>,
    memory: u64,
}

pub async fn compare(binary: &Path, folder: &Path) -> Outcome<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("\nClient and server on the same {cores} cores, in turn; {ROUNDS} rounds, least / middle / most.\n");
    let tab = emails_tab(binary, folder, cores).await?;
    print(
        &tab,
        "Emails tab, whole page, pages/s",
        "≥ 2.0 times SvelteKit with a process for each core, with a third of its memory at most",
    );
    let intake = intake(binary, folder, cores).await?;
    print(&intake, "webhooks, verified, stored once and durable, events/s", "≥ 8 times django-anymail's best");
    Ok(())
}

fn print(lines: &[Line], what: &str, goal: &str) {
    println!(
        "| {what} | a second | p99 | memory | ours against it | our memory against it |\n|---|---|---|---|---|---|"
    );
    let Some(ours) = lines.first() else { return };
    for line in lines {
        let times = median(&ours.rates) / median(&line.rates);
        let share = mb(ours.memory) / mb(line.memory);
        println!(
            "| {} | {} | {} | {:.0} MB | {times:.2} | {share:.2} |",
            line.who,
            spread(&line.rates, ""),
            spread(&line.tails, "ms"),
            mb(line.memory)
        );
    }
    println!("\nMust: {goal}.\n");
}

/// Ours, and `SvelteKit` with one process and with one for each core, over the same file.
async fn emails_tab(binary: &Path, folder: &Path, cores: usize) -> Outcome<Vec<Line>> {
    let scene = prepare(binary, EMAILS).await?;
    let (ours, _) = Subject::start(binary, &scene).await?;
    let cookie = pages::sign_in(&ours).await?;
    let mut lines = vec![Line::of("Callboard")];
    let (mut addresses, mut peers) = (vec![ours.address], Vec::new());
    for processes in [1, cores] {
        let mut command = Command::new("node");
        command.arg("cluster.mjs").current_dir(folder.join("sveltekit"));
        command.env("PEER_DB", database(&scene)).env("HOST", "127.0.0.1").env("PROCESSES", processes.to_string());
        let peer = Peer::start(command, "PORT").await?;
        lines.push(Line::of(&format!("SvelteKit, better-sqlite3, processes: {processes}")));
        addresses.push(peer.address);
        peers.push(peer);
    }
    for &address in &addresses {
        let answer = Connection::open(address).await?.exchange(&pages::emails_tab(address, &scene, &cookie)).await?;
        let rows = String::from_utf8_lossy(&answer.body).matches("<li id=\"email-").count();
        if rows != 25 {
            return Err(format!("the page at {address} shows {rows} emails (status {})", answer.status).into());
        }
    }
    for _ in 0..ROUNDS {
        for (line, &address) in lines.iter_mut().zip(&addresses) {
            let request = Arc::new(vec![pages::emails_tab(address, &scene, &cookie)]);
            let (rate, tail) = pages::load(address, &request).await?;
            line.rates.push(rate);
            line.tails.push(tail);
        }
    }
    lines[0].memory = ours.resident_bytes()?;
    for (line, peer) in lines[1..].iter_mut().zip(&peers) {
        line.memory = peer.resident_bytes()?;
    }
    for peer in peers {
        peer.stop().await?;
    }
    ours.stop().await?;
    scene.remove();
    Ok(lines)
}

/// Ours, and django-anymail with one worker and with one for each core, each over a file of its own.
async fn intake(binary: &Path, folder: &Path, cores: usize) -> Outcome<Vec<Line>> {
    let mut lines = vec![Line::of("Callboard")];
    let mut scenes = vec![prepare(binary, EVENTS * ROUNDS).await?];
    let (ours, _) = Subject::start(binary, &scenes[0]).await?;
    let (mut addresses, mut peers) = (vec![ours.address], Vec::new());
    for workers in [1, cores] {
        let scene = prepare(binary, EVENTS * ROUNDS).await?;
        let mut command = Command::new(folder.join("python/bin/granian"));
        command.args(["--interface", "wsgi", "--no-ws", "--log-level", "warning", "--workers", &workers.to_string()]);
        command.arg("peer:application").current_dir(folder.join("anymail")).env("PEER_DB", database(&scene));
        let peer = Peer::start(command, "GRANIAN_PORT").await?;
        lines.push(Line::of(&format!("django-anymail, granian, workers: {workers}")));
        addresses.push(peer.address);
        peers.push(peer);
        scenes.push(scene);
    }
    let mut acknowledged = vec![0; lines.len()];
    for round in 0..ROUNDS {
        for (at, line) in lines.iter_mut().enumerate() {
            let requests = ingest::reports(addresses[at], round * EVENTS + 1, EVENTS)?;
            let (took, mut waits) = ingest::load(addresses[at], requests, LOAD).await?;
            acknowledged[at] += waits.len();
            line.rates.push(rate(waits.len(), took));
            line.tails.push(crate::percentile(&mut waits, 0.99));
        }
    }
    for ((line, scene), acknowledged) in lines.iter().zip(&scenes).zip(acknowledged) {
        let (stored, shown) = ingest::kept(&scene.url).await?;
        if usize::try_from(stored.min(shown))? < acknowledged {
            return Err(format!("{}: {acknowledged} acknowledged, {stored} stored, {shown} shown", line.who).into());
        }
    }
    lines[0].memory = ours.resident_bytes()?;
    for (line, peer) in lines[1..].iter_mut().zip(&peers) {
        line.memory = peer.resident_bytes()?;
    }
    for peer in peers {
        peer.stop().await?;
    }
    ours.stop().await?;
    scenes.into_iter().for_each(Scene::remove);
    Ok(lines)
}

impl Line {
    fn of(who: &str) -> Self {
        Self { who: who.to_owned(), rates: Vec::new(), tails: Vec::new(), memory: 0 }
    }
}

/// The file of a scene.
fn database(scene: &Scene) -> PathBuf {
    scene.folder.join("bench.db")
}
