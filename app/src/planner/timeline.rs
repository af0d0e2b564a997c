//! The run of show as a list, day by day, edited where it stands. Where the show stands now is marked and moves with the clock.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_query_map;

use super::TimelineItem;
use super::editor::Editor;
use super::overrun::Overruns;
use super::panels::PlannerPanel;
use super::undo::undo_bar;
use crate::domain::ids::{EditId, EventId, ItemId};
use crate::domain::time::{MINUTE_MS, Timestamp};
use crate::live::{LiveCell, LiveList};
use crate::paths;
use crate::run_of_show::move_item;
use crate::ui::{Announcer, Avatar, Now, after_hydration, dotted, dynamic, focus_soon, hydrated, joined};

/// What the rows of a run of show share.
#[derive(Clone, Copy)]
pub struct Shared {
    pub event: EventId,
    pub items: LiveList<TimelineItem>,
    /// What can be undone.
    pub undo: RwSignal<Option<EditId>>,
    /// The row that is dragged.
    dragged: RwSignal<Option<ItemId>>,
    firsts: Memo<Vec<i64>>,
    day: OnTheDay,
    overruns: Overruns,
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
    let day = OnTheDay::of(items, move || clock.get().unwrap_or(now));
    // The items that a day begins with.
    let firsts = Memo::new(move |_| {
        let mut days = each(items, |item| (item.id.0, item.starts.day.clone()));
        days.dedup_by(|next, previous| next.1 == previous.1);
        days.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    });
    let undo = use_query_map().with_untracked(|query| query.get_str(paths::UNDO).and_then(|id| id.parse().ok()));
    let shared = Shared {
        event,
        items,
        undo: RwSignal::new(undo),
        dragged: RwSignal::new(None),
        firsts,
        day,
        overruns: Overruns::of(items),
        announcer: Announcer::expect(),
    };
    let count = move || match items.len() {
        1 => "1 item".to_owned(),
        count => format!("{count} items"),
    };
    let some = Memo::new(move |_| !items.is_empty());
    let rows = move || {
        if some.get() {
            view! { <ol class="timeline">{items.view(move |item| row(&item, shared))}</ol> }.into_any()
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

fn each<T>(items: LiveList<TimelineItem>, read: impl Fn(&TimelineItem) -> T) -> Vec<T> {
    items.rows().iter().map(|item| item.with(&read)).collect()
}

/// One item, under the heading of its day if it is the first one.
fn row(item: &LiveCell<TimelineItem>, shared: Shared) -> AnyView {
    let id = item.with_untracked(|item| item.id);
    let Shared { firsts, day: OnTheDay(on_the_day), dragged, .. } = shared;
    let open = RwSignal::new(None::<Open>);
    let (day, private, content) = (item.clone(), item.clone(), item.clone());
    let is_first = Memo::new(move |_| firsts.with(|firsts| firsts.contains(&id.0)));
    let heading = move || {
        is_first.get().then(|| view! { <li class="day">{day.with(|item| item.starts.day.clone())}</li> }.into_any())
    };
    let stands = Memo::new(move |_| on_the_day.with(|day| day.stands(id.0)));
    let is_now = move || stands.get() == Stands::Now;
    let now_line = move || {
        (stands.get() == Stands::AfterNow)
            .then(|| view! { <li class="now-line" aria-current="time">"Now"</li> }.into_any())
    };
    let shown = move || match open.get() {
        Some(Open::Edit) => shared.form(open, Some(id), None),
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
            on:dragover=move |ev| {
                if dragged.get_untracked().is_some() {
                    ev.prevent_default();
                }
            }
            on:drop=move |ev| {
                ev.prevent_default();
                if let Some(moved) = dragged.get_untracked() {
                    shared.put(moved, Some(id));
                }
            }
        >
            {dynamic(shown)}
            {shared.overruns.view(id, shared)}
        </li>
        {dynamic(move || (open.get() == Some(Open::After)).then(|| {
            view! { <li class="insert">{shared.form(open, None, Some(id))}</li> }.into_any()
        }))}
    }
    .into_any()
}

impl Shared {
    fn form(self, open: RwSignal<Option<Open>>, item: Option<ItemId>, after: Option<ItemId>) -> AnyView {
        let Self { event, items, undo, .. } = self;
        let back = item.or(after);
        let close = Arc::new(move || {
            open.try_set(None);
            if let Some(id) = back {
                focus_soon(format!("item-{id}"));
            }
        });
        PlannerPanel::Item(Editor { event, item, after, items, undo, close: Some(close) }).view()
    }

    /// Moves a row up or down by one.
    fn shift(self, item: ItemId, by: isize) {
        let order: Vec<_> = self.items.rows().iter().map(|item| item.with_untracked(|item| item.id)).collect();
        let Some(index) = order.iter().position(|other| *other == item) else { return };
        let Some(target) = index.checked_add_signed(by).filter(|target| *target < order.len()) else { return };
        // To stand lower is to stand before the one after next.
        let before = if by < 0 { Some(order[target]) } else { order.get(target + 1).copied() };
        self.put(item, before);
    }

    /// Moves a row before another one, or last.
    fn put(self, item: ItemId, before: Option<ItemId>) {
        self.dragged.set(None);
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
                open.set(Some(what));
            }
        }
    };
    view! {
        <time datetime=item.starts.at.to_iso()>
            {item.starts.clock.clone()} {length.map(|length| view! { <span>{length}</span> }.into_any())}
            {ends.map(|ends| view! { <span>{ends}</span> }.into_any())}
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
                    on:dragend=move |_| dragged.set(None)
                >
                    {item.title.clone()}
                </a>
                {item.pinned.then(|| view! { <span class="pin">"pinned"</span> }.into_any())}
                {item.private.then(|| view! { <span class="visually-hidden">" (private)"</span> }.into_any())}
            </h3>
            {(!place.is_empty()).then(|| view! { <p class="fine">{place}</p> }.into_any())}
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

/// Where the show stands, while it goes on.
#[derive(Clone, Copy)]
struct OnTheDay(Memo<Day>);

/// The items that are over, the one under way, and the one that comes after a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Day {
    past: Vec<i64>,
    current: Option<i64>,
    next: Option<i64>,
}

/// How an item stands to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Past,
    Now,
    /// Nothing is under way, and this one is next.
    AfterNow,
    Later,
}

impl OnTheDay {
    fn of(items: LiveList<TimelineItem>, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let day = Memo::new(move |_| {
            let spans = each(items, |item| (item.id.0, item.starts.at, item.minutes));
            Day::at(&spans, now())
        });
        on_the_day_begins_there(day);
        Self(day)
    }
}

/// Brings the item under way into view when the page is opened while the show goes on, unless the address names a place.
fn on_the_day_begins_there(day: Memo<Day>) {
    after_hydration(move || {
        let names_a_place = window().location().hash().is_ok_and(|hash| !hash.is_empty());
        let at = day.with_untracked(|day| day.current.or(day.next));
        let element = at.filter(|_| !names_a_place).and_then(|id| document().get_element_by_id(&format!("item-{id}")));
        if let Some(row) = element.and_then(|item| item.closest("li").ok().flatten()) {
            row.scroll_into_view();
        }
    });
}

impl Day {
    /// `spans` are the items in order: id, start, length. Before the first one begins and after the last one has ended, it is
    /// not the day.
    fn at(spans: &[(i64, Timestamp, Option<u32>)], now: Timestamp) -> Self {
        let ends = |index: usize| {
            let (_, starts, minutes) = spans[index];
            match minutes {
                Some(minutes) => starts.plus_ms(i64::from(minutes) * MINUTE_MS),
                // An item without a length lasts until the next begins.
                None => spans.get(index + 1).map_or(starts, |next| next.1),
            }
        };
        let Some(last) = spans.iter().rposition(|(_, starts, _)| *starts <= now) else { return Self::default() };
        let current = Some(last).filter(|last| now < ends(*last));
        let next = spans.get(last + 1).map(|next| next.0);
        if current.is_none() && next.is_none() {
            return Self::default();
        }
        let past = (0..=last).filter(|index| ends(*index) <= now).map(|index| spans[index].0).collect();
        Self { past, current: current.map(|index| spans[index].0), next: next.filter(|_| current.is_none()) }
    }

