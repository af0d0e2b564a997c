//! One person on the event: who, the invite and how it fares, and the button that sends it.

use leptos::prelude::*;

use super::fix_address::FixAddress;
use super::panels::PlannerPanel;
use super::person_panel::OnEvent;
use super::send_link::{RefusedPosts, SendButton, SendLink, form_id, more_id, send_to};
use super::share_panel::Share;
use super::view_state::{MORE, VIEW_FORM, ViewState, page_after};
use super::{CrewRow, EmailLink, RowFilter};
use crate::domain::email_kind::EmailKind;
use crate::domain::ids::{CrewId, EventId};
use crate::domain::rsvp::Rsvp;
use crate::domain::send_rules::{WAIT_MS, is_waiting};
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::emails::{BadgeState, EmailRow, badge};
use crate::live::{LiveCell, LiveList};
use crate::paths;
use crate::plain_form::PostForm;
use crate::ui::{Ago, Avatar, Now, dotted, dynamic, hydrated, is_hydrated};

#[component]
pub fn CrewRowView(
    event: EventId,
    cell: LiveCell<CrewRow>,
    /// What takes in the server's answers.
    list: LiveList<CrewRow>,
    /// What is open at first.
    state: ViewState,
    /// Which rows the list shows now.
    shown: RwSignal<Option<RowFilter>>,
    /// Whether the event collects answers.
    asks: Memo<bool>,
    /// Who was just taken off the event.
    removed: RwSignal<Option<(CrewId, String)>>,
    /// When the server read the page.
    now: Timestamp,
    today: String,
) -> impl IntoView {
    let id = cell.with_untracked(|row| row.id);
    let refused = RefusedPosts::of(id);
    let sending = StoredValue::new(SendLink::new(cell.clone(), list, refused.any()));
    // What stands in "Send to" once somebody typed there; until then it follows the contact.
    let posted = refused.sending.as_ref().and_then(|refused| refused.field("address")).map(ToOwned::to_owned);
    let typed = RwSignal::new(posted.filter(|posted| cell.with_untracked(|row| Some(posted) != row.address.as_ref())));
    let open = RwSignal::new(state.open == Some(id) || typed.with_untracked(Option::is_some));
    let clock = Now::expect();

    let current = cell.clone();
    // Reads no clock: what changes with the time is a node of its own.
    let line = move || {
        let row = current.get();
        let (pending, refusal) = sending.with_value(|sending| (sending.pending.get(), sending.refusal()));
        let address = send_to(&row, typed.get());
        let until = row.wait_until(EmailKind::ShareLink, &address);
        let wait = move || minutes_left(until?, clock.get().unwrap_or(now));
        let blocked = row.blocked.is_some() && typed.with(Option::is_none);
        let refusal_id = format!("refusal-{}", row.id);
        let (name, part) = (row.name.clone(), part(&row));
        let more = format!(" for {name}");
        let nowhere = address.trim().is_empty();
        let form = SendForm { event, row: &row, address, sending, pending, refusal_id: &refusal_id };
        // Without scripts nothing is known of an address that is being typed: the server decides.
        let typing = open.get() && !hydrated();
        let disabled = move || pending || !typing && (blocked || nowhere || wait().is_some());
        view! {
            <div class="row">
                <Avatar name=row.name.clone() />
                <span>
                    <a href=paths::contact(row.contact) class="name">{name}</a>
                    " "
                    <span class="fine">{part}</span>
                </span>
                {form.view(disabled, open.get())}
                <span class="state">
                    {match &row.invite {
                        Some(invite) => invited(invite, &today, current.fresh()),
                        None if nowhere => {
                            view! { <span>"No address yet: type one under “More”"</span> }.into_any()
                        }
                        None => view! { <span>"Not invited yet"</span> }.into_any(),
                    }}
                    {asks.get().then(|| answered(&row, &today))}
                    {pending.then(|| view! { <span class="sending">"Sending…"</span> }.into_any())}
                    {until.map(|_| dynamic(move || wait().map(|minutes| view! {
                        <span class="fine">{format!("again in {minutes} min")}</span>
                    }.into_any())))}
                    <button
                        class="toggle"
                        id=more_id(id)
                        form=VIEW_FORM
                        name=MORE
                        value=if open.get() { String::new() } else { id.to_string() }
                        aria-expanded=open.get().to_string()
                        on:click=move |ev| {
                            ev.prevent_default();
                            open.update(|open| *open = !*open);
                        }
                    >
                        <span>"More" <span class="visually-hidden">{more}</span></span>
                    </button>
                    <span id=refusal_id class="error" role="alert">{refusal.unwrap_or_default()}</span>
                </span>
            </div>
        }
        .into_any()
    };
    let needs_fixing = {
        let cell = cell.clone();
        Memo::new(move |_| cell.with(CrewRow::needs_fixing))
    };
    let fix = {
        let cell = cell.clone();
        let correcting = refused.correcting.clone();
        move || {
            let way_out = || {
                // Only the form that the page came with is the one that was refused.
                let posted = correcting.clone().filter(|_| !is_hydrated());
                let cell = cell.clone();
                view! { <FixAddress event cell sending=sending.get_value() posted /> }.into_any()
            };
            needs_fixing.get().then(way_out)
        }
    };
    let panels = {
        let cell = cell.clone();
        move || {
            let panel = || {
                let share = Share { event, cell: cell.clone(), list, state, typed };
                PlannerPanel::Person(OnEvent { share, sending, asks, removed, now }).view()
            };
            open.get().then(panel)
        }
    };
    view! {
        <li hidden=move || shown.get().is_some_and(|shown| cell.with(|row| !shown.shows(row, asks.get())))>
            {dynamic(line)}
            {dynamic(fix)}
            {dynamic(panels)}
        </li>
    }
    .into_any()
}

