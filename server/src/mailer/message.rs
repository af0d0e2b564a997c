//! The message of one mail, built from what the outbox knows of it.
//!
//! The same header and content always give the same bytes, so a second attempt is the same mail. Everything a person
//! typed is reduced to one plain line before it gets near a header or a template; HTML is escaped by the template engine.

use std::time::{Duration, UNIX_EPOCH};

use app::domain::address::RecipientAddress;
use app::domain::email_kind::EmailKind;
use app::domain::time::Timestamp;
use askama::Template;
use lettre::Address;
use lettre::message::header::{Date, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::sender::Sender;
use super::share_link::{self, ShareLink};
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
    ShareLink(ShareLink),
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
    #[error("malformed address: {0}")]
    Recipient(String),
    #[error("there is no {} mail", .0.label())]
    Kind(EmailKind),
    #[error("the mail could not be written: {0}")]
    Template(String),
}

/// What a mail says, in its two forms.
pub(super) struct Bodies {
    pub text: String,
    pub html: String,
}

/// Returns the subject line of a mail about this event, to be frozen on the email when the button is pressed.
pub fn subject(kind: EmailKind, event: &str) -> Result<String, MessageError> {
    match kind {
        EmailKind::ShareLink => Ok(plain(&share_link::subject(event)?, MAX_SUBJECT)),
        EmailKind::RsvpInvite | EmailKind::UploadRejection => Err(MessageError::Kind(kind)),
    }
}

impl Outgoing {
    fn bodies(&self, subject: &str) -> Result<Bodies, MessageError> {
        match self {
            Self::ShareLink(mail) => mail.bodies(subject),
        }
    }
}