    fn stands(&self, id: i64) -> Stands {
        if self.current == Some(id) {
            Stands::Now
        } else if self.next == Some(id) {
            Stands::AfterNow
        } else if self.past.contains(&id) {
            Stands::Past
        } else {
            Stands::Later
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_the_item_under_way_or_the_gap_before_the_next() {
        let minute = |m: i64| Timestamp(m * MINUTE_MS);
        let spans = [(7, minute(0), Some(10)), (8, minute(20), None), (9, minute(30), Some(5))];
        for (at, past, current, next) in [
            (-1, vec![], None, None),
            (0, vec![], Some(7), None),
            (9, vec![], Some(7), None),
            (10, vec![7], None, Some(8)),
            (25, vec![7], Some(8), None),
            (30, vec![7, 8], Some(9), None),
            (35, vec![], None, None),
        ] {
            assert_eq!(Day::at(&spans, minute(at)), Day { past, current, next }, "at minute {at}");
        }
    }

    #[test]
    fn a_long_item_beside_a_short_one_is_not_past() {
        let minute = |m: i64| Timestamp(m * MINUTE_MS);
        let spans = [(7, minute(0), Some(60)), (8, minute(0), Some(5)), (9, minute(50), Some(5))];
        let day = Day::at(&spans, minute(20));
        assert_eq!((day.stands(7), day.stands(8), day.stands(9)), (Stands::Later, Stands::Past, Stands::AfterNow));
    }
}
