//! Backups of a SQLite database and their way back, also by the binary.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use app::domain::time::HOUR_MS;
use server::db::Db;
use server::db::backup::{BackupError, Restored, back_up, key_of_backup, restore};
use server::db::place::Claim;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

use crate::database::Folder;
use crate::sent_mail::SentMail;
use crate::support::NOON;

/// A database with one mail sent, one waiting and one session, its key beside it, and a place for its backup.
struct Place {
    folder: Folder,
    url: String,
    db: Db,
    sent: SentMail,
}

impl Place {
    async fn new() -> Self {
        let folder = Folder::new();
        let url = format!("sqlite://{}", folder.path().join("callboard.db").display());
        let db = Db::open(&url).await.unwrap();
        db.migrate().await.unwrap();
        std::fs::write(folder.path().join("callboard.key"), "the key that it was made with").unwrap();
        let sent = SentMail::set(&db).await;
        sent.open_session().await;
        let waiting = sent.email("waiting").await;
        sent.execute(&format!("INSERT INTO outbox_job (purpose, email_id, run_at) VALUES ('email', {waiting}, 0)"))
            .await;
        Self { folder, url, db, sent }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backup(&self) -> PathBuf {
        self.file("backup.db")
    }

    async fn restore(&self, replace: bool) -> Result<Restored, BackupError> {
        restore(&self.url, &self.backup(), replace, NOON.plus_ms(HOUR_MS)).await
    }
}

/// What one number of a database file is.
async fn number(file: &Path, sql: &'static str) -> i64 {
    let mut connection = AnyConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    number
}

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).unwrap().permissions().mode() & 0o777
}

const EMAILS: &str = "SELECT COUNT(*) FROM email";

