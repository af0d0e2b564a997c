//! The Details tab: what is known about a contact, to be corrected. A corrected address can be sent to at once.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsValue;

use super::drafts::{self, Draft, Restored};
use super::fields::{ContactFields, NotSaved, Typed};
use super::form::{HeaderReload, TabError, contact_of_route};
use super::submission::Submission;
use super::{ContactDetails, ContactHeader, LoadContactDetails, SaveContact, save_contact};
use crate::domain::ids::ContactId;
use crate::domain::send_rules::SendRefusal;
use crate::domain::suppression::SuppressionCause;
use crate::error::AppError;
use crate::live::{Extent, Live, LiveList, Topic, Update};
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, dynamic_field};
use crate::ui::{Announcer, Notice, NoticeKind, after_hydration, dynamic, is_hydrated, on_save_key, query_view};
use crate::wire::Query;

#[component]
pub fn Details() -> impl IntoView {
    let contact = contact_of_route();
    let details = Query::new(move || LoadContactDetails { contact: contact.get() });
    let reload = Reload { contact, details, header: HeaderReload::expect() };
    query_view(details, 6, move |answer| match answer {
        Ok((_, details)) => view! { <DetailsForm details reload /> }.into_any(),
        Err(error) => view! { <TabError error /> }.into_any(),
    })
}

/// Reads the contact again, as somebody else left it.
#[derive(Clone, Copy)]
struct Reload {
    contact: Memo<ContactId>,
    details: Query<LoadContactDetails>,
    header: HeaderReload,
}

impl Reload {
    fn path(self) -> String {
        paths::contact(self.contact.get_untracked())
    }

    /// Forgets what was typed.
    fn run(self) {
        drafts::keep(self.contact.get_untracked(), None);
        self.details.refetch();
        self.header.reload();
    }
}

/// What the server holds, as far as this tab knows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Known {
    /// As the form was filled from, or last saved.
    saved: ContactDetails,
    /// The contact as the live channel last told it.
    heard: Option<ContactHeader>,
}

impl Known {
    /// Whether somebody else saved meanwhile.
    fn is_outdated(&self) -> bool {
        self.heard.as_ref().is_some_and(|heard| heard.details_revision > self.saved.revision)
    }

    /// Why mail to the saved address is refused. What is heard of another revision is about another address.
    fn blocked(&self) -> Option<SuppressionCause> {
        match &self.heard {
            Some(heard) if heard.details_revision == self.saved.revision => heard.blocked,
            _ => self.saved.blocked,
        }
    }
}

/// Takes in what the live channel says about this contact. What is typed stays.
fn follow(contact: ContactId) -> LiveList<ContactHeader> {
    let heard = LiveList::whole(Vec::new());
    let on_update = move |update: &Update| drop(heard.update(update, Extent::Whole));
    Live::expect().subscribe(move || Some(Topic::Contact(contact)), || 0, on_update);
    heard
}

