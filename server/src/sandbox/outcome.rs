//! What the sandbox reports about a mail, picked by the recipient's local part, in exactly Resend's words.

use app::domain::time::Timestamp;
use mail_parser::{HeaderName, MessageParser};
use serde_json::{Map, Value, json};

use crate::secret;

/// A mail as the sandbox took it.
#[derive(Clone, Debug)]
pub struct Taken {
    pub from: String,
    pub recipient: String,
    /// Without brackets; empty if there was none.
    pub message_id: String,
    header_from: String,
    subject: String,
    headers: Vec<(String, String)>,
    at: Timestamp,
}

/// A webhook that is owed.
#[derive(Clone, Debug)]
pub struct Callback {
    /// Stays the same over retries.
    pub svix_id: String,
    pub body: String,
    pub due_at: Timestamp,
}

/// What happens to a mail, and when after it was taken.
struct Step {
    after_ms: i64,
    kind: &'static str,
    details: Option<(&'static str, Value)>,
}

impl Taken {
    pub fn new(envelope_from: &str, recipient: String, source: &[u8], now: Timestamp) -> Self {
        let mail = MessageParser::default().parse_headers(source).unwrap_or_default();
        let raw = |header: &mail_parser::Header<'_>| {
            let value = source.get(header.offset_start as usize..header.offset_end as usize).unwrap_or_default();
            String::from_utf8_lossy(value).split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let header_from = mail.headers().iter().find(|header| header.name == HeaderName::From).map(raw);
        let own = |header: &&mail_parser::Header<'_>| matches!(header.name, HeaderName::Other(_));
        Self {
            from: envelope_from.to_owned(),
            recipient,
            message_id: mail.message_id().unwrap_or_default().to_owned(),
            header_from: header_from.unwrap_or_else(|| envelope_from.to_owned()),
            subject: mail.subject().unwrap_or_default().to_owned(),
            headers: mail.headers().iter().filter(own).map(|header| (header.name().to_owned(), raw(header))).collect(),
            at: now,
        }
    }
}

/// How long after a mail its last report may come.
pub const LAST_AFTER_MS: i64 = 7_000;

/// Everything that will be reported about a mail under the id it was accepted with.
pub fn plan(mail: &Taken, email_id: &str, now: Timestamp) -> Vec<Callback> {
    steps(&mail.recipient)
        .into_iter()
        .map(|step| {
            let due_at = now.plus_ms(step.after_ms);
            Callback {
                svix_id: format!("msg_{}", secret::unique()),
                body: event(mail, email_id, step, due_at).to_string(),
                due_at,
            }
        })
        .collect()
}

fn steps(recipient: &str) -> Vec<Step> {
    let step = |after_ms, kind| Step { after_ms, kind, details: None };
    let with = |after_ms, kind, details| Step { after_ms, kind, details: Some(details) };
    let local = recipient.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let is = |word: &str| local.starts_with(word);
    if is("bounce") {
        let words = format!("smtp; 550 5.1.1 <{recipient}>: Recipient address rejected: no such user");
        vec![step(0, "email.sent"), with(1_000, "email.bounced", bounce("Permanent", "General", &words))]
    } else if is("complain") {
        vec![step(0, "email.sent"), step(1_000, "email.delivered"), step(2_000, "email.complained")]
    } else if is("delay") {
        let words = format!("smtp; 452 4.2.2 <{recipient}>: mailbox is full, try again later");
        vec![
            step(0, "email.sent"),
            with(1_000, "email.delivery_delayed", bounce("Transient", "MailboxFull", &words)),
            step(LAST_AFTER_MS, "email.delivered"),
        ]
    } else if is("fail") {
        vec![with(1_000, "email.failed", ("failed", json!({ "reason": "reached_daily_quota" })))]
    } else if is("silent") {
        Vec::new()
    } else {
        vec![step(0, "email.sent"), step(1_000, "email.delivered")]
    }
}

fn bounce(kind: &str, subtype: &str, words: &str) -> (&'static str, Value) {
    let message = "The recipient's mail server did not take the message.";
    let details = json!({ "type": kind, "subType": subtype, "message": message, "diagnosticCode": [words] });
    ("bounce", details)
}

fn event(mail: &Taken, email_id: &str, step: Step, at: Timestamp) -> Value {
    let headers = mail.headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect::<Vec<_>>();
    let mut data = Map::new();
    data.insert("created_at".into(), json!(instant(mail.at, "%Y-%m-%dT%H:%M:%S%.6f+00:00")));
    data.insert("email_id".into(), json!(email_id));
    data.insert("message_id".into(), json!(format!("<{}>", mail.message_id)));
    data.insert("from".into(), json!(mail.header_from));
    data.insert("to".into(), json!([mail.recipient]));
    data.insert("subject".into(), json!(mail.subject));
    data.insert("headers".into(), json!(headers));
    if let Some((name, details)) = step.details {
        data.insert(name.into(), details);
    }
    json!({ "type": step.kind, "created_at": instant(at, "%Y-%m-%dT%H:%M:%S%.3fZ"), "data": data })
}

fn instant(at: Timestamp, format: &str) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().strftime(format).to_string()
}

