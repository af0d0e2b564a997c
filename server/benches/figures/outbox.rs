//! A batch of mails to a mail server on this machine that takes everything: how many a second, each marked before and
//! recorded after its hand-over, durably.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use server::db::Db;
use sqlx::AssertSqlSafe;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::subject::{Scene, Subject, prepare};
use crate::{Figure, Outcome, ROUNDS, rate, spread};

const MAILS: usize = 2_000;
/// A batch that takes longer is stuck.
const PATIENCE: Duration = Duration::from_mins(5);

/// When each mail came.
pub type Arrivals = Arc<Mutex<Vec<Instant>>>;

pub async fn measure(binary: &Path) -> Outcome<Vec<Figure>> {
    let (mut rates, mut recorded) = (Vec::new(), 0);
    for _ in 0..ROUNDS {
        let scene = prepare(binary, 1).await?;
        write_batch(&scene).await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let smtp = format!("smtp://{}", listener.local_addr()?);
        let arrivals = Arrivals::default();
        let sink = tokio::spawn(take_all(listener, Arc::clone(&arrivals)));
        let (subject, _) = Subject::start_sending(binary, &scene.url, &smtp).await?;
        let begun = Instant::now();
        while waiting(&scene.url).await? > 0 {
            if begun.elapsed() > PATIENCE {
                return Err("the batch did not go out".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        subject.stop().await?;
        sink.abort();
        let arrivals = arrivals.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (first, last) = arrivals.first().zip(arrivals.last()).ok_or("no mail came")?;
        if arrivals.len() != MAILS {
            return Err(format!("{} of {MAILS} mails came", arrivals.len()).into());
        }
        rates.push(rate(MAILS, last.duration_since(*first)));
        recorded += sent(&scene.url).await?;
        scene.remove();
    }
    Ok(vec![
        Figure {
            what: "a batch of 2,000 mails to a mail server on this machine (SQLite FULL)",
            measured: spread(&rates, "mails/s"),
            target: "≥ 400 mails/s",
            peer: "",
        },
        Figure {
            what: "… came, then found recorded as sent",
            measured: format!("{} / {recorded}", MAILS * ROUNDS),
            target: "each once",
            peer: "",
        },
    ])
}

/// Emails with their jobs, as a batch leaves them.
async fn write_batch(scene: &Scene) -> Outcome<()> {
    let db = Db::open(&scene.url).await?;
    let (event, contact, now) = (scene.event, scene.contact, scene.now);
    let mut transaction = db.write().await?;
    for sql in [
        format!(
            "INSERT INTO link (crew_id, seed, token_hash, created_at) \
             SELECT id, 'bench', 'bench', 0 FROM crew WHERE event_id = {event} AND contact_id = {contact}"
        ),
        format!(
            "INSERT INTO email (account_id, contact_id, event_id, crew_id, link_id, member_id, kind, recipient, recipient_key, \
             subject, event_name, reference, message_id, provider, idempotency_key, created_at) \
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {MAILS}) \
             SELECT e.account_id, e.contact_id, e.event_id, e.crew_id, l.id, e.member_id, 'share_link', \
             'guest' || n || '@guests.test', 'guest' || n || '@guests.test', 'Your run of show', 'Bench', 'batch-' || n, \
             'batch-' || n || '@venue.test', 'resend', 'batch-' || n, {now} \
             FROM n JOIN email e ON e.reference = 'bench-1' JOIN link l ON l.seed = 'bench'"
        ),
        "INSERT INTO outbox_job (purpose, email_id, run_at, account_id, is_batch) \
         SELECT 'email', id, created_at, account_id, 1 FROM email WHERE reference LIKE 'batch-%'"
            .to_owned(),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    db.close().await;
    Ok(())
}

async fn count(url: &str, sql: &'static str) -> Outcome<usize> {
    let db = Db::open(url).await?;
    let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut *db.reader().await?).await?;
    db.close().await;
    Ok(usize::try_from(count)?)
}

async fn waiting(url: &str) -> Outcome<usize> {
    count(url, "SELECT COUNT(*) FROM outbox_job").await
}

async fn sent(url: &str) -> Outcome<usize> {
    count(url, "SELECT COUNT(*) FROM email WHERE reference LIKE 'batch-%' AND status = 'sent' AND reason IS NULL").await
}

/// A mail server that takes all that comes.
pub async fn take_all(listener: TcpListener, arrivals: Arrivals) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, Arc::clone(&arrivals)));
    }
}

/// Takes whatever comes.
async fn converse(stream: TcpStream, arrivals: Arrivals) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 sink.test ESMTP\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "EHLO" => b"250-sink.test\r\n250 8BITMIME\r\n",
            "DATA" => {
                writer.write_all(b"354 Go ahead\r\n").await?;
                while lines.next_line().await?.is_some_and(|line| line != ".") {}
                arrivals.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
                b"250 2.0.0 Ok\r\n"
            }
            _ => b"250 2.0.0 Ok\r\n",
        };
        writer.write_all(answer).await?;
    }
    Ok(())
}
