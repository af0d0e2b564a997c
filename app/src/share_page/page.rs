//! A guest's run of show: plain HTML, whole without scripts. Where they run, a small one of its own keeps it current.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::item_list::item_list;
use super::press_form::{press_forms, refusal};
use super::script::GUEST_SCRIPT;
use super::{LoadRunOfShow, RunOfShow};
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::notes::event_notes;
use crate::paths;
use crate::requests::{refusal_of_no_row, requests_card};
use crate::rsvp::{Question, QuestionForm};
use crate::stopped::not_opened;
use crate::ui::{PageTitle, dotted, query_view};
use crate::wire::Query;

#[component]
pub fn SharePage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.with(|params| params.get("token").unwrap_or_default());
    let show = Query::new(move || LoadRunOfShow { token: token() });
    query_view(show, 6, |answer| match answer {
        Ok((LoadRunOfShow { token }, show)) => view! { <RunOfShowPage token show /> }.into_any(),
        Err(error) => not_opened(&error),
    })
}

#[component]
fn RunOfShowPage(token: String, show: RunOfShow) -> impl IntoView {
    let facts = dotted(&[&show.date, show.place.as_deref().unwrap_or_default()]);
    let only_mine = use_query_map().with_untracked(|query| query.get(paths::MINE).is_some());
    let own = show.items.iter().filter(|item| item.mine).count();
    let told = refusal(&show.items).or_else(|| refusal_of_no_row(&token, &show.requests));
    let now = show.now;
    let page = if only_mine { paths::own_items(&token) } else { paths::share_page(&token) };
    let notes = event_notes(&token, show.notes);
    let asked = requests_card(&token, &page, show.question == Question::Cancelled, show.requests);
    let title = {
        let event = show.event.clone();
        move || event.clone()
    };
    let items: Vec<_> = show.items.into_iter().filter(|item| item.mine || !only_mine).collect();
    let next = items.iter().find(|item| item.starts.at > now);
    let countdown = next.map(|item| (wait(item.starts.at, now), format!("to {}, {}", item.title, item.starts.clock)));
    let (wait, what) = countdown.clone().unwrap_or_default();
    let rows = if items.is_empty() && only_mine {
        view! { <p class="empty">"None of the items is yours just now. All of them are behind “All”."</p> }.into_any()
    } else {
        item_list(items, now, |item| press_forms(&token, &page, item))
    };
    let is_told = told.is_some();
    view! {
        <PageTitle text=title />
        <main class="guest" id="main" data-zone=show.time_zone.clone() data-guest=show.link.to_string()>
            <header>
                <div>
                    <p class="fine">{facts}</p>
                    <h1>{show.event}</h1>
                </div>
                <a class="button" href=show.portal>"Your portal"</a>
                // What the page's script says for itself; without it none of this is there.
                <span class="pill" id="pill" data-own="" hidden></span>
            </header>
            <p class="visually-hidden" id="said" data-own="" aria-live="polite"></p>
            <p class="notice" id="stale" data-own="" hidden></p>
            <p class="error" id="told" data-own="" role=is_told.then_some("alert") hidden=!is_told>{told}</p>
            <QuestionForm token=token.clone() page=page.clone() question=show.question />
            {asked}
            <p class="next" id="next" hidden=countdown.is_none()><b>{wait}</b> " " <span>{what}</span></p>
            {notes}
            <section class="card">
                <header>
                    <h2>"Run of show"</h2>
                    <span class="fine">
                        {format!("for {}", show.guest)}
                        {match own { 0 => String::new(), 1 => " · 1 item is yours".into(), n => format!(" · {n} items are yours") }}
                    </span>
                    {(own > 0 || only_mine).then(|| which(&token, only_mine))}
                </header>
                {rows}
            </section>
            <Calendar address=show.calendar />
            <footer class="fine">
                {show.place_address.map(|address| view! { <p>{address}</p> })}
                <p>{format!("All times are in {}.", show.time_zone.replace('_', " "))}</p>
                <noscript>"This page shows the plan as it stood when you opened it; reload for the latest."</noscript>
                <label class="check" id="awake" data-own="" hidden>
                    <input type="checkbox" name="awake" autocomplete="off" />
                    <span>"Keep the screen on"</span>
                </label>
            </footer>
        </main>
        <script src=GUEST_SCRIPT.address() defer></script>
    }
}

/// All items, or the guest's own: two links, so that they work everywhere.
fn which(token: &str, only_mine: bool) -> AnyView {
    let link = |label: &'static str, path: String, is_it: bool| {
        view! { <a class="chip" href=path aria-current=is_it.then_some("true")>{label}</a> }
    };
    view! {
        <nav class="end" aria-label="Which items are shown">
            {link("All", paths::share_page(token), !only_mine)}
            {link("Mine", paths::own_items(token), only_mine)}
        </nav>
    }
    .into_any()
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
