//! The document around every page, rendered by the server alone.

use std::sync::Arc;

use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;
use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{Link, MetaTags, provide_meta_context};

use crate::client_files::ClientFiles;
use crate::csp::content_security_policy;
use crate::paths;
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
    let scripts = page.is_none_or(|page| page.scripts).then(|| {
        provide_context(Arc::clone(&client));
        view! {
            <AutoReload options />
            <Scripts client />
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

/// Starts the client. Leptos' own `HydrationScripts` reads the file with the names at every page.
#[component]
fn Scripts(client: Arc<ClientFiles>) -> impl IntoView {
    let ClientFiles { script, module, loader, .. } = &*client;
    let start = format!(
        "import({script:?}).then((client) => client.default({{ module_or_path: {module:?} }}).then(() => client.hydrate()))"
    );
    view! {
        <link rel="modulepreload" href=script.clone() />
        {loader.clone().map(|loader| view! { <link rel="modulepreload" href=loader /> })}
        <link rel="preload" href=module.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce()>{start}</script>
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
