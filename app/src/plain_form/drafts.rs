//! Drafts: what was typed into a form whose fields are the browser's own is kept while the page lives, and is there again when one
//! comes back. Before the page itself goes, the browser asks.

use std::cell::RefCell;
use std::collections::BTreeMap;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::ui::{Notice, NoticeKind, dynamic, is_hydrated, warn_on_leaving};

/// What a field with a name holds, hidden ones too: they say what it was typed into.
#[derive(Clone)]
struct FieldValue {
    name: String,
    value: String,
    checked: bool,
    is_box: bool,
}

type Forms = RefCell<BTreeMap<String, Vec<FieldValue>>>;

thread_local! {
    /// What was typed, by the address of the page that the form is on.
    static DRAFTS: Forms = const { RefCell::new(BTreeMap::new()) };
    /// What the forms held that were filled again, as they were drawn.
    static INITIAL: Forms = const { RefCell::new(BTreeMap::new()) };
}

/// Keeps what is typed into the form with this id as the draft of the page with this address. It is `posted` if it comes back from
/// the server with what was typed. Returns the notice that a draft was restored, and whether it is shown.
pub(crate) fn keep_draft(form: String, page: String, posted: bool) -> (AnyView, RwSignal<bool>) {
    let before = DRAFTS.with_borrow(|drafts| drafts.get(&page).cloned()).filter(|_| is_hydrated());
    let restored = RwSignal::new(before.is_some());
    let notice = {
        let (form, page) = (form.clone(), page.clone());
        move || restored.get().then(|| restored_notice(form.clone(), page.clone(), restored))
    };
    if let Some(before) = before {
        let (form, page) = (form.clone(), page.clone());
        // It stands there with the next frame.
        request_animation_frame(move || {
            INITIAL.with_borrow_mut(|initial| initial.insert(page, read(&form)));
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
                    keep_typed(&ev, &form, &page);
                }
            })
        };
        let posting = {
            let (form, page) = (form.clone(), page.clone());
            window_event_listener(ev::submit, move |ev| {
                // What scripts send may fail, and then it is still to be asked.
                if is_in(&ev, &form) && !ev.default_prevented() {
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
fn restored_notice(form: String, page: String, restored: RwSignal<bool>) -> AnyView {
    let discard = move |_| {
        forget_draft(&page);
        restored.set(false);
        fill(&form, &INITIAL.with_borrow(|initial| initial.get(&page).cloned()).unwrap_or_default());
        // The button that has the focus goes.
        if let Some(field) = fields(&form).find(|field| field.type_() != "hidden") {
            let _ = field.focus();
        }
    };
    view! {
        <Notice kind=NoticeKind::Warning>
            <p><b>"Not saved yet."</b> " What you typed before you left is still here."</p>
            <button type="button" class="button" on:click=discard>"Discard"</button>
        </Notice>
    }
    .into_any()
}

/// Whether something that was typed on this page is kept.
pub(crate) fn has_draft(page: &str) -> bool {
    is_hydrated() && DRAFTS.with_borrow(|drafts| drafts.contains_key(page))
}

/// Keeps what the form holds now.
pub(crate) fn keep(form: &str, page: &str) {
    DRAFTS.with_borrow_mut(|drafts| drafts.insert(page.to_owned(), read(form)));
    warn_on_leaving(page, true);
}

/// Keeps what the form holds after something was typed into it. Boxes change only when they are ticked: a form may have one for
/// each of 300 people.
fn keep_typed(ev: &web_sys::Event, form: &str, page: &str) {
    let target = ev.target().map(JsCast::unchecked_into::<HtmlInputElement>);
    let is_box = target.is_some_and(|target| is_a_box(&target));
    let is_kept = !is_box
        && DRAFTS.with_borrow_mut(|drafts| {
            let Some(kept) = drafts.get_mut(page) else { return false };
            kept.retain(|field| field.is_box);
            kept.extend(elements(form).filter(|field| !is_a_box(field) && counts(field)).map(read_field));
            true
        });
    if !is_kept {
        keep(form, page);
    }
}

/// Forgets what was typed on a page: it is saved, or is not to be.
pub(crate) fn forget_draft(page: &str) {
    DRAFTS.with_borrow_mut(|drafts| drafts.remove(page));
    warn_on_leaving(page, false);
}

/// For a link that leaves a form for good. With a key held down it opens elsewhere, and the form stays.
pub(crate) fn forget_on_click(page: String) -> impl Fn(ev::MouseEvent) {
    move |ev| {
        if !(ev.ctrl_key() || ev.meta_key() || ev.shift_key()) {
            forget_draft(&page);
        }
    }
}

fn is_in(ev: &web_sys::Event, form: &str) -> bool {
    let target = ev.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.and_then(|target| target.closest("form").ok().flatten()).is_some_and(|own| own.id() == form)
}

fn elements(form: &str) -> impl Iterator<Item = HtmlInputElement> {
    let elements = document().get_element_by_id(form).map(|form| js_sys::Array::from(&form)).unwrap_or_default();
    // All kinds of fields have their value under the same name.
    elements.into_iter().map(JsCast::unchecked_into::<HtmlInputElement>)
}

fn is_a_box(field: &HtmlInputElement) -> bool {
    field.type_() == "checkbox"
}

/// The fields of a form that have a name and hold something.
fn fields(form: &str) -> impl Iterator<Item = HtmlInputElement> {
    elements(form).filter(counts)
}

fn read(form: &str) -> Vec<FieldValue> {
    fields(form).map(read_field).collect()
}

fn counts(field: &HtmlInputElement) -> bool {
    !field.name().is_empty() && field.tag_name() != "BUTTON"
}

fn read_field(field: HtmlInputElement) -> FieldValue {
    FieldValue { name: field.name(), value: field.value(), checked: field.checked(), is_box: is_a_box(&field) }
}

fn fill(form: &str, values: &[FieldValue]) {
    for field in fields(form) {
        let (name, value) = (field.name(), field.value());
        let is_box = is_a_box(&field);
        let is_its = |one: &&FieldValue| is_same(&one.name, &name) && (!is_box || one.value == value);
        if let Some(one) = values.iter().find(is_its) {
            field.set_value(&one.value);
            field.set_checked(one.checked);
            // A box that is ticked is not to lie in a closed list.
            if is_box
                && one.checked
                && let Ok(Some(list)) = field.closest("details")
            {
                let _ = list.set_attribute("open", "");
            }
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
