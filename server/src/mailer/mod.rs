//! Building a message and handing it over by SMTP. The only place that knows lettre.
//!
//! Nothing here touches the database or decides whether an email may go out: the outbox does. A message holds no remote
//! image and no rewritten link, so that nobody can be followed by it.

mod message;
mod reference;
mod smtp_url;
mod transport;

pub use message::{Message, MessageError, Outgoing, subject};
pub use smtp_url::check_smtp_url;
pub use transport::{EnhancedCode, Envelope, HandOver, Handed, Mailer, Memory, Refusal, Stage};

/// Whether a sender can stand in a From header: an address, or a name and an address.
pub fn check_sender(sender: &str) -> Result<(), String> {
    message::sender(sender)
        .map(drop)
        .ok_or_else(|| format!("expected an address such as Venue <mail@venue.example>, got “{sender}”"))
}

/// What a stranger wrote, as one line of plain text of at most `max` characters: no control characters, and none of
/// the marks that turn the direction of the text around them.
pub fn plain(text: &str, max: usize) -> String {
    let visible = text.chars().map(|c| if c.is_control() || is_line_break(c) { ' ' } else { c });
    let mut line = String::new();
    for word in visible.filter(|c| !turns_direction(*c)).collect::<String>().split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(max) {
        Some((end, _)) => line[..end].trim_end().to_owned(),
        None => line,
    }
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_one_visible_line() {
        assert_eq!(plain(" a\r\nBcc: b\u{0}\u{2028}c\t ", 99), "a Bcc: b c");
        assert_eq!(plain("abc \u{202e}gpj.exe\u{2066}", 99), "abc gpj.exe");
        assert_eq!(plain("héllo wörld", 6), "héllo");
        assert_eq!(plain("نورة", 99), "نورة");
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        assert_eq!(check_sender("mail@venue.example"), Ok(()));
        assert_eq!(check_sender("Quinta, Lda <mail@venue.example>"), Ok(()), "a comma in a name");
        for wrong in ["", "nobody", "Venue mail@venue.example", "Venue <mail>", "a@b.example\r\nBcc: c@d.example"] {
            assert!(check_sender(wrong).is_err(), "{wrong:?}");
        }
    }
}
