//! Argon2id on threads where it may take its time, two at once: each takes 19 MiB and tens of milliseconds of a core. Who
//! waits for a turn is one of few, and leaves when nobody waits for the answer any more; who has a turn keeps it to the end
//! of the work, whether or not anybody still waits: so the memory of more than two is never taken. It goes back to the
//! system with each, since the allocator keeps nothing of that size.

use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization;

const AT_ONCE: usize = 2;
/// More than this many would wait longer than anybody does.
const WAITING: usize = 256;

static TURNS: LazyLock<Turns> = LazyLock::new(|| Turns::new(AT_ONCE, WAITING));

/// What an unknown account's password is verified against, so that it takes as long as a known one's.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(&crate::secret::token()));

/// The PHC string to store for a password. Waits for its turn however many wait.
pub async fn hash(password: String) -> String {
    TURNS.take(None, move || hash_now(&password)).await
}

/// A place in the line of those who wait to have a password verified or hashed.
pub struct Place {
    _waiting: OwnedSemaphorePermit,
}

impl Place {
    /// `None` when too many wait already.
    pub fn take() -> Option<Self> {
        TURNS.place()
    }

    /// As `hash`, for somebody who waits in line.
    pub async fn hash(self, password: String) -> String {
        TURNS.take(Some(self), move || hash_now(&password)).await
    }

    /// Whether the password belongs to the hash. Without a hash the answer is no, after the same work.
    pub async fn verify(self, password: String, stored: Option<String>) -> bool {
        TURNS.take(Some(self), move || verify_now(&password, stored)).await
    }
}

/// Makes the first unknown account as quick as the later ones.
pub fn prepare() {
    LazyLock::force(&NOBODY);
}

fn verify_now(password: &str, stored: Option<String>) -> bool {
    let known = stored.is_some();
    let stored = stored.unwrap_or_else(|| NOBODY.clone());
    let matches = PasswordHash::new(&stored)
        .is_ok_and(|hash| Argon2::default().verify_password(typed(password).as_bytes(), &hash).is_ok());
    matches && known
}

fn hash_now(password: &str) -> String {
    let hash = Argon2::default().hash_password(typed(password).as_bytes());
    hash.expect("the default parameters are valid and the salt is random").to_string()
}

/// The password however a keyboard put its accents together (RFC 8265, section 4.2.2).
fn typed(password: &str) -> String {
    password.nfc().collect()
}

/// Who may work, and who may wait for it.
struct Turns {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Turns {
    fn new(at_once: usize, waiting: usize) -> Self {
        Self { working: Arc::new(Semaphore::new(at_once)), waiting: Arc::new(Semaphore::new(waiting)) }
    }

    /// `None` when too many wait.
    fn place(&self) -> Option<Place> {
        let waiting = Arc::clone(&self.waiting).try_acquire_owned().ok()?;
        Some(Place { _waiting: waiting })
    }

    /// Does the work on a thread of its own when its turn comes. The turn goes with the work, not with who waits for it.
    async fn take<T: Send + 'static>(&self, place: Option<Place>, work: impl FnOnce() -> T + Send + 'static) -> T {
        let turn = Arc::clone(&self.working).acquire_owned().await.expect("the semaphore is never closed");
        drop(place);
        tracing::debug!("Argon2 runs.");
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        working.await.expect("hashing does not panic")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    async fn verify(password: &str, stored: Option<String>) -> bool {
        Place::take().expect("a place").verify(password.into(), stored).await
    }

    #[tokio::test]
    async fn only_the_right_password_of_a_known_account_opens() {
        let stored = hash("correct horse".into()).await;
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse", Some(stored.clone())).await);
        assert!(!verify("wrong horse", Some(stored)).await);
        assert!(!verify("correct horse", None).await);
        assert!(!verify("correct horse", Some("not a hash".into())).await);
        let stored = hash("cafe\u{301} noir".into()).await;
        assert!(verify("caf\u{e9} noir", Some(stored)).await, "another keyboard");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn e18_the_turn_stays_with_the_work_when_nobody_waits_for_it_any_more() {
        let turns = Arc::new(Turns::new(2, 3));
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel::<()>();
        let ends = Arc::new(std::sync::Mutex::new(ends));
        let start = || {
            let (turns, begun, ends) = (Arc::clone(&turns), begun.clone(), Arc::clone(&ends));
            let place = turns.place();
            place.map(|place| {
                tokio::spawn(async move {
                    let work = move || {
                        begun.send(()).expect("somebody counts");
                        ends.lock().expect("no panic").recv().expect("an end");
                    };
                    turns.take(Some(place), work).await;
                })
            })
        };
        for _ in 0..2 {
            let request = start().expect("a place");
            begins.recv().expect("it works");
            request.abort();
            assert!(request.await.is_err(), "whoever asked has hung up");
        }
        assert_eq!(turns.working.available_permits(), 0, "both go on, in their 19 MiB");
        // Three may wait, and no fourth. One that leaves makes room.
        let mut waiting: Vec<_> = (0..3).map(|_| start().expect("a place")).collect();
        assert!(turns.place().is_none());
        let left = waiting.pop().expect("three");
        left.abort();
        assert!(left.await.is_err());
        assert!(turns.place().is_some());
        assert!(begins.try_recv().is_err(), "and none of them works yet");
        for _ in 0..4 {
            end.send(()).expect("somebody waits for it");
        }
        for request in waiting {
            request.await.expect("done");
        }
        assert_eq!(begins.try_iter().count(), 2);
        // The works that nobody waits for give their turns back as well, whenever they end.
        let _both = turns.working.acquire_many(2).await.expect("never closed");
        assert_eq!(turns.waiting.available_permits(), 3);
    }
}
