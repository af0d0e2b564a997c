//! The fields of an item's form, and what is wrong with them.

use leptos::prelude::*;

use super::ItemForm;
use crate::domain::ids::ContactId;
use crate::error::AppError;
use crate::planner::Person;
use crate::ui::raw_text::text_of_textarea;

/// The argument of the server functions that the fields are part of.
pub(super) const FORM: &str = "form";
/// What an error speaks of when somebody else changed the same.
pub(super) const CONFLICT: &str = "conflict";

const FIELDS: [&str; 8] = ["day", "starts", "minutes", "ends", "title", "details", "location", "responsible"];

/// The field that an error speaks of.
pub(super) fn field_of(error: &AppError) -> Option<&str> {
    match error {
        AppError::Invalid { field, .. } if field == CONFLICT || FIELDS.contains(&field.as_str()) => Some(field),
        _ => None,
    }
}

/// The check box of somebody who can be responsible.
pub(super) fn person(index: usize) -> String {
    format!("person-{index}")
}

/// The id of an element of the form.
pub(super) fn id(prefix: &str, name: &str) -> String {
    format!("{prefix}-{name}")
}

pub(super) type Refused = RwSignal<Option<AppError>>;

/// All of them, with what stands in them at first. `people` can be responsible.
pub(super) fn fields(prefix: &str, typed: ItemForm, people: &[Person], refused: Refused) -> AnyView {
    let line = |name, label, value: String| input(prefix, name, label, "text", value, refused);
    view! {
        <div class="times">
            {input(prefix, "day", "Day", "date", typed.day, refused)}
            {line("starts", "Start", typed.starts)}
            {line("minutes", "Length", typed.minutes)}
            {line("ends", "End", typed.ends)}
        </div>
        {line("title", "Title", typed.title)}
        <div class="pair">
            {line("location", "Where", typed.location)}
            {text_area(prefix, &typed.details, refused)}
        </div>
        {responsible(prefix, people, &typed.responsible, refused)}
        <div class="cluster">
            {check(prefix, "private", "Private: only those responsible see it", typed.private)}
            {check(prefix, "pinned", "Pinned: no push moves it", typed.pinned)}
        </div>
    }
    .into_any()
}

fn error_at(refused: Refused, name: &'static str) -> Option<String> {
    refused.get().filter(|error| field_of(error) == Some(name)).map(|error| error.to_string())
}

/// Label, control, and what is wrong with it.
fn labelled(prefix: &str, name: &'static str, label: &'static str, refused: Refused, control: AnyView) -> AnyView {
    let note = id(prefix, &format!("{name}-note"));
    view! {
        <div class="field" data-name=name>
            <label for=id(prefix, name)>{label}</label>
            {control}
            <p id=note class="error" hidden=move || error_at(refused, name).is_none()>
                {move || error_at(refused, name).unwrap_or_default()}
            </p>
        </div>
    }
    .into_any()
}

fn input(
    prefix: &str,
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: String,
    refused: Refused,
) -> AnyView {
    let control = view! {
        <input
            type=kind
            id=id(prefix, name)
            name=format!("{FORM}[{name}]")
            autocomplete="off"
            maxlength="200"
            value=value
            aria-describedby=id(prefix, &format!("{name}-note"))
            aria-invalid=move || error_at(refused, name).map(|_| "true")
        />
    };
    labelled(prefix, name, label, refused, control.into_any())
}

fn text_area(prefix: &str, value: &str, refused: Refused) -> AnyView {
    let control = view! {
        <textarea
            id=id(prefix, "details")
            name="form[details]"
            rows="2"
            maxlength="2000"
            aria-describedby=id(prefix, "details-note")
            aria-invalid=move || error_at(refused, "details").map(|_| "true")
        >
            {text_of_textarea(value)}
        </textarea>
    };
    labelled(prefix, "details", "Details", refused, control.into_any())
}

fn check(prefix: &str, name: &'static str, label: &'static str, checked: bool) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" id=id(prefix, name) name=format!("{FORM}[{name}]") value="true" checked=checked />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// Who is responsible: everybody on the event, to be ticked.
fn responsible(prefix: &str, people: &[Person], chosen: &[ContactId], refused: Refused) -> AnyView {
    let boxes = people.iter().enumerate().map(|(index, person)| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    id=id(prefix, &self::person(index))
                    name=format!("{FORM}[responsible][{index}]")
                    value=person.contact.to_string()
                    checked=chosen.contains(&person.contact)
                />
                <span>{person.name.clone()}</span>
            </label>
        }
        .into_any()
    });
    let boxes = boxes.collect_view();
    let nobody = people.is_empty();
    let count = match chosen.len() {
        0 => String::new(),
        count => count.to_string(),
    };
    view! {
        <details class="field people" id=id(prefix, "responsible")>
            <summary class="toggle">"Responsible " <span class="count">{count}</span></summary>
            {nobody.then(|| view! { <p class="hint">"Put people on the event first; then they can be chosen here."</p> }.into_any())}
            <div class="cluster">{boxes}</div>
        </details>
        <p class="error" hidden=move || error_at(refused, "responsible").is_none()>
            {move || error_at(refused, "responsible").unwrap_or_default()}
        </p>
    }
    .into_any()
}
