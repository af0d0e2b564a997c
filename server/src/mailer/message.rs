//! The message of one tracked email, built from what the outbox knows of it.
//!
//! The same `Outgoing` always gives the same bytes, so a second attempt is the same mail. Everything a person typed is
//! reduced to one plain line before it gets near a header or a template; HTML is escaped by the template engine.

use std::time::{Duration, UNIX_EPOCH};

use app::domain::address::RecipientAddress;
use app::domain::email_kind::EmailKind;
use app::domain::time::Timestamp;
use askama::Template;
use lettre::Address;
use lettre::message::header::{Date, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use super::plain;
use super::reference::reference_headers;
use super::transport::Envelope;
use crate::config::Provider;

/// Longest name, event or place that a mail repeats.
const MAX_NAME: usize = 200;
/// Longest subject.
const MAX_SUBJECT: usize = 250;

/// All that a mail is made of.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Who will report on it, which decides in what header our reference travels.
    pub provider: Provider,
    pub kind: EmailKind,
    /// As configured: an address, or a name and an address.
    pub from: String,
    pub recipient: String,
    /// As it was frozen when the button was pressed.
    pub subject: String,
    pub first_name: String,
    /// The member who pressed the button, and for whom.
    pub sender: String,
    pub venue: String,
    pub event: String,
    /// "Sat 12 Dec 2026", in the event's zone.
    pub date: String,
    pub place: Option<String>,
    pub link: String,
    /// Without brackets.
    pub message_id: String,
    /// Comes back in the provider's events.
    pub reference: String,
    /// When the button was pressed.
    pub written_at: Timestamp,
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
    #[error("the configured sender cannot stand in a mail")]
    Sender,
    #[error("there is no {} mail", .0.label())]
    Kind(EmailKind),
    #[error("the mail could not be written: {0}")]
    Template(String),
}

#[derive(Template)]
#[template(path = "share_link/subject.txt")]
struct ShareLinkSubject<'a> {
    event: &'a str,
}

#[derive(Template)]
#[template(path = "share_link/body.txt")]
struct ShareLinkText<'a> {
    first_name: &'a str,
    sender: &'a str,
    venue: &'a str,
    event: &'a str,
    date: &'a str,
    place: Option<&'a str>,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "share_link/body.html")]
struct ShareLinkHtml<'a> {
    subject: &'a str,
    first_name: &'a str,
    sender: &'a str,
    venue: &'a str,
    event: &'a str,
    date: &'a str,
    place: Option<&'a str>,
    link: &'a str,
}

/// The subject line of a mail about this event, to be frozen on the email when the button is pressed.
pub fn subject(kind: EmailKind, event: &str) -> Result<String, MessageError> {
    let event = plain(event, MAX_NAME);
    match kind {
        EmailKind::ShareLink => Ok(plain(&render(&ShareLinkSubject { event: &event })?, MAX_SUBJECT)),
        EmailKind::RsvpInvite | EmailKind::UploadRejection => Err(MessageError::Kind(kind)),
    }
}

impl Message {
    pub fn build(outgoing: &Outgoing) -> Result<Self, MessageError> {
        let from = sender(&outgoing.from).ok_or(MessageError::Sender)?;
        let to = recipient(&outgoing.recipient)?;
        let subject = plain(&outgoing.subject, MAX_SUBJECT);
        let (text, html) = bodies(outgoing, &subject)?;

        let mut builder = lettre::Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(subject)
            .header(date(outgoing.written_at))
            .message_id(Some(format!("<{}>", outgoing.message_id)));
        for (name, value) in reference_headers(outgoing.provider, &outgoing.reference) {
            builder = builder.raw_header(raw(name, &value));
        }
        let message = builder
            // RFC 3834: written by a program, so out-of-office answers to it would reach nobody.
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .multipart(
                // A boundary of our own keeps the bytes the same each time.
                MultiPart::alternative()
                    .boundary(format!("=_{}", outgoing.reference))
                    .singlepart(SinglePart::plain(text))
                    .singlepart(SinglePart::html(html)),
            )
            .map_err(|error| MessageError::Template(error.to_string()))?;
        Ok(Self { envelope: Envelope { from: from.email, to }, bytes: message.formatted() })
    }
}

fn bodies(outgoing: &Outgoing, subject: &str) -> Result<(String, String), MessageError> {
    let short = |text: &str| plain(text, MAX_NAME);
    let first_name = match short(&outgoing.first_name) {
        name if name.is_empty() => "there".to_owned(),
        name => name,
    };
    let (sender, venue, event) = (short(&outgoing.sender), short(&outgoing.venue), short(&outgoing.event));
    let place = outgoing.place.as_deref().map(short).filter(|place| !place.is_empty());
    let (first_name, sender, venue, event) = (&*first_name, &*sender, &*venue, &*event);
    let (date, place, link) = (&*outgoing.date, place.as_deref(), &*outgoing.link);
    match outgoing.kind {
        EmailKind::ShareLink => Ok((
            render(&ShareLinkText { first_name, sender, venue, event, date, place, link })?,
            render(&ShareLinkHtml { subject, first_name, sender, venue, event, date, place, link })?,
        )),
        kind @ (EmailKind::RsvpInvite | EmailKind::UploadRejection) => Err(MessageError::Kind(kind)),
    }
}

fn render(template: &impl Template) -> Result<String, MessageError> {
    template.render().map_err(|error| MessageError::Template(error.to_string()))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), plain(value, MAX_NAME))
}

