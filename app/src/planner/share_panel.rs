//! The share link of one person: make it, copy it, send it elsewhere, revoke it.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{CrewRow, LinkState, generate_link, revoke_link};
use crate::error::AppError;
use crate::ui::{Announcer, changing};

/// How long "Copied" stays.
const COPIED: Duration = Duration::from_secs(2);

/// What "More" opens.
#[component]
pub fn SharePanel(
    row: RwSignal<CrewRow>,
    /// What stands in "Send to" once somebody typed there.
    typed: RwSignal<Option<String>>,
    /// Where "Email link" sends to.
    address: Signal<String>,
) -> impl IntoView {
    let id = row.with_untracked(|row| row.id);
    let field = format!("send-to-{id}");
    let link = Memo::new(move |_| row.with(|row| row.link.clone()));
    let problem = RwSignal::new(None::<String>);
    let working = RwSignal::new(false);
    let differs = move || row.with(|row| row.address.as_deref().unwrap_or_default() != address.get());
    let generate = move |_| {
        working.set(true);
        spawn_local(async move {
            settle(row, problem, generate_link(id).await);
            working.try_set(false);
        });
    };
    view! {
        <section>
            <h3>"Share link"</h3>
            <div class="field">
                <label for=field.clone()>"Send to"</label>
                <input
                    id=field
                    type="email"
                    autocomplete="off"
                    prop:value=move || address.get()
                    value=address.get_untracked()
                    on:input=move |ev| typed.set(Some(event_target_value(&ev)))
                />
            </div>
            <p class="fine">
                {move || if differs() {
                    "“Email link” sends here this once; the contact keeps their address."
                } else {
                    "The contact’s address. Type another to send there this once."
                }}
            </p>
            {changing(move || match link.get() {
                LinkState::None => view! {
                    <p class="fine">"No link yet. “Email link” makes one as it sends."</p>
                    <button type="button" class="button" disabled=move || working.get() on:click=generate>
                        "Generate link"
                    </button>
                }.into_any(),
                LinkState::Live { url, .. } => view! { <LiveLink row url problem /> }.into_any(),
            })}
            <p class="error" role="alert">{move || problem.get().unwrap_or_default()}</p>
        </section>
    }
    .into_any()
}

#[component]
fn LiveLink(row: RwSignal<CrewRow>, url: String, problem: RwSignal<Option<String>>) -> impl IntoView {
    let id = row.with_untracked(|row| row.id);
    let copied = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let working = RwSignal::new(false);
    let announcer = Announcer::expect();
    let copy = {
        let url = url.clone();
        move |_| {
            let write = window().navigator().clipboard().write_text(&url);
            spawn_local(async move {
                if wasm_bindgen_futures::JsFuture::from(write).await.is_ok() {
                    copied.try_set(true);
                    announcer.say("Link copied");
                    set_timeout(
                        move || {
                            copied.try_set(false);
                        },
                        COPIED,
                    );
                } else {
                    problem.try_set(Some(
                        "The browser did not allow copying. Select the link and copy it by hand.".into(),
                    ));
                }
            });
        }
    };
    let revoke = move |_| {
        working.set(true);
        spawn_local(async move {
            settle(row, problem, revoke_link(id).await);
            working.try_set(false);
            asking.try_set(false);
        });
    };
    let confirm = move || {
        asking.get().then(|| {
            view! {
                <div class="confirm" role="group" aria-label="Revoke the link?">
                    <span>"The link stops at once, for ever."</span>
                    <button type="button" class="button" data-kind="danger" disabled=move || working.get() on:click=revoke>
                        "Yes, revoke"
                    </button>
                    <button type="button" class="button" data-kind="plain" on:click=move |_| asking.set(false)>
                        "Keep it"
                    </button>
                </div>
            }
            .into_any()
        })
    };
    view! {
        <div class="link-line">
            <input readonly value=url aria-label="Share link" />
            <button type="button" class="button" on:click=copy>
                {move || if copied.get() { "Copied" } else { "Copy link" }}
            </button>
            <button type="button" class="button" data-kind="plain" hidden=move || asking.get() on:click=move |_| asking.set(true)>
                "Revoke"
            </button>
        </div>
        {changing(confirm)}
    }
}

/// Takes the server's answer in, or says what went wrong.
fn settle(row: RwSignal<CrewRow>, problem: RwSignal<Option<String>>, answer: Result<CrewRow, AppError>) {
    match answer {
        Ok(fresh) => {
            problem.try_set(None);
            row.try_update(|row| row.take_row(&fresh));
        }
        Err(error) => drop(problem.try_set(Some(error.to_string()))),
    }
}