/// A new id, a random UUID as Resend's are.
pub fn email_id() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("the system has a source of randomness");
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(recipient: &str) -> Vec<(&'static str, i64)> {
        steps(recipient).into_iter().map(|step| (step.kind, step.after_ms)).collect()
    }

    #[test]
    fn the_local_part_picks_the_outcome() {
        assert_eq!(types("ann@example.com"), [("email.sent", 0), ("email.delivered", 1_000)]);
        assert_eq!(types("Bounce.ann@example.com"), [("email.sent", 0), ("email.bounced", 1_000)]);
        assert_eq!(types("complain@example.com").last(), Some(&("email.complained", 2_000)));
        assert_eq!(types("delayed@example.com")[1..], [("email.delivery_delayed", 1_000), ("email.delivered", 7_000)]);
        assert_eq!(types("fail@example.com"), [("email.failed", 1_000)]);
        assert_eq!(types("silent@example.com"), []);
        assert_eq!(types("ann@bounce.example"), [("email.sent", 0), ("email.delivered", 1_000)]);
    }

    #[test]
    fn an_event_has_resends_shape() {
        let source = b"From: Callboard <mail@callboard.test>\r\nSubject: =?utf-8?b?w4lsYW4=?=\r\n\
            Message-ID: <m1@callboard.test>\r\nX-Callboard-Ref: r1\r\n\r\nHello\r\n";
        let mail = Taken::new("mail@callboard.test", "bounce@example.com".into(), source, Timestamp(1_795_435_200_123));
        let email_id = email_id();
        let callbacks = plan(&mail, &email_id, Timestamp(1_795_435_200_123));
        let body: Value = serde_json::from_str(&callbacks[1].body).expect("JSON");
        assert_eq!(email_id.len(), 36);
        assert!(callbacks[0].body.contains(&email_id), "one id for all events of a mail");
        assert_eq!(
            body,
            json!({
                "type": "email.bounced",
                "created_at": "2026-11-23T12:00:01.123Z",
                "data": {
                    "created_at": "2026-11-23T12:00:00.123000+00:00",
                    "email_id": email_id,
                    "message_id": "<m1@callboard.test>",
                    "from": "Callboard <mail@callboard.test>",
                    "to": ["bounce@example.com"],
                    "subject": "Élan",
                    "headers": [{ "name": "X-Callboard-Ref", "value": "r1" }],
                    "bounce": {
                        "type": "Permanent",
                        "subType": "General",
                        "message": "The recipient's mail server did not take the message.",
                        "diagnosticCode": [
                            "smtp; 550 5.1.1 <bounce@example.com>: Recipient address rejected: no such user"
                        ],
                    },
                },
            })
        );
        assert_ne!(callbacks[0].svix_id, callbacks[1].svix_id);
    }
}
