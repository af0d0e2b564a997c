//! What "More" opens of one person: their share link, what they answered and the button that asks, their role, and the way off
//! the event, with the way back.

use std::time::Duration;

use leptos::ev;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;

use super::crew_row::minutes_left;
use super::send_link::{SendButton, SendLink, form_id, more_id, of_crew, send_to};
use super::share_panel::{Asking, Share, share_panel};
use super::view_state::{page_after, page_without};
use super::{
    CrewRow, LinkKind, LinkState, RemoveCrew, RestoreCrew, RevokeLink, SendInvite, SetRole, SetRsvp, remove_crew,
    restore_crew, revoke_link, set_role, set_rsvp,
};
use crate::domain::email_kind::EmailKind;
use crate::domain::ids::{CrewId, EventId};
use crate::domain::rsvp::Rsvp;
use crate::domain::time::Timestamp;
use crate::live::{LiveCell, LiveList};
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};
use crate::ui::{Now, dynamic, focus_soon, hydrated, is_hydrated};

/// How long an undo is offered where somebody was taken off.
const UNDO: Duration = Duration::from_secs(30);
const UNDO_BUTTON: &str = "undo-take-off";

/// One person on the event.
#[derive(Clone)]
pub struct OnEvent {
    pub share: Share,
    pub sending: StoredValue<SendLink>,
    /// Whether the event collects answers.
    pub asks: Memo<bool>,
    /// Who was just taken off the event.
    pub removed: RwSignal<Option<(CrewId, String)>>,
    /// When the server read the page.
    pub now: Timestamp,
}

pub fn person_panel(person: OnEvent) -> AnyView {
    let OnEvent { share, sending, asks, removed, now } = person;
    let Share { event, cell, list, typed, .. } = share.clone();
    let id = cell.with_untracked(|row| row.id);
    // A refused "Take off" comes back with the panel closed: the frame tells of it.
    let refused = of_crew(RefusedForm::of::<SetRsvp>().or_else(RefusedForm::of::<SetRole>), id);
    let problem = RwSignal::new(refused.as_ref().map(|refused| refused.error.to_string()));
    let asking = Asking::new(event, id, list, problem);
    let role = refused.as_ref().and_then(|refused| refused.field("role")).map(ToOwned::to_owned);
    let answers = {
        let cell = cell.clone();
        move || asks.get().then(|| rsvp_section(&cell, sending, typed, asking, now))
    };
    view! {
        <div class="panels">
            {share_panel(share)}
            {dynamic(answers)}
            {place_section(&cell, asking, role, removed)}
        </div>
    }
    .into_any()
}

fn rsvp_section(
    cell: &LiveCell<CrewRow>,
    sending: StoredValue<SendLink>,
    typed: RwSignal<Option<String>>,
    asking: Asking,
    now: Timestamp,
) -> AnyView {
    let Asking { event, id, working, .. } = asking;
    let clock = Now::expect();
    let (said, linked, addressed, pressed) = (cell.clone(), cell.clone(), cell.clone(), cell.clone());
    let choices = Rsvp::ALL.map(|rsvp| {
        let cell = pressed.clone();
        let pick = move |ev: ev::MouseEvent| {
            ev.prevent_default();
            asking.ask(set_rsvp(id, rsvp));
        };
        view! {
            <button
                class="chip"
                name="rsvp"
                value=rsvp.code()
                aria-pressed=move || cell.with(|row| row.rsvp == rsvp).to_string()
                aria-busy=move || working.get().then_some("true")
                on:click=pick
            >
                {rsvp.label()}
            </button>
        }
        .into_any()
    });
    let set = PostForm { class: "cluster", ..PostForm::of::<SetRsvp>(page_after(event, id, true)) };
    let to = Memo::new(move |_| addressed.with(|row| send_to(row, typed.get())));
    let until = {
        let cell = cell.clone();
        Memo::new(move |_| cell.with(|row| row.wait_until(EmailKind::RsvpInvite, &to.get())))
    };
    let wait = move || minutes_left(until.get()?, clock.get().unwrap_or(now));
    let blocked = {
        let cell = cell.clone();
        move || typed.with(Option::is_none) && cell.with(|row| row.blocked.is_some())
    };
    let pending = move || sending.with_value(|sending| sending.pending.get());
    let disabled = move || {
        // Without scripts nothing is known of an address that is being typed: the server decides.
        pending() || hydrated() && (blocked() || to.with(|to| to.trim().is_empty()) || wait().is_some())
    };
    let send = move |ev: ev::MouseEvent| {
        ev.prevent_default();
        sending.with_value(|sending| sending.send(to.get_untracked(), SendButton::SendInvite));
    };
    view! {
        <section>
            <h3>"RSVP"</h3>
            {dynamic(move || said.with(answer))}
            {set.with("crew", id.to_string()).plain(Vec::from(choices).into_any())}
            <p>
                // Posts what "Email link" posts, to another address.
                <button class="button" form=form_id(id) formaction=SendInvite::PATH disabled=disabled on:click=send>
                    "Send invite"
                </button>
                " "
                <span class="fine">{move || wait().map(|minutes| format!("again in {minutes} min"))}</span>
            </p>
            <p class="fine">"Asks for an answer to “Send to”, without the run of show. Both mails lead to the same answer."</p>
            {dynamic(move || linked.with(|row| rsvp_link(row, asking)))}
        </section>
    }
    .into_any()
}

