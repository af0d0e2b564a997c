//! Whether what is on the screen is current.

use leptos::prelude::*;

use super::{Live, LiveStatus};

#[component]
pub fn LivePill() -> impl IntoView {
    let status = Live::expect().status();
    let shown = move || match status.get() {
        LiveStatus::Connecting => ("connecting", "Connecting"),
        LiveStatus::Live => ("live", "Live"),
        LiveStatus::Offline => ("offline", "Offline"),
    };
    view! { <span class="pill" data-state=move || shown().0 role="status">{move || shown().1}</span> }
}
