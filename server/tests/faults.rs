//! Disks that are full, files that fail, locks held by somebody else, a database that goes away, clocks that are set: on the
//! real binary with the sandbox. What is answered meanwhile says so, nothing acknowledged is lost, no mail goes out twice,
//! and the server is well again without a restart.
//!
//! The disk is a small tmpfs where the tests run as root. Elsewhere, and for I/O errors and the clock, a few lines of C stand
//! between the server and the system.
#![cfg(target_os = "linux")]

#[path = "it/cable.rs"]
mod cable;
mod process;

use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use hyper::StatusCode;
use hyper::header::RETRY_AFTER;
use sqlx::{AnyPool, AssertSqlSafe, Connection as _, Executor as _};

use crate::cable::Cable;
use crate::process::{
    Emails, Http, Server, check_emails, client, crew_row, free_addr, open, press, settle, sign_in, sqlite_url,
    temp_folder,
};

/// How soon all is well again.
const SOON: Duration = Duration::from_secs(10);
const EIO: i32 = 5;
const ENOSPC: i32 = 28;

/// What the C part reads: an error for writes, one for syncs, and seconds to add to the wall clock.
struct Faults {
    file: std::fs::File,
    library: PathBuf,
    path: PathBuf,
}

impl Faults {
    fn new(folder: &Path) -> Self {
        let (library, path) = (folder.join("faults.so"), folder.join("faults"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/faults.c");
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
        let made = Command::new(compiler).args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).status();
        assert!(made.expect("a C compiler, which SQLite needs too").success());
        let mut file = std::fs::File::options().write(true).create_new(true).open(&path).expect("a new file");
        file.write_all(&[0; 16]).expect("room for 16 bytes");
        Self { file, library, path }
    }

    fn settings(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("FAULTS_FILE", &self.path);
    }

    fn fail_writes(&self, with: i32) {
        self.file.write_all_at(&with.to_ne_bytes(), 0).expect("to write");
    }

    fn fail_syncs(&self, with: i32) {
        self.file.write_all_at(&with.to_ne_bytes(), 4).expect("to write");
    }

    fn move_clock(&self, seconds: i64) {
        self.file.write_all_at(&seconds.to_ne_bytes(), 8).expect("to write");
    }
}

/// Somebody who presses "Email link" on a running server.
struct Presser {
    server: Server,
    http: Http,
    cookie: String,
    pool: AnyPool,
    crew: i64,
    name: &'static str,
    accepted: Vec<String>,
}

impl Presser {
    async fn new(name: &'static str, server: Server, http: Http, pool: AnyPool) -> Self {
        let cookie = sign_in(&http, server.addr).await;
        let crew = crew_row(&pool).await;
        Self { server, http, cookie, pool, crew, name, accepted: Vec::new() }
    }

    /// Presses with a key of this number; returns whether the email was accepted. The only other answer is "try again".
    async fn press(&mut self, number: usize) -> bool {
        let key = format!("{}-{number}", self.name);
        let address = format!("{key}@venue.example");
        let answer = press(&self.http, self.server.addr, &self.cookie, self.crew, &address, &key).await;
        let answer = answer.expect("the server is there all the time");
        if answer.status() == StatusCode::OK {
            self.accepted.push(key);
            return true;
        }
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "{key}: {:?}", answer.body());
        assert!(answer.headers().contains_key(RETRY_AFTER), "{key} is not told when to try again");
        false
    }

    async fn status_of(&self, path: &str) -> StatusCode {
        let request = hyper::Request::get(format!("http://{}{path}", self.server.addr))
            .header(hyper::header::COOKIE, &self.cookie)
            .body(http_body_util::Full::default())
            .expect("a request");
        self.http.request(request).await.expect("an answer").status()
    }

    async fn readyz(&self) -> Option<StatusCode> {
        self.server.readyz(&self.http).await
    }

    /// The fault is over: ready without a restart, what was refused is accepted now, and all that was accepted went out once.
    async fn go_on(mut self, refused: &[usize]) {
        self.server.until_ready(&self.http, SOON).await;
        for number in refused {
            assert!(self.press(*number).await, "{number} is still refused");
        }
        settle(&self.pool).await;
        let Emails { keys, unconfirmed } = check_emails(&self.pool, self.name).await;
        for key in &self.accepted {
            assert!(keys.contains(key), "{key} was accepted and is gone");
        }
        assert!(!self.accepted.is_empty());
        println!("{}: {} accepted, {} unconfirmed", self.name, self.accepted.len(), unconfirmed);
        self.pool.close().await;
        self.server.kill();
    }
}

/// A database with the demo and no log beside it.
fn with_demo(folder: &Path) -> String {
    let url = sqlite_url(folder);
    let made = Server::command(&url, free_addr()).arg("demo").status().expect("the binary starts");
    assert!(made.success());
    url
}

/// A server over this folder's database, with `faults` between it and the system.
async fn start(name: &'static str, url: &str, faults: Option<&Faults>) -> Presser {
    let (addr, http) = (free_addr(), client());
    let mut command = Server::command(url, addr);
    if let Some(faults) = faults {
        faults.settings(&mut command);
    }
    let server = Server::start(&mut command, addr, &http).await;
    Presser::new(name, server, http, open(url).await).await
}

/// Presses until one is refused, which must come soon; returns its number.
async fn press_until_refused(presser: &mut Presser, from: usize) -> usize {
    for number in from..from + 200 {
        if !presser.press(number).await {
            return number;
        }
    }
    panic!("nothing was refused, so nothing was full");
}

