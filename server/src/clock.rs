//! The only place that asks what time it is, so that tests can freeze it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use app::domain::time::Timestamp;

/// The wall clock, or one that tests move by hand.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    Frozen(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now` until it is advanced.
    pub fn frozen(now: Timestamp) -> Self {
        Self::Frozen(Arc::new(AtomicI64::new(now.0)))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
            }
            Self::Frozen(ms) => Timestamp(ms.load(Ordering::SeqCst)),
        }
    }

    /// Moves a frozen clock; the wall clock cannot be moved.
    pub fn advance_ms(&self, by: i64) {
        if let Self::Frozen(ms) = self {
            ms.fetch_add(by, Ordering::SeqCst);
        }
    }
}
