//! Words from strangers, made fit to store and show as plain text.

/// Longer reasons are cut; what matters stands at the front.
const MAX_CHARS: usize = 1_000;
/// Longer ids match nothing of ours.
const MAX_ID_LEN: usize = 255;

/// One line without control characters, cut at a character; `None` when nothing is left.
pub fn plain_text(words: &str) -> Option<String> {
    let mut text = String::new();
    let mut length = 0;
    for c in words.chars() {
        let c = if is_unprintable(c) { ' ' } else { c };
        if c == ' ' && (text.is_empty() || text.ends_with(' ')) {
            continue;
        }
        if length == MAX_CHARS {
            break;
        }
        text.push(c);
        length += 1;
    }
    text.truncate(text.trim_end().len());
    (!text.is_empty()).then_some(text)
}

/// Control characters, line ends, and marks that turn the direction of the text around them.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// An id that could be one of ours: trimmed, printable ASCII, of sensible length.
pub fn id(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_ID_LEN && text.bytes().all(|b| b.is_ascii_graphic()))
        .then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_the_database() {
        assert_eq!(
            plain_text("550\0 5.1.1\r\n\tno such\u{7} user\u{202e}\n").as_deref(),
            Some("550 5.1.1 no such user")
        );
        assert_eq!(plain_text(" \0\r\n"), None);
    }

    #[test]
    fn long_reasons_are_cut_at_a_character() {
        let cut = plain_text(&"é".repeat(5_000)).expect("words");
        assert_eq!(cut.chars().count(), MAX_CHARS);
    }

    #[test]
    fn markup_stays_text() {
        assert_eq!(plain_text("<b>550</b>").as_deref(), Some("<b>550</b>"));
    }

    #[test]
    fn ids_are_short_and_printable() {
        assert_eq!(id(" a-b@c ").as_deref(), Some("a-b@c"));
        assert_eq!(id("a\0b"), None);
        assert_eq!(id("a b"), None);
        assert_eq!(id(&"x".repeat(256)), None);
    }
}
