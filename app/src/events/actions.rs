//! What can be made of an event: a copy, a template, a cancelled or a deleted one.

use leptos::prelude::*;

use super::{COPY_FIELDS, CancelEvent, CopyEvent, DeleteEvent, EventFormPage, SaveTemplate};
use crate::domain::ids::EventId;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, form_field, form_key, not_saved};

#[component]
pub(super) fn Actions(event: EventId, page: EventFormPage) -> impl IntoView {
    let here = paths::edit_event(event);
    let name = page.form.name;
    let is_cancelled = page.form.status == "cancelled";
    let button = |label: &'static str, kind: Option<&'static str>| {
        view! { <button class="button" data-kind=kind>{label}</button> }.into_any()
    };
    let cancel = PostForm::of::<CancelEvent>(here.clone()).with("event", event.to_string());
    let delete = PostForm::of::<DeleteEvent>(here.clone()).with("event", event.to_string());
    view! {
        <section class="card event-action">
            <h2>"Duplicate"</h2>
            <p class="fine">
                "A new event with the same run of show and notes, the same people and their roles. Links, mails, answers and files stay with this one; its status is Enquiry."
            </p>
            {copy_form(event, here.clone(), &name, "Duplicate")}
        </section>
        <section class="card event-action">
            <h2>"Save as template"</h2>
            <p class="fine">"Keeps the run of show and the notes to start other events from, without date, status, people and files."</p>
            {template_form(event, here, name)}
        </section>
        <section class="card event-action">
            <h2>"Public link"</h2>
            <p class="fine">"Anybody who has it can read the run of show, without private items and without names."</p>
            <a class="button" href=paths::public_link(event) rel="external">"Public link"</a>
        </section>
        <section class="card event-action">
            <h2>"Cancel or delete"</h2>
            <p class="fine">
                "A cancelled event stays in the list. A deleted one goes from it, its guests’ links stop working, and it can be restored for 30 days."
            </p>
            <div class="cluster">
                {(!is_cancelled).then(|| cancel.plain(button("Cancel event", None)))}
                {delete.plain(button("Delete event", Some("danger")))}
            </div>
        </section>
    }
    .into_any()
}

/// A form that makes another event like this one.
pub(super) fn copy_form(event: EventId, page: String, name: &str, label: &'static str) -> AnyView {
    let refused = RefusedForm::of::<CopyEvent>();
    let refused = refused.as_ref().filter(|refused| refused.field("event") == Some(event.to_string().as_str()));
    let [name_field, date_field] = &COPY_FIELDS;
    let prefix = format!("copy-{event}-");
    let fields = view! {
        {form_key()}
        {not_saved(&COPY_FIELDS, refused)}
        <div class="pair">{form_field(name_field, &prefix, refused, name)} {form_field(date_field, &prefix, refused, "")}</div>
        <div class="actions">
            <button class="button">{label}</button>
        </div>
    };
    let form = PostForm { class: "form", ..PostForm::of::<CopyEvent>(page) };
    form.with("event", event.to_string()).plain(fields.into_any())
}

fn template_form(event: EventId, page: String, name: String) -> AnyView {
    let refused = RefusedForm::of::<SaveTemplate>();
    let form = PostForm { class: "form", ..PostForm::of::<SaveTemplate>(page) };
    name_form(form, event, refused.as_ref(), "template-name".into(), name, "Save as template")
}

/// A form that names a template.
pub(super) fn name_form(
    form: PostForm,
    event: EventId,
    refused: Option<&RefusedForm>,
    id: String,
    name: String,
    label: &'static str,
) -> AnyView {
    let typed = refused.and_then(|refused| refused.field("name")).map(ToOwned::to_owned);
    let fields = view! {
        {form_key()}
        {not_saved(&[], refused)}
        <div class="field">
            <label for=id.clone()>"Name of the template"</label>
            <input id=id name="name" autocomplete="off" value=typed.unwrap_or(name) />
        </div>
        <div class="actions">
            <button class="button">{label}</button>
        </div>
    };
    form.with("event", event.to_string()).plain(fields.into_any())
}
