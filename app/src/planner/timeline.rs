//! The run of show as a list, day by day, edited where it stands. Where the show stands now is marked and moves with the clock.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast;

use super::TimelineItem;
use super::editor::Editor;
use super::marks::{Mark, Marks};
use super::on_the_day::Stands;
use super::overrun::overrun_view;
use super::panels::PlannerPanel;
use super::undo::undo_bar;
use crate::domain::ids::{EditId, EventId, ItemId};
use crate::domain::progress::Progress;
use crate::domain::time::Timestamp;
use crate::live::{LiveCell, LiveList};
use crate::paths;
use crate::plain_form::has_draft;
use crate::run_of_show::{draft_of, move_item};
use crate::ui::{Announcer, Avatar, Now, dotted, dynamic, focus_soon, hydrated, joined};

/// What the rows of a run of show share.
#[derive(Clone, Copy)]
pub struct Shared {
    pub event: EventId,
    pub items: LiveList<TimelineItem>,
    /// What can be undone.
    pub undo: RwSignal<Option<EditId>>,
    /// The row that is dragged.
    dragged: RwSignal<Option<ItemId>>,
    /// The rows at which a form stands open. They stay when somebody deletes the item, so that what is typed is not lost.
    kept: RwSignal<Vec<i64>>,
    /// The row that it would take the place of.
    over: RwSignal<Option<ItemId>>,
    marks: Marks,
    pub announcer: Announcer,
}

/// What stands open at a row: what is typed into one is not lost when another one is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Edit,
    After,
}

