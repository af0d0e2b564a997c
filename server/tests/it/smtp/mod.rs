//! What mail servers really say, byte for byte, and what becomes of the mail.

mod replies;
mod tls;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use lettre::Address;
use server::mailer::{Envelope, HandOver, Mailer};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A mail server that answers friendly, but for what it was told to say. Clones are the same server.
#[derive(Clone, Default)]
pub struct ByteServer {
    said: HashMap<&'static str, Vec<u8>>,
    /// Writes each byte alone.
    is_slow: bool,
    acceptor: Option<TlsAcceptor>,
    /// TLS from the first byte.
    is_implicit: bool,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    connections: usize,
    commands: Vec<String>,
    mails: usize,
    /// Bytes that could be written.
    written: usize,
}

/// What comes before an answer: nothing at the greeting, a dot after the message, else a command.
const STAGES: [&str; 6] = ["", "EHLO", "MAIL", "RCPT", "DATA", "."];

fn friendly(asked: &str) -> &'static [u8] {
    match asked {
        "" => b"220 mx.example ESMTP\r\n",
        "EHLO" => b"250-mx.example\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n",
        "DATA" => b"354 Go ahead\r\n",
        "AUTH" => b"235 2.7.0 Welcome\r\n",
        _ => b"250 2.0.0 Ok\r\n",
    }
}

impl ByteServer {
    /// Answers this instead when it is asked for that.
    pub fn says(mut self, asked: &'static str, answer: impl Into<Vec<u8>>) -> Self {
        self.said.insert(asked, answer.into());
        self
    }

    pub async fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let server = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.heard(|heard| heard.connections += 1);
                tokio::spawn(server.clone().serve(stream));
            }
        });
        address
    }

    fn heard<T>(&self, look: impl FnOnce(&mut Heard) -> T) -> T {
        look(&mut self.heard.lock().expect("no panic"))
    }

    fn commands(&self) -> Vec<String> {
        self.heard(|heard| heard.commands.clone())
    }

    async fn serve(self, stream: TcpStream) -> Option<()> {
        let acceptor = self.acceptor.clone();
        let mut stream = BufReader::new(stream);
        if !self.is_implicit {
            self.answer(&mut stream, "").await?;
            self.converse(&mut stream).await?;
        }
        // STARTTLS was asked for and granted.
        let mut stream = BufReader::new(acceptor?.accept(stream.into_inner()).await.ok()?);
        if self.is_implicit {
            self.answer(&mut stream, "").await?;
        }
        self.converse(&mut stream).await
    }

    /// Returns at STARTTLS.
    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufReader<S>) -> Option<()> {
        loop {
            let line = read_line(stream).await?;
            self.heard(|heard| heard.commands.push(line.clone()));
            let verb =
                STAGES.into_iter().chain(["STARTTLS", "AUTH", "RSET"]).skip(1).find(|verb| line.starts_with(verb));
            let verb = verb.unwrap_or("else");
            self.answer(stream, verb).await?;
            if verb == "STARTTLS" {
                return Some(());
            }
            if verb == "DATA" && self.said.get("DATA").is_none_or(|answer| answer.starts_with(b"354")) {
                let is_interrupted = self.said.contains_key("first line");
                let mut line = read_line(stream).await?;
                if is_interrupted {
                    self.answer(stream, "first line").await?;
                }
                while line != "." {
                    line = read_line(stream).await?;
                }
                self.heard(|heard| heard.mails += 1);
                // What was answered already is not answered twice.
                if !is_interrupted {
                    self.answer(stream, ".").await?;
                }
            }
        }
    }

    async fn answer<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: &mut BufReader<S>, asked: &str) -> Option<()> {
        let answer = self.said.get(asked).map_or(friendly(asked), Vec::as_slice);
        for piece in answer.chunks(if self.is_slow { 1 } else { 64 * 1024 }) {
            stream.write_all(piece).await.ok()?;
            stream.flush().await.ok()?;
            tokio::task::yield_now().await;
            self.heard(|heard| heard.written += piece.len());
        }
        Some(())
    }
}

async fn read_line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> Option<String> {
    let mut line = String::new();
    (stream.read_line(&mut line).await.ok()? > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

fn mailer(address: SocketAddr) -> Mailer {
    Mailer::smtp(&format!("smtp://{address}"), "https://callboard.example").expect("a good URL")
}

async fn hand_over(mailer: &Mailer) -> HandOver {
    let address = |text: &str| text.parse::<Address>().expect("an address");
    let envelope = Envelope { from: address("callboard@callboard.test"), to: address("ann@example.com") };
    let bytes = b"Subject: Hello\r\n\r\nOne line\r\n";
    match mailer.offer(&envelope, bytes).await {
        Ok(offer) => offer.deliver(bytes).await,
        Err(outcome) => outcome,
    }
}

/// How a hand-over to a server ends that answers this when it is asked for that.
async fn outcome(asked: &'static str, answer: impl Into<Vec<u8>>) -> (HandOver, ByteServer) {
    let server = ByteServer::default().says(asked, answer);
    let address = server.start().await;
    (hand_over(&mailer(address)).await, server)
}
