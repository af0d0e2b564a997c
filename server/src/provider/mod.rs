//! Mail providers: how each carries our reference, and how it reports on our mail.
//!
//! A provider is one file here and one line in `PROVIDERS`: settings, mail headers, webhooks and stored codes all go by
//! that list, and a provider's field names stand only in its file. Everything here is pure: bytes in, facts out.

mod event;
mod json;
mod resend;
mod smtp;
pub mod svix;
mod words;

use app::domain::time::Timestamp;
use axum::http::HeaderMap;

pub use event::{ProviderEvent, Webhook};
pub use resend::RESEND;
pub use smtp::SMTP;

/// Every provider that this version knows.
pub static PROVIDERS: [&Provider; 2] = [&SMTP, &RESEND];

/// The header in which our reference travels wherever a provider asks for no other.
const REFERENCE_HEADER: &str = "X-Callboard-Ref";

/// A mail provider.
#[derive(Debug)]
pub struct Provider {
    /// As the database stores it, `CALLBOARD_MAIL_PROVIDER` names it, and the path of its webhook ends.
    pub code: &'static str,
    /// The headers in which our reference travels, so that it comes back in the provider's events. ASCII and short.
    pub reference_headers: fn(reference: &str) -> Vec<(&'static str, String)>,
    /// The provider's id of a mail, if the reply by which its server accepted the mail names it.
    pub id_in_reply: fn(reply: &str) -> Option<String>,
    /// `None` where nothing comes back after the hand-over.
    pub webhooks: Option<Webhooks>,
}

/// How a provider reports.
#[derive(Debug)]
pub struct Webhooks {
    /// The setting with the secrets, `CALLBOARD_WEBHOOK_SECRET_<PROVIDER>`, and the same as a flag.
    pub setting: &'static str,
    pub flag: &'static str,
    /// What the setting holds, for `--help`.
    pub help: &'static str,
    /// Checks requests against any of several secrets, so that one can be rotated without loss.
    pub verifier: fn(secrets: &[String]) -> Result<Verifier, BadSecret>,
    /// What one webhook says. `id` is the request's own id; `now` dates an event that does not say when it happened.
    pub normalise: fn(id: &str, body: &[u8], now: Timestamp) -> Result<Webhook, Malformed>,
}

/// Knows one provider's genuine requests.
pub type Verifier = Box<dyn Verify>;

pub trait Verify: Send + Sync {
    /// Returns the id of a request that is genuine and fresh, the same in every repetition; an empty one where the
    /// provider gives requests no id. Looks at the bytes as they came in.
    fn verify<'h>(&self, headers: &'h HeaderMap, body: &[u8], now: Timestamp) -> Result<&'h str, Refused>;
}

/// A secret that cannot be one of this provider's. Says what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct BadSecret(pub &'static str);

/// Why a request is not believed, for the log. Whoever sent it is told no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("not signed by a secret we know")]
    Unsigned,
    /// Genuine, but signed at a time that our clock is too far from: a repetition of an old one, or a clock that is wrong.
    #[error("rightly signed, but {} s {} by this machine's clock", seconds.unsigned_abs(), if *seconds < 0 { "ahead" } else { "ago" })]
    Clock {
        /// From the signed time until now.
        seconds: i64,
    },
}

/// Not JSON, or not an event. Says what is missing, never a word of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an event: {0}")]
pub struct Malformed(&'static str);

/// Returns the provider with this code; `None` for one that this version does not know.
pub fn find(code: &str) -> Option<&'static Provider> {
    PROVIDERS.into_iter().find(|provider| provider.code == code)
}

/// The providers that report, each with how it does.
pub fn reporting() -> impl Iterator<Item = (&'static Provider, &'static Webhooks)> {
    PROVIDERS.into_iter().filter_map(|provider| Some((provider, provider.webhooks.as_ref()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_has_a_code_and_settings_of_its_own() {
        for provider in PROVIDERS {
            let code = provider.code;
            assert!(std::ptr::eq(find(code).expect("it is known"), provider), "two are called {code}");
            assert!(!code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()), "{code}");
            assert!(!["sandbox", "callboard"].contains(&code), "{code} means something else");
        }
        for (provider, webhooks) in reporting() {
            assert_eq!(webhooks.setting, format!("CALLBOARD_WEBHOOK_SECRET_{}", provider.code.to_ascii_uppercase()));
            assert_eq!(webhooks.flag, format!("webhook-secret-{}", provider.code));
        }
    }

    #[test]
    fn references_travel_in_plain_short_headers() {
        for provider in PROVIDERS {
            let headers = (provider.reference_headers)("r3f-4nn");
            assert!(headers.iter().any(|(_, value)| value.contains("r3f-4nn")), "{}", provider.code);
            for (name, value) in headers {
                assert!(name.is_ascii() && value.is_ascii() && value.len() < 200, "{name}: {value}");
            }
        }
    }
}
