//! The crew accordion: everybody on the event with their newest invite, live.

use std::time::Duration;

use leptos::prelude::*;

use super::crew_row::CrewRowView;
use super::{CrewRow, Standing};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::ids::{CrewId, EventId};
use crate::domain::time::Timestamp;
use crate::emails::BadgeState;
use crate::live::{Live, Row, ServerMessage, Topic};
use crate::ui::{Announcer, changing, joined, keyed};

/// A little longer than the pulse of the badge takes.
const PULSE: Duration = Duration::from_millis(1_500);

/// One row's state: a signal of its own, so that a badge that flips re-renders itself and nothing else.
#[derive(Clone)]
pub struct CrewState {
    pub id: CrewId,
    pub row: ArcRwSignal<CrewRow>,
    /// The badge changed by the live channel and may pulse.
    pub fresh: ArcRwSignal<bool>,
}

impl CrewState {
    fn new(row: CrewRow) -> Self {
        Self { id: row.id, row: ArcRwSignal::new(row), fresh: ArcRwSignal::new(false) }
    }

    /// Changes the row by `take`; where the badge shows something else then, it pulses and is announced.
    fn update(&self, announcer: Announcer, take: impl FnOnce(&mut CrewRow) -> bool) {
        let badge = |row: &CrewRow| row.invite.as_ref().map(BadgeState::from);
        let before = self.row.with_untracked(badge);
        let mut changed = false;
        self.row.maybe_update(|row| {
            changed = take(row);
            changed
        });
        let after = self.row.with_untracked(badge);
        if changed && before != after {
            self.fresh.set(true);
            let fresh = self.fresh.clone();
            set_timeout(move || fresh.set(false), PULSE);
            if let Some(word) = after.map(|badge| badge.word()) {
                announcer.say(format!("{}: {word}", self.row.with_untracked(|row| row.name.clone())));
            }
        }
    }
}

#[component]
pub fn CrewList(
    event: EventId,
    crew: Vec<CrewRow>,
    /// When the server read the page.
    now: Timestamp,
    today: String,
) -> impl IntoView {
    let crew = RwSignal::new(crew.into_iter().map(CrewState::new).collect::<Vec<_>>());
    let announcer = Announcer::expect();
    Live::expect().subscribe(
        move || Some(Topic::Event(event)),
        || 0,
        move |message| take(event, crew, announcer, message),
    );

    let shown = RwSignal::new(None::<Standing>);
    let people = crew.with_untracked(Vec::len);
    let row = move |id| {
        let state = crew.with_untracked(|crew| crew.iter().find(|state| state.id.0 == id).cloned());
        state.map(|state| view! { <CrewRowView state shown now today=today.clone() /> }.into_any()).into_any()
    };
    view! {
        <details class="accordion card" open>
            <summary>
                <h2>"Crew"</h2>
                <span class="fine">{if people == 1 { "1 person".to_owned() } else { format!("{people} people") }}</span>
            </summary>
            {if people == 0 {
                view! {
                    <div class="empty">
                        <h3>"Nobody is on this event yet"</h3>
                        <p>"People you put on it stand here, each with the newest invite and how it fared."</p>
                    </div>
                }
                .into_any()
            } else {
                view! {
                    {changing(move || Summary::of(&crew.get()).view(shown))}
                    <ul class="crew">
                        {keyed(move || crew.with(|crew| crew.iter().map(|state| state.id.0).collect()), row)}
                    </ul>
                }
                .into_any()
            }}
        </details>
    }
}

/// How the whole crew stands, for a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Summary {
    standings: Vec<Standing>,
    /// Of each person's newest invite; `None` without one. A mail that is about to go counts as sent.
    statuses: Vec<Option<DeliveryStatus>>,
}