fn date(at: Timestamp) -> Date {
    Date::new(UNIX_EPOCH + Duration::from_millis(at.0.max(0).unsigned_abs()))
}

/// A From mailbox. Unlike lettre's parser it takes a name with a comma, as people write them.
pub(super) fn sender(text: &str) -> Option<Mailbox> {
    if text.chars().any(char::is_control) {
        return None;
    }
    let (name, address) = match text.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (name.trim().trim_matches('"').trim(), address.trim()),
        None => ("", text.trim()),
    };
    let address = address.parse::<Address>().ok()?;
    Some(Mailbox::new((!name.is_empty()).then(|| name.to_owned()), address))
}

/// The address as typed before the @, and in its ASCII form after it, which every server understands.
fn recipient(text: &str) -> Result<Address, MessageError> {
    let parsed = RecipientAddress::parse(text).map_err(|refusal| MessageError::Recipient(refusal.to_string()))?;
    let typed = parsed.as_str().rsplit_once('@').map(|(local, _)| local);
    let ascii = parsed.key().as_str().rsplit_once('@').map(|(_, domain)| domain);
    let (Some(local), Some(domain)) = (typed, ascii) else {
        return Err(MessageError::Recipient("it has no @".into()));
    };
    Address::new(local, domain).map_err(|error| MessageError::Recipient(error.to_string()))
}

#[cfg(test)]
mod tests {
    use mail_parser::{MessageParser, MimeHeaders};

    use super::*;

    fn outgoing() -> Outgoing {
        Outgoing {
            provider: Provider::Resend,
            kind: EmailKind::ShareLink,
            from: "Callboard <callboard@callboard.test>".into(),
            recipient: "ann@example.com".into(),
            subject: subject(EmailKind::ShareLink, "Oliveira & Reis wedding").expect("a subject"),
            first_name: "Ann".into(),
            sender: "Marta Silva".into(),
            venue: "Quinta das Flores".into(),
            event: "Oliveira & Reis wedding".into(),
            date: "Sat 12 Dec 2026".into(),
            place: Some("Orangery, 1 Garden Road".into()),
            link: "https://callboard.example/v/zwzBW8pDk5X0_L2S-9sQ7vJxq3mGZ0d1n4uR6tYeHcA".into(),
            message_id: "m1@callboard.example".into(),
            reference: "ref1".into(),
            written_at: Timestamp(1_795_435_200_000),
        }
    }

    fn source(outgoing: &Outgoing) -> String {
        String::from_utf8(Message::build(outgoing).expect("a message").bytes).expect("ASCII")
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
        insta::assert_snapshot!(source(&outgoing()).replace("\r\n", "\n"));
    }

    #[test]
    fn our_reference_travels_in_the_providers_header() {
        assert!(source(&outgoing()).contains("\r\nResend-Idempotency-Key: ref1\r\n"));
        let plain = source(&Outgoing { provider: Provider::Smtp, ..outgoing() });
        assert!(plain.contains("\r\nX-Callboard-Ref: ref1\r\n") && !plain.contains("Resend"));
    }

    #[test]
    fn the_same_email_is_always_the_same_bytes() {
        assert_eq!(source(&outgoing()), source(&outgoing()));
    }

    #[test]
    fn the_link_is_the_real_one_and_nothing_is_fetched() {
        let (_, text, html) = read(&source(&outgoing()));
        let link = outgoing().link;
        assert!(text.contains(&format!("\n{link}\n")) || text.contains(&format!("\r\n{link}\r\n")), "{text}");
        assert_eq!(html.matches(&format!("href=\"{link}\"")).count(), 2);
        assert_eq!(html.matches("http").count(), 3, "only the link, as two targets and as text: {html}");
        for fetching in ["<img", "src=", "url(", "<link", "@import", "<script", "background="] {
            assert!(!html.contains(fetching), "{fetching}");
        }
    }

    #[test]
    fn hostile_names_stay_words() {
        let hostile = Outgoing {
            first_name: "Ann\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>".into(),
            sender: "\"><img src=https://evil.example/p.gif>".into(),
            venue: "{{ link }} & \u{202e}moc.live".into(),
            event: "Gala\r\n.\r\nMAIL FROM:<eve@example.com>".into(),
            place: Some("</p><a href='https://evil.example'>here</a>".into()),
            subject: "Gala\r\nBcc: eve@example.com\u{202e}".into(),
            ..outgoing()
        };
        let bytes = source(&hostile);
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
        let mail =
            Message::build(&Outgoing { recipient: "Ann@bücher.example".into(), ..outgoing() }).expect("a message");
        assert_eq!(mail.envelope.to.to_string(), "Ann@xn--bcher-kva.example");
        assert!(mail.bytes.is_ascii());
    }

    #[test]
    fn letters_before_the_at_stay_as_they_are_written() {
        let mail =
            Message::build(&Outgoing { recipient: "zo\u{eb}@example.com".into(), ..outgoing() }).expect("a message");
        assert_eq!(mail.envelope.to.to_string(), "zo\u{eb}@example.com");
        assert!(
            String::from_utf8_lossy(&mail.bytes).contains("\r\nTo: zo\u{eb}@example.com\r\n"),
            "{}",
            String::from_utf8_lossy(&mail.bytes)
        );
    }

    #[test]
    fn what_is_no_address_gives_a_reason() {
        let wrong = Message::build(&Outgoing { recipient: "ann.example.com".into(), ..outgoing() });
        assert!(matches!(wrong, Err(MessageError::Recipient(sentence)) if sentence.contains("no @")));
    }
}
