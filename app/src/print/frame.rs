//! What stands around every page for paper: where else to go on the screen, and on paper what this is, and of when.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::Printed;
use crate::accounts::asked;
use crate::backend::{self, Backend, Caller};
use crate::domain::ids::EventId;
use crate::error::AppError;
use crate::events::EventStatus;
use crate::paths::{self, Paper};
use crate::stopped::not_available;
use crate::ui::{PageTitle, dotted};

/// Opens the browser's own dialogue. Without scripts the button is not there: every browser has one in its menu.
const PRINT: &str = "
const button = document.currentScript.previousElementSibling;
button.hidden = false;
button.onclick = () => print();
";

/// The event that the address names, as `view` lays it out.
pub(super) fn paper(paper: Paper, view: impl FnOnce(Printed) -> AnyView + Send + 'static) -> AnyView {
    let event = id_of_address("id").map_or(EventId(0), EventId);
    asked(async move {
        match read(event).await {
            Ok(printed) => framed(paper, printed, view),
            Err(error) => not_available(&error),
        }
    })
}

async fn read(event: EventId) -> Result<Printed, AppError> {
    let (caller, backend): (Caller, Backend) = backend::enter().await?;
    backend.print.event(&caller, event).await.map_err(backend::report)
}

fn framed(paper: Paper, printed: Printed, view: impl FnOnce(Printed) -> AnyView) -> AnyView {
    let event = printed.page.event.clone();
    let title = format!("{}: {}", event.name, paper.title());
    let zone = format!("times in {}", event.time_zone.replace('_', " "));
    let pax = event.pax.map(|pax| format!("{pax} guests")).unwrap_or_default();
    let facts = dotted(&[&event.date, event.place.as_deref().unwrap_or_default(), &pax, &zone]);
    let as_of = format!("As of {}, {}", printed.as_of.day, printed.as_of.clock);
    let doubt = doubt(event.status).map(|doubt| view! { <p class="doubt">{doubt}</p> }.into_any());
    view! {
        <PageTitle text=move || title.clone() />
        <main class="paper" id="main" data-paper=paper.code()>
            {tools(event.id, Some(paper))}
            <header>
                <h1>{event.name}</h1>
                {doubt}
                <p>{facts}</p>
                <p class="as-of">{format!("{} · {as_of}", paper.title())}</p>
            </header>
            {view(printed)}
        </main>
    }
    .into_any()
}

/// What whoever reads of an event has to know before anything else: that the event may not take place.
pub(crate) fn doubt(status: EventStatus) -> Option<&'static str> {
    match status {
        EventStatus::Cancelled => Some("CANCELLED"),
        EventStatus::Enquiry | EventStatus::Tentative => Some("Tentative"),
        EventStatus::Confirmed | EventStatus::Completed => None,
    }
}

/// A sentence about what is left out of the page or stands in it, and the way to the other; on the screen alone.
pub(super) fn choice(sentence: String, href: String, label: &'static str) -> AnyView {
    view! { <p class="fine">{sentence} " " <a class="text screen" href=href>{label}</a></p> }.into_any()
}

/// The way back, to the other pages, and to the printer.
pub(super) fn tools(event: EventId, here: Option<Paper>) -> AnyView {
    let link = |paper: Paper| {
        let current = (here == Some(paper)).then_some("page");
        view! { <a class="chip" href=paths::paper(event, paper) aria-current=current>{paper.title()}</a> }.into_any()
    };
    view! {
        <nav class="tools" aria-label="For paper">
            <a class="button" href=paths::planner(event)>"Back to the event"</a>
            <div class="cluster">
                {Vec::from(Paper::ALL.map(link))}
                <a class="chip" href=paths::event_calendar(event)>"Calendar file"</a>
                <a class="chip" href=paths::public_link(event)>"Public link"</a>
            </div>
            <button class="button" data-kind="primary" type="button" hidden>"Print"</button>
            <script nonce=use_nonce()>{PRINT}</script>
        </nav>
    }
    .into_any()
}

/// Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
pub(crate) fn id_of_address(name: &str) -> Option<i64> {
    use_params_map().with_untracked(|params| params.get_str(name).and_then(|id| id.parse().ok()))
}
