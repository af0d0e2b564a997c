//! A new contact: the same fields, then on to the contact's own page.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::drafts::{self, Draft, NEW};
use super::fields::{ContactFields, NotSaved, Typed};
use super::submission::Submission;
use super::{ContactForm, CreateContact, create_contact};
use crate::domain::ids::IdempotencyKey;
use crate::paths;
use crate::plain_form::{FormKey, PostForm, RefusedForm};
use crate::ui::{Announcer, PageTitle, dynamic, on_save_key};

#[component]
pub fn NewContact() -> impl IntoView {
    let announcer = Announcer::expect();
    let navigate = use_navigate();
    let posted = RefusedForm::of::<CreateContact>();
    let draft = drafts::of(NEW).map(|draft| draft.form).unwrap_or_default();
    let typed = Typed::after(posted.as_ref(), &draft);
    let key = NodeRef::<Input>::new();
    let submission = Submission::after(posted.as_ref());
    let Submission { pending, refused } = submission;
    let create = move || {
        let Some(form) = submission.begin(typed) else { return };
        let navigate = navigate.clone();
        let key = key.get_untracked().map(|field| IdempotencyKey(field.value()));
        spawn_local(async move {
            if let Some(contact) = submission.end(create_contact(form, key).await) {
                announcer.say("Contact created");
                navigate(&paths::contact(contact), NavigateOptions { replace: true, ..Default::default() });
            }
        });
    };
    on_save_key(create.clone());
    Effect::new(move |_| {
        let form = typed.form();
        // While the contact is being created, leaving loses nothing.
        let unsaved = !pending.get() && form != ContactForm::default();
        drafts::keep(NEW, unsaved.then_some(Draft { form, revision: 0 }));
    });
    let form = PostForm { class: "form card", ..PostForm::of::<CreateContact>(paths::NEW_CONTACT.into()) };
    let fields = view! {
        <FormKey field=key />
        {dynamic(move || refused.get().map(|error| view! { <NotSaved error /> }))}
        <ContactFields typed refused />
        <div class="actions">
            <button
                class="button"
                data-kind="primary"
                aria-busy=move || pending.get().then_some("true")
                aria-disabled=move || pending.get().then_some("true")
            >
                {move || if pending.get() { "Creating…" } else { "Create contact" }}
            </button>
            <a
                class="button"
                data-kind="plain"
                href=paths::CONTACTS
                on:click=move |_| typed.seed(&ContactForm::default())
            >
                "Cancel"
            </a>
        </div>
    };
    view! {
        <PageTitle text=|| "New contact".into() />
        <div class="head">
            <div>
                <a class="back" href=paths::CONTACTS>"Contacts"</a>
                <h1>"New contact"</h1>
            </div>
        </div>
        {form.view(create, fields.into_any())}
    }
    .into_any()
}
