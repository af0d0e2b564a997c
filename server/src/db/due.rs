//! What waits for a time, on a clock that may be set.

use std::fmt::Write;

/// A condition: what waits until `at` is due at `$1`, also where it waits longer from there than it ever had to. That is
/// what a clock looks like that was set back; nobody shall wait for it to come round again. `waits` are the longest waits
/// in milliseconds after no attempt, after the first, and so on; the last one is for all further attempts.
pub fn due(at: &str, waits: &[i64]) -> String {
    let (last, first) = waits.split_last().expect("at least one wait");
    let mut cases = String::new();
    for (attempts, ms) in first.iter().enumerate() {
        let _ = write!(cases, " WHEN {attempts} THEN {ms}");
    }
    format!("({at} <= $1 OR {at} > $1 + CASE attempts{cases} ELSE {last} END)")
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_number_of_attempts_has_its_wait() {
        assert_eq!(
            super::due("run_at", &[0, 6_000, 18_000]),
            "(run_at <= $1 OR run_at > $1 + CASE attempts WHEN 0 THEN 0 WHEN 1 THEN 6000 ELSE 18000 END)"
        );
    }
}
