//! The badge: a dot and a word, with the server's reason on hover and focus.

use leptos::prelude::*;

use super::EmailRow;
use crate::domain::delivery::DeliveryStatus;
use crate::ui::{WithTip, dynamic};

/// What a badge shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadgeState {
    pub status: Option<DeliveryStatus>,
    pub reason: Option<String>,
}

impl From<&EmailRow> for BadgeState {
    fn from(row: &EmailRow) -> Self {
        Self { status: row.status, reason: row.reason.clone() }
    }
}

impl BadgeState {
    /// The word, also for what is no status yet.
    pub fn word(&self) -> &'static str {
        self.status.map_or("Sending…", DeliveryStatus::label)
    }
}

/// Says how an email fares. Changes in place and pulses once when `fresh`.
#[component]
pub fn StatusBadge(
    /// Unique on the page, for the tip.
    id: String,
    /// May read signals.
    state: impl Fn() -> BadgeState + Send + 'static,
    /// The state came over the live channel a moment ago.
    fresh: ArcRwSignal<bool>,
) -> impl IntoView {
    dynamic(move || badge(&id, state(), fresh.clone()))
}

/// As [`StatusBadge`], of a state that does not change.
pub fn badge(id: &str, state: BadgeState, fresh: ArcRwSignal<bool>) -> AnyView {
    let word = state.word();
    let status = state.status.map_or("sending", DeliveryStatus::code);
    match state.reason {
        Some(reason) => {
            view! { <WithTip id=id.to_owned() tip=reason class="badge" status fresh>{word}</WithTip> }.into_any()
        }
        None => {
            view! { <span class="badge" data-status=status data-fresh=move || fresh.get().then_some("")>{word}</span> }
                .into_any()
        }
    }
}