/// What a disk without room does to a server that goes on serving.
async fn refuse_until_freed(mut presser: Presser, free: impl FnOnce()) {
    let refused = press_until_refused(&mut presser, 0).await;
    assert!(!presser.press(refused).await, "still full");
    assert_eq!(presser.readyz().await, Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(presser.status_of("/events").await, StatusCode::OK, "what is there can still be read");
    free();
    presser.go_on(&[refused, refused + 1]).await;
}

/// A small disk at this folder, gone with the test; `None` where only root may have one, and the test runs as somebody else.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> Option<Self> {
        std::fs::create_dir(folder).expect("a folder");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=16m", "none"]).arg(folder).stderr(Stdio::null()).status();
        mounted.is_ok_and(|status| status.success()).then(|| Self(folder.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn e17_a_disk_that_was_full_and_has_room_again() {
    let folder = temp_folder("full");
    let place = folder.join("disk");
    if let Some(disk) = SmallDisk::mount(&place) {
        let presser = start("full", &with_demo(&place), None).await;
        let ballast = place.join("ballast");
        let mut file = std::fs::File::create(&ballast).expect("a file");
        while file.write_all(&[0; 4096]).is_ok() {}
        drop(file);
        refuse_until_freed(presser, || std::fs::remove_file(ballast).expect("to make room")).await;
        drop(disk);
    } else {
        println!("Only root may mount a small disk: here writes fail with ENOSPC instead.");
        let (url, faults) = (with_demo(&place), Faults::new(&folder));
        let presser = start("full", &url, Some(&faults)).await;
        faults.fail_writes(ENOSPC);
        refuse_until_freed(presser, || faults.fail_writes(0)).await;
    }
    std::fs::remove_dir_all(folder).expect("to tidy up");
}

#[tokio::test(flavor = "multi_thread")]
async fn e17_one_io_error_on_the_log() {
    let folder = temp_folder("io");
    let (url, faults) = (with_demo(&folder), Faults::new(&folder));
    let mut presser = start("io", &url, Some(&faults)).await;
    assert!(presser.press(0).await, "before the error");
    faults.fail_writes(EIO);
    assert!(!presser.press(1).await);
    assert_eq!(presser.readyz().await, Some(StatusCode::SERVICE_UNAVAILABLE));
    faults.fail_writes(0);
    assert!(presser.press(1).await, "at once, by another writer");
    faults.fail_syncs(EIO);
    assert!(!presser.press(2).await);
    assert_eq!(presser.status_of("/events").await, StatusCode::OK, "what is there can still be read");
    faults.fail_syncs(0);
    presser.go_on(&[2, 3]).await;
    std::fs::remove_dir_all(folder).expect("to tidy up");
}

#[tokio::test(flavor = "multi_thread")]
async fn e21_a_lock_that_another_process_holds() {
    let folder = temp_folder("lock");
    let url = with_demo(&folder);
    let mut presser = start("lock", &url, None).await;
    assert!(presser.press(0).await, "before the lock");
    settle(&presser.pool).await;
    let mut other = sqlx::AnyConnection::connect(&url).await.expect("the database opens");
    other.execute("BEGIN IMMEDIATE").await.expect("the write lock");
    assert!(!presser.press(1).await);
    assert_eq!(presser.readyz().await, Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(presser.status_of("/events").await, StatusCode::OK, "what is there can still be read");
    other.execute("ROLLBACK").await.expect("to let go");
    presser.go_on(&[1, 2]).await;
    std::fs::remove_dir_all(folder).expect("to tidy up");
}

#[tokio::test(flavor = "multi_thread")]
async fn e21_a_clock_that_is_set_forward_and_back() {
    const DAY: i64 = 24 * 60 * 60;
    let folder = temp_folder("clock");
    let (url, faults) = (with_demo(&folder), Faults::new(&folder));
    let mut presser = start("clock", &url, Some(&faults)).await;
    for (number, seconds) in [DAY, 0, -DAY, 0, 30 * 60, 0].into_iter().enumerate() {
        faults.move_clock(seconds);
        assert!(presser.press(number).await, "at {seconds} s");
        // Its report is on its way when the clock moves again.
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(presser.readyz().await, Some(StatusCode::OK));
    }
    presser.go_on(&[6]).await;
    std::fs::remove_dir_all(folder).expect("to tidy up");
}

#[tokio::test(flavor = "multi_thread")]
async fn e21_a_postgres_that_goes_away_and_comes_back() {
    sqlx::any::install_default_drivers();
    let cluster = std::env::var("CALLBOARD_TEST_POSTGRES").expect("CALLBOARD_TEST_POSTGRES names a throw-away cluster");
    let mut admin = sqlx::AnyConnection::connect(&cluster).await.expect("the cluster runs");
    let name = format!("faults_{}", std::process::id());
    admin.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.expect("a new database");
    let mut direct = url::Url::parse(&cluster).expect("a URL");
    direct.set_path(&name);

    let cable = Cable::to(direct.as_str()).await;
    let (addr, http) = (free_addr(), client());
    let mut command = Server::command(&cable.url, addr);
    let server =
        Server::start(command.env("CALLBOARD_SECRET_KEY", "0123456789abcdef0123456789abcdef"), addr, &http).await;
    let mut presser = Presser::new("postgres", server, http, open(direct.as_str()).await).await;
    for number in 0..5 {
        assert!(presser.press(number).await, "before it went");
    }
    // In the middle of hand-overs and reports.
    cable.plugged.send_replace(false);
    assert!(!presser.press(5).await);
    assert_eq!(presser.readyz().await, Some(StatusCode::SERVICE_UNAVAILABLE));
    assert_eq!(presser.status_of("/events").await, StatusCode::SERVICE_UNAVAILABLE);
    cable.plugged.send_replace(true);
    presser.go_on(&[5, 6]).await;
    admin.execute(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.expect("the database goes");
}
