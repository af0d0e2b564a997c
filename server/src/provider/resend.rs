//! Resend's events, normalised. Pure: a body in, facts out.
//!
//! Opened, clicked and unknown events yield nothing; of them only the type is read. Fields beyond those named here are
//! never looked at, and any of them may be missing or of another kind than expected: only the type must be there.

use app::domain::delivery::{DeliveryEvent, Report};
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;

use super::json::{Field, Fields, mended};
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

fn normalise(key: &str, body: &[u8], now: Timestamp) -> Result<Webhook, Malformed> {
    let text = mended(body);
    let webhook = Fields::read(&text).ok_or(Malformed("it is no JSON object"))?;
    let kind = webhook.get("type").text().ok_or(Malformed("it has no type"))?;
    let Some(read) = reader(&kind) else {
        return Ok(Webhook { kind, events: Vec::new() });
    };
    let data = webhook.get("data");
    let data = match data.fields() {
        Some(fields) => fields,
        None if data.is_absent() => Fields::default(),
        None => return Err(Malformed("its data is no object")),
    };
    let Outcome { report, reason, suppress } = read(&data);
    // When it happened. `data.created_at` is when the email was made: the same for all its events.
    let occurred_at = webhook.get("created_at").text().and_then(|text| instant(&text)).unwrap_or(now);
    let event = ProviderEvent {
        key: key.to_owned(),
        reference: ["headers", "tags"].into_iter().find_map(|pairs| id_named(data.get(pairs), REFERENCE_HEADER)),
        provider_message_id: data.get("email_id").text().and_then(|id| words::id(&id)),
        message_id: data.get("message_id").text().and_then(|id| words::id(bare(&id))),
        event: DeliveryEvent { report, reason, occurred_at },
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
fn reader(kind: &str) -> Option<fn(&Fields) -> Outcome> {
    match kind {
        "email.sent" => Some(|_| Outcome::of(Report::Sent, None)),
        "email.delivered" => Some(|_| Outcome::of(Report::Delivered, None)),
        "email.delivery_delayed" => Some(|data| Outcome::of(Report::Delayed, bounce_words(&inside(data, "bounce")))),
        "email.bounced" => Some(|data| bounced(&inside(data, "bounce"))),
        "email.complained" => Some(|_| Outcome {
            report: Report::SpamReported,
            reason: None,
            suppress: Some(SuppressionCause::Complaint),
        }),
        // Quota, domain, API key: an outage at the sender's side says nothing about the address.
        "email.failed" => Some(|data| Outcome::of(Report::Failed, said(inside(data, "failed").get("reason")))),
        "email.suppressed" => {
            Some(|data| Outcome::provider_suppressed(said(inside(data, "suppressed").get("message"))))
        }
        _ => None,
    }
}

fn inside<'t>(data: &Fields<'t>, name: &str) -> Fields<'t> {
    data.get(name).fields().unwrap_or_default()
}

fn bounced(bounce: &Fields) -> Outcome {
    let said = bounce_words(bounce);
    let kind = bounce.get("type").text();
    let subtype = bounce.get("subType").text().unwrap_or_default();
    if matches!(subtype.as_str(), "Suppressed" | "OnAccountSuppressionList") {
        return Outcome::provider_suppressed(said);
    }
    // Mailbox full, too large, an answering machine: final, but no proof that the address is bad. An unknown type is
    // read the same way, because blocking a good address is the worse mistake.
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("permanent")) {
        return Outcome::of(Report::Failed, said);
    }
    let message = bounce.get("message").text();
    if message.is_some_and(|message| message.to_ascii_lowercase().contains("suppression list")) {
        return Outcome::provider_suppressed(said);
    }
    Outcome { report: Report::Bounced, reason: said, suppress: Some(SuppressionCause::Bounce) }
}

/// The receiving server's own words, else the provider's.
fn bounce_words(bounce: &Fields) -> Option<String> {
    let diagnostic = bounce.get("diagnosticCode");
    let diagnostic = match diagnostic.items() {
        Some(lines) => {
            let lines: Vec<String> = lines.into_iter().filter_map(Field::text).collect();
            words::reason(&lines.join(" "))
        }
        None => said(diagnostic),
    };
    diagnostic.or_else(|| said(bounce.get("message")))
}

fn said(field: Field) -> Option<String> {
    field.text().and_then(|text| words::reason(&text))
}

/// The id under a name in `[{name, value}]` or `{name: value}`: both shapes occur.
fn id_named(pairs: Field, wanted: &str) -> Option<String> {
    let id = |value: Field| words::id(&value.text()?);
    match pairs.items() {
        Some(pairs) => pairs.into_iter().filter_map(Field::fields).find_map(|pair| {
            pair.get("name").text().filter(|name| name.eq_ignore_ascii_case(wanted))?;
            id(pair.get("value"))
        }),
        None => pairs.fields()?.named(wanted).find_map(id),
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