/// The form around "Email link".
struct SendForm<'a> {
    event: EventId,
    row: &'a CrewRow,
    /// As the row shows it, or as it is typed in the panel.
    address: String,
    sending: StoredValue<SendLink>,
    pending: bool,
    refusal_id: &'a str,
}

impl SendForm<'_> {
    fn view(self, disabled: impl Fn() -> bool + Send + 'static, panel_open: bool) -> AnyView {
        let Self { event, row, address, sending, pending, refusal_id } = self;
        let id = row.id;
        let key = row.send_key().0;
        let mut form = PostForm { id: Some(form_id(id)), ..PostForm::of::<EmailLink>(page_after(event, id, false)) };
        form = form.with("crew", id.to_string()).with("key", key);
        // An open panel has a field for it, which is part of this form.
        if !panel_open {
            form = form.with("address", address.clone());
        }
        let send = move || sending.with_value(|sending| sending.send(address.clone(), SendButton::EmailLink));
        let button = view! {
            <button
                class="button"
                disabled=disabled
                aria-busy=pending.then_some("true")
                aria-describedby=refusal_id.to_owned()
            >
                "Email link"
            </button>
        };
        form.view(send, button.into_any())
    }
}

/// What the person answered, and when.
fn answered(row: &CrewRow, today: &str) -> AnyView {
    let Some(answer) = &row.answer else { return ().into_any() };
    let status = (row.rsvp == Rsvp::Accepted).then_some("confirmed");
    view! {
        <span class="chip" data-status=status title=answer.how.clone()>{row.rsvp.label()}</span>
        <span class="fine">
            <time datetime=answer.at.at.to_iso()>{answer.at.short(today)}</time>
        </span>
    }
    .into_any()
}

/// In how many minutes the same mail may go to the same address again; `None` when it may now.
pub fn minutes_left(until: Timestamp, now: Timestamp) -> Option<i64> {
    let left = until.since_ms(now);
    // The page's clock lags a little behind the server's.
    is_waiting(until, now).then(|| (left.min(WAIT_MS) + MINUTE_MS - 1) / MINUTE_MS)
}

/// "Photographer · 5 items"
fn part(row: &CrewRow) -> String {
    let items = match row.items {
        0 => String::new(),
        1 => "1 item".to_owned(),
        items => format!("{items} items"),
    };
    dotted(&[&row.role, &items])
}

/// "Invited at 14:03", and the badge.
fn invited(invite: &EmailRow, today: &str, fresh: ArcRwSignal<bool>) -> AnyView {
    let badge = badge(&format!("reason-{}", invite.id), BadgeState::from(invite), fresh);
    view! {
        <span>
            "Invited at "
            <time datetime=invite.sent_at.at.to_iso()>{invite.sent_at.short(today)}</time>
        </span>
        {badge}
        <span class="fine"><Ago at=invite.sent_at.at /></span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_count_down_to_one_and_never_exceed_the_wait() {
        let left = |ms| minutes_left(Timestamp(ms), Timestamp(0));
        assert_eq!((left(-1), left(0), left(1), left(MINUTE_MS + 1)), (None, None, Some(1), Some(2)));
        assert_eq!(left(WAIT_MS + 5_000), Some(WAIT_MS / MINUTE_MS));
    }
}
