//! The crew accordion: everybody on the event with their newest invite, live.

use leptos::prelude::*;

use super::crew_row::CrewRowView;
use super::panels::PlannerPanel;
use super::person_panel::{TakenOff, end_offer};
use super::view_state::{SHOW, VIEW_FORM, ViewState};
use super::{CrewRow, DeliveryGroup, RowFilter};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::ids::EventId;
use crate::domain::rsvp::Rsvp;
use crate::domain::time::Timestamp;
use crate::live::LiveList;
use crate::paths;
use crate::ui::{after_hydration, dynamic};

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
    let off = Memo::new(move |_| removed.get().filter(|(id, _)| !crew.has(id.0)));
    let undo = move || {
        let (id, name) = off.get()?;
        Some(PlannerPanel::TakenOff(TakenOff { event, id, name, list: crew, removed }).view())
    };
    let people = move || match crew.len() {
        1 => "1 person".to_owned(),
        people => format!("{people} people"),
    };
    let some = Memo::new(move |_| !crew.is_empty());
    let summary = Memo::new(move |_| crew.with(Summary::of));
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
            {dynamic(move || summary.get().view(event, shown, asks.get()))}
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
    people: usize,
    /// How many in each of [`CHIPS`].
    groups: [usize; CHIPS.len()],
    /// Whose newest invite stands so, or who has none, in the order of [`BARS`]. A mail that is about to go counts as sent.
    statuses: [usize; BARS.len()],
    /// How many gave each of [`ANSWERS`].
    answers: [usize; ANSWERS.len()],
}

const CHIPS: [(DeliveryGroup, &str); 4] = [
    (DeliveryGroup::Delivered, "delivered"),
    (DeliveryGroup::Waiting, "waiting"),
    (DeliveryGroup::NeedsAttention, "need a look"),
    (DeliveryGroup::NotInvited, "not invited"),
];

const BARS: [Option<DeliveryStatus>; 7] = [
    Some(DeliveryStatus::Delivered),
    Some(DeliveryStatus::Sent),
    Some(DeliveryStatus::Delayed),
    Some(DeliveryStatus::Bounced),
    Some(DeliveryStatus::SpamReported),
    Some(DeliveryStatus::Failed),
    None,
];

const ANSWERS: [(Rsvp, &str); 3] = [(Rsvp::Accepted, "in"), (Rsvp::Declined, "out"), (Rsvp::NoReply, "not replied")];

impl Summary {
    fn of(crew: &[&CrewRow]) -> Self {
        let status = |row: &CrewRow| row.invite.as_ref().map(|invite| invite.status.unwrap_or(DeliveryStatus::Sent));
        let count = |is: &dyn Fn(&CrewRow) -> bool| crew.iter().filter(|row| is(row)).count();
        Self {
            people: crew.len(),
            groups: CHIPS.map(|(group, _)| count(&|row| row.delivery_group() == group)),
            statuses: BARS.map(|bar| count(&|row| status(row) == bar)),
            answers: ANSWERS.map(|(answer, _)| count(&|row| row.rsvp == answer)),
        }
    }

    /// One length for each status, and a chip for each group that shows only its rows.
    pub(super) fn view(&self, event: EventId, shown: RwSignal<Option<RowFilter>>, asks: bool) -> AnyView {
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
        let mut chips = vec![chip(None, "Everyone", self.people)];
        chips.extend(CHIPS.into_iter().zip(self.groups).map(|((group, label), count)| {
            let group = RowFilter::Delivery(group);
            let needed = count > 0 || chosen == Some(group);
            if needed { chip(Some(group), label, count) } else { ().into_any() }
        }));
        let answers = asks.then(|| {
            let chips = ANSWERS.into_iter().zip(self.answers);
            let chips = chips.map(|((rsvp, label), count)| chip(Some(RowFilter::Rsvp(rsvp)), label, count));
            view! {
                <div class="cluster" role="group" aria-label="RSVP">
                    {chips.collect_view()}
                </div>
            }
            .into_any()
        });
        view! {
            <div class="body">
                {self.meter()}
                <div class="cluster" role="group" aria-label="Show">
                    {chips}
                </div>
                {answers}
                <p class="cluster">
                    <a class="button" href=paths::people(event)>"Add people"</a>
                    <a class="button" href=paths::batch(event)>"Email several"</a>
                </p>
            </div>
        }
        .into_any()
    }

    /// What share of the people each status has.
    fn meter(&self) -> AnyView {
        /// Of a thousand: what one person among hundreds is drawn as, and what stands between two lengths.
        const LEAST: usize = 16;
        const GAP: usize = 5;
        let lengths = BARS.into_iter().zip(self.statuses).filter(|(_, count)| *count > 0);
        let (mut words, mut width) = (Vec::new(), 0);
        // Written out, as elements of a drawing cost the browser's code a type for each attribute.
        let mut drawn = Vec::new();
        for (status, count) in lengths {
            let (code, label) = status.map_or(("none", "not invited"), |status| (status.code(), status.label()));
            let length = (count * 1_000 / self.people).max(LEAST);
            words.push(format!("{count} {label}"));
            drawn.push(format!(r#"<rect x="{width}" width="{length}" height="1" data-status="{code}"/>"#));
            width += length + GAP;
        }
        let (words, drawn) = (words.join(", "), drawn.concat());
        let width = width.saturating_sub(GAP);
        let drawn = format!(r#"<svg viewBox="0 0 {width} 1" preserveAspectRatio="none">{drawn}</svg>"#);
        view! { <div class="meter" role="img" aria-label=words inner_html=drawn></div> }.into_any()
    }
}
