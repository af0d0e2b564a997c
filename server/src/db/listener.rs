//! Hears what other processes changed, for ever.
//!
//! On PostgreSQL by LISTEN, on a connection of its own: from the moment it stands, each change that another process commits
//! is told; whatever may have been missed before is told as a gap. On SQLite one process serves, but commands such as
//! `callboard suppressions remove` write too: that somebody else wrote is noticed within a second, and told as a gap.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{ConnectOptions, Executor};
use tokio::time::{sleep, timeout};

use super::change::of_others;
use super::{Db, Feed, News};
use crate::workers::Stop;

pub(super) const CHANNEL: &str = "callboard";

/// A connection that is silent for so long is asked whether it is still there, and has as long to answer.
const SILENCE: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How often SQLite is asked whether somebody else wrote.
const LOOK: Duration = Duration::from_millis(500);

/// Tells whoever follows the database what other processes change, until the stop.
pub async fn listen(db: Db, mut stop: Stop) {
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = db.listen() => {}
    }
}

impl Db {
    /// Never returns.
    async fn listen(&self) {
        match &self.listener {
            Some(options) => self.listen_for_notifications(options).await,
            None => self.look_for_other_writers().await,
        }
    }

    async fn look_for_other_writers(&self) {
        let mut known = None;
        loop {
            // On the one connection that writes here, it changes exactly when another process has written ("PRAGMA
            // data_version" in SQLite's manual).
            let version: Result<i64, _> = sqlx::query_scalar("PRAGMA data_version").fetch_one(&self.write).await;
            match version {
                Ok(version) if known.replace(version).is_some_and(|known| known != version) => {
                    self.feed.tell(News::Gap);
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "Whether another process wrote cannot be told just now."),
            }
            sleep(LOOK).await;
        }
    }

    async fn listen_for_notifications(&self, options: &PgConnectOptions) {
        let mut pause = FIRST_PAUSE;
        loop {
            match connect(options).await {
                Ok(mut listener) => {
                    pause = FIRST_PAUSE;
                    // Only now, when nothing is missed any more, may everything be looked at again.
                    self.feed.tell(News::Gap);
                    tracing::info!("Listening for what other processes change.");
                    let error = hear(&mut listener, &self.feed).await;
                    tracing::warn!(%error, "The connection that hears of other processes' changes was lost.");
                }
                Err(error) => tracing::warn!(%error, "Other processes' changes cannot be heard of just now."),
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

async fn connect(options: &PgConnectOptions) -> Result<PgListener, sqlx::Error> {
    let options = options.clone().application_name("callboard listener").disable_statement_logging();
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(SILENCE).connect_with(options).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.ignore_pool_close_event(true);
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

/// Returns why it ended.
async fn hear(listener: &mut PgListener, feed: &Feed) -> sqlx::Error {
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(notification))) => match of_others(feed.origin(), notification.payload()) {
                Ok(None) => {}
                Ok(Some(changes)) => feed.tell(News::Changed(changes)),
                Err(error) => {
                    // Of another version, which knows more kinds of changes.
                    tracing::debug!(%error, "A change of another process was not understood.");
                    feed.tell(News::Gap);
                }
            },
            Ok(Ok(None)) => return sqlx::Error::WorkerCrashed,
            Ok(Err(error)) => return error,
            Err(_) => match timeout(SILENCE, listener.execute("SELECT 1")).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return error,
                Err(_) => return sqlx::Error::PoolTimedOut,
            },
        }
    }
}
