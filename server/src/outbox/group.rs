//! Group commit: what several hands have to write goes into one transaction.
//!
//! Whoever comes first writes, and does so at once; who comes meanwhile gathers and is written together by the next. So a
//! group grows with the load, and no timer delays anybody.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// What waits to be written, each with who is to hear how that ended.
type Waiting<T, R> = Vec<(T, oneshot::Sender<R>)>;

/// Things that are written together. `R` is what becomes of each.
pub(super) struct Group<T, R> {
    waiting: Mutex<Waiting<T, R>>,
    /// Held by the one who writes.
    turn: tokio::sync::Mutex<()>,
}

impl<T, R> Default for Group<T, R> {
    fn default() -> Self {
        Self { waiting: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }
}

impl<T, R> Group<T, R> {
    /// Has `one` written, alone or with others: `write` is given all that wait, and returns what became of each, in their
    /// order. `None` when whoever wrote it died, or returned too little: then nobody knows.
    pub async fn join<F>(&self, one: T, write: impl FnOnce(Vec<T>) -> F) -> Option<R>
    where
        F: Future<Output = Vec<R>>,
    {
        let (tell, mut told) = oneshot::channel();
        self.waiting().push((one, tell));
        tokio::select! {
            biased;
            result = &mut told => return result.ok(),
            _turn = self.turn.lock() => {
                let taken = std::mem::take(&mut *self.waiting());
                // Empty when the one before took ours too, and has told it.
                if !taken.is_empty() {
                    let (all, tell): (Vec<T>, Vec<_>) = taken.into_iter().unzip();
                    for (tell, result) in tell.into_iter().zip(write(all).await) {
                        // Who does not listen any more has no use for it.
                        let _ = tell.send(result);
                    }
                }
            }
        }
        told.await.ok()
    }

    /// Nothing can panic halfway while it is held.
    fn waiting(&self) -> MutexGuard<'_, Waiting<T, R>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;
    use tokio::task::{JoinSet, yield_now};

    use super::*;

    #[tokio::test]
    async fn who_comes_while_one_writes_is_written_together() {
        let (group, begun, go) = (Arc::new(Group::default()), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut hands = JoinSet::new();
        for number in 0..10 {
            let (group, begun, go) = (Arc::clone(&group), Arc::clone(&begun), Arc::clone(&go));
            hands.spawn(async move {
                let write = async |all: Vec<i32>| {
                    begun.notify_one();
                    go.notified().await;
                    all.iter().map(|number| (*number, all.len())).collect()
                };
                (number, group.join(number, write).await)
            });
        }
        begun.notified().await;
        // The other nine wait by now.
        for _ in 0..20 {
            yield_now().await;
        }
        go.notify_one();
        begun.notified().await;
        go.notify_one();
        let mut sizes: Vec<usize> = Vec::new();
        for (number, result) in hands.join_all().await {
            let (written, size) = result.expect("it was written");
            assert_eq!(written, number, "each hears of its own");
            sizes.push(size);
        }
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
    }

    #[tokio::test]
    async fn who_was_taken_by_one_that_died_hears_of_it() {
        let group: Arc<Group<i32, ()>> = Arc::new(Group::default());
        let begun = Arc::new(Notify::new());
        let (theirs, begins) = (Arc::clone(&group), Arc::clone(&begun));
        let first = tokio::spawn(async move {
            let write = async |_| {
                begins.notify_one();
                std::future::pending().await
            };
            theirs.join(1, write).await
        });
        begun.notified().await;
        let theirs = Arc::clone(&group);
        let second = tokio::spawn(async move { theirs.join(2, async |_| Vec::new()).await });
        yield_now().await;
        first.abort();
        assert_eq!(second.await.expect("no panic"), None, "too little was returned");
        assert_eq!(group.join(3, async |all| all.iter().map(|_| ()).collect()).await, Some(()), "it goes on");
    }
}
