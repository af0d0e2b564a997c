//! Text that appears on hover and on keyboard focus alike, and goes with Escape (WCAG 2.2, 1.4.13).

use leptos::ev;
use leptos::prelude::*;

/// A button that explains itself. `id` must be unique on the page; the tip is plain text.
#[component]
pub fn WithTip(
    id: String,
    tip: String,
    class: &'static str,
    status: &'static str,
    fresh: ArcRwSignal<bool>,
    children: Children,
) -> impl IntoView {
    let dismissed = RwSignal::new(false);
    let on_key = move |ev: ev::KeyboardEvent| {
        if ev.key() == "Escape" {
            dismissed.set(true);
        }
    };
    view! {
        <span
            class="has-tip"
            data-dismissed=move || dismissed.get().then_some("")
            on:mouseleave=move |_| dismissed.set(false)
            on:focusout=move |_| dismissed.set(false)
        >
            <button
                type="button"
                class=class
                data-status=status
                data-fresh=move || fresh.get().then_some("")
                aria-describedby=id.clone()
                on:keydown=on_key
            >
                {children()}
            </button>
            <span role="tooltip" id=id class="tip">{tip}</span>
        </span>
    }
}
