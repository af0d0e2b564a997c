//! What was typed into a contact's form and not saved, kept while the page lives: it is there again when one comes back.
//! Before the page itself goes, the browser asks.

use std::cell::RefCell;
use std::collections::BTreeMap;

use leptos::ev;
use leptos::prelude::*;

use super::ContactForm;
use crate::domain::ids::ContactId;
use crate::paths;
use crate::ui::{Notice, NoticeKind, warn_on_leaving};

/// The form of a contact that is not there yet. Ids begin at 1.
pub(super) const NEW: ContactId = ContactId(0);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) form: ContactForm,
    /// The contact's `details_revision` that was being changed.
    pub(super) revision: u32,
    /// The idempotency key of the form, so that what may have been created already is not created again.
    pub(super) key: Option<String>,
}

thread_local! {
    static DRAFTS: RefCell<BTreeMap<ContactId, Draft>> = const { RefCell::new(BTreeMap::new()) };
}

/// Keeps what is typed, or forgets it once it is saved or taken back. Browser only.
pub(super) fn keep(contact: ContactId, draft: Option<Draft>) {
    let any = DRAFTS.with_borrow_mut(|drafts| {
        match draft {
            Some(draft) => drafts.insert(contact, draft),
            None => drafts.remove(&contact),
        };
        !drafts.is_empty()
    });
    warn_on_leaving(paths::CONTACTS, any);
}

/// Forgets the draft once it is saved, also when its form is not shown any more. What was typed since is a change of this
/// revision.
pub(super) fn saved(contact: ContactId, form: &ContactForm, revision: u32) {
    let left = of(contact).filter(|draft| draft.form != *form);
    keep(contact, left.map(|draft| Draft { revision, ..draft }));
}

/// What was typed before, if it was not saved.
pub(super) fn of(contact: ContactId) -> Option<Draft> {
    DRAFTS.with_borrow(|drafts| drafts.get(&contact).cloned())
}

/// What was typed before the form was left is back.
#[component]
pub(super) fn Restored(discard: impl Fn(ev::MouseEvent) + Send + 'static) -> impl IntoView {
    view! {
        <Notice kind=NoticeKind::Warning>
            <p><b>"Not saved yet."</b> " What you typed before you left is still here."</p>
            <button type="button" class="button" on:click=discard>"Discard"</button>
        </Notice>
    }
}
