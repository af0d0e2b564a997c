//! Backups of a SQLite database, and their way back. PostgreSQL has tools of its own.
//!
//! A backup is one whole file, made while the database is in use, with the key beside it. A restore never leaves a log of the
//! old database beside the new one, which would silently undo it, and keeps the old database. What was true when the backup was
//! made and cannot be known to be still true is not acted upon: mails that waited then, in the outbox or in a batch, are not sent,
//! and nobody stays signed in.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use app::domain::time::Timestamp;
use sqlx::{AnyConnection, Connection, Executor};

use super::place::{Claim, ClaimError};
use super::{SQLITE_MIGRATIONS, sqlite_file, with_suffix};
use crate::secret;

/// Why there is no backup, or nothing was restored. Unless it says so, nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(
        "this database is PostgreSQL, whose own tools do that: pg_dump --format=custom --file=FILE \"$DATABASE_URL\" to back it \
         up, pg_restore --clean --if-exists --dbname=\"$DATABASE_URL\" FILE to restore it while no Callboard serves it. Keep \
         CALLBOARD_SECRET_KEY with the file"
    )]
    Postgres,
    #[error("{} is not there", .0.display())]
    Missing(PathBuf),
    #[error("{} is there already; name another file, or say --force to replace it", .0.display())]
    Exists(PathBuf),
    #[error("there is a database in {} already; say --force to put the backup in its place (the old one is kept beside it)", .0.display())]
    Occupied(PathBuf),
    #[error("{} is not a backup of Callboard: {why}", .file.display())]
    Foreign { file: PathBuf, why: &'static str },
    #[error("{} was made by a newer Callboard; install that version, then restore", .0.display())]
    Newer(PathBuf),
    #[error("{} is damaged, so it is not used: {report}", .file.display())]
    Damaged { file: PathBuf, report: String },
    #[error(transparent)]
    Served(#[from] ClaimError),
    #[error("{}: {cause}", .file.display())]
    File { file: PathBuf, cause: std::io::Error },
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// What a restore did.
#[derive(Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the database is now that was there before.
    pub kept: Option<PathBuf>,
    /// Whether the backup's key is in use now.
    pub has_key: bool,
    /// Mails that waited to be sent when the backup was made.
    pub waiting: i64,
}

/// Why nothing is sent to whoever waited in a batch.
const LEFT_OUT: &str =
    "A backup from before was restored, so a mail may have gone out already. Ask them before you send another.";

/// Where the key lies that goes with a backup.
pub fn key_of_backup(backup: &Path) -> PathBuf {
    with_suffix(backup, ".key")
}

/// Writes a whole copy of the database at this URL to `to`, readable by its owner alone, and its key beside it. Returns whether
/// there was a key. `to` is there complete or not at all. Replaces a file only when told to.
pub async fn back_up(database_url: &str, to: &Path, replace: bool) -> Result<bool, BackupError> {
    let file = Path::new(sqlite_file(database_url).ok_or(BackupError::Postgres)?);
    if !file.exists() {
        return Err(BackupError::Missing(file.to_owned()));
    }
    let key = file.with_extension("key");
    for taken in [to.to_owned(), key_of_backup(to)] {
        if !replace && taken.exists() {
            return Err(BackupError::Exists(taken));
        }
    }
    let part = Part::of(to)?;
    let mut source = connect(file, "mode=rw").await?;
    copy(&mut source, &part).await?;
    source.close().await?;
    check(&part.0).await?;
    // A database that is there has its key with it.
    let has_key = key.exists();
    if has_key {
        copy_key(&key, &key_of_backup(to))?;
    }
    part.take_place(to)?;
    Ok(has_key)
}

/// Puts the backup in the place of the database at this URL, which is kept under another name, as is its key. Refuses while a
/// server runs on it, and to replace a database unless told to.
pub async fn restore(database_url: &str, from: &Path, replace: bool, now: Timestamp) -> Result<Restored, BackupError> {
    let file = Path::new(sqlite_file(database_url).ok_or(BackupError::Postgres)?);
    if !from.is_file() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    let _nobody_else = Claim::of(file)?;
    let is_occupied = file.exists();
    if is_occupied && !replace {
        return Err(BackupError::Occupied(file.to_owned()));
    }
    let part = Part::of(file)?;
    let mut source = open_backup(from).await?;
    copy(&mut source, &part).await?;
    source.close().await?;
    check(&part.0).await?;
    let waiting = settle(&part.0, now).await?;

    let kept = if is_occupied { Some(keep(file)?) } else { None };
    // Without its file a log means nothing, and beside another one it does harm.
    for suffix in ["-wal", "-shm", "-journal"] {
        remove(&with_suffix(file, suffix))?;
    }
    part.take_place(file)?;
    let (backup_key, key) = (key_of_backup(from), file.with_extension("key"));
    let has_key = backup_key.exists();
    if has_key && read(&backup_key)? != read(&key).unwrap_or_default() {
        if is_occupied && key.exists() {
            rename(&key, &free_name(&key))?;
        }
        copy_key(&backup_key, &key)?;
    }
    Ok(Restored { kept, has_key, waiting })
}

/// A file that is being written, and goes unless it is put in its place.
struct Part(PathBuf);

impl Part {
    fn of(file: &Path) -> Result<Self, BackupError> {
        let part = Self(with_suffix(file, &format!(".part-{}", secret::short_reference())));
        // SQLite takes an empty file; made here, it is private from the beginning.
        create_private(&part.0)?;
        Ok(part)
    }

    /// Makes it durable under its name.
    fn take_place(self, file: &Path) -> Result<(), BackupError> {
        let synced = File::open(&self.0).and_then(|part| part.sync_all());
        synced.map_err(|cause| BackupError::File { file: self.0.clone(), cause })?;
        rename(&self.0, file)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|cause| BackupError::File { file: folder.to_owned(), cause })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn create_private(file: &Path) -> Result<File, BackupError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map_err(|cause| BackupError::File { file: file.to_owned(), cause })
}

fn read(file: &Path) -> Result<Vec<u8>, BackupError> {
    std::fs::read(file).map_err(|cause| BackupError::File { file: file.to_owned(), cause })
}

fn rename(from: &Path, to: &Path) -> Result<(), BackupError> {
    std::fs::rename(from, to).map_err(|cause| BackupError::File { file: to.to_owned(), cause })
}

fn remove(file: &Path) -> Result<(), BackupError> {
    match std::fs::remove_file(file) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(BackupError::File { file: file.to_owned(), cause }),
        _ => Ok(()),
    }
}

