//! A person's share link as a code, for somebody who stands there with a phone and no mail.

use leptos::prelude::*;

use super::LinkCode;
use super::frame::{id_of_address, tools};
use crate::accounts::asked;
use crate::backend;
use crate::domain::ids::{CrewId, EventId};
use crate::error::AppError;
use crate::stopped::not_available;
use crate::ui::PageTitle;

#[component]
pub fn LinkCodePage() -> impl IntoView {
    let event = id_of_address("id").map_or(EventId(0), EventId);
    let crew = id_of_address("crew").map_or(CrewId(0), CrewId);
    asked(async move {
        match read(event, crew).await {
            Ok(code) => page(event, code),
            Err(error) => not_available(&error),
        }
    })
}

async fn read(event: EventId, crew: CrewId) -> Result<Option<LinkCode>, AppError> {
    let (caller, backend) = backend::enter().await?;
    backend.print.link_code(&caller, event, crew).await.map_err(backend::report)
}

fn page(event: EventId, code: Option<LinkCode>) -> AnyView {
    let Some(LinkCode { event: name, name: person, url, calendar, svg }) = code else {
        return view! {
            <PageTitle text=|| "No link yet".into() />
            <main class="paper" id="main">
                {tools(event, None)}
                <h1>"No link yet"</h1>
                <p>"This person has no live link. “Generate link” in their row makes one."</p>
            </main>
        }
        .into_any();
    };
    let title = format!("{name}: {person}");
    let label = format!("The share link of {person} as a QR code");
    view! {
        <PageTitle text=move || title.clone() />
        <main class="paper" id="main">
            {tools(event, None)}
            <header>
                <h1>{person}</h1>
                <p>{name}</p>
            </header>
            <div class="code" role="img" aria-label=label inner_html=svg></div>
            <p>"Hold a phone’s camera over it. It opens this person’s own page, so show it to nobody else."</p>
            <p class="fine address">{url}</p>
            <section>
                <h2>"Their calendar"</h2>
                <p>
                    "A calendar that subscribes to this address shows the event and this person’s items, and follows changes until the link is revoked. It opens nothing else."
                </p>
                <p class="fine address">{calendar}</p>
            </section>
        </main>
    }
    .into_any()
}
