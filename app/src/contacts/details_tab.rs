//! The Details tab: what is known about a contact, to be corrected. A corrected address can be sent to at once.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fields::{ContactFields, NotSaved, Typed, check, focus_fault};
use super::form::{HeaderReload, TabError, contact_of_route};
use super::{ContactDetails, LoadContactDetails, save_contact};
use crate::domain::send_rules::SendRefusal;
use crate::domain::suppression::SuppressionCause;
use crate::error::AppError;
use crate::live::{Live, ServerMessage, Topic};
use crate::ui::{Announcer, Notice, NoticeKind, answered, changing, on_save_key, warn_on_leaving};
use crate::wire::Query;

#[component]
pub fn Details() -> impl IntoView {
    let contact = contact_of_route();
    let details = Query::new(move || LoadContactDetails { contact: contact.get() });
    let reload = Reload { details, header: HeaderReload::expect() };
    answered(details, 6, move |answer| match answer {
        Ok((_, details)) => view! { <DetailsForm details reload /> }.into_any(),
        Err(error) => view! { <TabError error /> }.into_any(),
    })
}

/// Reads the contact again, as somebody else left it.
#[derive(Clone, Copy)]
struct Reload {
    details: Query<LoadContactDetails>,
    header: HeaderReload,
}

impl Reload {
    fn run(self) {
        self.details.refetch();
        self.header.reload();
    }
}

/// What the server holds, as far as this tab knows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    /// As the form was filled from, or last saved.
    saved: ContactDetails,
    /// The highest revision heard of. Above `saved`: somebody else saved meanwhile.
    newest: u32,
    /// Why mail to the saved address is refused.
    blocked: Option<SuppressionCause>,
}

impl Held {
    fn new(details: ContactDetails) -> Self {
        Self { newest: details.revision, blocked: details.blocked, saved: details }
    }

    fn take_saved(&mut self, details: ContactDetails) {
        self.newest = self.newest.max(details.revision);
        self.blocked = details.blocked;
        self.saved = details;
    }

    /// Hears of a save by somebody else, or that the address became blocked. What is typed stays.
    fn hear(&mut self, revision: u32, blocked: Option<SuppressionCause>) {
        self.newest = self.newest.max(revision);
        if revision == self.saved.revision {
            self.blocked = blocked;
        }
    }

    fn take(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::AddressChanged(change) if change.contact == self.saved.id => {
                self.hear(change.contact_revision, change.blocked);
            }
            ServerMessage::ContactSnapshot(snapshot) if snapshot.header.id == self.saved.id => {
                self.hear(snapshot.header.revision, snapshot.header.blocked);
            }
            _ => {}
        }
    }
}

/// Takes in what the live channel says about this contact.
fn follow(held: RwSignal<Held>) {
    let contact = held.get_untracked().saved.id;
    Live::expect().subscribe(
        move || Some(Topic::Contact(contact)),
        || 0,
        move |message| {
            // Compared, so that what changes nothing here wakes nobody.
            let Some(before) = held.try_get_untracked() else { return };
            let mut after = before.clone();
            after.take(message);
            if after != before {
                held.set(after);
            }
        },
    );
}

/// The form of one loaded revision. Another revision gets a form of its own, on request only.
#[component]
fn DetailsForm(details: ContactDetails, reload: Reload) -> impl IntoView {
    let announcer = Announcer::expect();
    let typed = Typed::new(&details.form);
    let held = RwSignal::new(Held::new(details));
    let pending = RwSignal::new(false);
    // Why the last save was refused.
    let refused = RwSignal::new(None::<AppError>);
    // The last save was not.
    let saved = RwSignal::new(false);
    follow(held);
    let save = move || {
        if pending.get_untracked() {
            return;
        }
        let form = typed.form_untracked();
        if let Err(error) = check(&form) {
            focus_fault(&error);
            refused.set(Some(error));
            return;
        }
        refused.set(None);
        saved.set(false);
        pending.set(true);
        let ContactDetails { id: contact, revision, .. } = held.get_untracked().saved;
        spawn_local(async move {
            let answer = save_contact(contact, revision, form.clone()).await;
            if pending.is_disposed() {
                return;
            }
            pending.set(false);
            match answer {
                Ok(details) => {
                    if typed.form_untracked() == form {
                        typed.seed(&details.form);
                    }
                    held.update(|held| held.take_saved(details));
                    saved.set(true);
                    announcer.say("Saved");
                    reload.header.reload();
                }
                Err(error) => {
                    focus_fault(&error);
                    refused.set(Some(error));
                }
            }
        });
    };
    let unsaved = Memo::new(move |_| typed.form() != held.get().saved.form);
    on_save_key(save);
    warn_on_leaving(unsaved);
    let theirs = move || {
        let held = held.get();
        let conflict = refused.get() == Some(AppError::Conflict);
        conflict || !pending.get() && held.newest > held.saved.revision
    };
    let blocked = move || {
        let held = held.get();
        let cause = held.blocked.filter(|_| held.saved.form.email.trim() == typed.email.get().trim())?;
        Some(SendRefusal::Suppressed(cause).to_string())
    };
    let outcome = move || {
        if theirs() {
            Some(view! { <ChangedMeanwhile unsaved reload /> }.into_any())
        } else if let Some(error) = refused.get() {
            Some(view! { <NotSaved error /> }.into_any())
        } else {
            (saved.get() && !unsaved.get()).then(|| view! { <Saved /> }.into_any())
        }
    };
    let on_submit = move |ev: ev::SubmitEvent| {
        ev.prevent_default();
        save();
    };
    view! {
        <form class="form card" novalidate on:submit=on_submit>
            {changing(outcome)}
            <ContactFields typed refused blocked=Arc::new(blocked) />
            <div class="actions">
                <button
                    class="button"
                    data-kind="primary"
                    aria-busy=move || pending.get().then_some("true")
                    aria-disabled=move || pending.get().then_some("true")
                >
                    {move || if pending.get() { "Saving…" } else { "Save" }}
                </button>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Saved() -> impl IntoView {
    view! {
        <Notice kind=NoticeKind::Success>
            <p><b>"Saved."</b></p>
        </Notice>
    }
}

/// Somebody else saved while this form was open. Theirs is loaded when one asks for it, and not before.
#[component]
fn ChangedMeanwhile(unsaved: Memo<bool>, reload: Reload) -> impl IntoView {
    let what_now = move || {
        if unsaved.get() {
            " Note what you want to keep of your own changes, then reload and make them again."
        } else {
            " Reload to see their version."
        }
    };
    view! {
        <Notice kind=NoticeKind::Warning>
            <p><b>"Somebody else changed this contact meanwhile."</b> {what_now}</p>
            <button type="button" class="button" on:click=move |_| reload.run()>"Reload"</button>
        </Notice>
    }
}
