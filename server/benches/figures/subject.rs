//! What is measured: the binary as its own process, over a SQLite file with the demo and many emails.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use server::clock::Clock;
use server::db::Db;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tokio::process::{Child, Command};

use crate::Outcome;
use crate::http::{Connection, request};

/// Signs the webhooks.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// Emails written straight into the usual file: references `bench-1` to this.
pub const EMAILS: usize = 56_000;
/// The oldest of them is this old.
pub const SPREAD_MS: i64 = 1_000;

/// Nobody listens there, and nothing is sent.
const NOBODY: &str = "smtp://127.0.0.1:9";

/// The database before the server sees it.
pub struct Scene {
    pub folder: PathBuf,
    pub url: String,
    /// The event, and the contact, that all the written emails belong to.
    pub event: i64,
    pub contact: i64,
    /// A contact of the demo with more than a page of emails.
    pub usual_contact: i64,
    pub now: i64,
}

impl Scene {
    pub fn remove(self) {
        let _ = std::fs::remove_dir_all(self.folder);
    }
}

/// Lets the binary write its demo, then adds this many emails.
pub async fn prepare(binary: &Path, emails: usize) -> Outcome<Scene> {
    let folder = std::env::temp_dir().join(format!("callboard-bench-{}", server::secret::unique()));
    std::fs::create_dir_all(&folder)?;
    let url = format!("sqlite://{}", folder.join("bench.db").display());
    fill(binary, &url).await?;
    let db = Db::open(&url).await?;
    let (crew, account, event, contact): (i64, i64, i64, i64) =
        sqlx::query_as("SELECT id, account_id, event_id, contact_id FROM crew ORDER BY id LIMIT 1")
            .fetch_one(&mut *db.reader().await?)
            .await?;
    let (member,): (i64,) =
        sqlx::query_as("SELECT MIN(member_id) FROM membership").fetch_one(&mut *db.reader().await?).await?;
    let usual_contact = sqlx::query_scalar("SELECT id FROM contact WHERE id <> $1 ORDER BY email_count DESC LIMIT 1")
        .bind(contact)
        .fetch_one(&mut *db.reader().await?)
        .await?;
    let now = Clock::System.now().0;
    let mut transaction = db.write().await?;
    let sql = format!(
        "INSERT INTO email (account_id, contact_id, event_id, crew_id, member_id, kind, recipient, recipient_key, \
         subject, event_name, reference, message_id, provider, idempotency_key, status, rank, status_at, created_at, \
         handed_over_at) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {emails}) \
         SELECT {account}, {contact}, {event}, {crew}, {member}, 'share_link', 'bench@guests.test', \
         'bench@guests.test', 'Your run of show', 'Bench', 'bench-' || n, 'bench-' || n || '@venue.test', 'resend', \
         'bench-' || n, 'sent', 10, {now}, {now} - n * {SPREAD_MS}, {now} FROM n"
    );
    sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    sqlx::query("UPDATE contact SET email_count = (SELECT COUNT(*) FROM email WHERE contact_id = contact.id)")
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    db.close().await;
    Ok(Scene { folder, url, event, contact, usual_contact, now })
}

/// Lets the binary write its demo.
pub async fn fill(binary: &Path, url: &str) -> Outcome<()> {
    let made = command(binary, url, "127.0.0.1:0".parse()?, NOBODY).arg("demo").status().await?;
    if made.success() { Ok(()) } else { Err("`callboard demo` failed".into()) }
}

/// A new database of the PostgreSQL cluster that this URL leads to.
pub async fn fresh_database(postgres: &str) -> Outcome<String> {
    let name = format!("bench_{}", server::secret::short_reference().to_lowercase());
    let mut connection = sqlx::PgConnection::connect(postgres).await?;
    connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
    connection.close().await?;
    let mut url = url::Url::parse(postgres)?;
    url.set_path(&name);
    Ok(url.to_string())
}

fn command(binary: &Path, url: &str, address: SocketAddr, smtp: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .env("CALLBOARD_ADDR", address.to_string())
        .env("DATABASE_URL", url)
        .env("CALLBOARD_MAIL_PROVIDER", "resend")
        .env("CALLBOARD_SMTP_URL", smtp)
        .env("CALLBOARD_WEBHOOK_SECRET_RESEND", SECRET)
        .env("CALLBOARD_SECRET_KEY", "0123456789abcdef0123456789abcdef")
        .env("CALLBOARD_DEMO", "1")
        .env("CALLBOARD_BATCH_UNDO", "0")
        .env("CALLBOARD_BASE_URL", format!("http://{address}"))
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true);
    command
}

/// The running server.
pub struct Subject {
    child: Child,
    pub address: SocketAddr,
}

impl Subject {
    /// Starts it and waits for its first answer; returns how long that took.
    pub async fn start(binary: &Path, scene: &Scene) -> Outcome<(Self, Duration)> {
        Self::start_at(binary, &scene.url).await
    }

    /// As `start`, over the database at this URL.
    pub async fn start_at(binary: &Path, url: &str) -> Outcome<(Self, Duration)> {
        Self::start_sending(binary, url, NOBODY).await
    }

    /// As `start_at`, with a mail server.
    pub async fn start_sending(binary: &Path, url: &str, smtp: &str) -> Outcome<(Self, Duration)> {
        let address = free_address()?;
        let begun = Instant::now();
        let mut child = command(binary, url, address, smtp).spawn()?;
        let probe = request("GET", address, "/healthz", &[], b"");
        loop {
            if let Ok(mut connection) = Connection::open(address).await
                && connection.exchange(&probe).await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok((Self { child, address }, begun.elapsed()));
            }
            if let Some(status) = child.try_wait()? {
                return Err(format!("the server ended at once: {status}").into());
            }
            if begun.elapsed() > Duration::from_secs(20) {
                return Err("the server did not answer within 20 seconds".into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub async fn stop(mut self) -> Outcome<()> {
        Ok(self.child.kill().await?)
    }

    /// The time that processors have spent on it.
    pub fn cpu_time(&self) -> Outcome<Duration> {
        let process = self.child.id().ok_or("the server is gone")?;
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        // The second field is the name in brackets; user and system time are the 14th and the 15th.
        let (_, fields) = stat.rsplit_once(") ").ok_or("no name in stat")?;
        let ticks = fields.split(' ').skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
        // Linux shows all times as if a second had a hundred ticks.
        Ok(Duration::from_millis(ticks * 10))
    }

    /// What the kernel says it keeps in memory.
    pub fn resident_bytes(&self) -> Outcome<u64> {
        resident_bytes(self.child.id().ok_or("the server is gone")?)
    }
}

/// What the kernel says a process keeps in memory.
pub fn resident_bytes(process: u32) -> Outcome<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? * 1_024)
}

/// A port that was free a moment ago, which on a quiet machine means free now.
pub fn free_address() -> Outcome<SocketAddr> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
