//! The events of the account, the home of the app: what is coming, or what is over.
//!
//! The question is in the address (`?old=1&status=…&q=…`), so it survives a reload, and asking is a plain form.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::params::ParamsMap;

use super::{
    DeletedEvent, EventPage, EventQuery, EventRow, EventStatus, FirstSteps, LoadEvents, RestoreEvent, load_events,
};
use crate::live::{LiveList, Order, PagedCard, Place};
use crate::paths;
use crate::plain_form::PostForm;
use crate::ui::{ErrorNotice, Notice, NoticeKind, PageTitle, dotted, dynamic, query_view};
use crate::wire::Query;

impl EventQuery {
    fn of_address(query: &ParamsMap) -> Self {
        Self {
            old: query.get_str("old") == Some("1"),
            status: query.get_str("status").and_then(EventStatus::from_code),
            search: query.get_str("q").unwrap_or_default().trim().to_owned(),
        }
    }

    fn address(&self) -> String {
        let mut query = ParamsMap::new();
        if self.old {
            query.insert("old", "1".to_owned());
        }
        if let Some(status) = self.status {
            query.insert("status", status.code().to_owned());
        }
        if !self.search.is_empty() {
            query.insert("q", self.search.clone());
        }
        format!("{}{}", paths::EVENTS, query.to_query_string())
    }
}

