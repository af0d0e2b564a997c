//! The tasks that work beside the requests. One that ends before it was told to is an error in the log, makes `/readyz`
//! answer 503 with its name, and is started again.
//!
//! A worker keeps nothing in memory that another start would miss: what it had in hand lies in the database, or its
//! caller is told that it was not done.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// Turns true when the workers are to finish.
pub type Stop = watch::Receiver<bool>;

/// The pause before a worker is started again, doubled each time it dies again soon.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A worker that has run for so long is well again.
const PROBATION: Duration = Duration::from_millis(500);

/// The workers that are down. Clones share one list.
#[derive(Clone, Debug, Default)]
pub struct Health(Arc<Mutex<BTreeSet<&'static str>>>);

impl Health {
    /// The names of the workers that died and do not run again yet.
    pub fn down(&self) -> Vec<&'static str> {
        self.lock().iter().copied().collect()
    }

    /// No code that holds the lock can panic halfway, so a poisoned list is a good one.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<&'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The workers of one process.
pub struct Workers {
    stop: Stop,
    health: Health,
    tasks: Vec<(&'static str, JoinHandle<()>)>,
}

impl Workers {
    pub fn new(stop: Stop) -> Self {
        Self { stop, health: Health::default(), tasks: Vec::new() }
    }

    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Runs `work` until the stop, anew whenever it panics or returns too early.
    pub fn run<F>(&mut self, name: &'static str, work: impl Fn(Stop) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let task = tokio::spawn(supervise(name, work, self.stop.clone(), self.health.clone()));
        self.tasks.push((name, task));
    }

    /// Waits until all have ended after the stop, at most for `grace`.
    pub async fn finish(self, grace: Duration) {
        let deadline = Instant::now() + grace;
        for (worker, task) in self.tasks {
            match timeout_at(deadline, task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(worker, %error, "A worker could not be watched."),
                Err(_) => {
                    tracing::warn!(
                        worker,
                        "A worker did not stop in time. What it left is taken up at the next start."
                    );
                }
            }
        }
    }
}

/// Does a round, and one more after each pause, until the stop, which ends a round in its middle too: what it has not come to must be
/// found again by another.
pub async fn rounds<F>(mut stop: Stop, pause: Duration, round: impl Fn() -> F)
where
    F: Future<Output = ()>,
{
    let all = async {
        loop {
            round().await;
            sleep(pause).await;
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = all => {}
    }
}

async fn supervise<F>(worker: &'static str, work: impl Fn(Stop) -> F, mut stop: Stop, health: Health)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let started = Instant::now();
        let mut task = tokio::spawn(work(stop.clone()));
        let ended = if let Ok(ended) = timeout(PROBATION, &mut task).await {
            ended
        } else {
            if health.lock().remove(worker) {
                tracing::info!(worker, "A worker runs again.");
            }
            task.await
        };
        if is_told(&stop) {
            if let Err(error) = ended {
                tracing::error!(worker, %error, "A worker died while it was to finish.");
            }
            return;
        }
        health.lock().insert(worker);
        if started.elapsed() > LONGEST_PAUSE {
            pause = FIRST_PAUSE;
        }
        let cause = ended.as_ref().err().map_or_else(|| "it returned".to_owned(), JoinError::to_string);
        tracing::error!(worker, cause, again_in = ?pause, "A worker died and will be started again.");
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep(pause) => {}
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether the workers are to finish, also when nobody is left who could say so.
fn is_told(stop: &Stop) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}