#[component]
pub fn Timeline(
    event: EventId,
    items: LiveList<TimelineItem>,
    /// When the server read the page.
    now: Timestamp,
) -> impl IntoView {
    let clock = Now::expect();
    let marks = Marks::of(items, move || clock.get().unwrap_or(now));
    marks.begin_there();
    let undo = use_query_map().with_untracked(|query| query.get_str(paths::UNDO).and_then(|id| id.parse().ok()));
    let shared = Shared {
        event,
        items,
        undo: RwSignal::new(undo),
        dragged: RwSignal::new(None),
        kept: RwSignal::new(left_open_in(event, items)),
        over: RwSignal::new(None),
        marks,
        announcer: Announcer::expect(),
    };
    let count = move || match items.len() {
        1 => "1 item".to_owned(),
        count => format!("{count} items"),
    };
    let some = Memo::new(move |_| !items.is_empty() || shared.kept.with(|kept| !kept.is_empty()));
    let rows = move || {
        if some.get() {
            let rows = items.view_keeping(shared.kept, move |item| row(&item, shared));
            let on_leave = move |ev: ev::DragEvent| {
                if is_left(&ev) {
                    shared.leave_row();
                }
            };
            view! { <ol class="timeline" on:dragleave=on_leave>{rows}</ol> }.into_any()
        } else {
            view! {
                <div class="empty">
                    <h3>"Nothing is planned yet"</h3>
                    <p>"Add the first item: when it starts, and what happens. Or paste rows from a spreadsheet."</p>
                </div>
            }
            .into_any()
        }
    };
    // Once the page reacts, the form for the next item stands below the list and stays open.
    let next = move || {
        if hydrated() {
            let close = None;
            PlannerPanel::Item(Editor { event, item: None, after: None, items, undo: shared.undo, close }).view()
        } else {
            view! { <a class="button" data-kind="primary" href=paths::new_item(event, None)>"Add item"</a> }.into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="run-of-show">
            <header>
                <h2 id="run-of-show" tabindex="-1">"Run of show"</h2>
                <span class="fine">{count}</span>
            </header>
            {undo_bar(event, shared.undo)}
            {dynamic(rows)}
            <div
                class="add"
                on:dragover=move |ev| {
                    if shared.dragged.get_untracked().is_some() {
                        ev.prevent_default();
                        shared.leave_row();
                    }
                }
                on:drop=move |ev| {
                    ev.prevent_default();
                    if let Some(moved) = shared.dragged.get_untracked() {
                        shared.put(moved, None);
                    }
                }
            >
                {dynamic(next)}
                <p class="fine">
                    <a class="text" href=paths::paste_items(event)>"Paste rows from a spreadsheet"</a>
                    " · "
                    <a class="text" href=paths::deleted_items(event)>"Recently deleted"</a>
                </p>
            </div>
        </section>
    }
}

/// What stood open at a row when the page was left with something typed into it.
fn left_open(event: EventId, item: ItemId) -> Option<Open> {
    if has_draft(&draft_of(event, Some(item), None)) {
        Some(Open::Edit)
    } else {
        has_draft(&draft_of(event, None, Some(item))).then_some(Open::After)
    }
}

fn left_open_in(event: EventId, items: LiveList<TimelineItem>) -> Vec<i64> {
    let is_open = |item: &&&TimelineItem| left_open(event, item.id).is_some();
    items.with_untracked(|items| items.iter().filter(is_open).map(|item| item.id.0).collect())
}

/// One item, under the heading of its day if it is the first one.
fn row(item: &LiveCell<TimelineItem>, shared: Shared) -> AnyView {
    let id = item.with_untracked(|item| item.id);
    let Shared { dragged, over, .. } = shared;
    let Mark { day, stands, overrun } = shared.marks.of_row(id);
    let open = RwSignal::new(left_open(shared.event, id));
    let (private, content) = (item.clone(), item.clone());
    let heading = move || day.get().map(|day| view! { <li class="day">{day}</li> }.into_any());
    let stands = RwSignal::from(stands);
    let is_now = move || stands.get() == Stands::Now;
    let now_line = move || {
        (stands.get() == Stands::AfterNow)
            .then(|| view! { <li class="now-line" aria-current="time">"Now"</li> }.into_any())
    };
    let shown = move || match open.get() {
        Some(Open::Edit) => shared.form(open, id, Open::Edit),
        Some(Open::After) if !shared.items.has(id.0) => {
            view! { <p class="fine">"This item was deleted meanwhile."</p> }.into_any()
        }
        _ => content.with(|item| words(item, shared, open)),
    };
    let on_key = move |ev: ev::KeyboardEvent| {
        if ev.alt_key() && open.get_untracked() != Some(Open::Edit) {
            let by = match ev.key().as_str() {
                "ArrowUp" => -1,
                "ArrowDown" => 1,
                _ => return,
            };
            ev.prevent_default();
            shared.shift(id, by);
        }
    };
    view! {
        {dynamic(heading)}
        {dynamic(now_line)}
        <li
            data-state=move || (stands.get() == Stands::Past).then_some("past")
            data-now=move || is_now().then_some("")
            aria-current=move || is_now().then_some("time")
            data-private=move || private.with(|item| item.private).then_some("")
            data-dragged=move || (dragged.get() == Some(id)).then_some("")
            on:keydown=on_key
            data-drop=move || (over.get() == Some(id)).then(|| shared.side_of(id))
            on:dragover=move |ev| {
                if dragged.get_untracked().is_some() {
                    ev.prevent_default();
                    if over.get_untracked() != Some(id) {
                        over.set(Some(id));
                    }
                }
            }
            on:drop=move |ev| {
                ev.prevent_default();
                if let Some(moved) = dragged.get_untracked() {
                    shared.take_place(moved, id);
                }
            }
        >
            {dynamic(shown)}
            {overrun_view(id, overrun, shared)}
        </li>
        {dynamic(move || (open.get() == Some(Open::After)).then(|| {
            view! { <li class="insert">{shared.form(open, id, Open::After)}</li> }.into_any()
        }))}
    }
    .into_any()
}

impl Shared {
    /// Opens or closes a form at the row of this item.
    fn set_open(self, open: RwSignal<Option<Open>>, item: ItemId, what: Option<Open>) {
        open.try_set(what);
        self.kept.try_update(|kept| {
            kept.retain(|other| *other != item.0);
            kept.extend(what.map(|_| item.0));
        });
    }

    fn form(self, open: RwSignal<Option<Open>>, row: ItemId, what: Open) -> AnyView {
        let Self { event, items, undo, .. } = self;
        let (item, after) = if what == Open::Edit { (Some(row), None) } else { (None, Some(row)) };
        let close = Arc::new(move || {
            self.set_open(open, row, None);
            focus_soon(if untrack(|| items.has(row.0)) { format!("item-{row}") } else { "run-of-show".into() });
        });
        PlannerPanel::Item(Editor { event, item, after, items, undo, close: Some(close) }).view()
    }

    /// Moves a row up or down by one.
    fn shift(self, item: ItemId, by: isize) {
        let order = self.order();
        let index = order.iter().position(|other| *other == item).and_then(|index| index.checked_add_signed(by));
        if let Some(target) = index.and_then(|target| order.get(target)) {
            self.take_place(item, *target);
        }
    }

    fn order(self) -> Vec<ItemId> {
        self.items.with_untracked(|items| items.iter().map(|item| item.id).collect())
    }

    /// Moves a row to where another one stands, which makes room: upwards it stands before that one, downwards after it.
    fn take_place(self, item: ItemId, of: ItemId) {
        let order = self.order();
        let position = |id| order.iter().position(|other| *other == id);
        let (Some(from), Some(to)) = (position(item), position(of)) else {
            self.end_drag();
            return;
        };
        self.put(item, if from < to { order.get(to + 1).copied() } else { Some(of) });
    }

    /// On which side of a row the dragged one would stand.
    fn side_of(self, row: ItemId) -> &'static str {
        let order = self.order();
        let dragged = self.dragged.get_untracked();
        let first = order.iter().find(|id| **id == row || Some(**id) == dragged);
        if first == Some(&row) { "before" } else { "after" }
    }

    /// What is dragged is over no row any more.
    fn leave_row(self) {
        if self.over.get_untracked().is_some() {
            self.over.set(None);
        }
    }

    fn end_drag(self) {
        self.dragged.set(None);
        self.over.set(None);
    }

    /// Moves a row before another one, or last.
    fn put(self, item: ItemId, before: Option<ItemId>) {
        self.end_drag();
        if before == Some(item) {
            return;
        }
        let Self { undo, announcer, .. } = self;
        spawn_local(async move {
            match move_item(item, before).await {
                Ok(taken) => {
                    if taken.items > 0 {
                        undo.try_set(Some(taken.edit));
                    }
                    announcer.say("Moved");
                    focus_soon(format!("item-{item}"));
                }
                Err(error) => announcer.say(error.to_string()),
            }
        });
    }
}

