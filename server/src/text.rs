//! Words from people and strangers, made fit for headers, pages and the database.

use app::error::AppError;

/// Returns what was typed into a field, without the spaces around it. Fails, at the field, when it is longer than `max_chars`
/// or cannot be stored. `what` is how the field is spoken of: "The title".
pub fn typed(typed: &str, field: &str, what: &str, max_chars: usize) -> Result<String, AppError> {
    // A form that the browser posts by itself ends lines in both characters (HTML, constructing the entry list).
    let text = typed.trim().replace("\r\n", "\n");
    let chars = text.chars().count();
    if chars > max_chars {
        let message = format!("{what} may have {max_chars} characters; this has {chars}.");
        return Err(AppError::invalid(field, message));
    }
    // PostgreSQL cannot store it, and no keyboard types it.
    if text.contains('\0') {
        return Err(AppError::invalid(field, format!("{what} has a character that cannot be stored.")));
    }
    Ok(text)
}

/// Returns the text as one line of at most `max` characters: no control characters, line ends or double spaces, and none
/// of the marks that turn the direction of the text around them.
pub fn plain(text: &str, max: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    for c in text.chars().filter(|c| !is_mark(*c)) {
        let c = if c.is_control() || c.is_whitespace() { ' ' } else { c };
        if c == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        if length == max {
            break;
        }
        line.push(c);
        length += 1;
    }
    line.truncate(line.trim_end().len());
    line
}

/// Marks that turn the direction of text, and the one that begins a file.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_one_visible_line() {
        assert_eq!(plain(" a\r\nBcc: b\u{0}\u{2028}c\t ", 99), "a Bcc: b c");
        assert_eq!(plain("abc \u{202e}gpj.exe\u{2066}", 99), "abc gpj.exe");
        assert_eq!(plain("550\0 5.1.1\r\n\tno such\u{7} user\u{202e}\n", 99), "550 5.1.1 no such user");
        assert_eq!(plain("نورة", 99), "نورة");
        assert_eq!(plain(" \0\r\n", 99), "");
    }

    #[test]
    fn long_text_is_cut_at_a_character() {
        assert_eq!(plain("héllo wörld", 6), "héllo");
        assert_eq!(plain(&"é".repeat(5_000), 1_000).chars().count(), 1_000);
    }

    #[test]
    fn markup_stays_text() {
        assert_eq!(plain("<b>550</b>", 99), "<b>550</b>");
    }
}
