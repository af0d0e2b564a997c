//! What is asked for over all events that are not over: where somebody has yet to answer, where everybody has, and which files were
//! turned down and have not come again.

use leptos::prelude::*;

use super::{LoadRequestOverview, OverviewPage, OverviewRow, RejectedRow};
use crate::paths;
use crate::ui::{ErrorNotice, PageTitle, dotted, query_view};
use crate::wire::Query;

#[component]
pub(super) fn RequestOverview() -> impl IntoView {
    let page = Query::new(|| LoadRequestOverview {});
    view! {
        <PageTitle text=|| "Requests".into() />
        <div class="head">
            <div>
                <h1>"Requests"</h1>
                <p class="fine">"Of all events that are not over. People are asked on the page of their event."</p>
            </div>
        </div>
        {query_view(page, 6, |answer| match answer {
            Ok((_, page)) => lists(page),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

fn lists(page: OverviewPage) -> AnyView {
    let OverviewPage { pending, answered, rejected, more } = page;
    if pending.is_empty() && answered.is_empty() && rejected.is_empty() {
        return view! {
            <section class="card">
                <div class="empty">
                    <h2>"Nobody is asked for anything"</h2>
                    <p>"Open an event and press “Requests”: ask one person or everybody for a file, some words or a choice."</p>
                    <a class="button" data-kind="primary" href="/events">"Go to your events"</a>
                </div>
            </section>
        }
        .into_any();
    }
    let rejected = rejected.into_iter().map(rejected_row).collect::<Vec<_>>();
    view! {
        {section("Pending", "Nobody has to answer anything.", pending.into_iter().map(row).collect())}
        {section("Rejected", "No file waits to be sent again.", rejected)}
        {section("Answered", "Nothing is answered by everybody yet.", answered.into_iter().map(row).collect())}
        {more.then(|| view! { <p class="fine">"There are more than these: open an event to see all of its own."</p> }.into_any())}
    }
    .into_any()
}

fn section(title: &'static str, none: &'static str, rows: Vec<AnyView>) -> AnyView {
    let list = if rows.is_empty() {
        view! { <p class="body fine">{none}</p> }.into_any()
    } else {
        view! { <ul class="rows">{rows}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-label=title>
            <header><h2>{title}</h2></header>
            {list}
        </section>
    }
    .into_any()
}

fn row(row: OverviewRow) -> AnyView {
    let href = paths::requests_at(row.event, row.person.as_ref().map(|person| person.crew), row.id);
    let whom = row.person.map_or_else(|| format!("{} of {} answered", row.answered, row.asked), |person| person.name);
    let to_review = match row.unreviewed {
        0 => String::new(),
        files => format!("{files} to review"),
    };
    let required = if row.required { "required" } else { "" };
    let facts = dotted(&[&whom, required, &to_review]);
    let event = dotted(&[&row.event_name, &row.date]);
    view! {
        <li>
            <a class="row-link" href=href>
                <span class="name">{row.label}</span>
                <span class="secondary">{event}</span>
                <span class="meta">{facts}</span>
            </a>
        </li>
    }
    .into_any()
}

fn rejected_row(row: RejectedRow) -> AnyView {
    let event = dotted(&[&row.label, &row.event_name]);
    view! {
        <li>
            <a class="row-link" href=paths::requests_at(row.event, None, row.request)>
                <span class="name">{format!("{}: {}", row.person.name, row.file)}</span>
                <span class="secondary">{event}</span>
                <span class="meta">{row.note}</span>
            </a>
        </li>
    }
    .into_any()
}
