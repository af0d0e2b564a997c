//! One person on the event: who, the invite and how it fares, and the button that sends it.

use leptos::prelude::*;

use super::fix_address::FixAddress;
use super::send_link::{ContactUpdate, SendLink, more_id, send_to};
use super::share_panel::SharePanel;
use super::{CrewRow, DeliveryGroup};
use crate::domain::send_rules::WAIT_MS;
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::emails::{BadgeState, EmailRow, badge};
use crate::live::{LiveCell, LiveList};
use crate::paths;
use crate::ui::{Ago, Avatar, Now, dotted, dynamic};

#[component]
pub fn CrewRowView(
    cell: LiveCell<CrewRow>,
    /// What takes in the server's answers.
    list: LiveList<CrewRow>,
    /// Which group the list shows now.
    shown: RwSignal<Option<DeliveryGroup>>,
    /// When the server read the page.
    now: Timestamp,
    today: String,
) -> impl IntoView {
    let sending = StoredValue::new(SendLink::new(cell.with_untracked(|row| row.id), list));
    // What stands in "Send to" once somebody typed there; until then it follows the contact.
    let typed = RwSignal::new(None::<String>);
    let open = RwSignal::new(false);
    let clock = Now::expect();

    let current = cell.clone();
    // Reads no clock: what changes with the time is a node of its own.
    let line = move || {
        let row = current.get();
        let (pending, refusal) = sending.with_value(|sending| (sending.pending.get(), sending.refusal.get()));
        let address = send_to(&row, typed.get());
        let until = row.wait_until(&address);
        let wait = move || minutes_left(until?, clock.get().unwrap_or(now));
        let blocked = row.blocked.is_some() && typed.with(Option::is_none);
        let refusal_id = format!("refusal-{}", row.id);
        let (name, part) = (row.name.clone(), part(&row));
        let more = format!(" for {name}");
        let nowhere = address.trim().is_empty();
        let send = move |_| sending.with_value(|sending| sending.send(address.clone(), ContactUpdate::Keep));
        view! {
            <div class="row">
                <Avatar name=row.name.clone() />
                <span>
                    <a href=paths::contact(row.contact) class="name">{name}</a>
                    " "
                    <span class="fine">{part}</span>
                </span>
                <button
                    type="button"
                    class="button"
                    disabled=move || pending || blocked || nowhere || wait().is_some()
                    aria-busy=pending.then_some("true")
                    aria-describedby=refusal_id.clone()
                    on:click=send
                >
                    "Email link"
                </button>
                <span class="state">
                    {match &row.invite {
                        Some(invite) => invited(invite, &today, current.fresh()),
                        None if nowhere => {
                            view! { <span>"No address yet: type one under “More”"</span> }.into_any()
                        }
                        None => view! { <span>"Not invited yet"</span> }.into_any(),
                    }}
                    {pending.then(|| view! { <span class="sending">"Sending…"</span> }.into_any())}
                    {until.map(|_| dynamic(move || wait().map(|minutes| view! {
                        <span class="fine">{format!("again in {minutes} min")}</span>
                    }.into_any())))}
                    <button
                        type="button"
                        class="toggle"
                        id=more_id(row.id)
                        aria-expanded=open.get().to_string()
                        on:click=move |_| open.update(|open| *open = !*open)
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
        move || {
            let way_out = || view! { <FixAddress cell=cell.clone() sending=sending.get_value() /> }.into_any();
            needs_fixing.get().then(way_out)
        }
    };
    let panels = {
        let cell = cell.clone();
        move || {
            let panel = || view! { <div class="panels"><SharePanel cell=cell.clone() list typed /></div> }.into_any();
            open.get().then(panel)
        }
    };
    view! {
        <li hidden=move || shown.get().is_some_and(|shown| cell.with(CrewRow::delivery_group) != shown)>
            {dynamic(line)}
            {dynamic(fix)}
            {dynamic(panels)}
        </li>
    }
    .into_any()
}

/// In how many minutes the link may go to the same address again; `None` when it may now.
fn minutes_left(until: Timestamp, now: Timestamp) -> Option<i64> {
    let left = until.since_ms(now);
    // The page's clock lags a little behind the server's.
    (left > 0).then(|| (left.min(WAIT_MS) + MINUTE_MS - 1) / MINUTE_MS)
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
