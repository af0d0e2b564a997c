//! How the writes of this process went lately.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// For so long a commit proves that changes can be kept.
const PROOF: Duration = Duration::from_secs(2);

/// When something was last kept, unless a write was begun or failed after it. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate(Arc<Mutex<Option<Instant>>>);

impl Fate {
    /// A transaction was kept; or not, or not yet.
    pub(super) fn ended(&self, is_kept: bool) {
        self.set(is_kept.then(Instant::now));
    }

    /// When the last write was kept, if that was a moment ago.
    pub(super) fn proof(&self) -> Option<Instant> {
        self.proof_at(Instant::now())
    }

    fn proof_at(&self, now: Instant) -> Option<Instant> {
        let kept = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.filter(|kept| now.duration_since(*kept) < PROOF)
    }

    /// Sets what `proof` returned, after a transaction that wrote nothing.
    pub(super) fn set(&self, proof: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = proof;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e17_only_a_commit_of_the_last_seconds_is_proof() {
        let fate = Fate::default();
        assert!(fate.proof().is_none(), "nothing is known yet");
        fate.ended(true);
        assert!(fate.proof().is_some());
        fate.ended(false);
        assert!(fate.proof().is_none(), "the last one failed");
        fate.ended(true);
        assert!(fate.proof_at(Instant::now() + PROOF).is_none(), "long ago");
    }
}
