//! The planner page: header, run of show, crew. Its state comes with the page and is kept current by the live channel.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::crew_list::CrewList;
use super::panels::preload_planner_panels;
use super::timeline::Timeline;
use super::view_state::ViewState;
use super::{CrewRow, DeliveryGroup, EventHeader, LoadPlanner, PlannerPage};
use crate::domain::ids::EventId;
use crate::domain::rsvp::Rsvp;
use crate::emails::BadgeState;
use crate::events::RestoreEvent;
use crate::lazy_screens::lazy_screens;
use crate::live::{Extent, Live, LiveCell, LiveList, Topic, Update};
use crate::paths::{self, Paper};
use crate::plain_form::PostForm;
use crate::ui::{Announcer, ErrorNotice, Notice, NoticeKind, PageTitle, dotted, dynamic, joined, query_view};
use crate::wire::Query;

lazy_screens! { planner_screens, preload_planner_screens needs preload_planner_panels, PlannerScreen: PLANNER_SCREEN => Planner }

#[component]
fn Planner() -> impl IntoView {
    let params = use_params_map();
    // Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
    let event = move || params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()).unwrap_or(EventId(0)));
    let page = Query::new(move || LoadPlanner { event: event() });
    query_view(page, 12, |answer| match answer {
        Ok((_, page)) => view! { <Loaded page /> }.into_any(),
        Err(error) => view! { <ErrorNotice error /> }.into_any(),
    })
}

#[component]
fn Loaded(page: PlannerPage) -> impl IntoView {
    let PlannerPage { event, items, crew, now, today } = page;
    let id = event.id;
    let (header, items, crew) = (LiveList::whole(vec![event]), LiveList::whole(items), LiveList::whole(crew));
    let announcer = Announcer::expect();
    let on_update = move |update: &Update| {
        header.update(update, Extent::Whole);
        items.update(update, Extent::Whole);
        for row in crew.update(update, Extent::Whole) {
            if let Some(sentence) = row.with_untracked(spoken) {
                announcer.say(sentence);
            }
        }
    };
    Live::expect().subscribe(move || Some(Topic::Event(id)), || 0, on_update);
    // While the event is deleted, the last one: the page still says what it is called, and offers to restore it.
    let event = Memo::new(move |last: Option<&Option<EventHeader>>| {
        header.first().map(|cell| cell.get()).or_else(|| last.cloned().flatten())
    });
    let title = move || event.with(|event| event.as_ref().map(|event| event.name.clone())).unwrap_or_default();
    let asks = Memo::new(move |_| event.with(|event| event.as_ref().is_some_and(|event| event.rsvp)));
    let gone = Memo::new(move |_| header.is_empty());
    view! {
        <PageTitle text=title />
        {dynamic(move || gone.get().then(|| event.get_untracked()).flatten().map(|event| deleted(&event)))}
        {header.view(|event| view! { <Head event /> }.into_any())}
        <div class="stage">
            {panes(crew, gone)}
            <div class="two" hidden=move || gone.get()>
                <Timeline event=id items now />
                <CrewList event=id asks crew now today />
            </div>
        </div>
    }
}

/// Which half a narrow screen shows. Wide ones show both. Works by style alone; what the address opens is shown at first.
fn panes(crew: LiveList<CrewRow>, gone: Memo<bool>) -> AnyView {
    let in_crew = ViewState::of_address().in_crew;
    let needing = |row: &&&CrewRow| row.delivery_group() == DeliveryGroup::NeedsAttention;
    let needing = Memo::new(move |_| crew.with(|crew| crew.iter().filter(needing).count()));
    let need_a_look = move || match needing.get() {
        0 => String::new(),
        count => count.to_string(),
    };
    view! {
        <div class="panes" role="radiogroup" aria-label="Show" hidden=move || gone.get()>
            <label><input type="radio" name="pane" id="pane-show" checked=!in_crew /> <span>"Run of show"</span></label>
            <label>
                <input type="radio" name="pane" id="pane-crew" checked=in_crew />
                <span>"Crew " <b class="count" title="need a look">{need_a_look}</b></span>
            </label>
        </div>
    }
    .into_any()
}

/// Somebody deleted the event while it was open. Once it is restored, here or elsewhere, the page is as it was.
fn deleted(event: &EventHeader) -> AnyView {
    let button = view! { <button class="button">"Undo"</button> }.into_any();
    let undo = PostForm::of::<RestoreEvent>(paths::EVENTS.into()).with("event", event.id.to_string()).plain(button);
    let sentence = format!("“{}” was deleted.", event.name);
    view! {
        <div class="head"><div><h1>{event.name.clone()}</h1></div></div>
        <Notice kind=NoticeKind::Warning>
            <p>{sentence}</p>
            {undo}
        </Notice>
    }
    .into_any()
}

/// How it stands with a person of whom something changed, for those who hear it.
fn spoken(row: &CrewRow) -> Option<String> {
    let answer = if row.rsvp == Rsvp::NoReply { "" } else { row.rsvp.label() };
    let badge = row.invite.as_ref().map(|invite| BadgeState::from(invite).word()).unwrap_or_default();
    let words = joined(&[answer, badge], ", ");
    (!words.is_empty()).then(|| format!("{}: {words}", row.name))
}

#[component]
fn Head(event: LiveCell<EventHeader>) -> impl IntoView {
    dynamic(move || {
        let event = event.get();
        let pax = event.pax.map(|pax| format!("{pax} guests")).unwrap_or_default();
        let zone = format!("times in {}", event.time_zone.replace('_', " "));
        let facts = dotted(&[&event.date, event.place.as_deref().unwrap_or_default(), &pax, &zone]);
        let to_review = match event.unreviewed {
            0 => String::new(),
            files => format!(" · {files} to review"),
        };
        view! {
            <div class="head">
                <div>
                    <p class="fine">{facts}</p>
                    <h1>{event.name}</h1>
                </div>
                <div class="end">
                    <span class="chip" data-status=event.status.code()>{event.status.label()}</span>
                    <a class="button" href=paths::paper(event.id, Paper::RunSheet) rel="external">"Print"</a>
                    <a class="button" href=paths::event_notes(event.id) rel="external">"Notes"</a>
                    <a class="button" href=paths::requests(event.id, None)>"Requests" {to_review}</a>
                    <a class="button" href=paths::edit_event(event.id)>"Edit event"</a>
                </div>
            </div>
        }
        .into_any()
    })
}