/// The form of one loaded revision. Another revision gets a form of its own, on request only.
#[component]
fn DetailsForm(details: ContactDetails, reload: Reload) -> impl IntoView {
    let announcer = Announcer::expect();
    let contact = details.id;
    let portal = details.portal.clone();
    let posted = RefusedForm::of::<SaveContact>();
    let draft = drafts::of(contact);
    let typed = Typed::after(posted.as_ref(), draft.as_ref().map_or(&details.form, |draft| &draft.form));
    let restored = RwSignal::new(draft.is_some());
    let heard = follow(contact);
    // What was typed into an older revision is not to replace this one unseen.
    let older = posted.as_ref().and_then(|posted| posted.field("revision")?.parse().ok());
    let older = older.or(draft.map(|draft| draft.revision));
    let loaded = details.revision;
    let stored = RwSignal::new(ContactDetails { revision: older.unwrap_or(loaded), ..details });
    let known = move || Known { saved: stored.get(), heard: heard.first().map(|row| row.get()) };
    let submission = Submission::after(posted.as_ref());
    let Submission { pending, refused } = submission;
    let saved = RwSignal::new(just_saved());
    let save = move || {
        let Some(form) = submission.begin(typed) else { return };
        saved.set(false);
        let revision = stored.with_untracked(|stored| stored.revision);
        spawn_local(async move {
            let answer = save_contact(contact, revision, form.clone()).await;
            if let Ok(details) = &answer {
                drafts::saved(contact, &form, details.revision);
            }
            let Some(details) = submission.end(answer) else { return };
            pending.set(false);
            if typed.form_untracked() == form {
                typed.seed(&details.form);
            }
            stored.set(details);
            saved.set(true);
            restored.set(false);
            announcer.say("Saved");
            reload.header.reload();
        });
    };
    let unsaved = Memo::new(move |_| typed.form() != stored.get().form);
    on_save_key(save);
    Effect::new(move |_| {
        let draft = || Draft { form: typed.form(), revision: stored.with(|stored| stored.revision), key: None };
        drafts::keep(contact, unsaved.get().then(draft));
    });
    let theirs = Memo::new(move |_| {
        let conflict = refused.get() == Some(AppError::Conflict);
        conflict || !pending.get() && known().is_outdated()
    });
    let blocked = move || {
        let known = known();
        let cause = known.blocked().filter(|_| known.saved.form.email.trim() == typed.email.get().trim())?;
        Some(SendRefusal::Suppressed(cause).to_string())
    };
    let outcome = move || {
        if theirs.get() {
            Some(view! { <ChangedMeanwhile unsaved reload /> }.into_any())
        } else if let Some(error) = refused.get() {
            Some(view! { <NotSaved error /> }.into_any())
        } else if restored.get() && unsaved.get() {
            let discard = move |_| {
                let details = stored.get_untracked();
                typed.seed(&details.form);
                stored.set(ContactDetails { revision: loaded.max(details.revision), ..details });
                restored.set(false);
            };
            Some(view! { <Restored discard /> }.into_any())
        } else {
            (saved.get() && !unsaved.get()).then(|| view! { <Saved /> }.into_any())
        }
    };
    let form = PostForm { class: "form card", ..PostForm::of::<SaveContact>(paths::contact(contact)) };
    let fields = view! {
        {dynamic_field("revision", move || stored.with(|stored| stored.revision.to_string()))}
        {dynamic(outcome)}
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
    };
    view! {
        {form.with("contact", contact.to_string()).view(save, fields.into_any())}
        <section class="card event-action">
            <h2>"Portal"</h2>
            <p class="fine">
                "Their own page with all events that they have a live link to. It is never mailed: copy its address for them. It works as long as the contact is here."
            </p>
            <div class="link-line"><input readonly value=portal aria-label="Portal link" /></div>
        </section>
    }
    .into_any()
}

/// Whether the form was posted without scripts, and saved. The address then says so, until the page reacts.
fn just_saved() -> bool {
    if is_hydrated() {
        return false;
    }
    after_hydration(|| {
        if let Ok(history) = window().history() {
            // The address stays as it is if the browser will not change it.
            let _ = history.replace_state_with_url(&JsValue::NULL, "", window().location().pathname().ok().as_deref());
        }
    });
    use_query_map().with_untracked(|query| query.get(paths::SAVED).is_some())
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
    let load = move |ev: ev::MouseEvent| {
        ev.prevent_default();
        reload.run();
    };
    view! {
        <Notice kind=NoticeKind::Warning>
            <p><b>"Somebody else changed this contact meanwhile."</b> {what_now}</p>
            <a class="button" href=reload.path() on:click=load>"Reload"</a>
        </Notice>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::ContactForm;

    fn known(saved: (u32, Option<SuppressionCause>), heard: Option<(u32, Option<SuppressionCause>)>) -> Known {
        let id = ContactId(1);
        let header = |(details_revision, blocked)| ContactHeader {
            id,
            name: "Luis".into(),
            organisation: String::new(),
            role: String::new(),
            address: None,
            blocked,
            events: 0,
            emails: 0,
            revision: 9,
            details_revision,
        };
        let saved = ContactDetails {
            id,
            revision: saved.0,
            blocked: saved.1,
            form: ContactForm::default(),
            portal: String::new(),
        };
        Known { saved, heard: heard.map(header) }
    }

    const BOUNCE: Option<SuppressionCause> = Some(SuppressionCause::Bounce);

    #[test]
    fn a_bounce_of_the_saved_address_blocks_it_and_is_no_save_by_others() {
        let known = known((3, None), Some((3, BOUNCE)));
        assert_eq!((known.blocked(), known.is_outdated()), (BOUNCE, false));
    }

    #[test]
    fn a_save_by_others_is_known_and_leaves_what_we_hold() {
        let known = known((3, BOUNCE), Some((5, None)));
        assert_eq!((known.blocked(), known.is_outdated()), (BOUNCE, true));
    }

    #[test]
    fn an_answer_that_comes_before_the_news_of_it_counts() {
        let known = known((4, None), Some((3, BOUNCE)));
        assert_eq!((known.blocked(), known.is_outdated()), (None, false));
    }

    #[test]
    fn before_anything_is_heard_the_page_counts() {
        assert_eq!(known((4, BOUNCE), None).blocked(), BOUNCE);
    }
}
