//! What was typed into a form whose fields are the browser's own, kept while the page lives: it is there again when one comes back.
//! Before the page itself goes, the browser asks.

use std::cell::RefCell;
use std::collections::BTreeMap;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::ui::{Notice, NoticeKind, dynamic, is_hydrated, warn_on_leaving};

/// What stood in a field with a name, hidden ones too: they say what it was typed into.
#[derive(Clone)]
struct Stood {
    name: String,
    value: String,
    checked: bool,
}

type Forms = RefCell<BTreeMap<String, Vec<Stood>>>;

thread_local! {
    /// What was typed, by the address of the page that the form is on.
    static KEPT: Forms = const { RefCell::new(BTreeMap::new()) };
    /// What stood in the forms that were filled again, as they were drawn.
    static DRAWN: Forms = const { RefCell::new(BTreeMap::new()) };
}

/// Keeps what is typed into the form with this id, which is on the page with this address. It is `posted` if it comes back from
/// the server with what was typed. Returns what is said above the fields of a form that was left and is back,
/// and whether it is said.
pub(crate) fn keep_typed(form: String, page: String, posted: bool) -> (AnyView, RwSignal<bool>) {
    let before = KEPT.with_borrow(|kept| kept.get(&page).cloned()).filter(|_| is_hydrated());
    let restored = RwSignal::new(before.is_some());
    let notice = {
        let (form, page) = (form.clone(), page.clone());
        move || restored.get().then(|| told(form.clone(), page.clone(), restored))
    };
    if let Some(before) = before {
        let (form, page) = (form.clone(), page.clone());
        // It stands there with the next frame.
        request_animation_frame(move || {
            DRAWN.with_borrow_mut(|drawn| drawn.insert(page, read(&form)));
            fill(&form, &before);
        });
    }
    Effect::new(move |_| {
        if posted {
            keep(&form, &page);
        }
        let typing = {
            let (form, page) = (form.clone(), page.clone());
            window_event_listener(ev::input, move |ev| {
                if is_in(&ev, &form) {
                    keep(&form, &page);
                }
            })
        };
        let posting = {
            let (form, page) = (form.clone(), page.clone());
            window_event_listener(ev::submit, move |ev| {
                if is_in(&ev, &form) {
                    warn_on_leaving(&page, false);
                }
            })
        };
        on_cleanup(move || {
            typing.remove();
            posting.remove();
        });
    });
    (dynamic(notice), restored)
}

/// What was typed before is back.
fn told(form: String, page: String, restored: RwSignal<bool>) -> AnyView {
    let discard = move |_| {
        forget(&page);
        restored.set(false);
        fill(&form, &DRAWN.with_borrow(|drawn| drawn.get(&page).cloned()).unwrap_or_default());
    };
    view! {
        <Notice kind=NoticeKind::Warning>
            <p><b>"Not saved yet."</b> " What you typed before you left is still here."</p>
            <button type="button" class="button" on:click=discard>"Discard"</button>
        </Notice>
    }
    .into_any()
}

/// Forgets what was typed on a page: it is saved, or is not to be.
pub(crate) fn forget(page: &str) {
    KEPT.with_borrow_mut(|kept| kept.remove(page));
    warn_on_leaving(page, false);
}

fn is_in(ev: &web_sys::Event, form: &str) -> bool {
    let target = ev.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.and_then(|target| target.closest("form").ok().flatten()).is_some_and(|own| own.id() == form)
}

/// The fields of a form that have a name and hold something.
fn fields(form: &str) -> impl Iterator<Item = HtmlInputElement> {
    let fields = document().get_element_by_id(form).map(|form| js_sys::Array::from(&form)).unwrap_or_default();
    // All kinds of fields have their value under the same name.
    let fields = fields.into_iter().map(JsCast::unchecked_into::<HtmlInputElement>);
    fields.filter(|field| !field.name().is_empty() && field.tag_name() != "BUTTON")
}

fn read(form: &str) -> Vec<Stood> {
    let stood = |field: HtmlInputElement| Stood { name: field.name(), value: field.value(), checked: field.checked() };
    fields(form).map(stood).collect()
}

fn keep(form: &str, page: &str) {
    KEPT.with_borrow_mut(|kept| kept.insert(page.to_owned(), read(form)));
    warn_on_leaving(page, true);
}

fn fill(form: &str, before: &[Stood]) {
    for field in fields(form) {
        let (name, value) = (field.name(), field.value());
        let is_box = field.type_() == "checkbox";
        let is_it = |stood: &&Stood| is_same(&stood.name, &name) && (!is_box || stood.value == value);
        if let Some(stood) = before.iter().find(is_it) {
            field.set_value(&stood.value);
            field.set_checked(stood.checked);
        }
    }
}

/// Whether two names are of one field. Boxes are told apart by what they stand for: their number may be another by now.
fn is_same(one: &str, other: &str) -> bool {
    let name = |name: &str| name.trim_end_matches(|c: char| c.is_ascii_digit() || "[]".contains(c)).to_owned();
    name(one) == name(other)
}

#[cfg(test)]
mod tests {
    use super::is_same;

    #[test]
    fn the_same_person_may_have_another_number() {
        assert!(is_same("form[responsible][3]", "form[responsible][12]") && is_same("form[title]", "form[title]"));
        assert!(!is_same("form[starts]", "form[starts_which]") && !is_same("form[private]", "form[pinned]"));
    }
}