fn copy_key(from: &Path, to: &Path) -> Result<(), BackupError> {
    let part = Part(with_suffix(to, &format!(".part-{}", secret::short_reference())));
    let written = create_private(&part.0)?.write_all(&read(from)?);
    written.map_err(|cause| BackupError::File { file: part.0.clone(), cause })?;
    part.take_place(to)
}

/// Moves a database with its log aside. Under its new name it is whole: SQLite finds a log by the name of its file. The log
/// goes first, so that whatever breaks off in between, no log is beside a file that is not its own.
fn keep(file: &Path) -> Result<PathBuf, BackupError> {
    let kept = free_name(file);
    for suffix in ["-wal", "-journal", ""] {
        let part = with_suffix(file, suffix);
        if part.exists() {
            rename(&part, &with_suffix(&kept, suffix))?;
        }
    }
    Ok(kept)
}

/// `FILE.before-restore`, or with a number where that is taken.
fn free_name(file: &Path) -> PathBuf {
    let first = with_suffix(file, ".before-restore");
    let others = (2_u32..).map(|number| with_suffix(file, &format!(".before-restore-{number}")));
    // An earlier restore that broke off may have moved the log alone.
    let is_free = |name: &PathBuf| !name.exists();
    std::iter::once(first).chain(others).find(is_free).expect("numbers do not end")
}

async fn connect(file: &Path, options: &str) -> Result<AnyConnection, sqlx::Error> {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&format!("sqlite://{}?{options}", file.display())).await
}

