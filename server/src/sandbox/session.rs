//! One SMTP conversation (RFC 5321), with the extensions a client of today asks for and limits on all it may send.
//!
//! Guarantees: a mail is acknowledged only after it is committed; a message is read to its end also where it is refused.

use std::time::Duration;

use app::domain::address::RecipientAddress;
use tokio::io::{AsyncWriteExt, BufReader, BufWriter};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::outcome::{self, Taken};
use super::store;
use super::wire::{Line, path, read_line};
use crate::core::Core;

const MAX_MESSAGE: usize = 10 * 1024 * 1024;
const MAX_RECIPIENTS: usize = 100;
/// With the line end. RFC 5321 says 512; addresses with parameters may be longer.
const MAX_COMMAND: usize = 2_048;
/// RFC 5321 4.5.3.1.6, with the line end.
const MAX_LINE: usize = 1_000;
const MAX_ERRORS: u32 = 20;
const PATIENCE: Duration = Duration::from_mins(1);

struct Session<'c> {
    core: &'c Core,
    reader: BufReader<OwnedReadHalf>,
    writer: BufWriter<OwnedWriteHalf>,
    wake: &'c Notify,
    greeted: bool,
    from: Option<String>,
    recipients: Vec<String>,
    errors: u32,
}

pub async fn converse(core: &Core, stream: TcpStream, wake: &Notify) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    let mut session = Session {
        core,
        reader: BufReader::new(reader),
        writer: BufWriter::new(writer),
        wake,
        greeted: false,
        from: None,
        recipients: Vec::new(),
        errors: 0,
    };
    session.say("220 sandbox.callboard.test ESMTP Callboard sandbox").await?;
    loop {
        // Answers to pipelined commands leave together.
        if session.reader.buffer().is_empty() {
            session.writer.flush().await?;
        }
        let Ok(line) = timeout(PATIENCE, read_line(&mut session.reader, MAX_COMMAND)).await else {
            session.say("421 4.4.2 Nothing heard for too long").await?;
            return session.writer.flush().await;
        };
        match line? {
            Line::End => return Ok(()),
            Line::TooLong => session.error("500 5.5.2 Line too long").await?,
            Line::Text(line) => match String::from_utf8(line) {
                Ok(line) if session.answer(&line).await? => {}
                Ok(_) => return session.writer.flush().await,
                Err(_) => session.error("500 5.5.2 Not UTF-8").await?,
            },
        }
        if session.errors > MAX_ERRORS {
            session.say("421 4.7.0 Too many errors").await?;
            return session.writer.flush().await;
        }
    }
}

