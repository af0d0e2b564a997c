//! The spaces by name, or those a search finds. The question is in the address (`?q=`), and asking is a plain form.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{LoadSpaces, SpaceRow};
use crate::paths;
use crate::ui::{ErrorNotice, PageTitle, dotted, query_view};
use crate::wire::Query;

#[component]
pub(super) fn Spaces() -> impl IntoView {
    let map = use_query_map();
    let question = Memo::new(move |_| map.with(|map| map.get_str("q").unwrap_or_default().trim().to_owned()));
    let spaces = Query::new(move || LoadSpaces { search: question.get() });
    view! {
        <PageTitle text=|| "Spaces".into() />
        <div class="head">
            <div>
                <h1>"Spaces"</h1>
            </div>
            <div class="end">
                <a class="button" data-kind="primary" href="/spaces/new">"New space"</a>
            </div>
        </div>
        <form class="search" role="search" method="get" action="/spaces">
            <input
                type="search"
                name="q"
                aria-label="Search spaces"
                placeholder="Search by name or address"
                autocomplete="off"
                value=question.get_untracked()
            />
            <button class="button">"Search"</button>
        </form>
        {query_view(spaces, 4, |answer| match answer {
            Ok((LoadSpaces { search }, page)) if page.rows.is_empty() => none(&search),
            Ok((_, page)) => {
                let more = page.more.then(|| {
                    view! { <p class="fine">"There are more than these: search for the others by name or address."</p> }
                        .into_any()
                });
                let rows = page.rows.into_iter().map(row).collect_view();
                view! {
                    <section class="card" aria-label="Spaces">
                        <ul class="rows">{rows}</ul>
                    </section>
                    {more}
                }
                .into_any()
            }
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

fn none(search: &str) -> AnyView {
    let (title, sentence, href, label) = if search.is_empty() {
        let sentence =
            "A space is where events are held: its address goes into the mails, and your notes on access stay with it.";
        ("No spaces yet".to_owned(), sentence, paths::NEW_SPACE, "New space")
    } else {
        let sentence = "Each word must begin a word of the name or the address. Try fewer letters.";
        (format!("No space matches “{search}”"), sentence, paths::SPACES, "Show all spaces")
    };
    view! {
        <section class="card">
            <div class="empty">
                <h2>{title}</h2>
                <p>{sentence}</p>
                <a class="button" data-kind="primary" href=href>{label}</a>
            </div>
        </section>
    }
    .into_any()
}

fn row(row: SpaceRow) -> AnyView {
    let capacity = row.capacity.map(|capacity| format!("{capacity} guests")).unwrap_or_default();
    let contact = row.venue_contact.unwrap_or_default();
    let facts = dotted(&[&capacity, &contact]);
    view! {
        <li>
            <a class="row-link" href=paths::space(row.id)>
                <span class="name">{row.name}</span>
                {(!row.address.is_empty()).then(|| view! { <span class="secondary">{row.address}</span> }.into_any())}
                <span class="meta">{facts}</span>
            </a>
        </li>
    }
    .into_any()
}
