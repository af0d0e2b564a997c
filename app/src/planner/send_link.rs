//! Sending a share link from a row: to which address, and what a click is doing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{CrewRow, correct_address, email_link};
use crate::domain::ids::{CrewId, IdempotencyKey};
use crate::error::AppError;
use crate::live::LiveList;
use crate::ui::{Now, focus_soon};

/// What a click of a sending button is doing.
#[derive(Clone)]
pub struct SendLink {
    crew: CrewId,
    list: LiveList<CrewRow>,
    pub pending: RwSignal<bool>,
    /// Why the last click was refused; shown at the button.
    pub refusal: RwSignal<Option<String>>,
    /// Kept until the server gave an answer, so that a click repeated after a lost one is the same send.
    key: Arc<Mutex<Option<IdempotencyKey>>>,
}

/// Whether the address is only used, or also saved on the contact.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ContactUpdate {
    Keep,
    Replace,
}

impl SendLink {
    pub fn new(crew: CrewId, list: LiveList<CrewRow>) -> Self {
        Self { crew, list, pending: RwSignal::new(false), refusal: RwSignal::new(None), key: Arc::default() }
    }

    /// Sends the link to `address`; one click at a time.
    pub fn send(&self, address: String, contact: ContactUpdate) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.refusal.set(None);
        let key = self.key().get_or_insert_with(new_key).clone();
        let this = self.clone();
        spawn_local(async move {
            let answer = match contact {
                ContactUpdate::Keep => email_link(this.crew, address, key).await,
                ContactUpdate::Replace => correct_address(this.crew, address, key).await,
            };
            if !matches!(answer, Err(AppError::Unreachable)) {
                *this.key() = None;
            }
            match answer {
                Ok(row) => {
                    this.list.merge(row);
                    // The form with the button goes; the keyboard stays in the row.
                    if contact == ContactUpdate::Replace {
                        focus_soon(more_id(this.crew));
                    }
                }
                Err(error) => drop(this.refusal.try_set(Some(error.to_string()))),
            }
            this.pending.try_set(false);
        });
    }

    fn key(&self) -> MutexGuard<'_, Option<IdempotencyKey>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Unique for this account, and no secret.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any 32 bits do")]
fn new_key() -> IdempotencyKey {
    let random = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    IdempotencyKey(format!("{}-{:x}-{:x}", Now::exactly().0, random(), random()))
}

/// Where "Email link" sends to: what was typed, else the contact's address.
pub fn send_to(row: &CrewRow, typed: Option<String>) -> String {
    typed.or_else(|| row.address.clone()).unwrap_or_default()
}

/// The id of the button that opens a row.
pub fn more_id(crew: CrewId) -> String {
    format!("more-{crew}")
}
