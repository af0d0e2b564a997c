//! One person on the event: who, the invite and how it fares, and the button that sends it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::crew_list::CrewState;
use super::fix_address::FixAddress;
use super::share_panel::SharePanel;
use super::{CrewRow, Standing, correct_address, email_link};
use crate::domain::ids::{CrewId, IdempotencyKey};
use crate::domain::send_rules::WAIT_MS;
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::emails::{BadgeState, EmailRow, badge};
use crate::error::AppError;
use crate::routes;
use crate::ui::{Ago, Avatar, Now, changing, dotted, focus_soon};

/// What a press of a sending button is doing.
#[derive(Clone)]
pub struct Sending {
    crew: CrewId,
    row: ArcRwSignal<CrewRow>,
    pub pending: RwSignal<bool>,
    /// Why the last press was refused; shown at the button.
    pub refusal: RwSignal<Option<String>>,
    /// Kept until the server gave an answer, so that a press repeated after a lost one is the same send.
    key: Arc<Mutex<Option<IdempotencyKey>>>,
}

/// Whether the address is only used, or also saved on the contact.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Once,
    Correct,
}

impl Sending {
    fn new(state: &CrewState) -> Self {
        Self {
            crew: state.id,
            row: state.row.clone(),
            pending: RwSignal::new(false),
            refusal: RwSignal::new(None),
            key: Arc::default(),
        }
    }

    /// Sends the link to `address`; one press at a time.
    pub fn send(&self, address: String, how: Use) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.refusal.set(None);
        let key = self.key().get_or_insert_with(new_key).clone();
        let this = self.clone();
        spawn_local(async move {
            let answer = match how {
                Use::Once => email_link(this.crew, address, key).await,
                Use::Correct => correct_address(this.crew, address, key).await,
            };
            if !matches!(answer, Err(AppError::Unreachable)) {
                *this.key() = None;
            }
            match answer {
                Ok(row) => {
                    this.row.maybe_update(|held| held.merge(&row));
                    // The form with the button goes; the keyboard stays in the row.
                    if how == Use::Correct {
                        focus_soon(more_id(this.crew));
                    }
                }
                Err(error) => drop(this.refusal.try_set(Some(error.to_string()))),
            }
            this.pending.try_set(false);
        });
    }

    fn key(&self) -> MutexGuard<'_, Option<IdempotencyKey>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Unique for this account, and no secret.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "any 32 bits do")]
fn new_key() -> IdempotencyKey {
    let random = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    IdempotencyKey(format!("{}-{:x}-{:x}", Now::exactly().0, random(), random()))
}

#[component]
pub fn CrewRowView(
    state: CrewState,
    /// Which standing the list shows now.
    shown: RwSignal<Option<Standing>>,
    /// When the server read the page.
    now: Timestamp,
    today: String,
) -> impl IntoView {
    let row = state.row.clone();
    let sending = StoredValue::new(Sending::new(&state));
    // What stands in "Send to" once somebody typed there; until then it follows the contact.
    let typed = RwSignal::new(None::<String>);
    let open = RwSignal::new(false);
    let clock = Now::expect();

    let current = row.clone();
    let line = move || {
        let (row, now) = (current.get(), clock.get().unwrap_or(now));
        let (pending, refusal) = sending.with_value(|sending| (sending.pending.get(), sending.refusal.get()));
        let address = send_to(&row, typed.get());
        let left = row.wait_until(&address).map(|until| until.since_ms(now)).filter(|left| *left > 0);
        let blocked = row.blocked.is_some() && typed.with(Option::is_none);
        let refusal_id = format!("refusal-{}", row.id);
        let (name, part) = (row.name.clone(), part(&row));
        let more = format!(" for {name}");
        let nowhere = address.trim().is_empty();
        let send = move |_| sending.with_value(|sending| sending.send(address.clone(), Use::Once));
        view! {
            <div class="row">
                <Avatar name=row.name.clone() />
                <span>
                    <a href=routes::contact(row.contact) class="name">{name}</a>
                    " "
                    <span class="fine">{part}</span>
                </span>
                <button
                    type="button"
                    class="button"
                    disabled=pending || left.is_some() || blocked || nowhere
                    aria-busy=pending.then_some("true")
                    aria-describedby=refusal_id.clone()
                    on:click=send
                >
                    "Email link"
                </button>
                <span class="state">
                    {match &row.invite {
                        Some(invite) => invited(invite, &today, state.fresh.clone()),
                        None if nowhere => {
                            view! { <span>"No address yet: type one under “More”"</span> }.into_any()
                        }
                        None => view! { <span>"Not invited yet"</span> }.into_any(),
                    }}
                    {pending.then(|| view! { <span class="sending">"Sending…"</span> }.into_any())}
                    {left.map(|left| {
                        // The page's clock lags a little behind the server's.
                        let minutes = (left.min(WAIT_MS) + MINUTE_MS - 1) / MINUTE_MS;
                        view! { <span class="fine">{format!("again in {minutes} min")}</span> }.into_any()
                    })}
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
        let row = row.clone();
        Memo::new(move |_| row.get().needs_fixing())
    };
    let fix = {
        let row = row.clone();
        move || {
            let way_out = || view! { <FixAddress row=row.clone() sending=sending.get_value() /> }.into_any();
            needs_fixing.get().then(way_out)
        }
    };
    let panels = {
        let row = row.clone();
        move || {
            let panel = || view! { <div class="panels"><SharePanel row=row.clone() typed /></div> }.into_any();
            open.get().then(panel)
        }
    };
    view! {
        <li hidden=move || shown.get().is_some_and(|shown| row.get().standing() != shown)>
            {changing(line)}
            {changing(fix)}
            {changing(panels)}
        </li>
    }
    .into_any()
}

fn more_id(crew: CrewId) -> String {
    format!("more-{crew}")
}

/// Where "Email link" sends to: what was typed, else the contact's address.
pub(super) fn send_to(row: &CrewRow, typed: Option<String>) -> String {
    typed.or_else(|| row.address.clone()).unwrap_or_default()
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
