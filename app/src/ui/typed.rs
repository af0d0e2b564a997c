//! A field and the signal behind it. What a person typed wins: also what was typed, or filled in by the browser, before the
//! page was hydrated.

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::hydration::{hydrated, is_hydrated};

/// Binds a field to what it shows: once the page that it came with is hydrated, what stands in the field is taken in by
/// `type_in`; from then on the field follows `shown`. Until then nothing writes to it. `shown` may read signals.
pub fn bind_field<E>(
    field: NodeRef<E>,
    shown: impl Fn() -> String + Send + Sync + 'static,
    type_in: impl Fn(String) + Send + Sync + 'static,
) where
    E: ElementType,
    E::Output: JsCast + Clone + 'static,
{
    // A text area has its value under the same name.
    let element = move || field.get().map(JsCast::unchecked_into);
    bind(Box::new(element), Box::new(shown), Box::new(type_in));
}

type Element = Box<dyn Fn() -> Option<web_sys::HtmlInputElement> + Send + Sync>;

/// Not generic, so that it is compiled once for all fields.
pub(super) fn bind(
    element: Element,
    shown: Box<dyn Fn() -> String + Send + Sync>,
    type_in: Box<dyn Fn(String) + Send + Sync>,
) {
    // What a screen that was drawn in the browser shows at first, nobody has typed.
    let came_with_the_page = !is_hydrated();
    Effect::new(move |taken_in: Option<bool>| {
        let shown = shown();
        let Some(element) = element().filter(|_| hydrated()) else { return false };
        let stands = element.value();
        if !same(&stands, &shown) {
            if came_with_the_page && taken_in != Some(true) {
                type_in(stands);
            } else {
                element.set_value(&shown);
            }
        }
        true
    });
}

/// A text area shows every line break as a line feed, and none at its very start.
fn same(stands: &str, shown: &str) -> bool {
    stands == shown || stands.trim_start_matches('\n') == shown.replace("\r\n", "\n").trim_start_matches('\n')
}

#[cfg(test)]
mod tests {
    use super::same;

    #[test]
    fn a02_line_breaks_that_a_text_area_changes_are_nothing_typed() {
        assert!(same("a\nb", "a\r\nb") && same("a", "\na") && same("", ""));
        assert!(!same("a\nb", "a b") && !same("", "a"));
    }
}
