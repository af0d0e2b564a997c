//! How much a tab may ask for in a while. Whoever asks for more is read later, not cut off: what they sent waits on their side
//! of the connection.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Units that may be used at once: a page with all its topics, several times over.
const MOST: f64 = 128.0;
const PER_SECOND: f64 = 16.0;

/// What a tab asks for, by what it costs us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Anything that is answered from memory.
    Word,
    /// Reads the database, besides being a word.
    Subscription,
}

impl Ask {
    const fn units(self) -> f64 {
        match self {
            Self::Word => 1.0,
            Self::Subscription => 3.0,
        }
    }
}

/// The units of one tab.
#[derive(Debug)]
pub struct Budget {
    left: f64,
    at: Instant,
}

impl Budget {
    pub fn new() -> Self {
        Self { left: MOST, at: Instant::now() }
    }

    /// What was asked cannot be unasked, so this may leave a debt.
    pub fn spend(&mut self, ask: Ask) {
        let now = Instant::now();
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * PER_SECOND;
        self.left = (self.left + earned).min(MOST) - ask.units();
        self.at = now;
    }

    /// Whether the next message has to wait.
    pub fn is_spent(&self) -> bool {
        self.left < 0.0 && Instant::now() < self.restored_at()
    }

    /// Waits until the debt is paid.
    pub async fn restored(&self) {
        // Boxed, since a tab that never asks too much should keep no room for it.
        Box::pin(sleep_until(self.restored_at())).await;
    }

    fn restored_at(&self) -> Instant {
        self.at + Duration::from_secs_f64((-self.left).max(0.0) / PER_SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn e20_a_tab_asks_at_once_for_what_a_page_needs_and_then_in_turn() {
        let mut budget = Budget::new();
        let subscribe = |budget: &mut Budget| {
            budget.spend(Ask::Word);
            budget.spend(Ask::Subscription);
        };
        for _ in 0..32 {
            assert!(!budget.is_spent());
            subscribe(&mut budget);
        }
        assert!(!budget.is_spent());
        subscribe(&mut budget);
        assert!(budget.is_spent());
        let (start, mut asked) = (Instant::now(), 0);
        while start.elapsed() < Duration::from_mins(1) {
            budget.restored().await;
            subscribe(&mut budget);
            asked += 1;
        }
        assert!((230..=242).contains(&asked), "four a second: {asked}");
    }

    #[tokio::test(start_paused = true)]
    async fn e20_a_budget_fills_up_and_not_over() {
        let mut budget = Budget::new();
        tokio::time::advance(Duration::from_hours(9)).await;
        for _ in 0..128 {
            budget.spend(Ask::Word);
        }
        assert!(!budget.is_spent());
        budget.spend(Ask::Word);
        assert!(budget.is_spent());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!budget.is_spent());
    }
}
