//! The share link of one person: make it, copy it, send it elsewhere, revoke it.

use std::pin::Pin;
use std::time::Duration;

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::send_link::{form_id, of_crew, send_to};
use super::view_state::{MORE, REVOKE, VIEW_FORM, ViewState, page_after};
use super::{CrewRow, GenerateLink, LinkKind, LinkState, RevokeLink, generate_link, revoke_link};
use crate::domain::ids::{CrewId, EventId};
use crate::error::AppError;
use crate::live::{LiveCell, LiveList};
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};
use crate::ui::{Announcer, bind_field, dynamic, is_hydrated, script_button};

/// How long "Copied" stays.
const COPIED: Duration = Duration::from_secs(2);

/// Whose link, and where.
#[derive(Clone)]
pub struct Share {
    pub event: EventId,
    pub cell: LiveCell<CrewRow>,
    /// What takes in the server's answers.
    pub list: LiveList<CrewRow>,
    /// What is open at first.
    pub state: ViewState,
    /// What stands in "Send to" once somebody typed there.
    pub typed: RwSignal<Option<String>>,
}

/// The first part of what "More" opens.
pub fn share_panel(share: Share) -> AnyView {
    let Share { event, cell, list, state, typed } = share;
    let at_first = cell.get_untracked();
    let id = at_first.id;
    let generating = of_crew(RefusedForm::of::<GenerateLink>(), id);
    let refused = generating.or_else(|| of_crew(RefusedForm::of::<RevokeLink>(), id));
    let problem = RwSignal::new(refused.map(|refused| refused.error.to_string()));
    let asking = Asking::new(event, id, list, problem);
    let working = asking.working;
    let field = format!("send-to-{id}");
    let first = send_to(&at_first, typed.get_untracked());
    let (shown, linked) = (cell.clone(), cell.clone());
    let typed_in = NodeRef::<Input>::new();
    bind_field(typed_in, move || shown.with(|row| send_to(row, typed.get())), move |text| typed.set(Some(text)));
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
                    form=form_id(id)
                    name="address"
                    inputmode="email"
                    autocomplete="off"
                    autocapitalize="none"
                    spellcheck="false"
                    node_ref=typed_in
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
                    let generate = PostForm::of::<GenerateLink>(page_after(event, id, true)).with("crew", id.to_string());
                    let button = view! {
                        <button class="button" aria-busy=move || working.get().then_some("true")>
                            "Generate link"
                        </button>
                    };
                    view! {
                        <p class="fine">"No link yet. “Email link” makes one as it sends."</p>
                        {generate.view(move || asking.ask(generate_link(id, LinkKind::Share)), button.into_any())}
                    }
                    .into_any()
                } else {
                    view! { <LiveLink asking url confirm=!is_hydrated() && state.revoking == Some(id) /> }.into_any()
                }
            })}
            <p class="error" role="alert">{move || problem.get().unwrap_or_default()}</p>
        </section>
    }
    .into_any()
}

/// Something is asked of the server, and its answer shown.
#[derive(Clone, Copy)]
pub struct Asking {
    pub event: EventId,
    pub id: CrewId,
    list: LiveList<CrewRow>,
    pub problem: RwSignal<Option<String>>,
    pub working: RwSignal<bool>,
}

impl Asking {
    pub fn new(event: EventId, id: CrewId, list: LiveList<CrewRow>, problem: RwSignal<Option<String>>) -> Self {
        Self { event, id, list, problem, working: RwSignal::new(false) }
    }

    pub fn ask(self, question: impl Future<Output = Result<CrewRow, AppError>> + 'static) {
        self.answer(Box::pin(question));
    }

    /// One question at a time: its buttons stay enabled, since a disabled one loses the focus. Not generic, so that it is
    /// compiled once for all questions.
    fn answer(self, question: Pin<Box<dyn Future<Output = Result<CrewRow, AppError>>>>) {
        if self.working.get_untracked() {
            return;
        }
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
fn LiveLink(
    asking: Asking,
    url: String,
    /// Whether revoking was asked for already.
    confirm: bool,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let confirming = RwSignal::new(confirm);
    let field = NodeRef::<Input>::new();
    let announcer = Announcer::expect();
    let Asking { event, id, working, .. } = asking;
    let selected = RwSignal::new(false);
    let copy = {
        let url = url.clone();
        move || {
            // The browser offers no clipboard on plain http.
            let Some(clipboard) = clipboard() else {
                select(field);
                selected.set(true);
                return;
            };
            let write = clipboard.write_text(&url);
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
                } else if !selected.is_disposed() {
                    select(field);
                    selected.set(true);
                }
            });
        }
    };
    let confirm = move || {
        let keep = move |ev: ev::MouseEvent| {
            ev.prevent_default();
            confirming.set(false);
        };
        confirming.get().then(|| {
            let form = PostForm::of::<RevokeLink>(page_after(event, id, true)).with("crew", id.to_string());
            let form = PostForm { class: "confirm", label: Some("Revoke the link?"), ..form };
            let buttons = view! {
                <span>"The link stops at once, for ever."</span>
                <button class="button" data-kind="danger" aria-busy=move || working.get().then_some("true")>
                    "Yes, revoke"
                </button>
                <button class="button" data-kind="plain" form=VIEW_FORM name=MORE value=id.to_string() on:click=keep>
                    "Keep it"
                </button>
            };
            form.view(move || asking.ask(revoke_link(id, LinkKind::Share)), buttons.into_any())
        })
    };
    let ask = move |ev: ev::MouseEvent| {
        ev.prevent_default();
        confirming.set(true);
    };
    view! {
        <div class="link-line">
            <input readonly value=url aria-label="Share link" node_ref=field />
            <a class="button" data-kind="plain" href=paths::link_code(event, id) rel="external">"QR code"</a>
            {script_button(move || if copied.get() { "Copied" } else { "Copy link" }, None, copy)}
            <button
                class="button"
                data-kind="plain"
                form=VIEW_FORM
                name=REVOKE
                value=id.to_string()
                hidden=move || confirming.get()
                on:click=ask
            >
                "Revoke"
            </button>
        </div>
        <p class="fine" role="status">
            {move || if selected.get() { "The link is selected: copy it with Ctrl+C, or ⌘C on a Mac." } else { "" }}
        </p>
        {dynamic(confirm)}
    }
    .into_any()
}

fn clipboard() -> Option<web_sys::Clipboard> {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    clipboard.is_truthy().then(|| clipboard.unchecked_into())
}

/// Selects the whole link, so that it can be copied by hand.
fn select(field: NodeRef<Input>) {
    if let Some(field) = field.get_untracked() {
        // A field that cannot take the focus can be selected all the same.
        let _ = field.focus();
        field.select();
    }
}