/// "accepted 23 Nov, 12:00, by their link", and their own words.
fn answer(row: &CrewRow) -> AnyView {
    let Some(answer) = &row.answer else { return view! { <p class="fine">"No reply yet."</p> }.into_any() };
    let sentence = format!("{} {}, {}, {}", row.rsvp.label(), answer.at.day, answer.at.clock, answer.how);
    let note = (!answer.note.is_empty()).then(|| view! { <p class="note">{answer.note.clone()}</p> }.into_any());
    view! {
        <p class="fine">{sentence}</p>
        {note}
    }
    .into_any()
}

fn rsvp_link(row: &CrewRow, asking: Asking) -> Option<AnyView> {
    let LinkState::Live { url, .. } = &row.rsvp_link else { return None };
    let Asking { event, id, working, .. } = asking;
    let form = PostForm::of::<RevokeLink>(page_after(event, id, true)).with("crew", id.to_string());
    let form = form.with("kind", LinkKind::Rsvp.code().to_owned());
    let button = view! {
        <button class="button" data-kind="plain" aria-busy=move || working.get().then_some("true")>
            "Revoke RSVP link"
        </button>
    };
    Some(
        view! {
            <div class="link-line">
                <input readonly value=url.clone() aria-label="RSVP link" />
                {form.view(move || asking.ask(revoke_link(id, LinkKind::Rsvp)), button.into_any())}
            </div>
        }
        .into_any(),
    )
}

fn place_section(
    cell: &LiveCell<CrewRow>,
    asking: Asking,
    typed: Option<String>,
    removed: RwSignal<Option<(CrewId, String)>>,
) -> AnyView {
    let Asking { event, id, working, problem, .. } = asking;
    let (name, role) = cell.with_untracked(|row| (row.name.clone(), row.role.clone()));
    let field = NodeRef::<Input>::new();
    let field_id = format!("role-{id}");
    let save = move || {
        if let Some(field) = field.get_untracked() {
            asking.ask(set_role(id, field.value()));
        }
    };
    let role_form = PostForm::of::<SetRole>(page_after(event, id, true)).with("crew", id.to_string());
    let role_fields = view! {
        <div class="field">
            <label for=field_id.clone()>"Role"</label>
            <input id=field_id name="role" maxlength="100" autocomplete="off" node_ref=field value=typed.unwrap_or(role) />
        </div>
        <button class="button" aria-busy=move || working.get().then_some("true")>"Save role"</button>
    };
    let take_off = move || {
        if working.get_untracked() {
            return;
        }
        let name = name.clone();
        working.set(true);
        spawn_local(async move {
            let answer = remove_crew(id).await;
            working.try_set(false);
            match answer {
                Ok(()) => offer_undo(removed, id, name),
                Err(error) => drop(problem.try_set(Some(error.to_string()))),
            }
        });
    };
    let off_form = PostForm::of::<RemoveCrew>(page_without(event, id)).with("crew", id.to_string());
    let off_button = view! {
        <button class="button" data-kind="danger" aria-busy=move || working.get().then_some("true")>
            "Take off this event"
        </button>
    };
    view! {
        <section>
            <h3>"On this event"</h3>
            {role_form.view(save, role_fields.into_any())}
            <p>
                <a class="text" href=paths::requests(event, Some(id))>"Requests"</a>
                <span class="fine">" to them: files, words or a choice, and what came of it."</span>
            </p>
            <p class="fine">"Taken off, their links stop for ever. All else can be undone for 30 days."</p>
            {off_form.view(take_off, off_button.into_any())}
            <p class="error" role="alert">{move || problem.get().unwrap_or_default()}</p>
        </section>
    }
    .into_any()
}

/// The row goes as soon as the live channel says so.
fn offer_undo(removed: RwSignal<Option<(CrewId, String)>>, id: CrewId, name: String) {
    removed.try_set(Some((id, name)));
    end_offer(removed, id);
}

/// Ends the offer to bring this person back, after a while.
pub fn end_offer(removed: RwSignal<Option<(CrewId, String)>>, id: CrewId) {
    set_timeout(
        move || {
            removed.try_update(|removed| removed.take_if(|(removed, _)| *removed == id));
        },
        UNDO,
    );
}

/// Somebody who was just taken off.
#[derive(Clone)]
pub struct TakenOff {
    pub event: EventId,
    pub id: CrewId,
    /// Empty when the page came with it.
    pub name: String,
    pub list: LiveList<CrewRow>,
    pub removed: RwSignal<Option<(CrewId, String)>>,
}

pub fn undo_panel(taken_off: TakenOff) -> AnyView {
    let TakenOff { event, id, name, list, removed } = taken_off;
    let problem = RwSignal::new(None::<String>);
    let undo = move || {
        spawn_local(async move {
            match restore_crew(id).await {
                Ok(row) => {
                    list.merge(row);
                    removed.try_set(None);
                    focus_soon(more_id(id));
                }
                Err(error) => drop(problem.try_set(Some(error.to_string()))),
            }
        });
    };
    let sentence =
        if name.is_empty() { "That person is off the event.".into() } else { format!("{name} is off the event.") };
    let form = PostForm::of::<RestoreCrew>(page_after(event, id, false)).with("crew", id.to_string());
    if is_hydrated() {
        // The button that was pressed is gone.
        focus_soon(UNDO_BUTTON);
    }
    view! {
        <div class="cluster">
            <p role="status">{sentence}</p>
            {form.view(undo, view! { <button class="button" id=UNDO_BUTTON>"Undo"</button> }.into_any())}
            <a class="text" href=paths::people(event)>"Recently deleted"</a>
            <p class="error" role="alert">{move || problem.get().unwrap_or_default()}</p>
        </div>
    }
    .into_any()
}
