//! Resend's events, normalised. Pure: a body in, facts out.
//!
//! Opened, clicked and unknown events yield nothing; of them only the type is read. Fields beyond those named here are
//! never looked at, and any of them may be missing.

use app::domain::delivery::{DeliveryEvent, Report};
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::svix::Svix;
use super::{Malformed, Provider, ProviderEvent, REFERENCE_HEADER, Webhook, Webhooks, words};

pub static RESEND: Provider = Provider {
    code: "resend",
    // By the second one Resend knows a repeated hand-over for the same mail.
    reference_headers: |reference| {
        vec![(REFERENCE_HEADER, reference.to_owned()), ("Resend-Idempotency-Key", reference.to_owned())]
    },
    id_in_reply,
    webhooks: Some(Webhooks {
        setting: "CALLBOARD_WEBHOOK_SECRET_RESEND",
        flag: "webhook-secret-resend",
        help: "The signing secret of Resend's webhook; several, comma-separated, while one is rotated",
        verifier: |secrets| Ok(Box::new(Svix::new(secrets)?)),
        normalise,
    }),
};

const FROM_ITS_OWN_LIST: &str = "refused by the mail provider's own suppression list";

/// Resend's ids are UUIDs. What its reply looks like is not documented, so one is taken wherever it stands.
fn id_in_reply(reply: &str) -> Option<String> {
    let is_uuid = |word: &&str| word.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    reply.split(|c: char| c != '-' && !c.is_ascii_hexdigit()).find(is_uuid).map(str::to_ascii_lowercase)
}

#[derive(Deserialize)]
struct Head {
    r#type: String,
}

#[derive(Deserialize)]
struct Body {
    /// When it happened. `data.created_at` is when the email was made: the same for all its events.
    #[serde(default)]
    created_at: Value,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    email_id: Value,
    message_id: Value,
    headers: Value,
    tags: Value,
    bounce: Value,
    failed: Value,
    suppressed: Value,
}

fn normalise(key: &str, body: &[u8], now: Timestamp) -> Result<Webhook, Malformed> {
    let Head { r#type: kind } = serde_json::from_slice(body)?;
    let Some(read) = reader(&kind) else {
        return Ok(Webhook { kind, events: Vec::new() });
    };
    let Body { created_at, data } = serde_json::from_slice(body)?;
    let Outcome { report, reason, suppress } = read(&data);
    let event = ProviderEvent {
        key: key.to_owned(),
        reference: named(&data.headers, REFERENCE_HEADER)
            .or_else(|| named(&data.tags, REFERENCE_HEADER))
            .and_then(words::id),
        provider_message_id: data.email_id.as_str().and_then(words::id),
        message_id: data.message_id.as_str().map(bare).and_then(words::id),
        event: DeliveryEvent { report, reason, occurred_at: created_at.as_str().and_then(instant).unwrap_or(now) },
        suppress,
    };
    Ok(Webhook { kind, events: vec![event] })
}

struct Outcome {
    report: Report,
    reason: Option<String>,
    suppress: Option<SuppressionCause>,
}

impl Outcome {
    /// No verdict on the address.
    fn of(report: Report, reason: Option<String>) -> Self {
        Self { report, reason, suppress: None }
    }

    /// The provider never tried: it refuses the address from a list of its own.
    fn provider_suppressed(words: Option<String>) -> Self {
        let reason = words.map_or_else(|| FROM_ITS_OWN_LIST.into(), |words| format!("{FROM_ITS_OWN_LIST}: {words}"));
        Self {
            report: Report::Bounced,
            reason: words::reason(&reason),
            suppress: Some(SuppressionCause::ProviderSuppressed),
        }
    }
}

/// How to read an event of this type; `None` for all that is not about delivery.
fn reader(kind: &str) -> Option<fn(&Data) -> Outcome> {
    match kind {
        "email.sent" => Some(|_| Outcome::of(Report::Sent, None)),
        "email.delivered" => Some(|_| Outcome::of(Report::Delivered, None)),
        "email.delivery_delayed" => Some(|data| Outcome::of(Report::Delayed, bounce_words(&data.bounce))),
        "email.bounced" => Some(|data| bounced(&data.bounce)),
        "email.complained" => Some(|_| Outcome {
            report: Report::SpamReported,
            reason: None,
            suppress: Some(SuppressionCause::Complaint),
        }),
        // Quota, domain, API key: an outage at the sender's side says nothing about the address.
        "email.failed" => Some(|data| Outcome::of(Report::Failed, said(&data.failed["reason"]))),
        "email.suppressed" => Some(|data| Outcome::provider_suppressed(said(&data.suppressed["message"]))),
        _ => None,
    }
}

fn bounced(bounce: &Value) -> Outcome {
    let said = bounce_words(bounce);
    let kind = bounce["type"].as_str();
    let subtype = bounce["subType"].as_str().unwrap_or_default();
    if matches!(subtype, "Suppressed" | "OnAccountSuppressionList") {
        return Outcome::provider_suppressed(said);
    }
    // Mailbox full, too large, an answering machine: final, but no proof that the address is bad. An unknown type is
    // read the same way, because blocking a good address is the worse mistake.
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("permanent")) {
        return Outcome::of(Report::Failed, said);
    }
    if bounce["message"].as_str().is_some_and(|message| message.to_ascii_lowercase().contains("suppression list")) {
        return Outcome::provider_suppressed(said);
    }
    Outcome { report: Report::Bounced, reason: said, suppress: Some(SuppressionCause::Bounce) }
}

/// The receiving server's own words, else the provider's.
fn bounce_words(bounce: &Value) -> Option<String> {
    let diagnostic = match &bounce["diagnosticCode"] {
        Value::Array(lines) => {
            let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
            words::reason(&lines.join(" "))
        }
        other => said(other),
    };
    diagnostic.or_else(|| said(&bounce["message"]))
}

fn said(value: &Value) -> Option<String> {
    value.as_str().and_then(words::reason)
}

/// The value under a name in `[{name, value}]` or `{name: value}`: both shapes occur.
fn named<'v>(pairs: &'v Value, wanted: &str) -> Option<&'v str> {
    match pairs {
        Value::Array(pairs) => pairs
            .iter()
            .find(|pair| pair["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(wanted)))?["value"]
            .as_str(),
        Value::Object(pairs) => pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted))?.1.as_str(),
        _ => None,
    }
}

fn bare(message_id: &str) -> &str {
    message_id.trim().trim_start_matches('<').trim_end_matches('>')
}

/// Both `…Z` and `…+00:00` with microseconds occur.
fn instant(text: &str) -> Option<Timestamp> {
    text.trim().parse::<jiff::Timestamp>().ok().map(|at| Timestamp(at.as_millisecond()))
}

#[cfg(test)]
#[path = "resend_tests.rs"]
mod tests;
