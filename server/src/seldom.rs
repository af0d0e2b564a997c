//! Lines that strangers could fill the log with: one a minute each, with the number of those that were left out.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_mins(1);

/// One line of the log that is written seldom.
#[derive(Debug)]
pub struct Seldom(Mutex<Said>);

#[derive(Debug)]
struct Said {
    last: Option<Instant>,
    left_out: u64,
}

impl Seldom {
    pub const fn new() -> Self {
        Self(Mutex::new(Said { last: None, left_out: 0 }))
    }

    /// Returns how many lines were left out since the last, if this one is to be written.
    pub fn left_out(&self) -> Option<u64> {
        self.left_out_at(Instant::now())
    }

    fn left_out_at(&self, now: Instant) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            said.left_out += 1;
            return None;
        }
        said.last = Some(now);
        Some(std::mem::take(&mut said.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_minute_says_how_many_there_were() {
        let (line, start) = (Seldom::new(), Instant::now());
        assert_eq!(line.left_out_at(start), Some(0));
        for second in 1..60 {
            assert_eq!(line.left_out_at(start + Duration::from_secs(second)), None);
        }
        assert_eq!(line.left_out_at(start + PAUSE), Some(59));
        assert_eq!(line.left_out_at(start + PAUSE * 2), Some(0));
    }
}
