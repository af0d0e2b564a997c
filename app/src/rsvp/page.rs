//! The page that asks: event, date, place, two buttons. Plain HTML, no script, and never the run of show.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{Invitation, LoadInvitation, Question, QuestionForm};
use crate::paths;
use crate::stopped::not_opened;
use crate::ui::{PageTitle, dotted, query_view};
use crate::wire::Query;

#[component]
pub fn RsvpPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.with(|params| params.get("token").unwrap_or_default());
    let invitation = Query::new(move || LoadInvitation { token: token() });
    query_view(invitation, 3, |answer| match answer {
        Ok((LoadInvitation { token }, invitation)) => view! { <Asking token invitation /> }.into_any(),
        Err(error) => not_opened(&error),
    })
}

#[component]
fn Asking(token: String, invitation: Invitation) -> impl IntoView {
    let Invitation { event, date, place, place_address, guest, question } = invitation;
    let facts = dotted(&[&date, place.as_deref().unwrap_or_default()]);
    let closed = question == Question::Closed;
    let page = paths::rsvp_page(&token);
    let title = {
        let event = event.clone();
        move || event.clone()
    };
    view! {
        <PageTitle text=title />
        <main class="guest" id="main">
            <header>
                <div>
                    <p class="fine">{facts}</p>
                    <h1>{event}</h1>
                </div>
            </header>
            <p>{greeting(&guest)}</p>
            <QuestionForm token page question />
            {closed.then(|| view! {
                <p class="card ask" role="status">
                    "Answers are not collected here just now. Tell the planner who asked you whether you can make it."
                </p>
            })}
            <footer class="fine">
                {place_address.map(|address| view! { <p>{address}</p> })}
                <p>"Whoever has this link can answer for you, so do not pass it on."</p>
            </footer>
        </main>
    }
    .into_any()
}

fn greeting(guest: &str) -> String {
    if guest.is_empty() { "You are invited.".into() } else { format!("{guest}, you are invited.") }
}
