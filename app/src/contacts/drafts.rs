//! What was typed into a contact's form and not saved, kept while the page lives: it is there again when one comes back.
//! Before the page itself goes, the browser asks.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::ContactForm;
use crate::domain::ids::ContactId;
use crate::ui::warn_on_leaving;

/// The form of a contact that is not there yet. Ids begin at 1.
pub(super) const NEW: ContactId = ContactId(0);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) form: ContactForm,
    /// The contact's `details_revision` that was being changed.
    pub(super) revision: u32,
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
    warn_on_leaving(any);
}

/// What was typed before, if it was not saved.
pub(super) fn of(contact: ContactId) -> Option<Draft> {
    DRAFTS.with_borrow(|drafts| drafts.get(&contact).cloned())
}
