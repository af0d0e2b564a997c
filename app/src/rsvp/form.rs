//! The question with its two buttons: plain HTML. Only a press answers it, so a mail scanner that opens every link does not.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{AnswerRsvp, Question};
use crate::domain::rsvp::{MAX_NOTE, Rsvp};
use crate::error::AppError;
use crate::plain_form::{PAGE, RefusedForm};
use crate::ui::TextArea;

#[component]
pub fn QuestionForm(
    token: String,
    /// The page it stands on.
    page: String,
    question: Question,
) -> impl IntoView {
    let (said, note) = match question {
        Question::Open { said, note } => (said, note),
        Question::Closed => return ().into_any(),
        Question::Cancelled => {
            return view! { <p class="card ask" role="status">"This event was cancelled. If that is news to you, ask the planner."</p> }
                .into_any();
        }
    };
    let refused = RefusedForm::of::<AnswerRsvp>();
    let typed = refused.as_ref().and_then(|refused| refused.field("note")).map(ToOwned::to_owned);
    let (at_note, other) = match refused.map(|refused| refused.error) {
        Some(AppError::Invalid { field, message }) if field == "note" => (Some(message), None),
        error => (None, error.map(|error| error.to_string())),
    };
    let wrong = at_note.is_some();
    let value = RwSignal::new(typed.unwrap_or(note));
    let max = u32::try_from(MAX_NOTE).unwrap_or_default();
    let sentence = match said {
        Rsvp::NoReply => "",
        Rsvp::Accepted => "You are coming. Thank you for saying so.",
        Rsvp::Declined => "You are not coming. Thank you for saying so.",
    };
    let hint = match said {
        Rsvp::NoReply => "If there is something to say: when you arrive, what you do not eat. Optional.",
        Rsvp::Accepted | Rsvp::Declined => {
            "Plans change: press the other button at any time, or the same again with another note."
        }
    };
    let button = |answer: Rsvp, label: &'static str| {
        let pressed = (said == answer).to_string();
        view! { <button class="button" name="answer" value=answer.code() aria-pressed=pressed>{label}</button> }
    };
    view! {
        <form class="card ask" id="rsvp" method="post" action=AnswerRsvp::PATH aria-labelledby="rsvp-question">
            <input type="hidden" name=PAGE value=page />
            <input type="hidden" name="token" value=token />
            <h2 id="rsvp-question">"Can you make it?"</h2>
            {(!sentence.is_empty()).then(|| view! { <p role="status">{sentence}</p> })}
            {other.map(|sentence| view! { <p class="error" role="alert">{sentence}</p> })}
            <TextArea
                id="note"
                label="A short note for the planner"
                value
                rows=2
                max
                hint
                autofocus=wrong
                error=Arc::new(move || at_note.clone())
            />
            <div class="do">
                {button(Rsvp::Accepted, "Accept")}
                {button(Rsvp::Declined, "Decline")}
            </div>
        </form>
    }
    .into_any()
}
