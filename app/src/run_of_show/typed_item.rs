//! What stands in the form of an item. It is read when it is sent, so nothing that was typed before the page was hydrated is lost.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::item_fields::{FORM, id, person};
use super::{Edited, ItemForm};
use crate::domain::ids::ContactId;
use crate::plain_form::{RefusedForm, new_key};
use crate::planner::Person;
use crate::ui::focus_soon;

/// Empties the form for the item that follows. What was typed since the last one was `sent` stays; returns whether there is such.
pub(super) fn next(prefix: &str, people: &[Person], sent: &ItemForm, added: &Edited) -> bool {
    let now = Values::of(prefix, people).form();
    set_value(prefix, "key", &new_key());
    if now != *sent {
        return true;
    }
    for name in ["minutes", "ends", "title", "details"] {
        set_value(prefix, name, "");
    }
    let item = &added.item;
    set_value(prefix, "day", &added.next_day);
    set_value(prefix, "starts", item.ends.as_deref().unwrap_or(&item.starts.clock));
    let people = (0..people.len()).map(person);
    for name in ["private", "pinned"].map(ToOwned::to_owned).into_iter().chain(people) {
        if let Some(element) = element(prefix, &name) {
            element.set_checked(false);
        }
    }
    focus_soon(id(prefix, "title"));
    false
}

fn element(prefix: &str, name: &str) -> Option<web_sys::HtmlInputElement> {
    // A text area has its value under the same name.
    document().get_element_by_id(&id(prefix, name)).map(JsCast::unchecked_into)
}

pub(super) fn set_value(prefix: &str, name: &str, value: &str) {
    if let Some(element) = element(prefix, name) {
        element.set_value(value);
    }
}

/// What stands in the form now.
pub(super) struct Values {
    prefix: String,
    checked: Vec<ContactId>,
}

impl Values {
    pub(super) fn of(prefix: &str, people: &[Person]) -> Self {
        let is_checked = |index: usize| element(prefix, &person(index)).is_some_and(|element| element.checked());
        let chosen = people.iter().enumerate().filter(|(index, _)| is_checked(*index));
        Self { prefix: prefix.to_owned(), checked: chosen.map(|(_, person)| person.contact).collect() }
    }

    pub(super) fn text(&self, name: &str) -> String {
        element(&self.prefix, name).map(|element| element.value()).unwrap_or_default()
    }

    fn is_checked(&self, name: &str) -> bool {
        element(&self.prefix, name).is_some_and(|element| element.checked())
    }

    pub(super) fn form(&self) -> ItemForm {
        ItemForm {
            day: self.text("day"),
            starts: self.text("starts"),
            minutes: self.text("minutes"),
            ends: self.text("ends"),
            title: self.text("title"),
            details: self.text("details"),
            location: self.text("location"),
            private: self.is_checked("private"),
            pinned: self.is_checked("pinned"),
            responsible: self.checked.clone(),
        }
    }
}

/// What a refused post had typed.
pub(super) fn typed_into(posted: &RefusedForm, form: &ItemForm) -> ItemForm {
    let text = |name: &str, instead: &String| posted.field(&format!("{FORM}[{name}]")).unwrap_or(instead).to_owned();
    let is_checked = |name: &str| posted.field(&format!("{FORM}[{name}]")).is_some();
    let chosen = posted.fields.iter().filter(|(name, _)| name.starts_with("form[responsible]"));
    ItemForm {
        day: text("day", &form.day),
        starts: text("starts", &form.starts),
        minutes: text("minutes", &form.minutes),
        ends: text("ends", &form.ends),
        title: text("title", &form.title),
        details: text("details", &form.details),
        location: text("location", &form.location),
        private: is_checked("private"),
        pinned: is_checked("pinned"),
        responsible: chosen.filter_map(|(_, id)| id.parse().ok()).collect(),
    }
}
