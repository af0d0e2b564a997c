//! The events of the account, the home of the app: what is coming, or what is over.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{EventPage, EventRow, LoadEvents, load_events};
use crate::live::{LiveList, Order, PagedCard, Place};
use crate::paths;
use crate::ui::{ErrorNotice, PageTitle, query_view};
use crate::wire::Query;

fn old_events() -> String {
    format!("{}?old=1", paths::EVENTS)
}

/// The home of the app. No part of its own: it is what is shown first, and what it is made of the others need too.
#[component]
pub fn Events() -> impl IntoView {
    let query = use_query_map();
    let old = Memo::new(move |_| query.with(|query| query.get_str("old") == Some("1")));
    let events = Query::new(move || LoadEvents { old: old.get(), after: None });
    let current = move |shown: bool| (old.get() == shown).then_some("true");
    view! {
        <PageTitle text=move || if old.get() { "Old events".into() } else { "Events".into() } />
        <div class="head">
            <div>
                <h1>"Events"</h1>
            </div>
        </div>
        <nav class="cluster" aria-label="Which events">
            <a class="chip" href=paths::EVENTS aria-current=move || current(false)>"Upcoming"</a>
            <a class="chip" href=old_events() aria-current=move || current(true)>"Show old events"</a>
        </nav>
        {query_view(events, 6, |answer| match answer {
            Ok((LoadEvents { old, .. }, page)) if page.rows.is_empty() => view! { <NoEvents old /> }.into_any(),
            Ok((LoadEvents { old, .. }, page)) => view! { <EventRows old page /> }.into_any(),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

#[component]
fn NoEvents(old: bool) -> impl IntoView {
    let (title, sentence, href, label) = if old {
        ("No old events", "An event moves here the day after it ends.", paths::EVENTS.to_owned(), "Show what is coming")
    } else {
        ("Nothing coming up", "Events that are over are among the old ones.", old_events(), "Show old events")
    };
    view! {
        <section class="card">
            <div class="empty">
                <h2>{title}</h2>
                <p>{sentence}</p>
                <a class="button" href=href>{label}</a>
            </div>
        </section>
    }
}

/// The rows of one view of the list. The other view gets rows of its own.
#[component]
fn EventRows(old: bool, page: EventPage) -> impl IntoView {
    let order = if old { Order::HighestFirst } else { Order::LowestFirst };
    let list = LiveList::new(order, page.rows, page.next.map(Place::from));
    let ask = move |after: Place| async move {
        load_events(old, Some(after.into())).await.map(|page| (page.rows, page.next.map(Place::from)))
    };
    let label = if old { "Old events" } else { "Upcoming events" };
    let row = |row| view! { <Row row /> }.into_any();
    view! { <PagedCard label list row ask element=row_id noun="events" /> }.into_any()
}

fn row_id(event: i64) -> String {
    format!("event-{event}")
}

#[component]
fn Row(row: EventRow) -> impl IntoView {
    let id = row_id(row.id.0);
    let (number, month) = row.starts.day.split_once(' ').unwrap_or((row.starts.day.as_str(), ""));
    let (number, month) = (number.to_owned(), month.to_owned());
    let when = format!("{} {}, {}", row.weekday, row.starts.day, row.starts.clock);
    let where_and_when = row.place.map_or_else(|| when.clone(), |place| format!("{when} · {place}"));
    let people = match row.people {
        0 => "Nobody on it yet".to_owned(),
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    view! {
        <li>
            <a class="row-link" id=id href=paths::planner(row.id)>
                <time class="date" datetime=row.starts.at.to_iso() aria-hidden="true"><b>{number}</b>{month}</time>
                <span class="name">{row.name}</span>
                <span class="secondary">{where_and_when}</span>
                <span class="meta">
                    {people} {(row.delivered > 0).then(|| format!(" · {} delivered", row.delivered))}
                </span>
                <span class="counts">
                    {(row.need_attention > 0).then(|| view! {
                        <span class="badge" data-status="bounced">{need_attention(row.need_attention)}</span>
                    }
                    .into_any())}
                    <span class="chip" data-status=row.status.code()>{row.status.label()}</span>
                </span>
            </a>
        </li>
    }
    .into_any()
}

fn need_attention(count: u32) -> String {
    if count == 1 { "1 needs a look".into() } else { format!("{count} need a look") }
}

#[cfg(test)]
mod tests {
    use super::need_attention;

    #[test]
    fn one_needs_and_two_need() {
        assert_eq!(need_attention(1), "1 needs a look");
        assert_eq!(need_attention(2), "2 need a look");
    }
}
