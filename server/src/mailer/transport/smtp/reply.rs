//! One reply of a mail server, read from bytes.
//!
//! The code decides; the text is for people and may be in any encoding, or absent. Whatever is not exactly one reply is
//! an error, never a guess, and no server can make us keep more than `MAX_REPLY` of what it says.

use std::io;

use encoding_rs::WINDOWS_1252;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// Longest reply, in bytes. RFC 5321 4.5.3.1.5 allows a line 512 and sets no limit to the lines; a wordy bounce is still
/// a bounce, so this is far above what any server says.
const MAX_REPLY: usize = 64 * 1024;
/// Most lines of a reply.
const MAX_LINES: usize = 512;

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// From 200 to 599.
    pub code: u16,
    /// The text of each line, without code and line end; at least one.
    pub lines: Vec<String>,
}

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReplyError {
    #[error("the mail server closed the connection")]
    Closed,
    #[error("no connection to the mail server: {0}")]
    Io(#[from] io::Error),
    #[error("the mail server cannot be understood: its answer does not end")]
    TooLong,
    #[error("the mail server cannot be understood: its answer is not one of a mail server")]
    Malformed,
}

impl Reply {
    /// Reads one reply and not a byte more. Lines may end in CRLF or in LF alone.
    pub async fn read(reader: &mut (impl AsyncBufRead + Unpin)) -> Result<Self, ReplyError> {
        let mut left = MAX_REPLY;
        let mut code = None;
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            let limit = u64::try_from(left).unwrap_or(u64::MAX);
            left -= (&mut *reader).take(limit).read_until(b'\n', &mut line).await?;
            if line.pop_if(|last| *last == b'\n').is_none() {
                return Err(if left == 0 { ReplyError::TooLong } else { ReplyError::Closed });
            }
            let (line_code, is_last, text) = split(&line).ok_or(ReplyError::Malformed)?;
            // All lines have the same code (RFC 5321 4.2.1), so of two neither can be believed.
            if *code.get_or_insert(line_code) != line_code {
                return Err(ReplyError::Malformed);
            }
            lines.push(decode(text));
            if is_last {
                return Ok(Self { code: line_code, lines });
            }
            if lines.len() == MAX_LINES {
                return Err(ReplyError::TooLong);
            }
        }
    }

    /// Whether what was asked is done (2yz).
    pub fn is_done(&self) -> bool {
        self.code < 300
    }

    /// Whether it was refused, for now (4yz) or for good (5yz).
    pub fn is_refusal(&self) -> bool {
        self.code >= 400
    }

    /// The text in one line. An enhanced code that is repeated on each line (RFC 2034) stands only at its beginning.
    pub fn text(&self) -> String {
        let first = self.lines.first().map_or("", String::as_str);
        let enhanced = first.split_whitespace().next().filter(|word| is_enhanced_code(word));
        let mut text = first.to_owned();
        for line in self.lines.iter().skip(1) {
            let rest = enhanced.and_then(|code| line.strip_prefix(code)).filter(|rest| rest.starts_with(' '));
            text.push(' ');
            text.push_str(rest.map_or(line, str::trim_start));
        }
        text
    }
}

/// Returns the code, whether this is the last line, and the text. `None` for what is no line of a reply.
fn split(mut line: &[u8]) -> Option<(u16, bool, &[u8])> {
    while let [rest @ .., b'\r'] = line {
        line = rest;
    }
    let (digits, rest) = line.split_at_checked(3)?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = digits.iter().fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    let (is_last, text) = match rest {
        [] => (true, rest),
        [b' ', text @ ..] => (true, text),
        [b'-', text @ ..] => (false, text),
        _ => return None,
    };
    (200..600).contains(&code).then_some((code, is_last, text))
}

/// UTF-8 (RFC 6531), else the encoding that old servers mean: of Latin-1's bytes each is a character in it.
fn decode(text: &[u8]) -> String {
    match str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(text).0.into_owned(),
    }
}

fn is_enhanced_code(word: &str) -> bool {
    let is_number = |part: &str| matches!(part.len(), 1..=3) && part.bytes().all(|b| b.is_ascii_digit());
    word.split('.').count() == 3 && word.split('.').all(is_number)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use proptest::prelude::*;

    use super::*;

    /// What is read, and what is left for the next reply.
    fn read(mut bytes: &[u8]) -> (Result<Reply, ReplyError>, &[u8]) {
        let reply = Reply::read(&mut bytes).now_or_never().expect("all bytes are there");
        (reply, bytes)
    }

    #[test]
    fn c09_an_enhanced_code_on_each_line_is_said_once() {
        let (reply, _) = read(b"550-5.1.1 The account\r\n550-5.1.1  you wrote to\n550 5.1.10 does not exist\r\n");
        assert_eq!(reply.expect("a reply").text(), "5.1.1 The account you wrote to 5.1.10 does not exist");
        assert_eq!(read(b"250-\r\n250-a\r\n250\r\n").0.expect("a reply").text(), " a ");
    }

    #[test]
    fn c09_no_reply_is_longer_than_its_limit() {
        let long = |bytes: usize| [b"250 ", "x".repeat(bytes - 5).as_bytes(), b"\n"].concat();
        assert!(read(&long(MAX_REPLY)).0.is_ok());
        assert!(matches!(read(&long(MAX_REPLY + 1)).0, Err(ReplyError::TooLong)));
        let lines = |count: usize| [b"250-x\n".repeat(count - 1).as_slice(), b"250 x\n"].concat();
        assert!(read(&lines(MAX_LINES)).0.is_ok());
        assert!(matches!(read(&lines(MAX_LINES + 1)).0, Err(ReplyError::TooLong)));
        assert!(matches!(read(b"250-x\r\n").0, Err(ReplyError::Closed)));
        assert!(matches!(read(b"250 x").0, Err(ReplyError::Closed)));
    }

    proptest! {
        #[test]
        fn c09_the_code_stands_whatever_the_text(
            code in 200_u16..600,
            texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..6),
            next in prop::collection::vec(any::<u8>(), 0..9),
        ) {
            let mut bytes = Vec::new();
            for (number, text) in (1..).zip(&texts) {
                let separator = if number == texts.len() { b' ' } else { b'-' };
                bytes.extend(code.to_string().bytes().chain([separator]));
                bytes.extend(text.iter().filter(|byte| **byte != b'\n'));
                bytes.extend(b"\r\n");
            }
            bytes.extend(&next);
            let (reply, left) = read(&bytes);
            let reply = reply.expect("a reply");
            prop_assert_eq!((reply.code, reply.lines.len(), left), (code, texts.len(), next.as_slice()));
        }

        #[test]
        fn c09_no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..99)) {
            if let (Ok(reply), _) = read(&bytes) {
                prop_assert!((200..600).contains(&reply.code) && !reply.lines.is_empty());
            }
        }
    }
}
