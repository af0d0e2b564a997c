//! Where the keyboard goes when the element it was on is gone, or when something needs attention.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::is_hydrated;

/// Puts the focus on the element with this id, once what was just changed is on the screen. Browser only.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || focus_now(&id));
}

/// Keeps the focus where it is while elements move: a browser takes it from an element that is put elsewhere in the page. Call
/// it just before they move.
pub fn keep_focus() {
    if !is_hydrated() {
        return;
    }
    let Some(before) = focused() else { return };
    request_animation_frame(move || {
        if before.is_connected() && focused().is_none() {
            // It had the focus, so it can take it.
            let _ = before.focus();
        }
    });
}

/// What the focus is on; `None` while it is on the page as a whole.
fn focused() -> Option<web_sys::HtmlElement> {
    let element = document().active_element().filter(|element| element.tag_name() != "BODY")?;
    element.dyn_into().ok()
}

fn focus_now(id: &str) {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}
