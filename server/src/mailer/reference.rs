//! In which header our reference travels, so that it comes back in the provider's events.

use crate::config::Provider;

/// Header names and values, ASCII and short.
pub(super) fn reference_headers(provider: Provider, reference: &str) -> Vec<(&'static str, String)> {
    let own = ("X-Callboard-Ref", reference.to_owned());
    match provider {
        // By the second one Resend knows a repeated hand-over for the same mail.
        Provider::Sandbox | Provider::Resend => vec![own, ("Resend-Idempotency-Key", reference.to_owned())],
        Provider::Smtp => vec![own],
    }
}
