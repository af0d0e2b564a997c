//! The title of the document.

use leptos::prelude::*;

/// What stands in the browser's tab, before "· Callboard".
#[component]
pub fn PageTitle(
    /// May read signals.
    text: impl Fn() -> String + Send + Sync + 'static,
) -> impl IntoView {
    show(Box::new(text));
}

/// The server writes the title last of all, when another thread may have ended the page's signals: it reads them now.
#[cfg(feature = "ssr")]
fn show(text: Box<dyn Fn() -> String + Send + Sync>) {
    // The component leaves its text with the response when it is made; it has no HTML of its own.
    let _ = view! { <leptos_meta::Title text=super::raw_text::raw_text(&titled(&untrack(text))) /> };
}

/// The server's title stands already; whatever comes later is set by the browser, which needs no library for that.
#[cfg(not(feature = "ssr"))]
fn show(text: Box<dyn Fn() -> String + Send + Sync>) {
    Effect::new(move |_| document().set_title(&titled(&text())));
}

fn titled(page: &str) -> String {
    format!("{page} · Callboard")
}
