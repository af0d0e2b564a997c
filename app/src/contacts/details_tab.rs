//! The Details tab: what is known about a contact, to be corrected. A corrected address can be sent to at once.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::fields::{ContactFields, NotSaved, Typed};
use super::form::{HeaderReload, TabError, contact_of_route};
use super::submission::Submission;
use super::{ContactDetails, LoadContactDetails, save_contact};
use crate::domain::send_rules::SendRefusal;
use crate::domain::suppression::SuppressionCause;
use crate::error::AppError;
use crate::live::{Live, Row, ServerMessage, Topic};
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
        let (ServerMessage::Snapshot { rows, .. } | ServerMessage::Changed { rows, .. }) = message else { return };
        for row in rows {
            if let Row::Contact(header) = row
                && header.id == self.saved.id
            {
                self.hear(header.details_revision, header.blocked);
            }
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
    let submission = Submission::new();
    let Submission { pending, refused } = submission;
    let saved = RwSignal::new(false);
    follow(held);
    let save = move || {
        let Some(form) = submission.begin(typed) else { return };
        saved.set(false);
        let ContactDetails { id: contact, revision, .. } = held.get_untracked().saved;
        spawn_local(async move {
            let answer = save_contact(contact, revision, form.clone()).await;
            let Some(details) = submission.end(answer) else { return };
            pending.set(false);
            if typed.form_untracked() == form {
                typed.seed(&details.form);
            }
            held.update(|held| held.take_saved(details));
            saved.set(true);
            announcer.say("Saved");
            reload.header.reload();
        });
    };
    let unsaved = Memo::new(move |_| typed.form() != held.get().saved.form);
    on_save_key(save);
    warn_on_leaving(unsaved);
    let theirs = Memo::new(move |_| {
        let held = held.get();
        let conflict = refused.get() == Some(AppError::Conflict);
        conflict || !pending.get() && held.newest > held.saved.revision
    });
    let blocked = move || {
        let held = held.get();
        let cause = held.blocked.filter(|_| held.saved.form.email.trim() == typed.email.get().trim())?;
        Some(SendRefusal::Suppressed(cause).to_string())
    };
    let outcome = move || {
        if theirs.get() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::ContactForm;
    use crate::domain::ids::ContactId;

    fn details(revision: u32, blocked: Option<SuppressionCause>) -> ContactDetails {
        ContactDetails { id: ContactId(1), revision, blocked, form: ContactForm::default() }
    }

    #[test]
    fn a_bounce_of_the_saved_address_blocks_it_and_is_no_save_by_others() {
        let mut held = Held::new(details(3, None));
        held.hear(3, Some(SuppressionCause::Bounce));
        assert_eq!((held.blocked, held.newest), (Some(SuppressionCause::Bounce), 3));
    }

    #[test]
    fn a_save_by_others_is_known_and_leaves_what_we_hold() {
        let mut held = Held::new(details(3, Some(SuppressionCause::Bounce)));
        held.hear(5, None);
        held.hear(4, None);
        assert_eq!((held.newest, held.blocked), (5, Some(SuppressionCause::Bounce)));
        assert_eq!(held.saved.revision, 3);
    }

    #[test]
    fn an_answer_that_comes_after_the_news_of_it_takes_nothing_back() {
        let mut held = Held::new(details(3, Some(SuppressionCause::Bounce)));
        held.hear(4, None);
        held.take_saved(details(4, None));
        assert_eq!(held, Held::new(details(4, None)));
    }
}
