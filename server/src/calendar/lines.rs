//! The lines of a calendar as they travel (RFC 5545, 3.1): a name, a colon, a value, and CRLF; no line longer than 75 octets.

/// What the octets of a line may be at most, without its CRLF.
const OCTETS: usize = 75;

/// A calendar under way.
#[derive(Default)]
pub struct Lines(String);

impl Lines {
    /// Adds a property whose value is no text of anybody's: a time, a number, a word of the standard.
    pub fn put(&mut self, name: &str, value: &str) {
        fold(&format!("{name}:{value}"), &mut self.0);
    }

    /// Adds a property with somebody's text; nothing when it is empty.
    pub fn put_text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.put(name, &escaped(text));
        }
    }

    pub fn finish(self) -> String {
        self.0
    }
}

/// Writes one line. What is too long goes on in the next one, behind a space; no character is cut.
fn fold(line: &str, into: &mut String) {
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > OCTETS {
            into.push_str("\r\n ");
            octets = 1;
        }
        into.push(c);
        octets += c.len_utf8();
    }
    into.push_str("\r\n");
}

/// A value of the type TEXT (RFC 5545, 3.3.11). Whatever a reader may take for the end of a line becomes the escaped one; other
/// control characters may not stand there at all.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\t' => escaped.push(' '),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(line: &str) -> String {
        let mut lines = Lines::default();
        fold(line, &mut lines.0);
        lines.finish()
    }

    /// As the standard tells readers to.
    fn unfold(text: &str) -> String {
        text.strip_suffix("\r\n").expect("the end of a line").replace("\r\n ", "")
    }

    /// As the standard tells readers to.
    fn unescaped(text: &str) -> String {
        let mut unescaped = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            unescaped.push(match c {
                '\\' => match chars.next().expect("what is escaped") {
                    'n' => '\n',
                    c => c,
                },
                c => c,
            });
        }
        unescaped
    }

    fn text() -> impl Strategy<Value = String> {
        let nasty =
            prop::sample::select(vec!['\\', ';', ',', ':', '"', ' ', '\t', '\n', '\r', 'é', '‰', '🎉', '\u{2028}']);
        prop::collection::vec(prop_oneof![any::<char>(), nasty, prop::char::range('a', 'z')], 0..400)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn what_is_folded_ends_and_unfolds_to_itself_in_lines_of_75_octets(line in text()) {
            let line = line.replace(['\r', '\n'], "");
            let folded = folded(&line);
            for part in folded.split_terminator("\r\n") {
                prop_assert!(part.len() <= OCTETS, "{} octets: {part:?}", part.len());
            }
            prop_assert_eq!(unfold(&folded), line);
        }

        #[test]
        fn a_text_is_one_line_and_reads_as_it_was_written(text in text()) {
            let escaped = escaped(&text);
            prop_assert!(!escaped.contains(char::is_control));
            let breaks = text.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
            let plain: String = breaks.replace('\t', " ").chars().filter(|c| *c == '\n' || !c.is_control()).collect();
            prop_assert_eq!(unescaped(&escaped), plain);
        }
    }

    #[test]
    fn a_line_of_75_octets_is_left_alone_and_a_longer_one_is_cut_before_a_character() {
        let whole = "x".repeat(75);
        assert_eq!(folded(&whole), format!("{whole}\r\n"));
        assert_eq!(folded(&format!("{}é", "x".repeat(74))), format!("{}\r\n é\r\n", "x".repeat(74)));
        // Ordinary words, on which another writer of calendars never ended.
        let title = "SUMMARY:Dîner à la belle étoile, puis les discours des témoins et des deux familles réunies – tenue de soirée";
        assert_eq!(unfold(&folded(title)), title);
    }

    #[test]
    fn a_text_cannot_begin_a_line_of_its_own() {
        let mut lines = Lines::default();
        lines.put_text("SUMMARY", "Doors; \"both\", \\ and\r\nATTENDEE:mailto:eve@evil.test\ttab");
        lines.put_text("LOCATION", "");
        assert_eq!(
            unfold(&lines.finish()),
            "SUMMARY:Doors\\; \"both\"\\, \\\\ and\\nATTENDEE:mailto:eve@evil.test tab"
        );
    }
}