impl Summary {
    fn of(crew: &[CrewState]) -> Self {
        let status = |row: &CrewRow| row.invite.as_ref().map(|invite| invite.status.unwrap_or(DeliveryStatus::Sent));
        Self {
            standings: crew.iter().map(|state| state.row.with(CrewRow::standing)).collect(),
            statuses: crew.iter().map(|state| state.row.with(status)).collect(),
        }
    }

    /// One bar a person, grouped by how their invite fares, and a chip for each group that shows only its rows.
    fn view(&self, shown: RwSignal<Option<Standing>>) -> AnyView {
        const ORDER: [Option<DeliveryStatus>; 7] = [
            Some(DeliveryStatus::Delivered),
            Some(DeliveryStatus::Sent),
            Some(DeliveryStatus::Delayed),
            Some(DeliveryStatus::Bounced),
            Some(DeliveryStatus::SpamReported),
            Some(DeliveryStatus::Failed),
            None,
        ];
        const CHIPS: [(Standing, &str); 4] = [
            (Standing::Delivered, "delivered"),
            (Standing::Waiting, "waiting"),
            (Standing::NeedsALook, "need a look"),
            (Standing::NotInvited, "not invited"),
        ];
        let mut bars = Vec::new();
        let mut label = Vec::new();
        for status in ORDER {
            let count = self.statuses.iter().filter(|one| **one == status).count();
            if count > 0 {
                label.push(format!("{count} {}", status.map_or("not invited", DeliveryStatus::label)));
            }
            let bar = || view! { <i data-status=status.map(DeliveryStatus::code)></i> }.into_any();
            bars.extend((0..count).map(|_| bar()));
        }
        let label = joined(&label.iter().map(String::as_str).collect::<Vec<_>>(), ", ");

        let chosen = shown.get();
        let chip = |standing: Option<Standing>, label: &'static str, count: usize| {
            view! {
                <button
                    type="button"
                    class="chip"
                    aria-pressed=(chosen == standing).to_string()
                    on:click=move |_| shown.set(standing.filter(|_| shown.get_untracked() != standing))
                >
                    <b>{count.to_string()}</b>
                    " "
                    {label}
                </button>
            }
            .into_any()
        };
        // Each has a place of its own, also while it is not shown: else the focus would pass to its neighbour.
        let mut chips = vec![chip(None, "Everyone", self.standings.len())];
        chips.extend(CHIPS.map(|(standing, label)| {
            let count = self.standings.iter().filter(|one| **one == standing).count();
            let needed = count > 0 || chosen == Some(standing);
            if needed { chip(Some(standing), label, count) } else { ().into_any() }
        }));
        view! {
            <div class="body">
                <div class="meter" role="img" aria-label=label>{bars}</div>
                <div class="cluster" role="group" aria-label="Show">
                    {chips}
                </div>
            </div>
        }
        .into_any()
    }
}

/// Takes a live message in.
fn take(event: EventId, crew: RwSignal<Vec<CrewState>>, announcer: Announcer, message: &ServerMessage) {
    let held = crew.get_untracked();
    let find = |row: &CrewRow| {
        let known = held.iter().find(|state| state.id == row.id).cloned();
        known.inspect(|state| state.update(announcer, |held| held.merge(row)))
    };
    let rows = |rows: &[Row]| {
        let crew = rows.iter().filter_map(|row| if let Row::Crew(row) = row { Some(row.clone()) } else { None });
        crew.collect::<Vec<_>>()
    };
    match message {
        ServerMessage::Snapshot { topic, rows: all } if *topic == Topic::Event(event) => {
            let states: Vec<_> =
                rows(all).into_iter().map(|row| find(&row).unwrap_or_else(|| CrewState::new(row))).collect();
            if !held.iter().map(|state| state.id).eq(states.iter().map(|state| state.id)) {
                crew.set(states);
            }
        }
        ServerMessage::Changed { topic, rows: some, .. } if *topic == Topic::Event(event) => {
            for row in rows(some) {
                find(&row);
            }
        }
        _ => {}
    }
}
