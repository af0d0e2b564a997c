//! One conversation with a mail server (RFC 5321): a question at a time, and exactly one reply to each.
//!
//! Not lettre's, because that reads replies as UTF-8 text, so that a bounce in Latin-1 is lost, holds a line of any length
//! in memory before it looks at its length, and leaves a second reply to be taken for the answer to the next question. No
//! pipelining: what fails must be known to have failed at one question.
//!
//! After an error, or once `is_spent`, a connection is good for nothing.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::reply::{Reply, ReplyError};
use super::tls::Tls;

/// To get through to one address of a server, TCP alone.
const CONNECT: Duration = Duration::from_secs(8);

/// A connection broke, or what came over it was not one reply. Says so, for people.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Broken(String);

impl Broken {
    /// Off by one reply, every later answer would belong to another question.
    fn unasked() -> Self {
        Self("the mail server cannot be understood: it gave two answers where one belongs".into())
    }
}

impl From<ReplyError> for Broken {
    fn from(error: ReplyError) -> Self {
        Self(error.to_string())
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        ReplyError::Io(error).into()
    }
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

pub(super) struct Connection {
    stream: BufReader<Box<dyn Stream>>,
    /// What the server can do, as it answered EHLO: a keyword a line, and what belongs to it.
    extensions: Vec<String>,
    is_spent: bool,
    /// Held as long as it is open.
    open: Option<Arc<()>>,
}

impl Connection {
    pub async fn open(host: &str, port: u16) -> Result<Self, Broken> {
        let mut last = io::Error::new(io::ErrorKind::NotFound, "its name has no address");
        for address in lookup_host((host, port)).await? {
            match timeout(CONNECT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // The end of a mail is a write of its own, which must not wait for the other's acknowledgement.
                    stream.set_nodelay(true)?;
                    return Ok(Self::over(Box::new(stream)));
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::Error::new(io::ErrorKind::TimedOut, "it does not answer"),
            }
        }
        Err(last.into())
    }

    pub fn over(stream: Box<dyn Stream>) -> Self {
        Self { stream: BufReader::new(stream), extensions: Vec::new(), is_spent: false, open: None }
    }

    /// Holds this for as long as it is open.
    pub fn counts_as_open(&mut self, open: Arc<()>) {
        self.open = Some(open);
    }

    /// Encrypts all that follows. What came in clear before is forgotten, and must have been nothing but replies: more
    /// could be somebody's on the way, to be read as if it were encrypted (CVE-2011-0411).
    pub async fn encrypted(mut self, tls: &Tls) -> Result<Self, Broken> {
        if self.has_waiting()? {
            return Err(Broken("no encrypted connection to the mail server: it spoke before encryption began".into()));
        }
        match tls.connect(self.stream.into_inner()).await {
            Ok(stream) => Ok(Self::over(Box::new(stream))),
            Err(error) => Err(Broken(format!("no encrypted connection to the mail server: {error}"))),
        }
    }

    /// What the server says unasked, once, at the beginning.
    pub async fn greeting(&mut self) -> Result<Reply, Broken> {
        self.reply().await
    }

    /// Says who we are, and learns what the server can do.
    pub async fn hello(&mut self, name: &str) -> Result<Reply, Broken> {
        let reply = self.command(&format!("EHLO {name}")).await?;
        if reply.is_done() {
            self.extensions = reply.lines.iter().skip(1).cloned().collect();
        }
        Ok(reply)
    }

    /// Whether the server announced this extension.
    pub fn supports(&self, keyword: &str) -> bool {
        self.extension(keyword).next().is_some()
    }

    /// What the server said of an extension, word by word. Some write `AUTH=LOGIN`, as a draft once had it.
    fn extension(&self, keyword: &str) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.extensions.iter().filter_map(move |line| {
            let mut words = line.split([' ', '\t', '=']);
            words.next()?.eq_ignore_ascii_case(keyword).then_some(words)
        })
    }

    fn offers_login(&self, mechanism: &str) -> bool {
        self.extension("AUTH").flatten().any(|word| word.eq_ignore_ascii_case(mechanism))
    }

    /// Signs in by PLAIN (RFC 4616), else by LOGIN, which has no RFC but is all that some servers offer.
    pub async fn login(&mut self, user: &str, password: &str) -> Result<Reply, Broken> {
        let (begin, answers) = if self.offers_login("PLAIN") {
            let secret = STANDARD.encode(format!("\0{user}\0{password}"));
            // Asked for again by servers that do not take it with the command.
            (format!("AUTH PLAIN {secret}"), vec![secret])
        } else if self.offers_login("LOGIN") {
            ("AUTH LOGIN".to_owned(), vec![STANDARD.encode(user), STANDARD.encode(password)])
        } else {
            return Err(Broken("the mail server offers no way to sign in that we know (PLAIN or LOGIN)".into()));
        };
        let mut reply = self.command(&begin).await?;
        for answer in answers {
            if reply.code != 334 {
                break;
            }
            reply = self.command(&answer).await?;
        }
        Ok(reply)
    }

