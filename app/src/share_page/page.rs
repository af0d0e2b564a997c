//! A guest's run of show: plain HTML, no script.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::item_list::item_list;
use super::{LoadRunOfShow, RunOfShow};
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::error::AppError;
use crate::paths;
use crate::requests::requests_card;
use crate::rsvp::QuestionForm;
use crate::ui::{PageTitle, dotted, query_view};
use crate::wire::Query;

#[component]
pub fn SharePage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.with(|params| params.get("token").unwrap_or_default());
    let show = Query::new(move || LoadRunOfShow { token: token() });
    query_view(show, 6, |answer| match answer {
        Ok((LoadRunOfShow { token }, show)) => view! { <RunOfShowPage token show /> }.into_any(),
        Err(AppError::NotFound) => view! { <NotActive /> }.into_any(),
        Err(error) => view! { <Trouble error /> }.into_any(),
    })
}

#[component]
fn RunOfShowPage(token: String, show: RunOfShow) -> impl IntoView {
    let facts = dotted(&[&show.date, show.place.as_deref().unwrap_or_default()]);
    let next = show.items.iter().find(|item| item.starts.at > show.now);
    let next = next.map(|item| (wait(item.starts.at, show.now), item.title.clone(), item.starts.clock.clone()));
    let mine = show.items.iter().filter(|item| item.mine).count();
    let now = show.now;
    let page = paths::share_page(&token);
    let asked = requests_card(&token, &page, show.requests);
    let title = {
        let event = show.event.clone();
        move || event.clone()
    };
    let rows = item_list(show.items, now, |_| None);
    view! {
        <PageTitle text=title />
        <main class="guest" id="main">
            <header>
                <div>
                    <p class="fine">{facts}</p>
                    <h1>{show.event}</h1>
                </div>
            </header>
            <QuestionForm token page question=show.question />
            {asked}
            {next.map(|(wait, title, clock)| view! {
                <p class="next"><b>{wait}</b> " " <span>{format!("to {title}, {clock}")}</span></p>
            })}
            <section class="card">
                <header>
                    <h2>"Run of show"</h2>
                    <span class="fine">
                        {format!("for {}", show.guest)}
                        {match mine { 0 => String::new(), 1 => " · 1 item is yours".into(), n => format!(" · {n} items are yours") }}
                    </span>
                </header>
                {rows}
            </section>
            <Calendar address=show.calendar />
            <footer class="fine">
                {show.place_address.map(|address| view! { <p>{address}</p> })}
                <p>{format!("All times are in {}. This page shows the plan as it stood when you opened it; reload for the latest.", show.time_zone.replace('_', " "))}</p>
            </footer>
        </main>
    }
}

/// The event and what is theirs, in the guest's own calendar.
#[component]
fn Calendar(address: String) -> impl IntoView {
    // The scheme by which programs subscribe, instead of reading it once.
    let subscribed = address.split_once("://").map(|(_, rest)| format!("webcal://{rest}"));
    view! {
        <section class="card in-calendar" aria-labelledby="in-calendar">
            <h2 id="in-calendar">"In your calendar"</h2>
            <p>"The event, and the items that are yours."</p>
            <p class="cluster">
                <a class="button" href=subscribed>"Subscribe (follows changes)"</a>
                <a class="button" href=address.clone()>"Download once"</a>
            </p>
            <p class="fine">
                "Calendars ask for changes when they please, some only once a day: this page is always the newer one. Once this link stops, your calendar hears of no more changes and keeps what it has."
            </p>
            <p class="fine">"If your calendar wants an address to subscribe to: " <span class="address">{address}</span></p>
        </section>
    }
}

#[component]
fn NotActive() -> impl IntoView {
    view! {
        <PageTitle text=|| "Link not active".into() />
        <main class="errorpage" id="main">
            <h1>"Link not active"</h1>
            <p>"This link was replaced or switched off, or was not copied whole. Ask the planner who sent it for a new one."</p>
        </main>
    }
}

#[component]
fn Trouble(error: AppError) -> impl IntoView {
    view! {
        <PageTitle text=|| "Not available".into() />
        <main class="errorpage" id="main">
            <h1>"Not available right now"</h1>
            <p>{error.to_string()}</p>
        </main>
    }
}

/// "18 min", "3 h", "2 days".
fn wait(until: Timestamp, now: Timestamp) -> String {
    let minutes = (until.since_ms(now) + MINUTE_MS - 1) / MINUTE_MS;
    match minutes {
        ..60 => format!("{minutes} min"),
        60..1_440 => format!("{} h {:02} min", minutes / 60, minutes % 60),
        1_440..2_880 => "1 day".into(),
        _ => format!("{} days", minutes / 1_440),
    }
}