/// The home of the app. No part of its own: it is what is shown first, and what it is made of the others need too.
#[component]
pub fn Events() -> impl IntoView {
    let map = use_query_map();
    let query = Memo::new(move |_| map.with(EventQuery::of_address));
    let deleted = move || map.with(|map| map.get_str(paths::DELETED_EVENT).and_then(|id| id.parse().ok()));
    let events = Query::new(move || LoadEvents { query: query.get(), after: None, deleted: deleted() });
    view! {
        <PageTitle text=move || if query.with(|query| query.old) { "Old events".into() } else { "Events".into() } />
        <div class="head">
            <div>
                <h1>"Events"</h1>
            </div>
            <div class="end">
                <a class="button" data-kind="plain" href="/templates">"Templates"</a>
                <a class="button" data-kind="plain" href="/deleted">"Recently deleted"</a>
                <a class="button" data-kind="primary" href="/events/new">"New event"</a>
            </div>
        </div>
        {dynamic(move || narrowing(&query.get()))}
        {query_view(events, 6, |answer| match answer {
            Ok((LoadEvents { query, .. }, page)) => {
                let deleted = page.deleted.clone().map(undo);
                let list = if page.rows.is_empty() {
                    view! { <NoEvents query first_steps=page.first_steps /> }.into_any()
                } else {
                    view! { <EventRows query page /> }.into_any()
                };
                view! { {deleted} {list} }.into_any()
            }
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

/// Which events are shown: to come or over, and the form that finds some of them.
fn narrowing(query: &EventQuery) -> AnyView {
    let tab = |old, label: &'static str| {
        let current = (query.old == old).then_some("true");
        view! { <a class="chip" href=EventQuery { old, ..query.clone() }.address() aria-current=current>{label}</a> }
            .into_any()
    };
    let statuses = EventStatus::ALL.into_iter().map(|status| {
        let chosen = query.status == Some(status);
        view! { <option value=status.code() selected=chosen>{status.label()}</option> }.into_any()
    });
    view! {
        <nav class="cluster" aria-label="Which events">{tab(false, "Upcoming")} {tab(true, "Show old events")}</nav>
        <form class="search" role="search" method="get" action="/events">
            {query.old.then(|| view! { <input type="hidden" name="old" value="1" /> }.into_any())}
            <input
                type="search"
                name="q"
                aria-label="Search events"
                placeholder="Search by name, client or space"
                autocomplete="off"
                value=query.search.clone()
            />
            <select name="status" aria-label="Status">
                <option value="">"Any status"</option>
                {statuses.collect_view()}
            </select>
            <button class="button">"Search"</button>
        </form>
    }
    .into_any()
}

/// An event was just deleted, and can be taken back. After half a minute its style hides the offer; the event is among what was
/// deleted.
fn undo(event: DeletedEvent) -> AnyView {
    let button = view! { <button class="button">"Undo"</button> }.into_any();
    let form = PostForm::of::<RestoreEvent>(paths::EVENTS.into()).with("event", event.id.to_string()).plain(button);
    view! {
        <div class="offer">
            <Notice kind=NoticeKind::Success>
                <p>{format!("“{}” was deleted. It stays under “Recently deleted” for 30 days.", event.name)}</p>
                {form}
            </Notice>
        </div>
    }
    .into_any()
}

#[component]
fn NoEvents(query: EventQuery, first_steps: Option<FirstSteps>) -> impl IntoView {
    let other = EventQuery { old: !query.old, ..query.clone() }.address();
    let all = EventQuery { old: query.old, ..EventQuery::default() }.address();
    let link = |href: String, label: &'static str| view! { <a class="button" href=href>{label}</a> }.into_any();
    let (title, sentence, ways) = if let Some(FirstSteps { has_templates }) = first_steps {
        let template = has_templates.then(|| link(paths::TEMPLATES.into(), "Start from a template"));
        let new = view! { <a class="button" data-kind="primary" href="/events/new">"New event"</a> }.into_any();
        let sentence = "Everything you plan stands here by date: each event has its run of show, its people, and how your mails reached them.";
        ("No events yet", sentence, vec![Some(new), template])
    } else if query.is_narrow() {
        let label = if query.old { "Look among upcoming events" } else { "Look among old events" };
        let sentence = "Each word must begin a word of the name, the client, the organiser or the space. Try fewer letters, or another status.";
        ("No event matches", sentence, vec![Some(link(all, "Show all")), Some(link(other, label))])
    } else if query.old {
        let ways = vec![Some(link(other, "Show what is coming"))];
        ("No old events", "An event moves here the day after it ends.", ways)
    } else {
        let ways = vec![Some(link(other, "Show old events"))];
        ("Nothing coming up", "Events that are over are among the old ones.", ways)
    };
    view! {
        <section class="card">
            <div class="empty">
                <h2>{title}</h2>
                <p>{sentence}</p>
                <div class="cluster">{ways}</div>
            </div>
        </section>
    }
}

/// The rows of one view of the list. The other view gets rows of its own.
#[component]
fn EventRows(query: EventQuery, page: EventPage) -> impl IntoView {
    let old = query.old;
    let order = if old { Order::HighestFirst } else { Order::LowestFirst };
    let list = LiveList::new(order, page.rows, page.next.map(Place::from));
    let ask = move |after: Place| {
        let query = query.clone();
        async move {
            let page = load_events(query, Some(after.into()), None).await?;
            Ok((page.rows, page.next.map(Place::from)))
        }
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
    let client = row.client.map(|client| format!("Client: {client}")).unwrap_or_default();
    let organiser = row.organiser.map(|organiser| format!("Organiser: {organiser}")).unwrap_or_default();
    let facts = dotted(&[&when, row.place.as_deref().unwrap_or_default(), &client, &organiser]);
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
                <span class="secondary">{facts}</span>
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
    use super::*;

    #[test]
    fn a_question_stands_in_the_address_and_is_read_back() {
        let all = EventQuery::default();
        assert_eq!(all.address(), "/events");
        let query = EventQuery { old: true, status: Some(EventStatus::Tentative), search: "a&b".into() };
        assert_eq!(query.address(), "/events?old=1&status=tentative&q=a%26b");
        let map = [("old", "1"), ("status", "tentative"), ("q", " a&b ")];
        let map = map.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        assert_eq!(EventQuery::of_address(&map), query);
    }

    #[test]
    fn one_needs_and_two_need() {
        assert_eq!(need_attention(1), "1 needs a look");
        assert_eq!(need_attention(2), "2 need a look");
    }
}
