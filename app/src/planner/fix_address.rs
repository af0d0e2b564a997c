//! The way out of a bounce, where the bounce is seen: correct the address, send again.

use leptos::html::Input;
use leptos::prelude::*;

use super::send_link::{SendButton, SendLink};
use super::view_state::page_after;
use super::{CorrectAddress, CrewRow};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::ids::EventId;
use crate::domain::suppression::SuppressionCause;
use crate::domain::typo;
use crate::live::LiveCell;
use crate::plain_form::{PostForm, RefusedForm, dynamic_field};
use crate::ui::{bind_field, dynamic};

#[component]
pub fn FixAddress(
    event: EventId,
    cell: LiveCell<CrewRow>,
    sending: SendLink,
    /// A correction that was refused.
    posted: Option<RefusedForm>,
) -> impl IntoView {
    let at_first = cell.get_untracked();
    let first = Story::of(&at_first);
    let posted = posted.as_ref().and_then(|posted| posted.field("address")).map(ToOwned::to_owned);
    let autofocus = posted.is_some();
    let corrected = RwSignal::new(posted.unwrap_or_else(|| first.prefill(&at_first)));
    let typed_in = NodeRef::<Input>::new();
    bind_field(typed_in, move || corrected.get(), move |text| corrected.set(text));
    let id = at_first.id;
    let key_cell = cell.clone();
    let guess = first.suggested;
    let field = format!("corrected-{}", at_first.id);
    let pending = sending.pending;
    let submit = move || sending.send(corrected.get_untracked(), SendButton::CorrectAddress);
    let form = PostForm { class: "do", ..PostForm::of::<CorrectAddress>(page_after(event, id, false)) }
        .with("crew", id.to_string());
    let fields = view! {
        {dynamic_field("key", move || key_cell.with(|row| row.send_key().0))}
                <div class="field">
                    <label for=field.clone()>
                        {match guess {
                            Some(_) => "Did you mean",
                            None => "Corrected address",
                        }}
                    </label>
                    <input
                        id=field
                        name="address"
                        // Not of type "email": browsers refuse or rewrite addresses there that mail servers take.
                        inputmode="email"
                        autocomplete="off"
                        autocapitalize="none"
                        spellcheck="false"
                        autofocus=autofocus
                        required
                        node_ref=typed_in
                        value=corrected.get_untracked()
                        on:input=move |ev| corrected.set(event_target_value(&ev))
                    />
                </div>
                <button class="button" data-kind="primary" disabled=move || pending.get()>"Correct and send again"</button>
    };
    view! {
        <div class="fix" role="group" aria-label="Fix the address">
            {dynamic(move || cell.with(Story::of).view())}
            {form.view(submit, fields.into_any())}
        </div>
    }
}

/// Why the row needs fixing, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Story {
    sentence: &'static str,
    /// The server's own words.
    words: Option<String>,
    /// The address that was refused.
    refused: Option<String>,
    suggested: Option<String>,
}

impl Story {
    fn of(row: &CrewRow) -> Self {
        let invite = row.invite.as_ref().filter(|invite| invite.status.is_some_and(DeliveryStatus::blocks_address));
        let refused = invite.map(|invite| invite.recipient.clone()).or_else(|| row.address.clone());
        let complaint = row.blocked == Some(SuppressionCause::Complaint)
            || invite.is_some_and(|invite| invite.status == Some(DeliveryStatus::SpamReported));
        let sentence = if complaint {
            "This person reported a mail as spam, so the address is blocked. Ask them for another one."
        } else if invite.is_some() {
            "The address does not take mail. Correct the spelling, or ask for a current address."
        } else {
            "Mail to this address bounced before, so it is blocked. Correct the spelling, or ask for a current address."
        };
        let suggested = refused.as_deref().filter(|_| !complaint).and_then(typo::suggestion);
        Self {
            sentence,
            words: invite.filter(|_| !complaint).and_then(|invite| invite.reason.clone()),
            refused,
            suggested,
        }
    }

    fn view(self) -> AnyView {
        let words = self.words.map(|words| view! { " The mail server said " <q>{words}</q> }.into_any());
        view! { <p><b>{self.sentence}</b> {words}</p> }.into_any()
    }

    /// The likeliest right address: the guess, what the contact has by now, or the wrong one to be edited.
    fn prefill(&self, row: &CrewRow) -> String {
        let current = row.address.clone().filter(|_| row.blocked.is_none());
        self.suggested.clone().or(current).or_else(|| self.refused.clone()).unwrap_or_default()
    }
}
