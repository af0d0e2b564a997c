//! The hand-over by SMTP, on lettre's connection rather than its transport, which cannot say where a failure fell.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use lettre::transport::smtp::{Error, extension};
use tokio::time::timeout;

use super::super::smtp_url::{Security, SmtpUrl};
use super::{Envelope, HandOver, MAX_WORDS, SmtpStage, refusal};
use crate::text::plain;

/// To get through to a server, TCP alone.
const CONNECT: Duration = Duration::from_secs(8);
/// For all up to the accepted envelope.
const OFFER: Duration = Duration::from_secs(15);
/// For the message and its answer. Servers look into mail before they answer, and giving up early leaves it unconfirmed.
const DELIVERY: Duration = Duration::from_secs(30);
/// For taking an envelope back.
const WITHDRAWAL: Duration = Duration::from_secs(3);
/// How long a connection is kept unused; servers close theirs after a minute or more.
const MAX_IDLE: Duration = Duration::from_secs(20);
/// As many as the outbox works at once.
const MAX_KEPT: usize = 4;

/// A mail server and the connections kept to it.
#[derive(Clone)]
pub struct Smtp(Arc<Shared>);

struct Shared {
    url: SmtpUrl,
    hello: ClientId,
    kept: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// A connection on which the envelope was accepted.
pub struct SmtpOffer {
    smtp: Smtp,
    connection: AsyncSmtpConnection,
}

/// Whether a connection that failed may simply have been too old.
struct Failure {
    outcome: HandOver,
    is_lost: bool,
}

impl Smtp {
    pub(super) fn new(url: SmtpUrl, public_url: &str) -> Self {
        Self(Arc::new(Shared { url, hello: hello(public_url), kept: Mutex::default() }))
    }

    pub(super) async fn offer(&self, envelope: &Envelope, bytes: &[u8]) -> Result<SmtpOffer, HandOver> {
        timeout(OFFER, async {
            if let Some(connection) = self.take_kept() {
                match self.give_envelope(connection, envelope, bytes).await {
                    Err(failure) if failure.is_lost => {}
                    other => return other.map_err(|failure| failure.outcome),
                }
            }
            let connection = self.connect().await?;
            self.give_envelope(connection, envelope, bytes).await.map_err(|failure| failure.outcome)
        })
        .await
        .unwrap_or_else(|_| Err(HandOver::Unsent("the mail server does not answer".into())))
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, HandOver> {
        let url = &self.0.url;
        let failed = |error: Error| failure(SmtpStage::Greeting, &error).outcome;
        let tls = || TlsParameters::new_rustls(url.host.clone()).map_err(failed);
        let at_once = if url.security == Security::Implicit { Some(tls()?) } else { None };
        let server = (url.host.as_str(), url.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &self.0.hello, at_once, None)
            .await
            .map_err(failed)?;
        if url.security == Security::StartTls {
            if !connection.can_starttls() {
                connection.abort().await;
                return Err(HandOver::Unsent(
                    "the mail server offers no encryption (STARTTLS), and nothing is sent without it".into(),
                ));
            }
            connection.starttls(tls()?, &self.0.hello).await.map_err(failed)?;
        }
        if let Some((user, password)) = &url.credentials {
            let credentials = Credentials::new(user.clone(), password.clone());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(failed)?;
        }
        Ok(connection)
    }

    async fn give_envelope(
        &self,
        mut connection: AsyncSmtpConnection,
        envelope: &Envelope,
        bytes: &[u8],
    ) -> Result<SmtpOffer, Failure> {
        let parameters = mail_parameters(connection.server_info(), envelope, bytes)
            .map_err(|outcome| Failure { outcome, is_lost: false })?;
        let mail = Mail::new(Some(envelope.from.clone()), parameters);
        if let Err(error) = connection.command(mail).await {
            return Err(self.give_up(connection, failure(SmtpStage::Sender, &error)).await);
        }
        if let Err(error) = connection.command(Rcpt::new(envelope.to.clone(), Vec::new())).await {
            return Err(self.give_up(connection, failure(SmtpStage::Recipient, &error)).await);
        }
        Ok(SmtpOffer { smtp: self.clone(), connection })
    }

    /// A refused envelope leaves a good connection behind; a lost connection leaves nothing.
    async fn give_up(&self, connection: AsyncSmtpConnection, failure: Failure) -> Failure {
        if !failure.is_lost {
            SmtpOffer { smtp: self.clone(), connection }.withdraw().await;
        }
        failure
    }

    fn take_kept(&self) -> Option<AsyncSmtpConnection> {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, since)| since.elapsed() < MAX_IDLE);
        kept.pop().map(|(connection, _)| connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < MAX_KEPT && !connection.has_broken() {
            kept.push((connection, Instant::now()));
        }
    }
}

impl SmtpOffer {
    pub(super) async fn deliver(mut self, bytes: &[u8]) -> HandOver {
        let begun = timeout(OFFER, self.connection.command(Data)).await;
        match begun {
            Ok(Ok(response)) if response.has_code(354) => {}
            // The server has not been given a byte of the message.
            Ok(Ok(response)) => {
                return HandOver::Unsent(format!("the mail server did not let us begin: {}", words(&response)));
            }
            Ok(Err(error)) => {
                return self.smtp.clone().give_up(self.connection, failure(SmtpStage::Content, &error)).await.outcome;
            }
            Err(_) => return HandOver::Unsent("the mail server does not answer".into()),
        }
        match timeout(DELIVERY, self.connection.message(bytes)).await {
            Ok(Ok(response)) if response.code().severity == Severity::PositiveCompletion => {
                self.smtp.keep(self.connection);
                HandOver::Accepted(words(&response))
            }
            Ok(Ok(response)) => HandOver::Unknown(format!("an answer that means nothing here: {}", words(&response))),
            Ok(Err(error)) => match failure(SmtpStage::Content, &error).outcome {
                HandOver::Refused(refusal) => {
                    self.smtp.keep(self.connection);
                    HandOver::Refused(refusal)
                }
                _ => HandOver::Unknown(describe(&error)),
            },
            Err(_) => HandOver::Unknown("no answer in time".into()),
        }
    }

