//! What providers pass on, made fit to store and to show as plain text.

use crate::text::plain;

/// Longer reasons are cut; what matters stands at the front.
const MAX_REASON: usize = 1_000;
/// Longer ids match nothing of ours.
const MAX_ID_LEN: usize = 255;

/// Returns a reason as one line of plain text; `None` when nothing is left of it.
pub fn reason(words: &str) -> Option<String> {
    Some(plain(words, MAX_REASON)).filter(|reason| !reason.is_empty())
}

/// Returns an id that could be one of ours: trimmed, printable ASCII, of sensible length.
pub fn id(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_ID_LEN && text.bytes().all(|b| b.is_ascii_graphic()))
        .then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        assert_eq!(reason("550 no\r\nsuch user").as_deref(), Some("550 no such user"));
        assert_eq!(reason(" \0\r\n"), None);
        assert_eq!(reason(&"é".repeat(5_000)).map(|reason| reason.chars().count()), Some(MAX_REASON));
    }

    #[test]
    fn ids_are_short_and_printable() {
        assert_eq!(id(" a-b@c ").as_deref(), Some("a-b@c"));
        assert_eq!(id("a\0b"), None);
        assert_eq!(id("a b"), None);
        assert_eq!(id(&"x".repeat(256)), None);
    }
}