#[tokio::test]
async fn e17_a_backup_of_a_database_in_use_is_whole_private_and_has_its_key() {
    let place = Place::new().await;
    // Somebody is writing, and what they have not committed is not in it.
    let mut write = place.db.write().await.unwrap();
    write.execute("DELETE FROM outbox_job").await.unwrap();
    assert!(back_up(&place.url, &place.backup(), false).await.unwrap());
    write.rollback().await.unwrap();

    assert_eq!(number(&place.backup(), EMAILS).await, 1);
    assert_eq!(number(&place.backup(), "SELECT COUNT(*) FROM outbox_job").await, 1);
    let key = key_of_backup(&place.backup());
    assert_eq!(std::fs::read_to_string(&key).unwrap(), "the key that it was made with");
    assert_eq!((mode(&place.backup()), mode(&key)), (0o600, 0o600));

    let taken = back_up(&place.url, &place.backup(), false).await.unwrap_err();
    assert!(matches!(taken, BackupError::Exists(_)), "{taken}");
    place.sent.email("later").await;
    back_up(&place.url, &place.backup(), true).await.unwrap();
    assert_eq!(number(&place.backup(), EMAILS).await, 2);
    let nowhere = back_up(&place.url, &place.file("not/there.db"), false).await.unwrap_err();
    assert!(nowhere.to_string().contains("not/there.db"), "{nowhere}");
    let mut left: Vec<_> =
        std::fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.retain(|name| name.to_string_lossy().contains(".part"));
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn e17_a_restore_beside_the_log_of_a_killed_server_is_not_undone() {
    let place = Place::new().await;
    back_up(&place.url, &place.backup(), false).await.unwrap();
    place.sent.email("after the backup").await;
    std::fs::write(place.file("callboard.key"), "another key").unwrap();
    // As `kill -9` leaves it: a file, and beside it a log with the newest commits.
    for name in ["callboard.db", "callboard.db-wal", "callboard.db-shm"] {
        std::fs::copy(place.file(name), place.file(&format!("killed-{name}"))).unwrap();
    }
    place.db.close().await;
    for name in ["callboard.db", "callboard.db-wal", "callboard.db-shm"] {
        std::fs::rename(place.file(&format!("killed-{name}")), place.file(name)).unwrap();
    }
    assert!(std::fs::metadata(place.file("callboard.db-wal")).unwrap().len() > 0);

    let occupied = place.restore(false).await.unwrap_err();
    assert!(occupied.to_string().contains("--force"), "{occupied}");
    let Restored { kept, has_key, waiting } = place.restore(true).await.unwrap();
    assert_eq!((kept.as_deref(), has_key, waiting), (Some(&*place.file("callboard.db.before-restore")), true, 1));
    assert_eq!(mode(&place.file("callboard.db")), 0o600);
    assert_eq!(std::fs::read_to_string(place.file("callboard.key")).unwrap(), "the key that it was made with");
    assert_eq!(std::fs::read_to_string(place.file("callboard.key.before-restore")).unwrap(), "another key");

    let db = Db::open(&place.url).await.unwrap();
    db.migrate().await.unwrap();
    db.close().await;
    assert_eq!(number(&place.file("callboard.db"), EMAILS).await, 1, "as it was backed up");
    assert_eq!(number(&kept.unwrap(), EMAILS).await, 2, "and nothing of the old one is lost");
    assert_eq!(number(&place.file("callboard.db"), "SELECT COUNT(*) FROM session").await, 0, "all sign in again");
    let marked = "SELECT COUNT(*) FROM outbox_job WHERE handing_over_at IS NOT NULL";
    assert_eq!(number(&place.file("callboard.db"), marked).await, 1, "it may have gone out, so it is not sent again");

    // A second time, and the first one's rest stays.
    let again = place.restore(true).await.unwrap();
    assert_eq!(again.kept, Some(place.file("callboard.db.before-restore-2")));
}

#[tokio::test]
async fn a_batch_that_waited_when_the_backup_was_made_is_not_sent_a_second_time() {
    let place = Place::new().await;
    place
        .sent
        .execute(
            "INSERT INTO batch (account_id, event_id, member_id, kind, state, created_at, due_at) \
         SELECT e.account_id, e.event_id, e.member_id, 'share', 'sending', 0, 0 FROM email e LIMIT 1",
        )
        .await;
    place
        .sent
        .execute(
            "INSERT INTO batch_person (batch_id, crew_id, outcome) \
         SELECT b.id, cr.id, 'waiting' FROM batch b JOIN crew cr ON cr.event_id = b.event_id",
        )
        .await;
    let people = number(&place.file("callboard.db"), "SELECT COUNT(*) FROM batch_person").await;
    assert!(people > 0);
    back_up(&place.url, &place.backup(), false).await.unwrap();
    place.db.close().await;
    let restored = place.restore(true).await.unwrap();
    assert_eq!(restored.waiting, 1 + people, "they are told among those that waited");
    let file = place.file("callboard.db");
    let open = "SELECT COUNT(*) FROM batch WHERE done_at IS NULL OR state <> 'done'";
    let waits = "SELECT COUNT(*) FROM batch_person WHERE outcome <> 'left_out' OR reason NOT LIKE '%backup%'";
    assert_eq!((number(&file, open).await, number(&file, waits).await), (0, 0));
}

#[tokio::test]
async fn a_backup_from_before_there_were_batches_is_restored() {
    let place = Place::new().await;
    for table in ["batch_person", "batch"] {
        place.sent.execute(&format!("DROP TABLE {table}")).await;
    }
    place.sent.execute("DELETE FROM _sqlx_migrations WHERE version >= 13").await;
    back_up(&place.url, &place.backup(), false).await.unwrap();
    place.db.close().await;
    assert_eq!(place.restore(true).await.unwrap().waiting, 1);
}

#[tokio::test]
async fn e17_what_is_no_backup_or_cannot_be_replaced_is_refused_with_what_to_do() {
    let place = Place::new().await;
    let refused = async |expected: &str| {
        let refused = place.restore(true).await.unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
    };
    refused("is not there").await;
    std::fs::write(place.backup(), "Dear diary").unwrap();
    refused("is no SQLite database").await;
    std::fs::remove_file(place.backup()).unwrap();
    let mut other = AnyConnection::connect(&format!("sqlite://{}?mode=rwc", place.backup().display())).await.unwrap();
    other.execute("CREATE TABLE diary (entry TEXT)").await.unwrap();
    other.close().await.unwrap();
    refused("another program").await;

    back_up(&place.url, &place.backup(), true).await.unwrap();
    let change = async |sql: &'static str| {
        let mut backup = AnyConnection::connect(&format!("sqlite://{}", place.backup().display())).await.unwrap();
        backup.execute(AssertSqlSafe(sql)).await.unwrap();
        backup.close().await.unwrap();
    };
    change("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 2").await;
    refused("newer Callboard").await;
    change("UPDATE _sqlx_migrations SET version = 2, checksum = x'00' WHERE version = 9999").await;
    refused("its schema").await;

    back_up(&place.url, &place.backup(), true).await.unwrap();
    let bytes = std::fs::read(place.backup()).unwrap();
    let mut damaged = bytes.clone();
    let end = damaged.len();
    // From there to the end: a page may be one that nothing is in.
    damaged[end / 2..].fill(0x5a);
    std::fs::write(place.backup(), damaged).unwrap();
    assert!(place.restore(true).await.is_err(), "damaged");
    std::fs::write(place.backup(), bytes).unwrap();

    let serving = Claim::of(&place.file("callboard.db")).unwrap();
    refused("is served by another Callboard").await;
    drop(serving);
    assert_eq!(number(&place.file("callboard.db"), EMAILS).await, 1, "all the while nothing was changed");
    place.db.close().await;
    place.restore(true).await.unwrap();

    for words in [
        back_up("postgres://localhost/callboard", &place.backup(), true).await.unwrap_err().to_string(),
        restore("postgres://localhost/callboard", &place.backup(), true, NOON).await.unwrap_err().to_string(),
    ] {
        assert!(words.contains("pg_dump") && words.contains("pg_restore"), "{words}");
    }
}

/// The binary over this folder's database.
fn callboard(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
    command.current_dir(folder.path()).env_clear().env("CALLBOARD_ADDR", "127.0.0.1:0").env("CALLBOARD_DEMO", "1");
    command.env("DATABASE_URL", "sqlite://callboard.db").env("RUST_LOG", "error");
    command
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn e17_the_binary_backs_up_while_it_serves_and_restores_when_it_does_not() {
    use std::io::{BufRead, BufReader};
    let folder = Folder::new();
    let mut server = callboard(&folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("Callboard is on"), "{line}");

    let run = |arguments: &[&str]| callboard(&folder).args(arguments).output().unwrap();
    let backed_up = run(&["backup", "backup.db"]);
    assert!(backed_up.status.success() && words(&backed_up).contains("backup.db.key"), "{}", words(&backed_up));
    let refused = run(&["restore", "backup.db", "--force"]);
    assert!(!refused.status.success() && words(&refused).contains("stop that one first"), "{}", words(&refused));
    let second = run(&[]);
    assert!(!second.status.success() && words(&second).contains("stop that one first"), "{}", words(&second));

    server.kill().unwrap();
    server.wait().unwrap();
    let restored = run(&["restore", "backup.db", "--force"]);
    assert!(restored.status.success() && words(&restored).contains("before-restore"), "{}", words(&restored));
    assert!(run(&["migrate"]).status.success());
}
