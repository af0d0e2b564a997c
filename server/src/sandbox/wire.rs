//! SMTP as bytes: lines, and the paths in commands.
//!
//! Guarantees: a line ends with CR LF and nothing else, so that no mail can be smuggled inside another; what is too long
//! is never kept.

use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// What came where a line was expected.
pub enum Line {
    Text(Vec<u8>),
    TooLong,
    End,
}

/// The address between the angle brackets after `FROM:` or `TO:`, and what follows.
pub fn path<'l>(rest: &'l str, keyword: &str) -> Option<(&'l str, &'l str)> {
    let rest = rest.trim();
    let after =
        rest.get(..keyword.len()).filter(|word| word.eq_ignore_ascii_case(keyword)).map(|_| &rest[keyword.len()..])?;
    let (address, parameters) = after.trim_start().strip_prefix('<')?.split_once('>')?;
    Some((address, parameters.trim()))
}

/// Reads up to CR LF, which are taken off. A longer line is read to its end and dropped.
pub async fn read_line(reader: &mut (impl AsyncBufRead + Unpin), max: usize) -> std::io::Result<Line> {
    let mut line = Vec::new();
    let mut is_too_long = false;
    // The last two bytes seen, which say where the line ends also after it was dropped.
    let mut last = [0_u8; 2];
    loop {
        let available = reader.fill_buf().await?;
        if available.is_empty() {
            return Ok(Line::End);
        }
        let end = available.iter().position(|byte| {
            last = [last[1], *byte];
            last == *b"\r\n"
        });
        let used = end.map_or(available.len(), |end| end + 1);
        if !is_too_long {
            line.extend_from_slice(&available[..used]);
            if line.len() > max {
                is_too_long = true;
                line = Vec::new();
            }
        }
        reader.consume(used);
        if end.is_some() {
            if is_too_long {
                return Ok(Line::TooLong);
            }
            line.truncate(line.len() - 2);
            return Ok(Line::Text(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::BufReader;

    use super::*;

    #[test]
    fn paths_are_read_with_their_parameters() {
        assert_eq!(
            path("FROM:<a@b.example> SIZE=5 BODY=8BITMIME", "FROM:"),
            Some(("a@b.example", "SIZE=5 BODY=8BITMIME"))
        );
        assert_eq!(path("to: <a@b.example>", "TO:"), Some(("a@b.example", "")));
        assert_eq!(path("FROM:<>", "FROM:"), Some(("", "")));
        assert_eq!(path("TO:a@b.example", "TO:"), None);
        assert_eq!(path("é", "TO:"), None);
    }

    #[tokio::test]
    async fn a_line_ends_with_both_characters_only() {
        let mut input = BufReader::with_capacity(3, &b"one\ntwo\r\n.\nthree\r\n\r\nlong long long\r\nend\r\ncut"[..]);
        let mut next = async |max| match read_line(&mut input, max).await.expect("memory can be read") {
            Line::Text(line) => String::from_utf8(line).expect("text"),
            Line::TooLong => "(too long)".into(),
            Line::End => "(end)".into(),
        };
        for expected in ["one\ntwo", ".\nthree", "", "(too long)", "end", "(end)"] {
            assert_eq!(next(11).await, expected);
        }
    }
}
