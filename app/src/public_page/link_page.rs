//! Where members make, copy, revoke and make anew the public link of an event. Plain forms; one line of script copies the address where
//! scripts run.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use super::{LiveLink, MakePublicLink, PublicLink, RevokePublicLink};
use crate::accounts::asked;
use crate::backend;
use crate::domain::ids::EventId;
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};
use crate::print::id_of_address;
use crate::ui::{ErrorNotice, InlineError, PageTitle};

/// Without scripts, or where the browser has no clipboard for us, the button is not there: the address can be selected.
const COPY: &str = "
const button = document.currentScript.previousElementSibling;
if (navigator.clipboard) {
button.hidden = false;
button.onclick = async () => {
await navigator.clipboard.writeText(button.previousElementSibling.value);
button.textContent = 'Copied';
};
}
";

#[component]
pub fn PublicLinkPage() -> impl IntoView {
    let event = id_of_address("id").map_or(EventId(0), EventId);
    asked(async move {
        match read(event).await {
            Ok(link) => page(link),
            Err(error) => view! { <PageTitle text=|| "Public link".into() /> <ErrorNotice error /> }.into_any(),
        }
    })
}

async fn read(event: EventId) -> Result<PublicLink, AppError> {
    let (caller, backend) = backend::enter().await?;
    backend.public_page.link(&caller, event).await.map_err(backend::report)
}

fn page(PublicLink { event, name, live }: PublicLink) -> AnyView {
    let refused = RefusedForm::of::<MakePublicLink>().or_else(RefusedForm::of::<RevokePublicLink>);
    let refused = refused.map(|refused| view! { <InlineError title="Nothing changed." error=refused.error /> });
    let state = match live {
        Some(link) => is_live(event, link),
        None => is_off(event),
    };
    view! {
        <PageTitle text=|| "Public link".into() />
        <div class="head">
            <div>
                <a class="back" href=paths::planner(event) rel="external">{name}</a>
                <h1>"Public link"</h1>
            </div>
        </div>
        {refused}
        {state}
        <p class="fine">
            "The public page shows the event’s name, date, place and times: every item that is not private, with its title and where it is. It shows no names, no details and no notes, and nothing can be answered or changed there. People’s own links are another thing, and stay as they are."
        </p>
    }
    .into_any()
}

fn is_off(event: EventId) -> AnyView {
    let make = PostForm::of::<MakePublicLink>(paths::public_link(event)).with("event", event.to_string());
    let button = view! { <button class="button" data-kind="primary">"Make a public link"</button> };
    view! {
        <section class="card">
            <div class="empty">
                <h2>"There is no public link"</h2>
                <p>"Make one to let anybody read the run of show: on a website, on a poster, in a group chat."</p>
                {make.plain(button.into_any())}
            </div>
        </section>
    }
    .into_any()
}

fn is_live(event: EventId, LiveLink { id, url }: LiveLink) -> AnyView {
    let here = paths::public_link(event);
    let again = PostForm::of::<MakePublicLink>(here.clone()).with("event", event.to_string());
    let again = again.with("replaces", id.to_string());
    let again = again.plain(view! { <button class="button">"Make a new one"</button> }.into_any());
    let revoke = PostForm::of::<RevokePublicLink>(here).with("event", event.to_string());
    let revoke = revoke.plain(view! { <button class="button" data-kind="danger">"Revoke"</button> }.into_any());
    let address = match url {
        Some(url) => view! {
            <div class="link-line">
                <input readonly value=url.clone() aria-label="Public link" />
                <button class="button" type="button" hidden>"Copy link"</button>
                <script nonce=use_nonce()>{COPY}</script>
                <a class="button" href=url rel="external">"Open"</a>
            </div>
        }
        .into_any(),
        None => view! {
            <p>"The link works, but its address cannot be shown any more: it was made with another key. Make a new one, which ends this one."</p>
        }
        .into_any(),
    };
    view! {
        <section class="card event-action">
            <h2>"Anybody who has this link can read the run of show"</h2>
            {address}
            <p class="fine">"Revoked or replaced, it stops at once and for ever."</p>
            <div class="cluster">{again} {revoke}</div>
        </section>
    }
    .into_any()
}