/// Opens a backup and makes sure that this version can use it.
async fn open_backup(from: &Path) -> Result<AnyConnection, BackupError> {
    let foreign = |why| BackupError::Foreign { file: from.to_owned(), why };
    let mut magic = [0; 16];
    let is_read = File::open(from).and_then(|mut file| file.read_exact(&mut magic)).is_ok();
    if !is_read || &magic != b"SQLite format 3\0" {
        return Err(foreign("it is no SQLite database"));
    }
    // A copy made by hand may have its log with it. Without one nothing is written beside it, not even on a read-only disk.
    let has_log = with_suffix(from, "-wal").exists();
    let mut source = connect(from, if has_log { "mode=ro" } else { "mode=ro&immutable=true" }).await?;
    let applied: Result<Vec<(i64, Vec<u8>)>, sqlx::Error> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations ORDER BY version").fetch_all(&mut source).await;
    let applied = match applied {
        Ok(applied) if !applied.is_empty() => applied,
        Ok(_) => return Err(foreign("it is empty")),
        Err(sqlx::Error::Database(error)) if error.message().contains("no such table") => {
            return Err(foreign("it belongs to another program"));
        }
        Err(error) => return Err(BackupError::Damaged { file: from.to_owned(), report: error.to_string() }),
    };
    let newest = SQLITE_MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default();
    for (version, checksum) in applied {
        match SQLITE_MIGRATIONS.iter().find(|migration| migration.version == version) {
            Some(known) if *known.checksum == *checksum => {}
            None if version > newest => return Err(BackupError::Newer(from.to_owned())),
            _ => return Err(foreign("its schema is not one of this program")),
        }
    }
    Ok(source)
}

async fn copy(source: &mut AnyConnection, part: &Part) -> Result<(), BackupError> {
    let to = part.0.display().to_string();
    sqlx::query("VACUUM INTO $1").bind(to).execute(source).await?;
    Ok(())
}

/// Fails unless the file is whole, by SQLite's own examination.
async fn check(file: &Path) -> Result<(), BackupError> {
    let mut copy = connect(file, "mode=rw").await?;
    let report: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut copy).await?;
    copy.close().await?;
    if report == "ok" { Ok(()) } else { Err(BackupError::Damaged { file: file.to_owned(), report }) }
}

/// Takes back what may not be true any more: whoever was signed in, and mails that waited, which may have gone out since.
/// Returns the number of those mails.
async fn settle(file: &Path, now: Timestamp) -> Result<i64, BackupError> {
    let mut copy = connect(file, "mode=rw").await?;
    // One file, whatever the backup was.
    copy.execute("PRAGMA journal_mode = DELETE").await?;
    let mut transaction = copy.begin().await?;
    sqlx::query("DELETE FROM session").execute(&mut *transaction).await?;
    // A link or a code that was used since would work once more.
    sqlx::query("DELETE FROM member_token").execute(&mut *transaction).await?;
    // As after a crash in the middle of the hand-over: the outbox calls it unconfirmed and sends nothing.
    let waiting = sqlx::query(
        "UPDATE outbox_job SET handing_over_at = COALESCE(handing_over_at, $1), lease_owner = NULL, lease_until = NULL, \
         run_at = $1 WHERE email_id IS NOT NULL",
    )
    .bind(now.0)
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    let waiting = waiting + end_batches(&mut transaction, now).await?;
    transaction.commit().await?;
    copy.close().await?;
    Ok(i64::try_from(waiting).unwrap_or(i64::MAX))
}

/// Ends batches that were not through: who waited then may have been sent to since. Returns how many those were.
async fn end_batches(copy: &mut AnyConnection, now: Timestamp) -> Result<u64, BackupError> {
    // A backup of an earlier version is brought up to date only later.
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'batch_person'")
            .fetch_one(&mut *copy)
            .await?;
    if tables == 0 {
        return Ok(0);
    }
    let waiting = sqlx::query("UPDATE batch_person SET outcome = 'left_out', reason = $1 WHERE outcome = 'waiting'")
        .bind(LEFT_OUT.to_owned())
        .execute(&mut *copy)
        .await?
        .rows_affected();
    sqlx::query("UPDATE batch SET state = 'done', done_at = $1, revision = revision + 1 WHERE done_at IS NULL")
        .bind(now.0)
        .execute(&mut *copy)
        .await?;
    Ok(waiting)
}
