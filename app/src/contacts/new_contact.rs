//! A new contact: the same fields, then on to the contact's own page.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::fields::{ContactFields, NotSaved, Typed};
use super::submission::Submission;
use super::{ContactForm, create_contact};
use crate::paths;
use crate::ui::{Announcer, PageTitle, dynamic, on_save_key, warn_on_leaving};

#[component]
pub fn NewContact() -> impl IntoView {
    let announcer = Announcer::expect();
    let navigate = use_navigate();
    let typed = Typed::new(&ContactForm::default());
    let submission = Submission::new();
    let Submission { pending, refused } = submission;
    let create = move || {
        let Some(form) = submission.begin(typed) else { return };
        let navigate = navigate.clone();
        spawn_local(async move {
            if let Some(contact) = submission.end(create_contact(form).await) {
                announcer.say("Contact created");
                navigate(&paths::contact(contact), NavigateOptions { replace: true, ..Default::default() });
            }
        });
    };
    on_save_key(create.clone());
    // While the contact is being created, leaving loses nothing.
    warn_on_leaving(Memo::new(move |_| !pending.get() && typed.form() != ContactForm::default()));
    let on_submit = move |ev: ev::SubmitEvent| {
        ev.prevent_default();
        create();
    };
    view! {
        <PageTitle text=|| "New contact".into() />
        <div class="head">
            <div>
                <a class="back" href=paths::CONTACTS>"Contacts"</a>
                <h1>"New contact"</h1>
            </div>
        </div>
        <form class="form card" novalidate on:submit=on_submit>
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
                <a class="button" data-kind="plain" href=paths::CONTACTS>"Cancel"</a>
            </div>
        </form>
    }
    .into_any()
}