    pub(super) async fn withdraw(mut self) {
        if let Ok(Ok(_)) = timeout(WITHDRAWAL, self.connection.command(Rset)).await {
            self.smtp.keep(self.connection);
        }
    }
}

/// What the server must be able to carry, asked for as RFC 6152 and RFC 6531 say.
fn mail_parameters(
    server: &extension::ServerInfo,
    envelope: &Envelope,
    bytes: &[u8],
) -> Result<Vec<MailParameter>, HandOver> {
    let mut parameters = Vec::new();
    let lacks = |what: &str| Err(HandOver::Refused(refusal(SmtpStage::Recipient, 550, what)));
    if !(envelope.to.as_ref() as &str).is_ascii() || !(envelope.from.as_ref() as &str).is_ascii() {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            return lacks("5.6.7 the mail server takes no address with letters outside ASCII before the @");
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            return lacks("5.6.3 the mail server takes no mail with letters outside ASCII in its header");
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}

/// What an error before the message means.
fn failure(stage: SmtpStage, error: &Error) -> Failure {
    match error.status().map(u16::from) {
        // 421 closes the connection, whatever was asked.
        Some(421) => {
            Failure { outcome: HandOver::Refused(refusal(SmtpStage::Greeting, 421, &said(error))), is_lost: true }
        }
        Some(code) => Failure { outcome: HandOver::Refused(refusal(stage, code, &said(error))), is_lost: false },
        None => Failure { outcome: HandOver::Unsent(describe(error)), is_lost: true },
    }
}

/// The text of a negative answer, without its code.
fn said(error: &Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

fn words(response: &Response) -> String {
    plain(&format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" ")), MAX_WORDS)
}

/// A failure without an answer, for people.
fn describe(error: &Error) -> String {
    let cause = plain(&said(error), MAX_WORDS);
    if error.is_tls() {
        format!("no encrypted connection to the mail server: {cause}")
    } else if cause == "incomplete response" {
        "the mail server closed the connection".into()
    } else if error.is_response() || error.is_client() {
        format!("the mail server cannot be understood: {cause}")
    } else {
        format!("no connection to the mail server: {cause}")
    }
}

/// The name a server is greeted with: the host people know us by, not that of the machine.
fn hello(public_url: &str) -> ClientId {
    let host = url::Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ClientId::Ipv4(ip),
        Ok(IpAddr::V6(ip)) => ClientId::Ipv6(ip),
        Err(_) if host.is_empty() => ClientId::default(),
        Err(_) => ClientId::Domain(host),
    }
}