impl Message {
    pub fn build(header: &MailHeader, outgoing: &Outgoing) -> Result<Self, MessageError> {
        let from = header.from.mailbox().clone();
        let to = envelope_address(&header.to)?;
        let subject = plain(&header.subject, MAX_SUBJECT);
        let Bodies { text, html } = outgoing.bodies(&subject)?;

        let mut builder = lettre::Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(subject)
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

fn envelope_address(to: &RecipientAddress) -> Result<Address, MessageError> {
    Address::new(to.local(), to.ascii_domain()).map_err(|error| MessageError::Recipient(error.to_string()))
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;
    use crate::provider::{RESEND, SMTP};

    fn to(address: &str) -> RecipientAddress {
        RecipientAddress::parse(address).expect("a good address")
    }

    fn header() -> MailHeader {
        MailHeader {
            provider: &RESEND,
            from: Sender::parse("Callboard <callboard@callboard.test>").expect("a sender"),
            to: to("ann@example.com"),
            subject: subject(EmailKind::ShareLink, "Oliveira & Reis wedding").expect("a subject"),
            message_id: "m1@callboard.example".into(),
            reference: "ref1".into(),
            written_at: Timestamp(1_795_435_200_000),
        }
    }

    fn share_link() -> ShareLink {
        ShareLink {
            first_name: "Ann".into(),
            sender: "Marta Silva".into(),
            venue: "Quinta das Flores".into(),
            event: "Oliveira & Reis wedding".into(),
            date: "Sat 12 Dec 2026".into(),
            place: Some("Orangery, 1 Garden Road".into()),
            link: "https://callboard.example/v/zwzBW8pDk5X0_L2S-9sQ7vJxq3mGZ0d1n4uR6tYeHcA".into(),
        }
    }

    fn build(header: &MailHeader, mail: ShareLink) -> Message {
        Message::build(header, &Outgoing::ShareLink(mail)).expect("a message")
    }

    fn source(header: &MailHeader, mail: ShareLink) -> String {
        String::from_utf8(build(header, mail).bytes).expect("ASCII")
    }

    /// The header block, the text and the HTML, decoded as a mail client would.
    fn read(source: &str) -> (String, String, String) {
        let mail = MessageParser::default().parse(source).expect("a mail");
        assert_eq!(mail.attachment_count(), 0);
        assert!(mail.parts.iter().all(|part| part.content_id().is_none()));
        let headers = source.split("\r\n\r\n").next().unwrap_or_default().to_owned();
        (headers, mail.body_text(0).expect("text").into_owned(), mail.body_html(0).expect("HTML").into_owned())
    }

    #[test]
    fn the_mail_as_it_leaves() {
        insta::assert_snapshot!(source(&header(), share_link()).replace("\r\n", "\n"));
    }

    #[test]
    fn our_reference_travels_in_the_providers_header() {
        assert!(source(&header(), share_link()).contains("\r\nResend-Idempotency-Key: ref1\r\n"));
        let plain = source(&MailHeader { provider: &SMTP, ..header() }, share_link());
        assert!(plain.contains("\r\nX-Callboard-Ref: ref1\r\n") && !plain.contains("Resend"));
    }

    #[test]
    fn the_same_email_is_always_the_same_bytes() {
        assert_eq!(source(&header(), share_link()), source(&header(), share_link()));
    }

    #[test]
    fn the_link_is_the_real_one_and_nothing_is_fetched() {
        let (_, text, html) = read(&source(&header(), share_link()));
        let link = share_link().link;
        assert!(text.contains(&format!("\n{link}\n")) || text.contains(&format!("\r\n{link}\r\n")), "{text}");
        assert_eq!(html.matches(&format!("href=\"{link}\"")).count(), 2);
        assert_eq!(html.matches("http").count(), 3, "only the link, as two targets and as text: {html}");
        for fetching in ["<img", "src=", "url(", "<link", "@import", "<script", "background="] {
            assert!(!html.contains(fetching), "{fetching}");
        }
    }

    #[test]
    fn hostile_names_stay_words() {
        let hostile = ShareLink {
            first_name: "Ann\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>".into(),
            sender: "\"><img src=https://evil.example/p.gif>".into(),
            venue: "{{ link }} & \u{202e}moc.live".into(),
            event: "Gala\r\n.\r\nMAIL FROM:<eve@example.com>".into(),
            place: Some("</p><a href='https://evil.example'>here</a>".into()),
            ..share_link()
        };
        let bytes = source(&MailHeader { subject: "Gala\r\nBcc: eve@example.com\u{202e}".into(), ..header() }, hostile);
        let (headers, text, html) = read(&bytes);
        assert!(!headers.lines().any(|line| line.to_ascii_lowercase().starts_with("bcc")), "{headers}");
        assert_eq!(
            MessageParser::default().parse(&bytes).and_then(|mail| mail.subject().map(str::to_owned)).as_deref(),
            Some("Gala Bcc: eve@example.com")
        );
        assert!(!bytes.contains("\r\n.\r\n"));
        for tag in ["<script", "<img", "href='https://evil", "\u{202e}"] {
            assert!(!html.contains(tag), "{tag}: {html}");
        }
        assert!(html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"), "{html}");
        assert!(text.contains("<script>alert(1)</script>"), "plain text is not HTML-escaped: {text}");
        assert!(text.contains("{{ link }} & moc.live"), "{text}");
    }

    #[test]
    fn international_domains_travel_in_ascii() {
        let mail = build(&MailHeader { to: to("Ann@bücher.example"), ..header() }, share_link());
        assert_eq!(mail.envelope.to.to_string(), "Ann@xn--bcher-kva.example");
        assert!(mail.bytes.is_ascii());
    }

    #[test]
    fn letters_before_the_at_stay_as_they_are_written() {
        let mail = build(&MailHeader { to: to("zo\u{eb}@example.com"), ..header() }, share_link());
        assert_eq!(mail.envelope.to.to_string(), "zo\u{eb}@example.com");
        assert!(
            String::from_utf8_lossy(&mail.bytes).contains("\r\nTo: zo\u{eb}@example.com\r\n"),
            "{}",
            String::from_utf8_lossy(&mail.bytes)
        );
    }
}
