//! The hand-over by SMTP: which failure means what, and the connections that are kept.

mod connection;
mod reply;
mod tls;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::time::timeout;
use tokio_rustls::rustls::RootCertStore;

use self::connection::{Broken, Connection};
use self::reply::Reply;
use self::tls::Tls;
use super::super::smtp_url::{Security, SmtpUrl};
use super::{Envelope, HandOver, MAX_WORDS, SmtpStage, refusal};
use crate::text::plain;

/// For all up to the accepted envelope. This and the next two are limits on the whole, so a reply that comes byte by byte
/// does not outlast them.
const OFFER: Duration = Duration::from_secs(15);
/// For the message and its answer. Servers look into mail before they answer, and giving up early leaves it unconfirmed.
const DELIVERY: Duration = Duration::from_secs(30);
/// For taking an envelope back.
const WITHDRAWAL: Duration = Duration::from_secs(3);
/// How long a connection is kept unused; servers close theirs after a minute or more.
const MAX_IDLE: Duration = Duration::from_secs(20);
/// How long whoever was refused another connection waits for one of those that are open, before asking again.
const RETURN: Duration = Duration::from_secs(1);
/// As many as mails are handed over at once: less than what mail servers usually allow one client (Postfix: 50).
pub const CONNECTIONS: usize = 32;

/// A mail server and the connections kept to it.
#[derive(Clone)]
pub struct Smtp(Arc<Shared>);

struct Shared {
    url: SmtpUrl,
    /// The name a server is greeted with.
    hello: String,
    /// Set unless nothing is encrypted.
    tls: Option<Tls>,
    kept: Mutex<Vec<(Connection, Instant)>>,
    /// A connection was given back.
    returned: Notify,
    /// Held by every connection that is open.
    open: Arc<()>,
}

/// A connection on which the envelope was accepted.
pub struct SmtpOffer {
    smtp: Smtp,
    connection: Connection,
}

/// Whether a connection that failed may simply have been too old.
struct Failure {
    outcome: HandOver,
    is_lost: bool,
}

impl Failure {
    /// Whether trying again may help.
    fn may_pass(&self) -> bool {
        match &self.outcome {
            HandOver::Refused(refusal) => !refusal.is_permanent(),
            HandOver::Unsent(_) => true,
            HandOver::Accepted(_) | HandOver::Unknown(_) => false,
        }
    }
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        Self { outcome: HandOver::Unsent(reason(&broken)), is_lost: true }
    }
}

impl Smtp {
    /// `authorities` are those that may vouch for the server; `None` for the public ones.
    pub(super) fn new(url: SmtpUrl, public_url: &str, authorities: Option<RootCertStore>) -> Result<Self, String> {
        let tls = match url.security {
            Security::Clear => None,
            Security::Implicit | Security::StartTls => {
                Some(Tls::new(&url.host, authorities.unwrap_or_else(tls::public_authorities))?)
            }
        };
        let (kept, returned, open) = Default::default();
        Ok(Self(Arc::new(Shared { url, hello: hello(public_url), tls, kept, returned, open })))
    }

    pub(super) async fn offer(&self, envelope: &Envelope, bytes: &[u8]) -> Result<SmtpOffer, HandOver> {
        let mut refused = None;
        let offered = timeout(OFFER, self.offer_over_any(envelope, bytes, &mut refused)).await;
        offered.unwrap_or_else(|_| {
            Err(refused.unwrap_or_else(|| HandOver::Unsent("the mail server does not answer".into())))
        })
    }

    /// Offers over a kept connection, else over a new one. A server that lets no further connection in while others are open
    /// has as many as it wants from us: then one of those is waited for. `refused` is what it said.
    async fn offer_over_any(
        &self,
        envelope: &Envelope,
        bytes: &[u8],
        refused: &mut Option<HandOver>,
    ) -> Result<SmtpOffer, HandOver> {
        loop {
            if let Some(connection) = self.take_kept() {
                match self.give_envelope(connection, envelope, bytes).await {
                    Err(failure) if failure.is_lost => {}
                    other => return other.map_err(|failure| failure.outcome),
                }
            }
            match self.connect().await {
                Ok(connection) => {
                    let offered = self.give_envelope(connection, envelope, bytes).await;
                    return offered.map_err(|failure| failure.outcome);
                }
                Err(failure) if failure.may_pass() && self.has_open() => *refused = Some(failure.outcome),
                Err(failure) => return Err(failure.outcome),
            }
            let _ = timeout(RETURN, self.0.returned.notified()).await;
        }
    }

    fn has_open(&self) -> bool {
        Arc::strong_count(&self.0.open) > 1
    }