impl Session<'_> {
    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.writer.write_all(line.as_bytes()).await?;
        self.writer.write_all(b"\r\n").await
    }

    async fn error(&mut self, line: &str) -> std::io::Result<()> {
        self.errors += 1;
        self.say(line).await
    }

    fn reset(&mut self) {
        self.from = None;
        self.recipients.clear();
    }

    /// Answers one command; false after QUIT.
    async fn answer(&mut self, line: &str) -> std::io::Result<bool> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" if !rest.trim().is_empty() => {
                self.reset();
                self.greeted = true;
                self.say("250-sandbox.callboard.test").await?;
                self.say("250-PIPELINING").await?;
                self.say(&format!("250-SIZE {MAX_MESSAGE}")).await?;
                self.say("250-8BITMIME").await?;
                self.say("250-SMTPUTF8").await?;
                self.say("250 ENHANCEDSTATUSCODES").await?;
            }
            "HELO" if !rest.trim().is_empty() => {
                self.reset();
                self.greeted = true;
                self.say("250 sandbox.callboard.test").await?;
            }
            "EHLO" | "HELO" => self.error("501 5.5.4 Who are you?").await?,
            "MAIL" => self.mail(rest).await?,
            "RCPT" => self.recipient(rest).await?,
            "DATA" => self.data(rest).await?,
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 Ok").await?;
            }
            "NOOP" => self.say("250 2.0.0 Ok").await?,
            "VRFY" => self.say("252 2.5.0 Send some mail and see").await?,
            "QUIT" => {
                self.say("221 2.0.0 Bye").await?;
                return Ok(false);
            }
            _ => self.error("500 5.5.2 Command not known").await?,
        }
        Ok(true)
    }

    async fn mail(&mut self, rest: &str) -> std::io::Result<()> {
        if !self.greeted {
            return self.error("503 5.5.1 Say EHLO first").await;
        }
        if self.from.is_some() {
            return self.error("503 5.5.1 One sender a mail").await;
        }
        let Some((from, parameters)) = path(rest, "FROM:") else {
            return self.error("501 5.5.4 Expected MAIL FROM:<address>").await;
        };
        for parameter in parameters.split_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.to_ascii_uppercase().as_str() {
                "SIZE" => match value.parse::<usize>() {
                    Ok(size) if size <= MAX_MESSAGE => {}
                    Ok(_) => return self.error("552 5.3.4 Message too big").await,
                    Err(_) => return self.error("501 5.5.4 SIZE is a number").await,
                },
                "BODY" if matches!(value.to_ascii_uppercase().as_str(), "7BIT" | "8BITMIME") => {}
                "SMTPUTF8" if value.is_empty() => {}
                _ => return self.error("555 5.5.4 Parameter not known").await,
            }
        }
        self.from = Some(from.to_owned());
        self.say("250 2.1.0 Ok").await
    }

    async fn recipient(&mut self, rest: &str) -> std::io::Result<()> {
        if self.from.is_none() {
            return self.error("503 5.5.1 Say MAIL first").await;
        }
        if self.recipients.len() == MAX_RECIPIENTS {
            return self.error("452 4.5.3 Too many recipients").await;
        }
        let Some((to, parameters)) = path(rest, "TO:") else {
            return self.error("501 5.5.4 Expected RCPT TO:<address>").await;
        };
        if !parameters.is_empty() {
            return self.error("555 5.5.4 Parameter not known").await;
        }
        if RecipientAddress::parse(to).is_err() {
            return self.error("553 5.1.3 That is no address").await;
        }
        self.recipients.push(to.to_owned());
        self.say("250 2.1.5 Ok").await
    }

    async fn data(&mut self, rest: &str) -> std::io::Result<()> {
        if !rest.trim().is_empty() {
            return self.error("501 5.5.4 DATA stands alone").await;
        }
        let Some(from) = self.from.take() else {
            return self.error("503 5.5.1 Say MAIL first").await;
        };
        let recipients = std::mem::take(&mut self.recipients);
        if recipients.is_empty() {
            return self.error("554 5.5.1 Nobody to send it to").await;
        }
        self.say("354 End with a dot on a line of its own").await?;
        self.writer.flush().await?;
        match self.body().await? {
            Ok(source) => {
                let answer = self.keep(from, recipients, source).await;
                self.say(&answer).await
            }
            Err(refusal) => self.error(refusal).await,
        }
    }

    /// The message up to the lone dot, without the dots that were added for the journey. It is read to its end also where
    /// it will be refused.
    async fn body(&mut self) -> std::io::Result<Result<Vec<u8>, &'static str>> {
        let mut source = Vec::new();
        let mut refusal = None;
        loop {
            let Ok(line) = timeout(PATIENCE, read_line(&mut self.reader, MAX_LINE)).await else {
                return Err(std::io::ErrorKind::TimedOut.into());
            };
            match line? {
                Line::End => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                Line::TooLong => refusal = Some("554 5.6.0 A line is too long"),
                Line::Text(line) if line == b"." => return Ok(refusal.map_or(Ok(source), Err)),
                Line::Text(line) => {
                    source.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
                    source.extend_from_slice(b"\r\n");
                    if source.len() > MAX_MESSAGE {
                        refusal = Some("552 5.3.4 Message too big");
                        source.clear();
                    }
                }
            }
        }
    }

    /// Commits the mail and the reports it will cause; only then is it acknowledged, with the id that they will name.
    async fn keep(&self, from: String, recipients: Vec<String>, source: Vec<u8>) -> String {
        let now = self.core.clock.now();
        let email_id = outcome::email_id();
        let mails =
            recipients.into_iter().map(|recipient| Taken::new(&from, recipient, &source, now)).collect::<Vec<_>>();
        let planned = mails.iter().map(|mail| outcome::plan(mail, &email_id, now)).collect::<Vec<_>>();
        match store::take(&self.core.db, &mails, &planned, &source, now).await {
            Ok(()) => {
                self.wake.notify_one();
                format!("250 2.0.0 Ok: kept in the sandbox as {email_id}")
            }
            Err(error) => {
                tracing::error!(error = %error, "The sandbox could not keep a mail.");
                "451 4.3.0 The mail could not be kept; try again later".to_owned()
            }
        }
    }
}
