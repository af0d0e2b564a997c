//! The hand-over, with precise knowledge of where a failure fell.
//!
//! It happens in two steps, so that the caller can make a durable note between them: `offer` opens the conversation and
//! gives the envelope; `deliver` sends the message. Whatever fails before the body goes out is `Unsent` and safe to try
//! again; what fails from then on, without an answer, is `Unknown` and never repeated here.
//!
//! Connections are kept for a while. A kept one that turns out to be dead is replaced by a fresh one, once, which is
//! safe because it can only show at the envelope.

mod memory;
mod smtp;

use lettre::Address;
use tokio_rustls::rustls::RootCertStore;

pub use memory::{Handed, Memory};
pub use smtp::CONNECTIONS;

use super::smtp_url::SmtpUrl;
use crate::text::plain;

/// Who sends, and the one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub from: Address,
    pub to: Address,
}

/// How a hand-over ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// The server took the mail, in its words.
    Accepted(String),
    /// The server answered no.
    Refused(Refusal),
    /// The mail did not go out. Says why, for people.
    Unsent(String),
    /// The mail, or part of it, went out and no answer came. Says why, for the log.
    Unknown(String),
}

/// A server's no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub stage: SmtpStage,
    pub code: u16,
    pub enhanced: Option<EnhancedCode>,
    /// Code and text as the server said them.
    pub words: String,
}

impl Refusal {
    /// Whether trying again is pointless. Where the two codes disagree the enhanced one is believed.
    pub fn is_permanent(&self) -> bool {
        self.enhanced.map_or(self.code >= 500, |enhanced| enhanced.class == 5)
    }
}

/// What the server was asked when it said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpStage {
    /// To talk to us, or to believe who we are.
    Greeting,
    Sender,
    Recipient,
    Content,
}

/// RFC 3463: class, subject, detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnhancedCode {
    pub class: u16,
    pub subject: u16,
    pub detail: u16,
}

impl EnhancedCode {
    /// The code a server's text begins with. Class 2 is no refusal, so it is not read as one.
    pub fn leading(text: &str) -> Option<Self> {
        let mut parts = text.split_whitespace().next()?.splitn(3, '.').map(|part| {
            (part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten()
        });
        let code = Self { class: parts.next()??, subject: parts.next()??, detail: parts.next()?? };
        matches!(code.class, 4 | 5).then_some(code)
    }
}

/// Longest answer of a server that is kept.
const MAX_WORDS: usize = 1_000;

fn refusal(stage: SmtpStage, code: u16, text: &str) -> Refusal {
    let words = plain(&format!("{code} {text}"), MAX_WORDS);
    Refusal { stage, code, enhanced: EnhancedCode::leading(text), words }
}

/// Where mail goes. Clones share connections.
#[derive(Clone)]
pub enum Mailer {
    Smtp(smtp::Smtp),
    /// Keeps what it is given and answers as told, for tests.
    Memory(Memory),
}

impl Mailer {
    /// A mail server by its URL. `public_url` is what the server is greeted with.
    pub fn smtp(smtp_url: &str, public_url: &str) -> Result<Self, String> {
        Ok(Self::Smtp(smtp::Smtp::new(SmtpUrl::parse(smtp_url)?, public_url, None)?))
    }

    /// As `smtp`, for a server whose certificate is by one of these authorities, which need not be public.
    pub fn smtp_trusting(smtp_url: &str, public_url: &str, authorities: RootCertStore) -> Result<Self, String> {
        Ok(Self::Smtp(smtp::Smtp::new(SmtpUrl::parse(smtp_url)?, public_url, Some(authorities))?))
    }

    /// Offers the envelope. The failure is never `Accepted` and never `Unknown`: nothing has gone out yet. `bytes` are
    /// those that will be delivered, since the server must know beforehand what they need.
    pub async fn offer(&self, envelope: &Envelope, bytes: &[u8]) -> Result<Offer, HandOver> {
        match self {
            Self::Smtp(smtp) => smtp.offer(envelope, bytes).await.map(|offer| Offer::Smtp(Box::new(offer))),
            Self::Memory(memory) => memory.offer(envelope).map(Offer::Memory),
        }
    }
}

/// An envelope that the server accepted and a message it waits for.
#[must_use = "the server waits for the message"]
pub enum Offer {
    Smtp(Box<smtp::SmtpOffer>),
    Memory(memory::MemoryOffer),
}

impl Offer {
    /// Sends the message. From here on a lost answer leaves it unconfirmed.
    pub async fn deliver(self, bytes: &[u8]) -> HandOver {
        match self {
            Self::Smtp(offer) => offer.deliver(bytes).await,
            Self::Memory(offer) => offer.deliver(bytes),
        }
    }

    /// Takes the envelope back.
    pub async fn withdraw(self) {
        match self {
            Self::Smtp(offer) => offer.withdraw().await,
            Self::Memory(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_codes_are_read_where_a_text_begins_with_one() {
        let code = |text| EnhancedCode::leading(text).map(|code| (code.class, code.subject, code.detail));
        assert_eq!(code("5.1.1 no such user"), Some((5, 1, 1)));
        assert_eq!(code("4.2.2"), Some((4, 2, 2)));
        for none in ["", "no such user", "2.0.0 Ok", "5.1 x", "5.1.1.1 x", "5.1.1234 x", "10.0.0.1 is blocked"] {
            assert_eq!(code(none), None, "{none}");
        }
    }

    #[test]
    fn the_enhanced_code_decides_whether_a_no_is_final() {
        let permanent = |code, text| refusal(SmtpStage::Recipient, code, text).is_permanent();
        assert!(permanent(550, "no such user"));
        assert!(!permanent(450, "later"));
        assert!(!permanent(550, "4.7.1 greylisted"));
        assert!(permanent(450, "5.1.1 no such user"));
    }

    #[test]
    fn a_servers_words_are_one_short_line() {
        let refusal = refusal(SmtpStage::Content, 554, &format!("5.7.1 bad\r\n\u{1b}[31mred {}", "x".repeat(2_000)));
        assert!(refusal.words.starts_with("554 5.7.1 bad [31mred x"), "{}", refusal.words);
        assert_eq!(refusal.words.chars().count(), MAX_WORDS);
    }
}
