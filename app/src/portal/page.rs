//! The portal as its contact sees it: what is to come, and what was.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{Portal, PortalEvent};
use crate::accounts::asked;
use crate::backend;
use crate::paths;
use crate::print::doubt;
use crate::stopped::not_opened;
use crate::ui::{PageTitle, dotted};

#[component]
pub fn PortalPage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token").unwrap_or_default());
    asked(async move {
        match backend::enter_as_guest().portal.open(token).await.map_err(backend::report) {
            Ok(portal) => page(portal),
            Err(error) => not_opened(&error),
        }
    })
}

fn page(Portal { guest, upcoming, past }: Portal) -> AnyView {
    let whose = if guest.is_empty() { String::new() } else { format!("for {guest}") };
    let none = upcoming.is_empty().then(|| {
        view! {
            <div class="empty">
                <h3>"Nothing is coming up"</h3>
                <p>"An event stands here from when a planner gives you a link to it. Do you expect one? Ask them."</p>
            </div>
        }
        .into_any()
    });
    let past = (!past.is_empty()).then(|| {
        view! {
            <section class="card">
                <header><h2>"Past"</h2></header>
                {list(past)}
            </section>
        }
        .into_any()
    });
    view! {
        <PageTitle text=|| "Your events".into() />
        <main class="guest" id="main">
            <header>
                <div>
                    <p class="fine">{whose}</p>
                    <h1>"Your events"</h1>
                </div>
            </header>
            <section class="card">
                <header><h2>"Upcoming"</h2></header>
                {none}
                {list(upcoming)}
            </section>
            {past}
            <footer class="fine">
                <p>
                    "Keep this page: it always shows the events that you have a link to. Whoever has its address sees them too, so do not pass it on."
                </p>
            </footer>
        </main>
    }
    .into_any()
}

fn list(events: Vec<PortalEvent>) -> Option<AnyView> {
    let rows: Vec<_> = events.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> }.into_any())
}

fn row(event: PortalEvent) -> AnyView {
    let facts = dotted(&[&event.date, &event.clock, event.place.as_deref().unwrap_or_default()]);
    let doubt =
        doubt(event.status).map(|doubt| view! { <span class="chip" data-status=event.status.code()>{doubt}</span> });
    view! {
        <li>
            <a class="row-link" href=paths::share_page(&event.token)>
                <span class="name">{event.name}</span>
                <time class="secondary" datetime=event.starts.to_iso()>{facts}</time>
                <span class="counts">{doubt}</span>
            </a>
        </li>
    }
    .into_any()
}
