//! What a column holds, read so that a bad row costs itself, and not the list or the batch it stands in.
//!
//! A newer version that was rolled back, or somebody's own SQL, leaves codes and numbers behind that this version does not
//! know. They are logged and read as something harmless; what is stored stays as it is.

/// A code. What `read` does not know is taken for `instead`.
pub fn code<T>(what: &'static str, stored: &str, read: impl FnOnce(&str) -> Option<T>, instead: T) -> T {
    read(stored).unwrap_or_else(|| {
        tracing::warn!(what, stored, "A stored code is not one we know.");
        instead
    })
}

/// A number that is never negative. What is out of range is taken for the nearest that is not.
pub fn number<T: TryFrom<i64> + From<u32>>(what: &'static str, stored: i64) -> T {
    T::try_from(stored).unwrap_or_else(|_| {
        tracing::warn!(what, stored, "A stored number is out of range.");
        T::from(if stored < 0 { 0 } else { u32::MAX })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c12_what_is_not_known_is_read_as_something_harmless() {
        assert_eq!(code("answer", "yes", |code| (code == "yes").then_some(1), 0), 1);
        assert_eq!(code("answer", "perhaps", |code| (code == "yes").then_some(1), 0), 0);
        assert_eq!((number::<u32>("count", -1), number::<u32>("count", i64::MAX)), (0, u32::MAX));
        assert_eq!((number::<u64>("count", i64::MIN), number::<u64>("count", i64::MAX)), (0, i64::MAX.unsigned_abs()));
    }
}
