//! The document around every page, rendered by the server alone.

use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};

use crate::csp::content_security_policy;
use crate::routes::{App, is_plain};

/// The whole document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    provide_meta_context();
    let plain = use_context::<http::request::Parts>().is_some_and(|parts| is_plain(parts.uri.path()));
    let nonce = use_nonce();
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        let policy = content_security_policy(nonce.as_deref());
        if let Ok(value) = HeaderValue::from_str(&policy) {
            response.insert_header(CONTENT_SECURITY_POLICY, value);
        }
    }
    let scripts = (!plain).then(|| {
        let options = options.clone();
        view! {
            <AutoReload options=options.clone() />
            <HydrationScripts options />
        }
    });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <HashedStylesheet options id="style" />
                {scripts}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
