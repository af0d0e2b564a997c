//! When the page begins to react.
//!
//! The server's HTML is taken over bit by bit, with pauses while chunks load. Whatever changes a signal that a view shows
//! (a clock, a message) has to wait until all of it is taken over: else the view no longer matches the HTML it meets.

use leptos::prelude::*;

thread_local! {
    static HYDRATED: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// Runs `begin` once the page is hydrated; at once when it is already. Never on the server. What `begin` registers with
/// `on_cleanup` ends with the calling component.
pub fn after_hydration(begin: impl FnOnce() + 'static) {
    let mut begin = Some(begin);
    Effect::new(move |_| {
        if HYDRATED.with(ArcRwSignal::get)
            && let Some(begin) = begin.take()
        {
            begin();
        }
    });
}

/// Whether the whole page is taken over.
pub fn is_hydrated() -> bool {
    HYDRATED.with(ArcRwSignal::get_untracked)
}

/// As `is_hydrated`, tracked: what reads it is drawn again once the page reacts. On the server the answer is no.
pub fn hydrated() -> bool {
    cfg!(not(feature = "ssr")) && HYDRATED.with(ArcRwSignal::get)
}

/// Says that the whole page is taken over. `<html>` then carries `data-hydrated`.
pub fn mark_hydrated() {
    if let Some(root) = document().document_element() {
        // Setting an attribute of <html> cannot fail.
        let _ = root.set_attribute("data-hydrated", "");
    }
    HYDRATED.with(|hydrated| hydrated.set(true));
}
