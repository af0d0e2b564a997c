//! The public page: plain HTML, no script, nobody's name.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{PublicItem, PublicShow};
use crate::accounts::asked;
use crate::backend;
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::print::doubt;
use crate::stopped::not_opened;
use crate::ui::{PageTitle, dotted};

#[component]
pub fn PublicPage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token").unwrap_or_default());
    asked(async move {
        match backend::enter_as_guest().public_page.open(token).await.map_err(backend::report) {
            Ok(show) => page(show),
            Err(error) => not_opened(&error),
        }
    })
}

fn page(show: PublicShow) -> AnyView {
    let PublicShow { event, status, date, place, place_address, time_zone, items, now } = show;
    let facts = dotted(&[&date, place.as_deref().unwrap_or_default()]);
    let doubt = doubt(status).map(|doubt| view! { <p><span class="chip" data-status=status.code()>{doubt}</span></p> });
    let none = items.is_empty().then(|| {
        view! {
            <div class="empty">
                <h3>"No times yet"</h3>
                <p>"What is planned will stand here. Come back later: this address stays the same."</p>
            </div>
        }
        .into_any()
    });
    let mut day = String::new();
    let rows = items.into_iter().map(|item| {
        let new_day = (item.starts.day != day).then(|| item.starts.day.clone());
        day.clone_from(&item.starts.day);
        view! {
            {new_day.map(|day| view! { <li class="day">{day}</li> })}
            {row(item, now)}
        }
    });
    let rows = rows.collect_view();
    let list = none.is_none().then(|| view! { <ol class="timeline">{rows}</ol> }.into_any());
    let title = event.clone();
    view! {
        <PageTitle text=move || title.clone() />
        <main class="guest" id="main">
            <header>
                <div>
                    <p class="fine">{facts}</p>
                    <h1>{event}</h1>
                    {doubt}
                </div>
            </header>
            <section class="card">
                <header><h2>"Run of show"</h2></header>
                {none}
                {list}
            </section>
            <footer class="fine">
                {place_address.map(|address| view! { <p>{address}</p> })}
                <p>
                    {format!("All times are in {}. This page shows the plan as it stood when you opened it; reload for the latest.", time_zone.replace('_', " "))}
                </p>
            </footer>
        </main>
    }
    .into_any()
}

fn row(item: PublicItem, now: Timestamp) -> AnyView {
    let ends = item.starts.at.plus_ms(i64::from(item.minutes.unwrap_or(0)) * MINUTE_MS);
    let is_now = item.starts.at <= now && now < ends;
    view! {
        <li data-now=is_now.then_some("") aria-current=is_now.then_some("time")>
            <time datetime=item.starts.at.to_iso()>
                {item.starts.clock}
                {item.minutes.map(|minutes| view! { <span>{minutes} " min"</span> })}
            </time>
            <div>
                <h3>{item.title}</h3>
                {(!item.location.is_empty()).then(|| view! { <p class="fine">{item.location}</p> })}
            </div>
        </li>
    }
    .into_any()
}
