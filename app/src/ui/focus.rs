//! Where the keyboard goes when the element it was on is gone, or when something needs attention.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Puts the focus on the element with this id, once what was just changed is on the screen. Browser only.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    request_animation_frame(move || focus_now(&id));
}

fn focus_now(id: &str) {
    let element = document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = element {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}
