//! The document around every page, rendered by the server alone.

use std::sync::{Arc, LazyLock};

use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{Link, MetaTags, provide_meta_context};

use crate::backend::Backend;
use crate::client_files::ClientFiles;
use crate::csp::content_security_policy;
use crate::page_script::without_comments;
use crate::paths::{self, Audience};
use crate::plain_form::RefusedForm;
use crate::routes::App;

/// The whole document.
pub fn shell(options: LeptosOptions, client: Arc<ClientFiles>) -> impl IntoView {
    provide_meta_context();
    let page = use_context::<http::request::Parts>().and_then(|parts| paths::page_at(parts.uri.path()));
    let nonce = use_nonce();
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        let policy = content_security_policy(nonce.as_deref());
        if let Ok(value) = HeaderValue::from_str(&policy) {
            response.insert_header(CONTENT_SECURITY_POLICY, value);
        }
    }
    let stylesheet = client.stylesheet.clone();
    let for_guests = page.is_some_and(|page| page.audience == Audience::Everybody);
    let with_scripts = page.is_some_and(|page| page.scripts);
    let shown_again = RefusedForm::page();
    let start = if with_scripts {
        Some(view! { <Start client=Arc::clone(&client) /> }.into_any())
    } else {
        shown_again.is_some().then(|| view! { <script nonce=use_nonce()>{OWN_ADDRESS}</script> }.into_any())
    };
    let scripts = with_scripts.then(|| {
        provide_context(Arc::clone(&client));
        view! {
            <AutoReload options />
            <Preloads client />
        }
    });
    let now = use_context::<Backend>().map(|backend| (backend.now)().0.to_string());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-now=now data-page=shown_again>
            <head>
                <meta charset="utf-8" />
                {start}
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light dark" />
                // Phones make links of what looks like a number, a date or an address.
                <meta name="format-detection" content="telephone=no, date=no, address=no, email=no" />
                {for_guests.then(|| view! { <meta name="robots" content="noindex, nofollow" /> })}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="stylesheet" href=stylesheet id="style" />
                {scripts}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// A form that was refused came back under the address it was posted to.
const OWN_ADDRESS: &str = r#"history.replaceState(null, "", document.documentElement.dataset.page)"#;

/// `start.js` without its comments and indents.
static START: LazyLock<String> = LazyLock::new(|| without_comments(include_str!("start.js")));

/// Starts the client. Leptos' own `HydrationScripts` reads the file with the names at every page.
#[component]
fn Start(client: Arc<ClientFiles>) -> impl IntoView {
    let ClientFiles { script, module, .. } = &*client;
    view! {
        <script nonce=use_nonce() data-client=script.clone() data-wasm=module.clone()>{START.as_str()}</script>
    }
}

/// Has the browser fetch the client while it reads the page.
#[component]
fn Preloads(client: Arc<ClientFiles>) -> impl IntoView {
    let ClientFiles { script, module, loader, .. } = &*client;
    view! {
        <link rel="modulepreload" href=script.clone() />
        {loader.clone().map(|loader| view! { <link rel="modulepreload" href=loader /> })}
        <link rel="preload" href=module.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
    }
}

/// Lets the browser fetch a part of the client along with the rest, instead of when the rest has arrived and asks for it.
pub(crate) fn preload(part: &str) {
    let Some(client) = use_context::<Arc<ClientFiles>>() else { return };
    for module in client.parts.get(part).into_iter().flatten() {
        let link = view! {
            <Link rel="preload" href=module.clone() as_="fetch" type_="application/wasm" crossorigin="anonymous" />
        };
        // A tag of the head is noted when it is written, and gives no text itself.
        let _ = link.to_html();
    }
}
