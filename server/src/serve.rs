//! The life of a server: open the database, listen, start the workers; on SIGTERM or Ctrl-C finish what is under way.
//!
//! Only the start gives up on a database that is away. Once it serves, the pools reconnect by themselves, `/readyz` says
//! how things stand, and nothing needs a restart.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::migrate::MigrateError;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::{Config, Uploads};
use crate::connections::{self, Limits};
use crate::core::Core;
use crate::db::place::{self, Claim, ClaimError};
use crate::db::{self, Db};
use crate::emails::sweep;
use crate::error::StoreError;
use crate::file_store::{BucketError, FileStore};
use crate::realtime::Hub;
use crate::state::AppState;
use crate::webhooks::Ingest;
use crate::workers::Workers;
use crate::{accounts, auth, batches, demo, events, notes, outbox, people, realtime, requests, router, sandbox};

/// Why the server did not start, for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database cannot be used: {0}")]
    Database(StoreError),
    #[error(transparent)]
    Files(#[from] BucketError),
    #[error("{0} is taken by another program; stop it, or set CALLBOARD_ADDR to another port")]
    Taken(SocketAddr),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error(
        "DATABASE_URL leads to a pooler in transaction mode, such as PgBouncer's, behind which Callboard cannot hear of changes: \
         name PostgreSQL itself (its own port is usually 5432), or a pool in session mode"
    )]
    Pooler,
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error("the demo could not be made: {0}")]
    Demo(StoreError),
    #[error("the sandbox mail server cannot listen: {0}")]
    Sandbox(std::io::Error),
    #[error("the server stopped: {0}")]
    Server(std::io::Error),
}

/// A lock on a file is soon let go; a database server may be starting with us.
const SQLITE_PATIENCE: Duration = Duration::from_secs(30);
const POSTGRES_PATIENCE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long requests, and then workers, may take to finish.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until it is told to stop.
pub async fn serve(config: Config) -> Result<(), StartError> {
    // Before anything is opened: a newer version would change the schema under the one that serves.
    let _claim = db::sqlite_file(&config.database_url).map(|file| Claim::of(Path::new(file))).transpose()?;
    connections::raise_limit();
    let mut core = open_core(config).await?;
    if core.config.demo {
        demo::fill(&core).await.map_err(StartError::Demo)?;
    } else {
        demo::end_sessions(&core).await.map_err(StartError::Database)?;
    }
    let listener = listen(core.config.addr).await?;
    core.config = Arc::new(at_port(&core.config, listener.local_addr().map_err(StartError::Server)?));

    let (stop, stopped) = watch::channel(false);
    let mut workers = Workers::new(stopped);
    if core.config.sandbox {
        let sandbox = sandbox::start(&core, &mut workers).await.map_err(StartError::Sandbox)?;
        core.config = Arc::new(Config { smtp_url: Some(sandbox.smtp_url()), ..Config::clone(&core.config) });
    }
    let ingest = Ingest::start(&core, &mut workers);
    outbox::start(&core, &mut workers);
    batches::start(&core, &mut workers);
    sweep::start(&core, &mut workers);
    auth::start(&core, &mut workers);
    events::start(&core, &mut workers);
    people::start(&core, &mut workers);
    requests::start(&core, &mut workers);
    notes::start(&core, &mut workers);
    realtime::start(&core, &mut workers);
    let db = core.db.clone();
    workers.run("database listener", move |stop| db::listen(db.clone(), stop));

    announce(&core).await;
    let (leave, leaving) = watch::channel(false);
    let routes = router::router(AppState::new(core.clone(), ingest, workers.health()));
    let mut server = tokio::spawn(connections::serve(listener, routes, Limits::of_this_process(), leaving));
    tokio::select! {
        () = told_to_stop() => {}
        ended = &mut server => return ended.map_err(|error| StartError::Server(std::io::Error::other(error))),
    }

    tracing::info!("Stopping: finishing the requests under way.");
    leave.send_replace(true);
    core.hub.close();
    if tokio::time::timeout(GRACE, &mut server).await.is_err() {
        tracing::warn!("Some requests did not finish in time and were cut off.");
        server.abort();
    }
    stop.send_replace(true);
    workers.finish(GRACE).await;
    core.db.close().await;
    tracing::info!("Stopped.");
    Ok(())
}

