//! The Events tab: every event the contact is on, and how their newest invite for it fared.

use leptos::prelude::*;

use super::form::{TabError, contact_of_route};
use super::{ContactEvent, LoadContactEvents};
use crate::domain::ids::ContactId;
use crate::domain::time::Moment;
use crate::emails::{BadgeState, badge};
use crate::live::{Live, Topic};
use crate::paths;
use crate::ui::{dotted, query_view};
use crate::wire::Query;

#[component]
pub fn Events() -> impl IntoView {
    let contact = contact_of_route();
    let events = Query::new(move || LoadContactEvents { contact: contact.get() });
    follow(contact, events);
    query_view(events, 6, |answer| match answer {
        Ok((_, events)) if events.is_empty() => view! { <NoEvents /> }.into_any(),
        Ok((_, events)) => view! { <EventRows events /> }.into_any(),
        Err(error) => view! { <TabError error /> }.into_any(),
    })
}

/// Reads the list again when an email of this contact was sent or changed, and after a gap in the live channel.
fn follow(contact: Memo<ContactId>, events: Query<LoadContactEvents>) {
    let subscribed = StoredValue::new(false);
    Live::expect().subscribe(
        move || {
            subscribed.set_value(false);
            Some(Topic::Contact(contact.get()))
        },
        || 0,
        move |update| {
            if contact.try_get_untracked().is_none() {
                return;
            }
            // The first snapshot answers the subscription, made when the list was fresh.
            let first = update.is_snapshot
                && subscribed.try_update_value(|subscribed| std::mem::replace(subscribed, true)) != Some(true);
            if !first {
                events.refetch();
            }
        },
    );
}

#[component]
fn NoEvents() -> impl IntoView {
    view! {
        <section class="card">
            <div class="empty">
                <h2>"On no event yet"</h2>
                <p>"Once this contact is among the people of an event, it is listed here with their newest invite."</p>
                <a class="button" href=paths::EVENTS>"Go to your events"</a>
            </div>
        </section>
    }
}

#[component]
fn EventRows(events: Vec<ContactEvent>) -> impl IntoView {
    view! {
        <section class="card" aria-label="Events">
            <ol class="mails">
                {events.into_iter().map(|event| view! { <EventRow event /> }.into_any()).collect_view()}
            </ol>
        </section>
    }
    .into_any()
}

#[component]
fn EventRow(event: ContactEvent) -> impl IntoView {
    let Moment { at, day, clock } = event.starts;
    let what = dotted(&[&event.role, event.place.as_deref().unwrap_or_default()]);
    let invite = event.invited_at.map(|moment| {
        let id = format!("invite-{}", event.event);
        let state = BadgeState { status: event.invite_status, reason: event.invite_reason };
        view! { <Invite id moment state /> }
    });
    view! {
        <li>
            <time datetime=at.to_iso()>{day} <span>{clock}</span></time>
            <div>
                <a class="text subject" href=paths::planner(event.event)>{event.name}</a>
                {(!what.is_empty()).then(|| view! { <p class="fine">{what}</p> }.into_any())}
            </div>
            <div class="end">
                {match invite {
                    Some(invite) => invite.into_any(),
                    None => view! { <span class="fine">"Not invited yet"</span> }.into_any(),
                }}
            </div>
        </li>
    }
    .into_any()
}

#[component]
fn Invite(id: String, moment: Moment, state: BadgeState) -> impl IntoView {
    view! {
        {badge(&id, state, ArcRwSignal::new(false))}
        <span class="fine">
            "Invited at "
            <time datetime=moment.at.to_iso()>{format!("{}, {}", moment.day, moment.clock)}</time>
        </span>
    }
}
