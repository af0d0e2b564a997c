//! The Details tab: what is known about a contact, to be corrected. A corrected address can be sent to at once.

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
use crate::ui::{Announcer, Notice, NoticeKind, answered, on_save_key, warn_on_leaving};
use crate::wire::Query;

#[component]
pub fn Details() -> impl IntoView {
    let contact = contact_of_route();
    let details = Query::new(move || LoadContactDetails { contact: contact.get() });
    let header = HeaderReload::expect();
    let reload = move || {
        details.refetch();
        header.reload();
    };
    answered(details, 6, move |answer| match answer {
        Ok((_, details)) => view! { <DetailsForm details reload /> }.into_any(),
        Err(error) => view! { <TabError error /> }.into_any(),
    })
}

/// What the server holds, as far as this tab knows.
#[derive(Clone, Copy)]
struct Held {
    /// As the form was filled from, or last saved.
    saved: RwSignal<ContactDetails>,
    /// The highest revision heard of. Above `saved`: somebody else saved meanwhile.
    newest: RwSignal<u32>,
    /// Why mail to the saved address is refused.
    blocked: RwSignal<Option<SuppressionCause>>,
}

impl Held {
    fn new(details: ContactDetails) -> Self {
        Self {
            newest: RwSignal::new(details.revision),
            blocked: RwSignal::new(details.blocked),
            saved: RwSignal::new(details),
        }
    }

    fn take_saved(self, details: ContactDetails) {
        self.hear(details.revision, details.blocked);
        self.blocked.set(details.blocked);
        self.saved.set(details);
    }

    fn hear(self, revision: u32, blocked: Option<SuppressionCause>) {
        let Some(saved) = self.saved.try_with_untracked(|saved| saved.revision) else { return };
        if revision > self.newest.get_untracked() {
            self.newest.set(revision);
        }
        if revision == saved && blocked != self.blocked.get_untracked() {
            self.blocked.set(blocked);
        }
    }

    /// Hears of saves by others, and of an address that became blocked. What is typed stays.
    fn follow(self) {
        let contact = self.saved.with_untracked(|saved| saved.id);
        Live::expect().subscribe(
            move || Some(Topic::Contact(contact)),
            || 0,
            move |message| match message {
                ServerMessage::AddressChanged(change) if change.contact == contact => {
                    self.hear(change.contact_revision, change.blocked);
                }
                ServerMessage::ContactSnapshot(snapshot) if snapshot.header.id == contact => {
                    self.hear(snapshot.header.revision, snapshot.header.blocked);
                }
                _ => {}
            },
        );
    }
}

/// The form of one loaded revision. Another revision gets a form of its own, on request only.
#[component]
fn DetailsForm(details: ContactDetails, reload: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let announcer = Announcer::expect();
    let header = HeaderReload::expect();
    let typed = Typed::new(&details.form);
    let held = Held::new(details);
    let pending = RwSignal::new(false);
    let outcome = RwSignal::new(None::<Result<(), AppError>>);
    held.follow();
    let save = move || {
        if pending.get_untracked() {
            return;
        }
        let form = typed.form_untracked();
        if let Err(error) = check(&form) {
            focus_fault(&error);
            outcome.set(Some(Err(error)));
            return;
        }
        outcome.set(None);
        pending.set(true);
        let (contact, revision) = held.saved.with_untracked(|saved| (saved.id, saved.revision));
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
                    held.take_saved(details);
                    outcome.set(Some(Ok(())));
                    announcer.say("Saved");
                    header.reload();
                }
                Err(error) => {
                    focus_fault(&error);
                    outcome.set(Some(Err(error)));
                }
            }
        });
    };
    let unsaved = Memo::new(move |_| held.saved.with(|saved| typed.form() != saved.form));
    on_save_key(save);
    warn_on_leaving(unsaved);
    let refused = Memo::new(move |_| outcome.get().and_then(Result::err));
    let saved = Memo::new(move |_| outcome.with(|outcome| *outcome == Some(Ok(()))) && !unsaved.get());
    let theirs = Memo::new(move |_| {
        let conflict = refused.with(|refused| *refused == Some(AppError::Conflict));
        conflict || !pending.get() && held.newest.get() > held.saved.with(|saved| saved.revision)
    });
    let blocked = Signal::derive(move || {
        let as_saved = held.saved.with(|saved| saved.form.email.trim() == typed.email.get().trim());
        held.blocked.get().filter(|_| as_saved).map(|cause| SendRefusal::Suppressed(cause).to_string())
    });
    let on_submit = move |ev: ev::SubmitEvent| {
        ev.prevent_default();
        save();
    };
    view! {
        <form class="form card" novalidate on:submit=on_submit>
            {move || {
                if theirs.get() {
                    view! { <ChangedMeanwhile unsaved reload /> }.into_any()
                } else if let Some(error) = refused.get() {
                    view! { <NotSaved error /> }.into_any()
                } else if saved.get() {
                    view! { <Saved /> }.into_any()
                } else {
                    ().into_any()
                }
            }}
            <ContactFields typed refused blocked />
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
fn ChangedMeanwhile(unsaved: Memo<bool>, reload: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
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
            <button type="button" class="button" on:click=move |_| reload()>"Reload"</button>
        </Notice>
    }
}
