//! The commands beside `serve`: each does one thing to the database and exits. Results go to stdout, the log to stderr.

use std::path::Path;

use app::domain::time::Timestamp;

use crate::clock::Clock;
use crate::config::{Config, SuppressionsAction};
use crate::core::Core;
use crate::db::backup::{self, BackupError, Restored};
use crate::demo;
use crate::emails::suppressions as blocked;
use crate::error::StoreError;
use crate::serve::{StartError, open_core};
use crate::zone::Zone;

/// What went wrong, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error("{0} is not blocked, so there is nothing to remove")]
    NotBlocked(String),
}

/// Opening the database brings its schema up to date; there is no more to it.
pub async fn migrate(config: Config) -> Result<(), CommandError> {
    let core = open_core(config).await?;
    println!("The database is up to date.");
    core.db.close().await;
    Ok(())
}

pub async fn demo(config: Config) -> Result<(), CommandError> {
    let core = open_core(config).await?;
    let made = demo::fill(&core).await?;
    println!("{}", if made { "The demo account was made." } else { "The demo account is there already." });
    println!("While Callboard runs with CALLBOARD_DEMO=1, sign in with {} and {}", demo::EMAIL, demo::PASSWORD);
    core.db.close().await;
    Ok(())
}

/// A database that this version would have to bring up to date is copied as it is.
pub async fn back_up(config: &Config, file: &Path, force: bool) -> Result<(), CommandError> {
    let has_key = backup::back_up(&config.database_url, file, force).await?;
    println!("The database was backed up to {}.", file.display());
    if has_key {
        println!("Its key is in {}; keep the two together.", backup::key_of_backup(file).display());
    } else {
        println!("The key is not in it: keep CALLBOARD_SECRET_KEY with it.");
    }
    Ok(())
}

pub async fn restore(config: &Config, file: &Path, force: bool) -> Result<(), CommandError> {
    let now = Clock::System.now();
    let Restored { kept, has_key, waiting } = backup::restore(&config.database_url, file, force, now).await?;
    println!("The database was restored from {}.", file.display());
    if let Some(kept) = kept {
        println!("The one that was there is kept as {}.", kept.display());
    }
    if !has_key {
        println!(
            "No key was beside it, so the one in use stays. With another than it was made with, links already sent still open, but cannot be shown."
        );
    }
    if waiting > 0 {
        println!(
            "{waiting} mails waited to be sent when it was made and may have gone out since. They are not sent again by \
             themselves; their rows will say so."
        );
    }
    println!(
        "Everybody has to sign in again. Links that were revoked after the backup open again: revoke them once more."
    );
    Ok(())
}

pub async fn suppressions(config: Config, action: SuppressionsAction) -> Result<(), CommandError> {
    let core = open_core(config).await?;
    let outcome = match action {
        SuppressionsAction::List => list(&core).await,
        SuppressionsAction::Remove { address } => remove(&core, address).await,
    };
    core.db.close().await;
    outcome
}

async fn list(core: &Core) -> Result<(), CommandError> {
    for row in blocked::list(&core.db).await? {
        let seen = day(row.last_seen_at, core.clock.now());
        println!("{}\t{}\t{seen}\t{}", row.address_key, row.cause.code(), row.reason.as_deref().unwrap_or("-"));
    }
    Ok(())
}

fn day(at: Timestamp, now: Timestamp) -> String {
    let moment = Zone::utc().moment(at, now);
    format!("{} {} UTC", moment.day, moment.clock)
}

async fn remove(core: &Core, address: String) -> Result<(), CommandError> {
    if !blocked::lift(&core.db, &address, "command line", core.clock.now()).await? {
        return Err(CommandError::NotBlocked(address));
    }
    println!(
        "{address} can be sent to again. Remove it from the provider's own list too, or the next mail comes back."
    );
    Ok(())
}
