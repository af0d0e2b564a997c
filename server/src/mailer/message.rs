//! The message of one mail, built from what the outbox knows of it.
//!
//! The same header and content always give the same bytes, so a second attempt is the same mail. Everything a person
//! typed is reduced to one plain line before it gets near a header or a template; HTML is escaped by the template engine.

use std::time::{Duration, UNIX_EPOCH};

use app::domain::address::RecipientAddress;
use app::domain::email_kind::EmailKind;
use app::domain::time::Timestamp;
use askama::Template;
use email_encoding::headers::rfc2047;
use email_encoding::headers::writer::EmailWriter;
use lettre::Address;
use lettre::message::header::{Date, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::account::AccountMail;
use super::invite::{self, Invite};
use super::rejection::{self, Rejection};
use super::sender::Sender;
use super::transport::Envelope;
use crate::provider::Provider;
use crate::text::plain;

/// Longest name, event or place that a mail repeats.
const MAX_NAME: usize = 200;
/// Longest subject.
const MAX_SUBJECT: usize = 250;

/// What every mail has, whatever it says.
#[derive(Clone, Debug)]
pub struct MailHeader {
    /// Who will report on it, which decides in what header our reference travels.
    pub provider: &'static Provider,
    pub from: Sender,
    pub to: RecipientAddress,
    /// As it was frozen when the button was pressed.
    pub subject: String,
    /// Without brackets.
    pub message_id: String,
    /// Comes back in the provider's events.
    pub reference: String,
    /// When the button was pressed.
    pub written_at: Timestamp,
}

/// What a mail says, by its kind.
#[derive(Clone, Debug)]
pub enum Outgoing {
    ShareLink(Invite),
    RsvpInvite(Invite),
    UploadRejection(Rejection),
    /// An account's own mail, which is not tracked.
    Account(AccountMail),
}

/// A message that can be handed over.
#[derive(Clone, Debug)]
pub struct Message {
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

/// Why no message could be built. Trying again would not help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("the mail could not be written: {0}")]
    Template(String),
}

/// What a mail says, in its two forms.
pub(super) struct Bodies {
    pub text: String,
    pub html: String,
}

/// Returns the subject line of a mail about this event, to be frozen on the email when the button is pressed. `request` is what
/// was asked for, in a mail about that.
pub fn subject(kind: EmailKind, event: &str, request: &str) -> Result<String, MessageError> {
    let subject = match kind {
        EmailKind::ShareLink => invite::share_link::subject(event)?,
        EmailKind::RsvpInvite => invite::rsvp_invite::subject(event)?,
        EmailKind::UploadRejection => rejection::subject(event, request)?,
    };
    Ok(plain(&subject, MAX_SUBJECT))
}

impl Outgoing {
    fn bodies(&self, subject: &str) -> Result<Bodies, MessageError> {
        match self {
            Self::ShareLink(mail) => invite::share_link::bodies(mail, subject),
            Self::RsvpInvite(mail) => invite::rsvp_invite::bodies(mail, subject),
            Self::UploadRejection(mail) => mail.bodies(subject),
            Self::Account(mail) => mail.bodies(subject),
        }
    }
}

impl Message {
    pub fn build(header: &MailHeader, outgoing: &Outgoing) -> Result<Self, MessageError> {
        let from = header.from.mailbox().clone();
        let to = envelope_address(&header.to);
        let subject = plain(&header.subject, MAX_SUBJECT);
        let Bodies { text, html } = outgoing.bodies(&subject)?;

        let mut builder = lettre::Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            // Else lettre reads it from the header it has just written, and stumbles over rarer letters.
            .envelope(lettre_envelope(&from.email, &to)?)
            .raw_header(subject_header(&subject)?)
            .header(date(header.written_at))
            .message_id(Some(format!("<{}>", header.message_id)));
        for (name, value) in (header.provider.reference_headers)(&header.reference) {
            builder = builder.raw_header(raw(name, &value));
        }
        let message = builder
            // RFC 3834: written by a program, so out-of-office answers to it would reach nobody.
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .multipart(
                // A boundary of our own keeps the bytes the same each time.
                MultiPart::alternative()
                    .boundary(format!("=_{}", header.reference))
                    .singlepart(SinglePart::plain(text))
                    .singlepart(SinglePart::html(html)),
            )
            .map_err(|error| MessageError::Template(error.to_string()))?;
        Ok(Self { envelope: Envelope { from: from.email, to }, bytes: message.formatted() })
    }
}

/// Returns what a person typed as one plain line, short enough to stand in a sentence.
pub(super) fn line(typed: &str) -> String {
    plain(typed, MAX_NAME)
}

pub(super) fn render(template: &impl Template) -> Result<String, MessageError> {
    template.render().map_err(|error| MessageError::Template(error.to_string()))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), line(value))
}

fn date(at: Timestamp) -> Date {
    Date::new(UNIX_EPOCH + Duration::from_millis(at.0.max(0).unsigned_abs()))
}

/// The subject as it is, letter by letter. What looks like an encoded word (RFC 2047) has to be encoded itself, or it
/// would be decoded where it arrives; lettre sees to that in names, but not in a subject.
fn subject_header(subject: &str) -> Result<HeaderValue, MessageError> {
    let name = HeaderName::new_from_ascii_str("Subject");
    if subject.is_ascii() && !subject.contains("=?") {
        return Ok(HeaderValue::new(name, subject.to_owned()));
    }
    let mut encoded = String::new();
    rfc2047::encode(subject, &mut EmailWriter::new(&mut encoded, "Subject: ".len(), 0, false))
        .map_err(|error| MessageError::Template(error.to_string()))?;
    Ok(HeaderValue::dangerous_new_pre_encoded(name, subject.to_owned(), encoded))
}

/// The address has been checked, by a rule that knows more letters than lettre's: that has none but letters and digits,
/// and so refuses every word in Hindi or Thai whose signs stand above or below them.
fn envelope_address(to: &RecipientAddress) -> Address {
    Address::new_dangerous(to.local(), to.ascii_domain())
}

fn lettre_envelope(from: &Address, to: &Address) -> Result<lettre::address::Envelope, MessageError> {
    lettre::address::Envelope::new(Some(from.clone()), vec![to.clone()])
        .map_err(|error| MessageError::Template(error.to_string()))
}

#[cfg(test)]
#[path = "message_tests.rs"]
mod tests;