    /// Asks one question. The answer may be a goodbye (421) that the server said before it.
    pub async fn command(&mut self, line: &str) -> Result<Reply, Broken> {
        if self.has_waiting()? {
            let unasked = self.reply().await?;
            return if unasked.code == 421 { Ok(unasked) } else { Err(Broken::unasked()) };
        }
        self.write(format!("{line}\r\n").as_bytes()).await?;
        self.reply().await
    }

    /// Sends a message after DATA was answered by 354.
    pub async fn message(&mut self, bytes: &[u8]) -> Result<Reply, Broken> {
        let written = self.write(&on_the_wire(bytes)).await;
        if written.is_err() || self.has_waiting()? {
            // Said before the message was whole: it can be believed to be a refusal, and nothing else.
            self.is_spent = true;
            let early = self.reply().await?;
            return if early.is_refusal() { Ok(early) } else { Err(written.err().unwrap_or_else(Broken::unasked)) };
        }
        self.write(b".\r\n").await?;
        self.reply().await
    }

    /// Whether no further question can be asked.
    pub fn is_spent(&self) -> bool {
        self.is_spent
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let stream = self.stream.get_mut();
        stream.write_all(bytes).await?;
        Ok(stream.flush().await?)
    }

    async fn reply(&mut self) -> Result<Reply, Broken> {
        let reply = Reply::read(&mut self.stream).await?;
        self.is_spent |= reply.code == 421;
        match self.stream.fill_buf().now_or_never() {
            None => Ok(reply),
            // A reply stands, whatever becomes of the connection. It may close at any time, with a goodbye or without
            // (RFC 5321 3.8).
            Some(Ok([]) | Err(_)) => {
                self.is_spent = true;
                Ok(reply)
            }
            Some(Ok(more)) if more.starts_with(b"421") => {
                self.is_spent = true;
                Ok(reply)
            }
            Some(Ok(_)) => Err(Broken::unasked()),
        }
    }

    /// Whether the server said something that was not asked for. Fails when the connection is closed.
    fn has_waiting(&mut self) -> Result<bool, Broken> {
        match self.stream.fill_buf().now_or_never() {
            None => Ok(false),
            Some(Ok([])) => Err(ReplyError::Closed.into()),
            Some(Ok(_)) => Ok(true),
            Some(Err(error)) => Err(error.into()),
        }
    }
}

/// A message as it follows DATA: every line ends in CRLF, and none is a dot alone, since a dot at the beginning is doubled
/// (RFC 5321 2.3.8 and 4.5.2). A CR or LF that stands alone would be a line end to some servers and none to others.
fn on_the_wire(message: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(message.len() + message.len() / 32 + 2);
    let mut bytes = message.iter().copied().peekable();
    let mut is_new_line = true;
    while let Some(byte) = bytes.next() {
        if matches!(byte, b'\r' | b'\n') {
            bytes.next_if(|next| byte == b'\r' && *next == b'\n');
            wire.extend(b"\r\n");
            is_new_line = true;
            continue;
        }
        if is_new_line && byte == b'.' {
            wire.push(b'.');
        }
        wire.push(byte);
        is_new_line = false;
    }
    if !is_new_line {
        wire.extend(b"\r\n");
    }
    wire
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, duplex};

    use super::*;

    /// What comes of a message to a server that says this when it has read the first half of it.
    async fn interrupted_by(early: &'static [u8]) -> (Result<Reply, Broken>, bool) {
        // Too narrow for the whole message, so that the server speaks while it is written.
        let (ours, mut theirs) = duplex(64);
        tokio::spawn(async move {
            let mut half = [0; 512];
            theirs.read_exact(&mut half).await.expect("half a message");
            theirs.write_all(early).await.expect("it is heard");
            let _ = theirs.read_to_end(&mut Vec::new()).await;
        });
        let mut connection = Connection::over(Box::new(ours));
        let reply = connection.message(&[b'x'; 1_024]).await;
        (reply, connection.is_spent())
    }

    #[tokio::test]
    async fn c09_an_early_word_can_only_be_a_refusal() {
        let (reply, is_spent) = interrupted_by(b"552 5.3.4 Too big\r\n").await;
        assert!(matches!(&reply, Ok(reply) if reply.code == 552) && is_spent, "{reply:?}");
        let (reply, is_spent) = interrupted_by(b"250 Ok\r\n").await;
        assert!(reply.is_err() && is_spent, "{reply:?}");
    }

    proptest! {
        #[test]
        fn c09_a_message_cannot_end_itself_and_arrives_as_it_was(text in "[a.\r\n]{0,60}") {
            let wire = String::from_utf8(on_the_wire(text.as_bytes())).expect("text");
            prop_assert!(wire.is_empty() || wire.ends_with("\r\n"));
            let lines: Vec<&str> = wire.split_terminator("\r\n").collect();
            prop_assert!(lines.iter().all(|line| *line != "." && !line.contains(['\r', '\n'])), "{:?}", wire);
            let arrived: Vec<&str> = lines.iter().map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
            let plain = text.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(arrived, plain.split_terminator('\n').collect::<Vec<_>>());
        }
    }
}
