//! The crew accordion: everybody on the event with their newest invite, live.

use leptos::prelude::*;

use super::crew_row::CrewRowView;
use super::panels::PlannerPanel;
use super::person_panel::{TakenOff, end_offer};
use super::view_state::{SHOW, VIEW_FORM, ViewState};
use super::{CrewRow, DeliveryGroup, RowFilter};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::ids::{CrewId, EventId};
use crate::domain::rsvp::Rsvp;
use crate::domain::time::Timestamp;
use crate::live::{LiveCell, LiveList};
use crate::paths;
use crate::ui::{after_hydration, dynamic, joined};

#[component]
pub fn CrewList(
    event: EventId,
    /// Whether the event collects answers.
    asks: Memo<bool>,
    crew: LiveList<CrewRow>,
    /// When the server read the page.
    now: Timestamp,
    today: String,
) -> impl IntoView {
    let state = ViewState::of_address();
    let shown = RwSignal::new(state.shown);
    let removed = RwSignal::new(state.removed.map(|crew| (crew, String::new())));
    if let Some(id) = state.removed {
        after_hydration(move || end_offer(removed, id));
    }
    // The offer takes the focus when it is drawn: once, and not at each change of the list.
    let off = Memo::new(move |_| {
        let is_here = |id: CrewId| crew.rows().iter().any(|row| row.with_untracked(|row| row.id == id));
        removed.get().filter(|(id, _)| !is_here(*id))
    });
    let undo = move || {
        let (id, name) = off.get()?;
        Some(PlannerPanel::TakenOff(TakenOff { event, id, name, list: crew, removed }).view())
    };
    let people = move || match crew.len() {
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    let some = Memo::new(move |_| !crew.is_empty());
    let rows = move || {
        if !some.get() {
            return view! {
                <div class="empty">
                    <h3>"Nobody is on this event yet"</h3>
                    <p>"People you put on it stand here, each with the newest invite and how it fared."</p>
                    <a class="button" data-kind="primary" href=paths::people(event)>"Put somebody on it"</a>
                </div>
            }
            .into_any();
        }
        let today = today.clone();
        let row = move |cell| {
            view! { <CrewRowView event cell list=crew state shown asks removed now today=today.clone() /> }.into_any()
        };
        view! {
            // What its buttons open stands in the address until the page reacts.
            <form id=VIEW_FORM method="get" action=paths::planner(event)></form>
            {dynamic(move || Summary::of(&crew.rows()).view(event, shown, asks.get()))}
            <ul class="crew">{crew.view(row)}</ul>
        }
        .into_any()
    };
    view! {
        <details class="accordion card" open>
            <summary>
                <h2>{move || if asks.get() { "Guests & Crew" } else { "Crew" }}</h2>
                <span class="fine">{people}</span>
            </summary>
            {dynamic(undo)}
            {dynamic(rows)}
        </details>
    }
}

/// How the whole crew stands, for a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Summary {
    groups: Vec<DeliveryGroup>,
    /// Of each person's newest invite; `None` without one. A mail that is about to go counts as sent.
    statuses: Vec<Option<DeliveryStatus>>,
    answers: Vec<Rsvp>,
}

impl Summary {
    fn of(crew: &[LiveCell<CrewRow>]) -> Self {
        let status = |row: &CrewRow| row.invite.as_ref().map(|invite| invite.status.unwrap_or(DeliveryStatus::Sent));
        Self {
            groups: crew.iter().map(|row| row.with(CrewRow::delivery_group)).collect(),
            statuses: crew.iter().map(|row| row.with(status)).collect(),
            answers: crew.iter().map(|row| row.with(|row| row.rsvp)).collect(),
        }
    }

    /// One bar a person, grouped by how their invite fares, and a chip for each group that shows only its rows.
    pub(super) fn view(&self, event: EventId, shown: RwSignal<Option<RowFilter>>, asks: bool) -> AnyView {
        const ORDER: [Option<DeliveryStatus>; 7] = [
            Some(DeliveryStatus::Delivered),
            Some(DeliveryStatus::Sent),
            Some(DeliveryStatus::Delayed),
            Some(DeliveryStatus::Bounced),
            Some(DeliveryStatus::SpamReported),
            Some(DeliveryStatus::Failed),
            None,
        ];
        const CHIPS: [(DeliveryGroup, &str); 4] = [
            (DeliveryGroup::Delivered, "delivered"),
            (DeliveryGroup::Waiting, "waiting"),
            (DeliveryGroup::NeedsAttention, "need a look"),
            (DeliveryGroup::NotInvited, "not invited"),
        ];
        const ANSWERS: [(Rsvp, &str); 3] =
            [(Rsvp::Accepted, "in"), (Rsvp::Declined, "out"), (Rsvp::NoReply, "not replied")];
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
        let chip = |group: Option<RowFilter>, label: &'static str, count: usize| {
            view! {
                <button
                    class="chip"
                    form=VIEW_FORM
                    name=SHOW
                    value=group.map_or("", RowFilter::code)
                    aria-pressed=(chosen == group).to_string()
                    on:click=move |ev| {
                        ev.prevent_default();
                        shown.set(group.filter(|_| shown.get_untracked() != group));
                    }
                >
                    <b>{count.to_string()}</b>
                    " "
                    {label}
                </button>
            }
            .into_any()
        };
        // Each has a place of its own, also while it is not shown: else the focus would pass to its neighbour.
        let mut chips = vec![chip(None, "Everyone", self.groups.len())];
        chips.extend(CHIPS.map(|(group, label)| {
            let count = self.groups.iter().filter(|one| **one == group).count();
            let group = RowFilter::Delivery(group);
            let needed = count > 0 || chosen == Some(group);
            if needed { chip(Some(group), label, count) } else { ().into_any() }
        }));
        let answers = asks.then(|| {
            let chips = ANSWERS.map(|(rsvp, label)| {
                let count = self.answers.iter().filter(|one| **one == rsvp).count();
                chip(Some(RowFilter::Rsvp(rsvp)), label, count)
            });
            view! {
                <div class="cluster" role="group" aria-label="RSVP">
                    {Vec::from(chips)}
                </div>
            }
            .into_any()
        });
        view! {
            <div class="body">
                <div class="meter" role="img" aria-label=label>{bars}</div>
                <div class="cluster" role="group" aria-label="Show">
                    {chips}
                </div>
                {answers}
                <p><a class="button" href=paths::people(event)>"Add people"</a></p>
            </div>
        }
        .into_any()
    }
}
