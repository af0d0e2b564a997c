//! People who are no contacts yet: one by a form, several by pasting lines. The browser posts both, and comes back to this page.

use std::sync::Arc;

use leptos::html::Input;
use leptos::prelude::*;

use super::{AddNewPerson, AddPeople};
use crate::domain::ids::EventId;
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{FormKey, PostForm, RefusedForm};
use crate::ui::{FieldError, TextArea, TextField};

#[component]
pub fn NewPeople(event: EventId) -> impl IntoView {
    view! {
        {new_person(event)}
        {pasted(event)}
    }
}

/// What a refused post had typed into a field, and what is wrong there.
fn field(refused: Option<&RefusedForm>, name: &'static str) -> (RwSignal<String>, FieldError) {
    let typed = refused.and_then(|refused| refused.field(name)).unwrap_or_default().to_owned();
    let wrong = refused.and_then(|refused| match &refused.error {
        AppError::Invalid { field, message } if field == name => Some(message.clone()),
        _ => None,
    });
    (RwSignal::new(typed), Arc::new(move || wrong.clone()))
}

/// What is wrong with the whole form.
fn problem(refused: Option<&RefusedForm>, fields: &[&str]) -> Option<AnyView> {
    let sentence = match &refused?.error {
        AppError::Invalid { field, .. } if fields.contains(&field.as_str()) => return None,
        error => error.to_string(),
    };
    Some(view! { <p class="error" role="alert">{sentence}</p> }.into_any())
}

fn new_person(event: EventId) -> AnyView {
    let refused = RefusedForm::of::<AddNewPerson>();
    let refused = refused.as_ref();
    let (first_name, first_name_error) = field(refused, "first_name");
    let (last_name, last_name_error) = field(refused, "last_name");
    let (email, email_error) = field(refused, "email");
    let (role, role_error) = field(refused, "role");
    let key = refused.and_then(|refused| refused.field("key")).map(ToOwned::to_owned);
    let form = PostForm { class: "form new-people", ..PostForm::of::<AddNewPerson>(paths::people(event)) };
    let key_field = NodeRef::<Input>::new();
    let fields = view! {
        {problem(refused, &["first_name", "last_name", "email", "role"])}
        <FormKey field=key_field first=key />
        <TextField id="first_name" label="First name" value=first_name required=true max=100 error=first_name_error />
        <TextField id="last_name" label="Last name" value=last_name max=100 error=last_name_error />
        <TextField id="email" label="Email" value=email inputmode="email" max=254 error=email_error />
        <TextField id="role" label="Role" value=role max=100 hint="What they do there, as in “Photographer”." error=role_error />
        <div class="actions">
            <button class="button" data-kind="primary">"Add new contact"</button>
        </div>
    };
    view! {
        <details class="accordion card" open=refused.is_some()>
            <summary>
                <h2>"New contact"</h2>
                <span class="fine">"who is not in your contacts yet"</span>
            </summary>
            <div class="body">{form.with("event", event.to_string()).plain(fields.into_any())}</div>
        </details>
    }
    .into_any()
}

fn pasted(event: EventId) -> AnyView {
    let refused = RefusedForm::of::<AddPeople>();
    let refused = refused.as_ref();
    let (lines, lines_error) = field(refused, "lines");
    let key = refused.and_then(|refused| refused.field("key")).map(ToOwned::to_owned);
    let form = PostForm { class: "form new-people", ..PostForm::of::<AddPeople>(paths::people(event)) };
    let key_field = NodeRef::<Input>::new();
    let fields = view! {
        {problem(refused, &["lines"])}
        <FormKey field=key_field first=key />
        <TextArea
            id="lines"
            label="One person a line"
            value=lines
            rows=6
            hint="As in “Ann Lee <ann@example.com>”. Known addresses are your contacts, the others become new ones. Up to 500."
            autofocus=refused.is_some()
            error=lines_error
        />
        <div class="actions">
            <button class="button" data-kind="primary">"Add everybody"</button>
        </div>
    };
    view! {
        <details class="accordion card" open=refused.is_some()>
            <summary>
                <h2>"Paste several"</h2>
                <span class="fine">"from a mail or a list"</span>
            </summary>
            <div class="body">{form.with("event", event.to_string()).plain(fields.into_any())}</div>
        </details>
    }
    .into_any()
}