    async fn connect(&self) -> Result<Connection, Failure> {
        let Shared { url, hello, tls, .. } = &*self.0;
        let greeting = |reply| done(SmtpStage::Greeting, reply);
        let mut connection = Connection::open(&url.host, url.port).await?;
        if let (Security::Implicit, Some(tls)) = (url.security, tls) {
            connection = Box::pin(connection.encrypted(tls)).await?;
        }
        greeting(connection.greeting().await?)?;
        greeting(connection.hello(hello).await?)?;
        if let (Security::StartTls, Some(tls)) = (url.security, tls) {
            if !connection.supports("STARTTLS") {
                let reason = "the mail server offers no encryption (STARTTLS), and nothing is sent without it";
                return Err(Failure { outcome: HandOver::Unsent(reason.into()), is_lost: true });
            }
            greeting(connection.command("STARTTLS").await?)?;
            connection = Box::pin(connection.encrypted(tls)).await?;
            greeting(connection.hello(hello).await?)?;
        }
        if let Some((user, password)) = &url.credentials {
            greeting(connection.login(user, password).await?)?;
        }
        connection.counts_as_open(Arc::clone(&self.0.open));
        Ok(connection)
    }

    async fn give_envelope(
        &self,
        mut connection: Connection,
        envelope: &Envelope,
        bytes: &[u8],
    ) -> Result<SmtpOffer, Failure> {
        match ask_for_envelope(&mut connection, envelope, bytes).await {
            Ok(()) => Ok(SmtpOffer { smtp: self.clone(), connection }),
            Err(failure) => Err(self.give_up(connection, failure).await),
        }
    }

    /// A refused envelope leaves a good connection behind; a lost connection leaves nothing.
    async fn give_up(&self, connection: Connection, failure: Failure) -> Failure {
        if !failure.is_lost {
            SmtpOffer { smtp: self.clone(), connection }.withdraw().await;
        }
        failure
    }

    fn take_kept(&self) -> Option<Connection> {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, since)| since.elapsed() < MAX_IDLE);
        kept.pop().map(|(connection, _)| connection)
    }

    fn keep(&self, connection: Connection) {
        let mut kept = self.0.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < CONNECTIONS && !connection.is_spent() {
            kept.push((connection, Instant::now()));
            self.0.returned.notify_one();
        }
    }
}

impl SmtpOffer {
    pub(super) async fn deliver(mut self, bytes: &[u8]) -> HandOver {
        match timeout(OFFER, self.connection.command("DATA")).await {
            Ok(Ok(reply)) if reply.code == 354 => {}
            Ok(Ok(reply)) if reply.is_refusal() => {
                let failure = refused(SmtpStage::Content, &reply);
                return self.smtp.clone().give_up(self.connection, failure).await.outcome;
            }
            // The server has not been given a byte of the message.
            Ok(Ok(reply)) => {
                return HandOver::Unsent(format!("the mail server did not let us begin: {}", words(&reply)));
            }
            Ok(Err(broken)) => return Failure::from(broken).outcome,
            Err(_) => return HandOver::Unsent("the mail server does not answer".into()),
        }
        match timeout(DELIVERY, self.connection.message(bytes)).await {
            Ok(Ok(reply)) if reply.is_done() => {
                self.smtp.keep(self.connection);
                HandOver::Accepted(words(&reply))
            }
            Ok(Ok(reply)) if reply.is_refusal() => {
                self.smtp.keep(self.connection);
                refused(SmtpStage::Content, &reply).outcome
            }
            Ok(Ok(reply)) => HandOver::Unknown(format!("an answer that means nothing here: {}", words(&reply))),
            Ok(Err(broken)) => HandOver::Unknown(reason(&broken)),
            Err(_) => HandOver::Unknown("no answer in time".into()),
        }
    }

    pub(super) async fn withdraw(mut self) {
        if let Ok(Ok(reply)) = timeout(WITHDRAWAL, self.connection.command("RSET")).await
            && reply.is_done()
        {
            self.smtp.keep(self.connection);
        }
    }
}

async fn ask_for_envelope(connection: &mut Connection, envelope: &Envelope, bytes: &[u8]) -> Result<(), Failure> {
    let parameters = mail_parameters(connection, envelope, bytes)?;
    let sender = connection.command(&format!("MAIL FROM:<{}>{parameters}", envelope.from)).await?;
    done(SmtpStage::Sender, sender)?;
    let recipient = connection.command(&format!("RCPT TO:<{}>", envelope.to)).await?;
    done(SmtpStage::Recipient, recipient)
}

