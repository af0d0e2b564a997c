//! A new contact: the same fields, then on to the contact's own page.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use super::drafts::{self, Draft, NEW, Restored};
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
    let draft = drafts::of(NEW);
    let restored = RwSignal::new(draft.is_some());
    let (form, first_key) = draft.map(|draft| (draft.form, draft.key)).unwrap_or_default();
    let typed = Typed::after(posted.as_ref(), &form);
    let key = NodeRef::<Input>::new();
    let submission = Submission::after(posted.as_ref());
    let Submission { pending, refused } = submission;
    let create = move || {
        let Some(form) = submission.begin(typed) else { return };
        let navigate = navigate.clone();
        let key = key.get_untracked().map(|field| IdempotencyKey(field.value()));
        spawn_local(async move {
            let answer = create_contact(form.clone(), key).await;
            if answer.is_ok() {
                drafts::saved(NEW, &form, 0);
            }
            if let Some(contact) = submission.end(answer) {
                announcer.say("Contact created");
                navigate(&paths::contact(contact), NavigateOptions { replace: true, ..Default::default() });
            }
        });
    };
    on_save_key(create.clone());
    Effect::new(move |_| {
        let form = typed.form();
        let unsaved = form != ContactForm::default();
        let key = key.get().map(|field| field.value());
        drafts::keep(NEW, unsaved.then_some(Draft { form, revision: 0, key }));
    });
    let form = PostForm { class: "form card", ..PostForm::of::<CreateContact>(paths::NEW_CONTACT.into()) };
    let fields = view! {
        <FormKey field=key first=first_key />
        {dynamic(move || match refused.get() {
            Some(error) => Some(view! { <NotSaved error /> }.into_any()),
            None => restored.get().then(|| {
                let discard = move |_| {
                    typed.seed(&ContactForm::default());
                    restored.set(false);
                };
                view! { <Restored discard /> }.into_any()
            }),
        })}
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
                on:click=move |_| drafts::keep(NEW, None)
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
