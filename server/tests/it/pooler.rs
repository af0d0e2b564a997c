//! PostgreSQL behind a pooler: refused in transaction mode, taken in session mode.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use server::db::Db;

use crate::database::{Folder, with_postgres_at, with_sqlite};

/// The user that owns nothing: `PgBouncer` refuses to run as root.
const NOBODY: u32 = 65_534;

/// `PgBouncer` on a free port of loopback.
struct PgBouncer {
    process: Child,
    port: u16,
    _folder: Folder,
}

impl PgBouncer {
    fn start(program: &PathBuf, postgres: &url::Url, mode: &str, takes_all_parameters: bool) -> Self {
        let folder = Folder::new();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (host, server_port) = (postgres.host_str().unwrap(), postgres.port().unwrap());
        let ignored = if takes_all_parameters { "ignore_startup_parameters = extra_float_digits\n" } else { "" };
        let settings = format!(
            "[databases]\n* = host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {mode}\n{ignored}",
        );
        // `auth_type = any` takes every client as this user.
        let settings = settings.replace("* = ", &format!("* = user={} ", postgres.username()));
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, settings).unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new(program);
        command.arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if is_root(&folder) {
            command.uid(NOBODY).gid(NOBODY);
        }
        let process = command.spawn().unwrap();
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(10), "PgBouncer does not listen");
            std::thread::yield_now();
        }
        Self { process, port, _folder: folder }
    }

    fn url(&self, postgres: &url::Url) -> String {
        let mut url = postgres.clone();
        url.set_port(Some(self.port)).unwrap();
        url.to_string()
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn is_root(folder: &Folder) -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(folder.path()).unwrap()) == 0
}

fn pgbouncer() -> Option<PathBuf> {
    let folders = std::env::var("PATH").unwrap_or_default();
    folders
        .split(':')
        .chain(["/usr/sbin"])
        .map(|folder| PathBuf::from(folder).join("pgbouncer"))
        .find(|file| file.is_file())
}

fn serve(url: &str) -> (Option<i32>, String) {
    let folder = Folder::new();
    let output = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .current_dir(folder.path())
        .arg("migrate")
        .env_clear()
        .env("DATABASE_URL", url)
        .env("CALLBOARD_SECRET_KEY", "0123456789abcdef0123456789abcdef")
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn d15_a_database_without_a_pooler_is_taken_for_what_it_is() {
    with_postgres_at(|db, _| async move {
        for _ in 0..5 {
            assert!(!db.is_behind_transaction_pooler().await.unwrap());
        }
    })
    .await;
    with_sqlite(async |db: Db| assert!(!db.is_behind_transaction_pooler().await.unwrap())).await;
}

/// Where `PgBouncer` is installed (`apt-get install pgbouncer`); `make test` does not ask for it.
#[tokio::test]
async fn d15_a_pooler_in_transaction_mode_is_refused_with_what_to_do() {
    let Some(program) = pgbouncer() else {
        eprintln!("PgBouncer is not installed: nothing was tried.");
        return;
    };
    with_postgres_at(|_, url| async move {
        let postgres = url::Url::parse(&url).unwrap();
        for (mode, takes_all_parameters) in [("transaction", true), ("statement", true), ("transaction", false)] {
            let pooler = PgBouncer::start(&program, &postgres, mode, takes_all_parameters);
            let (code, words) = serve(&pooler.url(&postgres));
            assert_eq!(code, Some(1), "{mode}: {words}");
            assert!(words.contains("a pooler in transaction mode"), "{mode}: {words}");
        }
        let pooler = PgBouncer::start(&program, &postgres, "session", true);
        let (code, words) = serve(&pooler.url(&postgres));
        assert_eq!(code, Some(0), "in session mode it is as good as none: {words}");
    })
    .await;
}