/// What the server must be able to carry, asked for as RFC 6152 and RFC 6531 say.
fn mail_parameters(server: &Connection, envelope: &Envelope, bytes: &[u8]) -> Result<String, Failure> {
    let mut parameters = String::new();
    let lacks = |what: &str| {
        Err(Failure { outcome: HandOver::Refused(refusal(SmtpStage::Recipient, 550, what)), is_lost: false })
    };
    if !(envelope.to.as_ref() as &str).is_ascii() || !(envelope.from.as_ref() as &str).is_ascii() {
        if !server.supports("SMTPUTF8") {
            return lacks("5.6.7 the mail server takes no address with letters outside ASCII before the @");
        }
        parameters.push_str(" SMTPUTF8");
    }
    if !bytes.is_ascii() {
        if !server.supports("8BITMIME") {
            return lacks("5.6.3 the mail server takes no mail with letters outside ASCII in its header");
        }
        parameters.push_str(" BODY=8BITMIME");
    }
    Ok(parameters)
}

/// Fails unless what was asked before the message is done.
fn done(stage: SmtpStage, reply: Reply) -> Result<(), Failure> {
    if reply.is_done() {
        Ok(())
    } else if reply.is_refusal() {
        Err(refused(stage, &reply))
    } else {
        let reason = format!("the mail server cannot be understood: {}", words(&reply));
        Err(Failure { outcome: HandOver::Unsent(reason), is_lost: true })
    }
}

/// What a no means.
fn refused(stage: SmtpStage, reply: &Reply) -> Failure {
    // 421 closes the connection, whatever was asked.
    let is_lost = reply.code == 421;
    let stage = if is_lost { SmtpStage::Greeting } else { stage };
    Failure { outcome: HandOver::Refused(refusal(stage, reply.code, &reply.text())), is_lost }
}

fn words(reply: &Reply) -> String {
    plain(&format!("{} {}", reply.code, reply.text()), MAX_WORDS)
}

fn reason(broken: &Broken) -> String {
    plain(&broken.to_string(), MAX_WORDS)
}

/// The name a server is greeted with: the host people know us by, not that of the machine; an address in brackets (RFC
/// 5321 4.1.3). A URL's host is ASCII.
fn hello(public_url: &str) -> String {
    let host = url::Url::parse(public_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    match host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => format!("[{ip}]"),
        Ok(IpAddr::V6(ip)) => format!("[IPv6:{ip}]"),
        Err(_) if host.is_empty() => "[127.0.0.1]".to_owned(),
        Err(_) => host,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex};
    use tokio::time::{Instant, sleep};

    use super::*;

    /// How a hand-over ends, and after how many seconds, over a kept connection to a server that answers this many
    /// questions and the message properly, and then lets its next answer drip without end.
    async fn dripping_after(answers: usize) -> (HandOver, u64) {
        let (ours, theirs) = duplex(1 << 16);
        tokio::spawn(async move {
            let mut stream = BufReader::new(theirs);
            for answer in ["250 Ok\r\n", "250 Ok\r\n", "354 Go ahead\r\n"].into_iter().take(answers) {
                stream.read_line(&mut String::new()).await.expect("a question");
                stream.write_all(answer.as_bytes()).await.expect("it is read");
            }
            let mut asked = String::new();
            while !asked.ends_with("\r\n") || (answers == 3 && !asked.ends_with("\r\n.\r\n")) {
                stream.read_line(&mut asked).await.expect("a question");
            }
            while stream.write_all(b"2").await.is_ok() {
                sleep(Duration::from_secs(1)).await;
            }
        });
        let smtp = Smtp::new(SmtpUrl::parse("smtp://mx.example").expect("a URL"), "", None).expect("a server");
        smtp.keep(Connection::over(Box::new(ours)));
        let address = |text: &str| text.parse().expect("an address");
        let envelope = Envelope { from: address("callboard@callboard.test"), to: address("ann@example.com") };
        let begun = Instant::now();
        let outcome = match smtp.offer(&envelope, b"Hello").await {
            Ok(offer) => offer.deliver(b"Hello").await,
            Err(outcome) => outcome,
        };
        (outcome, begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn c09_an_answer_that_drips_does_not_outlast_its_time() {
        for answers in [1, 2] {
            let (outcome, seconds) = dripping_after(answers).await;
            assert!(matches!(outcome, HandOver::Unsent(_)), "{outcome:?}");
            assert_eq!(seconds, OFFER.as_secs());
        }
        let (outcome, seconds) = dripping_after(3).await;
        assert!(matches!(outcome, HandOver::Unknown(_)), "{outcome:?}");
        assert_eq!(seconds, DELIVERY.as_secs());
    }
}