/// Whether what is dragged leaves the list. It is told of each element inside as well.
fn is_left(ev: &ev::DragEvent) -> bool {
    let list = ev.current_target().and_then(|list| list.dyn_into::<web_sys::Node>().ok());
    let into = ev.related_target().and_then(|into| into.dyn_into::<web_sys::Node>().ok());
    list.is_none_or(|list| !list.contains(into.as_ref()))
}

fn words(item: &TimelineItem, shared: Shared, open: RwSignal<Option<Open>>) -> AnyView {
    let Shared { event, dragged, .. } = shared;
    let id = item.id;
    let people = item.responsible.iter().map(|person| person.name.as_str()).collect::<Vec<_>>();
    let people = joined(&people, ", ");
    let place = dotted(&[&item.location, &item.details]);
    let avatars =
        item.responsible.iter().map(|person| view! { <Avatar name=person.name.clone() /> }.into_any()).collect_view();
    let length = item.minutes.map(|minutes| format!("{minutes} min"));
    let ends = item.ends.clone().filter(|_| item.minutes != Some(0)).map(|ends| format!("to {ends}"));
    let opens = move |what: Open| {
        move |ev: ev::MouseEvent| {
            // With a key held down, the browser opens the page of the item elsewhere.
            if !(ev.ctrl_key() || ev.meta_key() || ev.shift_key()) {
                ev.prevent_default();
                ev.stop_propagation();
                shared.set_open(open, id, Some(what));
            }
        }
    };
    view! {
        <time datetime=item.starts.at.to_iso()>
            {item.starts.clock.clone()} {ends.map(|ends| view! { <span>{ends}</span> }.into_any())}
            {length.map(|length| view! { <span>{length}</span> }.into_any())}
        </time>
        <div>
            <h3>
                <a
                    id=format!("item-{id}")
                    href=paths::item(event, id)
                    draggable="true"
                    title="Click to edit; drag, or Alt and an arrow key, to move"
                    on:click=opens(Open::Edit)
                    on:dragstart=move |_| dragged.set(Some(id))
                    on:dragend=move |_| shared.end_drag()
                >
                    {item.title.clone()}
                </a>
                {item.pinned.then(|| view! { <span class="pin">"pinned"</span> }.into_any())}
                {item.private.then(|| view! { <span class="visually-hidden">" (private)"</span> }.into_any())}
            </h3>
            {(!place.is_empty()).then(|| view! { <p class="fine">{place}</p> }.into_any())}
            {(item.progress != Progress::Planned).then(|| view! {
                <p class="fine" data-progress=item.progress.label()>{item.progress_words.clone()}</p>
            }
            .into_any())}
        </div>
        <div class="who" title=people.clone()>
            {(!people.is_empty()).then(|| view! {
                <span class="visually-hidden">{format!("Responsible: {people}")}</span>
                {avatars}
            }
            .into_any())}
            <a class="plus" href=paths::new_item(event, Some(id)) on:click=opens(Open::After)>
                <span aria-hidden="true">"+"</span>
                <span class="visually-hidden">{format!("Add an item after “{}”", item.title)}</span>
            </a>
        </div>
    }
    .into_any()
}