/// What the environment says to all programs that use AWS, of which the bucket's are a part.
fn aws_settings() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The core over an open database with the current schema, waiting a while for one that is away.
pub async fn open_core(config: Config) -> Result<Core, StartError> {
    let db = open_database(&config.database_url).await?;
    keep_private(&config.database_url);
    let key = config.secret_key.clone();
    let files = match &config.uploads {
        Uploads::Folder(folder) => FileStore::in_folder(folder),
        Uploads::Bucket(bucket) => FileStore::in_bucket(bucket, aws_settings())?,
    };
    Ok(Core { db, files, clock: Clock::System, hub: Hub::default(), key, config: Arc::new(config) })
}

async fn open_database(url: &str) -> Result<Db, StartError> {
    let patience = if db::sqlite_file(url).is_some() { SQLITE_PATIENCE } else { POSTGRES_PATIENCE };
    let (started, mut pause) = (Instant::now(), Duration::from_millis(500));
    loop {
        match open_and_migrate(url).await {
            Ok(db) => return Ok(db),
            Err(StartError::Database(error)) if may_pass(&error) && started.elapsed() + pause < patience => {
                tracing::warn!(%error, "The database is locked or away. Trying again.");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
}

/// A database in use is for its owner's eyes only: it holds people's addresses, and the sandbox's mails.
fn keep_private(url: &str) {
    let Some(file) = db::sqlite_file(url) else { return };
    match place::make_private(Path::new(file)) {
        Ok(mended) if mended.is_empty() => {}
        Ok(mended) => {
            let files: Vec<_> = mended.iter().map(|file| file.display().to_string()).collect();
            tracing::warn!(files = files.join(", "), "Other users could open these files. Now their owner alone can.");
        }
        Err(error) => {
            tracing::warn!(%error, "Other users may be able to open the database: its mode cannot be changed.");
        }
    }
}

async fn open_and_migrate(url: &str) -> Result<Db, StartError> {
    let refused = |error: StoreError| match error {
        StoreError::Database(error) if db::was_refused_by_pooler(&error) => StartError::Pooler,
        error => StartError::Database(error),
    };
    let db = Db::open(url).await.map_err(refused)?;
    let opened = match db.is_behind_transaction_pooler().await {
        Ok(true) => Err(StartError::Pooler),
        Ok(false) => db.migrate().await.map_err(StartError::Database),
        Err(error) => Err(StartError::Database(error.into())),
    };
    if opened.is_err() {
        db.close().await;
    }
    opened.map(|()| db)
}

/// Whether waiting may help: a lock, a server that starts or is away. A wrong password stays wrong.
fn may_pass(error: &StoreError) -> bool {
    fn passes(error: &sqlx::Error) -> bool {
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut => true,
            // SQLite: busy, locked, and busy while recovering. PostgreSQL: starting or stopping, too many connections.
            sqlx::Error::Database(error) => error
                .code()
                .is_some_and(|code| matches!(&*code, "5" | "6" | "261" | "57P01" | "57P02" | "57P03" | "53300")),
            sqlx::Error::Migrate(error) => match &**error {
                MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => passes(error),
                _ => false,
            },
            _ => false,
        }
    }
    matches!(error, StoreError::Database(error) if passes(error))
}

async fn listen(addr: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(addr).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => StartError::Taken(addr),
        _ => StartError::Listen(addr, error),
    })
}

/// The configuration with the port that port 0 turned into.
fn at_port(config: &Config, listening: SocketAddr) -> Config {
    let mut config = config.clone();
    if config.base_url == format!("http://{}", config.addr) {
        config.base_url = format!("http://{listening}");
    }
    config.addr = listening;
    config
}

/// For the person who started it; the log goes elsewhere.
async fn announce(core: &Core) {
    let config = &core.config;
    let mut words = format!("Callboard is on {}\n", config.base_url);
    if config.demo {
        let _ = writeln!(words, "Sign in with {} and {}", demo::EMAIL, demo::PASSWORD);
    } else if accounts::waits_for_the_first(core).await {
        words.push_str("Nobody has an account yet: open it to create yours\n");
    }
    // Nobody may be reading.
    let _ = std::io::stdout().write_all(words.as_bytes());
    tracing::info!(addr = %config.addr, "Listening.");
    if !config.sandbox && config.is_local() {
        let links = &config.base_url;
        tracing::warn!(links, "Links in mails lead to this machine alone. CALLBOARD_BASE_URL is the public address.");
    }
}

async fn told_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}
