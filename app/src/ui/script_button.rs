//! A button whose work only scripts can do.

use leptos::prelude::*;

use super::hydrated;

/// Disabled, with the reason beside it, until the page is hydrated, and again once the client has ended (`start.js`). While `busy` it is
/// only said to be: the keyboard stays on it.
pub fn script_button(
    label: impl Fn() -> &'static str + Send + 'static,
    busy: Option<Signal<bool>>,
    press: impl Fn() + 'static,
) -> AnyView {
    button(Box::new(label), busy, Box::new(press))
}

/// Not generic, so that it is compiled once.
pub(super) fn button(
    label: Box<dyn Fn() -> &'static str + Send>,
    busy: Option<Signal<bool>>,
    press: Box<dyn Fn()>,
) -> AnyView {
    view! {
        <button
            type="button"
            class="button"
            data-needs-scripts=""
            disabled=move || !hydrated()
            aria-disabled=move || busy.map(|busy| busy.get().to_string())
            on:click=move |_| press()
        >
            {label}
        </button>
        <span class="fine needs-scripts">"Works once the page has loaded fully."</span>
    }
    .into_any()
}
