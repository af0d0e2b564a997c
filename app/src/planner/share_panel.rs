//! The share link of one person: make it, copy it, send it elsewhere, revoke it.

use std::pin::Pin;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::send_link::send_to;
use super::{CrewRow, LinkState, generate_link, revoke_link};
use crate::domain::ids::CrewId;
use crate::error::AppError;
use crate::live::{LiveCell, LiveList};
use crate::ui::{Announcer, dynamic};

/// How long "Copied" stays.
const COPIED: Duration = Duration::from_secs(2);

/// What "More" opens.
#[component]
pub fn SharePanel(
    cell: LiveCell<CrewRow>,
    /// What takes in the server's answers.
    list: LiveList<CrewRow>,
    /// What stands in "Send to" once somebody typed there.
    typed: RwSignal<Option<String>>,
) -> impl IntoView {
    let at_first = cell.get_untracked();
    let id = at_first.id;
    let asking = Asking { id, list, problem: RwSignal::new(None), working: RwSignal::new(false) };
    let (problem, working) = (asking.problem, asking.working);
    let field = format!("send-to-{id}");
    let first = send_to(&at_first, typed.get_untracked());
    let (shown, linked) = (cell.clone(), cell.clone());
    // Empty without a link.
    let link = Memo::new(move |_| {
        linked.with(|row| match &row.link {
            LinkState::None => String::new(),
            LinkState::Live { url, .. } => url.clone(),
        })
    });
    let differs =
        move || typed.get().is_some_and(|typed| cell.with(|row| typed != row.address.as_deref().unwrap_or_default()));
    view! {
        <section>
            <h3>"Share link"</h3>
            <div class="field">
                <label for=field.clone()>"Send to"</label>
                <input
                    id=field
                    type="email"
                    autocomplete="off"
                    prop:value=move || shown.with(|row| send_to(row, typed.get()))
                    value=first
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
            {dynamic(move || {
                let url = link.get();
                if url.is_empty() {
                    view! {
                        <p class="fine">"No link yet. “Email link” makes one as it sends."</p>
                        <button
                            type="button"
                            class="button"
                            disabled=move || working.get()
                            on:click=move |_| asking.ask(generate_link(id))
                        >
                            "Generate link"
                        </button>
                    }
                    .into_any()
                } else {
                    view! { <LiveLink asking url /> }.into_any()
                }
            })}
            <p class="error" role="alert">{move || problem.get().unwrap_or_default()}</p>
        </section>
    }
    .into_any()
}

/// Something is asked of the server, and its answer shown.
#[derive(Clone, Copy)]
struct Asking {
    id: CrewId,
    list: LiveList<CrewRow>,
    problem: RwSignal<Option<String>>,
    working: RwSignal<bool>,
}

impl Asking {
    fn ask(self, question: impl Future<Output = Result<CrewRow, AppError>> + 'static) {
        self.answer(Box::pin(question));
    }

    /// Not generic, so that it is compiled once for all questions.
    fn answer(self, question: Pin<Box<dyn Future<Output = Result<CrewRow, AppError>>>>) {
        self.working.set(true);
        spawn_local(async move {
            let answer = question.await;
            self.working.try_set(false);
            match answer {
                Ok(fresh) => {
                    self.problem.try_set(None);
                    self.list.merge(fresh);
                }
                Err(error) => drop(self.problem.try_set(Some(error.to_string()))),
            }
        });
    }
}

#[component]
fn LiveLink(asking: Asking, url: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let confirming = RwSignal::new(false);
    let announcer = Announcer::expect();
    let Asking { problem, working, .. } = asking;
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
    let confirm = move || {
        let revoke = move |_| asking.ask(revoke_link(asking.id));
        confirming.get().then(|| {
            view! {
                <div class="confirm" role="group" aria-label="Revoke the link?">
                    <span>"The link stops at once, for ever."</span>
                    <button type="button" class="button" data-kind="danger" disabled=move || working.get() on:click=revoke>
                        "Yes, revoke"
                    </button>
                    <button type="button" class="button" data-kind="plain" on:click=move |_| confirming.set(false)>
                        "Keep it"
                    </button>
                </div>
            }
        })
    };
    view! {
        <div class="link-line">
            <input readonly value=url aria-label="Share link" />
            <button type="button" class="button" on:click=copy>
                {move || if copied.get() { "Copied" } else { "Copy link" }}
            </button>
            <button type="button" class="button" data-kind="plain" hidden=move || confirming.get() on:click=move |_| confirming.set(true)>
                "Revoke"
            </button>
        </div>
        {dynamic(confirm)}
    }
    .into_any()
}
