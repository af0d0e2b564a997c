//! The binary as an operator sees it: it starts, waits for its database, answers, and leaves when told to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use server::db::Db;

use crate::database::Folder;

/// A running server, killed with the test that started it.
pub struct Server {
    pub process: Child,
    stdout: BufReader<ChildStdout>,
}

impl Server {
    pub fn start(folder: &Folder, settings: &[(&str, &str)]) -> Self {
        Self::start_by(&mut Command::new(env!("CARGO_BIN_EXE_callboard")), folder, settings)
    }

    pub fn start_by(program: &mut Command, folder: &Folder, settings: &[(&str, &str)]) -> Self {
        let mut process = program
            .current_dir(folder.path())
            .env_clear()
            .env("CALLBOARD_ADDR", "127.0.0.1:0")
            .env("DATABASE_URL", "sqlite://callboard.db")
            // On a busy machine sqlx would warn of slow statements at such length that the pipe is full and nobody reads it.
            .env("RUST_LOG", "info,sqlx=error")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let stdout = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, stdout }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// The address it says it listens on.
    pub fn address(&mut self) -> String {
        let line = self.line();
        line.strip_prefix("Callboard is on http://").unwrap_or_else(|| panic!("got {line:?}")).to_owned()
    }

    fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// What it said when it ended without serving.
    fn failed(mut self) -> String {
        assert_eq!(self.process.wait().expect("an end").code(), Some(1));
        self.words()
    }

    fn words(&mut self) -> String {
        let mut words = String::new();
        self.process.stderr.take().expect("a pipe").read_to_string(&mut words).expect("text");
        words
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn status_of(address: &str, path: &str) -> String {
    let mut connection = TcpStream::connect(address).expect("somebody listens");
    write!(connection, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").expect("a request");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("an answer");
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn it_serves_and_leaves_when_told_to() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &[("CALLBOARD_DEMO", "1"), ("CALLBOARD_LOG", "json")]);
    let address = server.address();
    assert_eq!(server.line(), "Sign in with demo@callboard.test and callboard-demo");
    assert_eq!(status_of(&address, "/readyz"), "HTTP/1.1 200 OK");
    assert_eq!(status_of(&address, "/v/a-secret-token"), "HTTP/1.1 404 Not Found");

    // An idle connection does not keep it from leaving.
    let idle = TcpStream::connect(&address).expect("somebody listens");
    server.terminate();
    assert!(server.process.wait().expect("an end").success());
    drop(idle);
    assert!(TcpStream::connect(&address).is_err());

    let words = server.words();
    assert!(words.lines().all(|line| line.starts_with('{') && line.ends_with('}')), "one JSON object a line: {words}");
    assert!(words.contains("\"route\":\"/v/{token}\""), "{words}");
    assert!(!words.contains("a-secret-token"), "{words}");
}

#[tokio::test]
async fn it_waits_for_a_locked_database() {
    let folder = Folder::new();
    let other = Db::open(&format!("sqlite://{}", folder.path().join("callboard.db").display())).await.expect("a file");
    let lock = other.write().await.expect("the write lock");
    let mut server = Server::start(&folder, &[]);
    let mut log = BufReader::new(server.process.stderr.take().expect("a pipe"));
    let waits = |line: std::io::Result<String>| line.expect("text").contains("The database is locked or away. Trying");
    assert!(log.by_ref().lines().any(waits), "it says that it waits");

    lock.rollback().await.expect("to let go");
    assert_eq!(status_of(&server.address(), "/readyz"), "HTTP/1.1 200 OK");
}

#[test]
fn d15_a_second_server_on_one_file_is_refused_and_a_crash_leaves_no_lock() {
    let folder = Folder::new();
    let mut server = Server::start(&folder, &[]);
    let address = server.address();
    let second = Server::start(&folder, &[]).failed();
    let expected = format!("callboard.db is served by another Callboard (process {})", server.process.id());
    assert!(second.contains(&expected), "{second}");
    let removed = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .current_dir(folder.path())
        .args(["suppressions", "list"])
        .env_clear()
        .env("DATABASE_URL", "sqlite://callboard.db")
        .output()
        .expect("the binary runs");
    assert!(removed.status.success(), "commands work beside a server");
    assert_eq!(status_of(&address, "/readyz"), "HTTP/1.1 200 OK", "the first is not disturbed");

    server.process.kill().expect("a crash");
    server.process.wait().expect("an end");
    let mut again = Server::start(&folder, &[]);
    assert_eq!(status_of(&again.address(), "/readyz"), "HTTP/1.1 200 OK");
}

#[cfg(unix)]
#[test]
fn d16_the_files_of_a_running_server_are_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mut server = Server::start(&folder, &[("DATABASE_URL", "sqlite://data/callboard.db"), ("CALLBOARD_DEMO", "1")]);
    server.address();
    let files = std::fs::read_dir(folder.path().join("data")).expect("the folder");
    let modes: Vec<_> = files
        .map(|file| file.expect("a file"))
        .map(|file| (file.file_name(), file.metadata().expect("its mode").permissions().mode() & 0o777))
        .collect();
    assert!(modes.len() >= 4, "{modes:?}");
    assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
}
