//! Whether what is on the screen is current.

use leptos::prelude::*;

use super::{Live, LiveStatus};

#[component]
pub fn LivePill() -> impl IntoView {
    let status = Live::expect().status();
    let code = move || match status.get() {
        LiveStatus::Connecting => "connecting",
        LiveStatus::Live => "live",
        LiveStatus::Offline => "offline",
    };
    let word = move || match status.get() {
        LiveStatus::Connecting => "Connecting",
        LiveStatus::Live => "Live",
        LiveStatus::Offline => "Offline",
    };
    view! { <span class="pill" data-state=code role="status">{word}</span> }
}
