//! Sending an invite from a row: to which address, and what a click is doing.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{CorrectAddress, CrewRow, EmailLink, SendInvite, correct_address, email_link, send_invite};
use crate::domain::ids::{CrewId, EmailId};
use crate::live::{LiveCell, LiveList};
use crate::plain_form::RefusedForm;
use crate::ui::focus_soon;

/// What a click of a sending button is doing.
#[derive(Clone)]
pub struct SendLink {
    cell: LiveCell<CrewRow>,
    list: LiveList<CrewRow>,
    pub pending: RwSignal<bool>,
    refusal: RwSignal<Option<Refusal>>,
}

/// Why a click was refused, and what the row was like then.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Refusal {
    sentence: String,
    seen: Seen,
}

/// What a refusal speaks of: the newest invite, and the contact's revision. It is untrue once one of them has changed.
type Seen = (Option<EmailId>, u32);

fn seen(row: &CrewRow) -> Seen {
    (row.invite.as_ref().map(|invite| invite.id), row.contact_revision)
}

/// The button that was clicked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendButton {
    EmailLink,
    SendInvite,
    /// Saves the address on the contact too.
    CorrectAddress,
}

impl SendLink {
    pub fn new(cell: LiveCell<CrewRow>, list: LiveList<CrewRow>, refused: Option<&RefusedForm>) -> Self {
        let seen = cell.with_untracked(seen);
        let refusal = refused.map(|refused| Refusal { sentence: refused.error.to_string(), seen });
        Self { cell, list, pending: RwSignal::new(false), refusal: RwSignal::new(refusal) }
    }

    /// Why the last click was refused, as long as that is true. Tracked.
    pub fn refusal(&self) -> Option<String> {
        let refusal = self.refusal.get()?;
        (self.cell.with(seen) == refusal.seen).then_some(refusal.sentence)
    }

    /// Sends to `address`; one click at a time. A click repeated after a lost answer has the same key, and is the
    /// same send.
    pub fn send(&self, address: String, button: SendButton) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.refusal.set(None);
        let (crew, key, seen) = self.cell.with_untracked(|row| (row.id, row.send_key(), seen(row)));
        let this = self.clone();
        spawn_local(async move {
            let answer = match button {
                SendButton::EmailLink => email_link(crew, address, key).await,
                SendButton::SendInvite => send_invite(crew, address, key).await,
                SendButton::CorrectAddress => correct_address(crew, address, key).await,
            };
            match answer {
                Ok(row) => {
                    this.list.merge(row);
                    // The form with the button goes; the keyboard stays in the row.
                    if button == SendButton::CorrectAddress {
                        focus_soon(more_id(crew));
                    }
                }
                Err(error) => drop(this.refusal.try_set(Some(Refusal { sentence: error.to_string(), seen }))),
            }
            this.pending.try_set(false);
        });
    }
}

/// What a refused post had typed, of this person and as it was posted.
pub struct RefusedPosts {
    /// Posted by "Email link" or "Send invite".
    pub sending: Option<RefusedForm>,
    /// Posted by "Correct and send again".
    pub correcting: Option<RefusedForm>,
}

impl RefusedPosts {
    pub fn of(crew: CrewId) -> Self {
        Self {
            sending: of_crew(RefusedForm::of::<EmailLink>().or_else(RefusedForm::of::<SendInvite>), crew),
            correcting: of_crew(RefusedForm::of::<CorrectAddress>(), crew),
        }
    }

    pub fn any(&self) -> Option<&RefusedForm> {
        self.sending.as_ref().or(self.correcting.as_ref())
    }
}

/// A refused post about this person.
pub fn of_crew(refused: Option<RefusedForm>, crew: CrewId) -> Option<RefusedForm> {
    refused.filter(|refused| refused.field("crew") == Some(crew.to_string().as_str()))
}

/// Where both buttons send to: what was typed, else the contact's address.
pub fn send_to(row: &CrewRow, typed: Option<String>) -> String {
    typed.or_else(|| row.address.clone()).unwrap_or_default()
}

/// The id of the button that opens a row.
pub fn more_id(crew: CrewId) -> String {
    format!("more-{crew}")
}

/// The id of the form that a row's "Email link" and "Send invite" post; its address may stand in the row's panel.
pub fn form_id(crew: CrewId) -> String {
    format!("send-{crew}")
}
