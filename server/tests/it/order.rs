//! Several people edit one run of show at once, each by what their own tab shows: in whatever order they act and the news reach
//! them, every tab, every fresh read and every guest ends with the same rows in the same order, and the history tells how.
//!
//! The tabs are the client's own (`live::Rows`), the frames those of the publisher. The choices come from a generator with a
//! fixed seed, so that a failure comes back.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::HashMap;

use app::auth::Role;
use app::backend::Caller;
use app::domain::ids::{ContactId, CrewId, EditId, EventId, ItemId};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::live::{Extent, Order, Row, RowId, Rows, Topic, Update, typed};
use app::planner::{LinkKind, PlannerPort, TimelineItem};
use app::run_of_show::{ItemForm, RunOfShowPort};
use app::share_page::SharePagePort;
use futures_util::FutureExt;
use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use server::auth::store::{NewMember, add_member, open_session};
use server::db::Db;
use server::realtime::{Published, Signal, Subscriber};

use crate::support::NOON;
use crate::venue::Venue;

const TABS: usize = 3;
const ROUNDS: usize = 6;
const TURNS: usize = 25;

/// What somebody does. Numbers choose among what their tab shows.
#[derive(Clone, Debug)]
enum Act {
    Add {
        clock: String,
        minutes: u32,
    },
    AddAfter {
        nth: usize,
    },
    Duplicate {
        nth: usize,
    },
    Paste {
        clock: String,
    },
    /// Opens the form of an item, to save it later.
    Open {
        nth: usize,
    },
    SetStart {
        nth: usize,
        clock: String,
    },
    SetMinutes {
        nth: usize,
        minutes: u32,
    },
    Rename {
        nth: usize,
    },
    TurnPin {
        nth: usize,
    },
    Move {
        nth: usize,
        before: Option<usize>,
    },
    Push {
        nth: usize,
        rest: bool,
        confirmed: bool,
    },
    Delete {
        nth: usize,
    },
    Restore {
        nth: usize,
    },
    Undo {
        nth: usize,
    },
    PutBack {
        nth: usize,
        change: usize,
    },
    /// Does nothing but read some of the news.
    Wait,
}

/// One turn of one person, which may have to read some news first: so many, the newest or the oldest, or everything anew.
#[derive(Clone, Debug)]
struct Turn {
    act: Act,
    reads: usize,
    newest: bool,
    reloads: bool,
}

fn turn() -> impl Strategy<Value = Turn> {
    let nth = || any::<usize>();
    let minutes = || 0..50_u32;
    let clock = || (0..180_u32).prop_map(|minute| format!("{:02}:{:02}", (22 + minute / 60) % 24, minute % 60));
    let act = prop_oneof![
        3 => (clock(), minutes()).prop_map(|(clock, minutes)| Act::Add { clock, minutes }),
        2 => nth().prop_map(|nth| Act::AddAfter { nth }),
        1 => nth().prop_map(|nth| Act::Duplicate { nth }),
        1 => clock().prop_map(|clock| Act::Paste { clock }),
        1 => nth().prop_map(|nth| Act::Open { nth }),
        2 => (nth(), clock()).prop_map(|(nth, clock)| Act::SetStart { nth, clock }),
        2 => (nth(), minutes()).prop_map(|(nth, minutes)| Act::SetMinutes { nth, minutes }),
        1 => nth().prop_map(|nth| Act::Rename { nth }),
        2 => nth().prop_map(|nth| Act::TurnPin { nth }),
        5 => (nth(), prop::option::of(nth())).prop_map(|(nth, before)| Act::Move { nth, before }),
        6 => (nth(), any::<bool>(), any::<bool>())
            .prop_map(|(nth, rest, confirmed)| Act::Push { nth, rest, confirmed }),
        1 => nth().prop_map(|nth| Act::Delete { nth }),
        1 => nth().prop_map(|nth| Act::Restore { nth }),
        3 => nth().prop_map(|nth| Act::Undo { nth }),
        1 => (nth(), nth()).prop_map(|(nth, change)| Act::PutBack { nth, change }),
        1 => Just(Act::Wait),
    ];
    (act, 0..4_usize, any::<bool>(), prop::bool::weighted(0.05)).prop_map(|(act, reads, newest, reloads)| Turn {
        act,
        reads,
        newest,
        reloads,
    })
}

/// What one person sees.
struct Tab {
    caller: Caller,
    socket: Subscriber,
    /// Frames that are on their way.
    waiting: Vec<Published>,
    list: Rows,
    /// Forms as they were when they were opened.
    opened: HashMap<ItemId, (ItemForm, String)>,
}

impl Tab {
    async fn open(venue: &Venue, caller: Caller) -> Self {
        let mut socket = venue.core.hub.join(&caller);
        socket.subscribe(Topic::Event(venue.event));
        let list = Rows::new(Order::LowestFirst, Vec::new(), None);
        let mut tab = Self { caller, socket, waiting: Vec::new(), list, opened: HashMap::new() };
        tab.reload(venue).await;
        tab
    }

    /// As after a cut: what arrives later may be older than this.
    async fn reload(&mut self, venue: &Venue) {
        let items = timeline(venue).await.into_iter().map(|item| Row::Item(item).erased());
        self.list.snapshot(items.collect(), Extent::Whole);
    }

    /// Takes what was published from the socket, but reads none of it yet.
    async fn listen(&mut self, venue: &Venue) {
        while let Some(signal) = self.socket.next().now_or_never() {
            match signal {
                Signal::Send(frame) => self.waiting.push(frame),
                Signal::CatchUp => self.reload(venue).await,
                Signal::Close(why) => panic!("{why:?}"),
            }
        }
    }

    fn read(&mut self, newest: bool) {
        let Some(last) = self.waiting.len().checked_sub(1) else { return };
        let frame = self.waiting.remove(if newest { last } else { 0 });
        self.hear(&frame);
    }

    fn hear(&mut self, frame: &Published) {
        let update = Update::read(frame).unwrap().unwrap();
        let is_item = |id: RowId| matches!(id, RowId::Item(_));
        let gone: Vec<_> = update.gone.iter().filter(|gone| is_item(gone.id)).copied().collect();
        self.list.remove(&gone);
        self.list.upsert(update.rows.into_iter().filter(|row| typed::<TimelineItem>(&**row).is_some()).collect());
    }

    fn shown(&self) -> Vec<TimelineItem> {
        self.list.shown().map(|row| typed::<TimelineItem>(&**row).unwrap().clone()).collect()
    }

    fn nth(&self, nth: usize) -> Option<ItemId> {
        let shown = self.shown();
        Some(shown.get(nth.checked_rem(shown.len())?)?.id)
    }
}

/// Waits until what was committed so far has been published. A busy publisher may have pages catch up instead.
async fn all_is_published(venue: &Venue) {
    let event = EventId(-1);
    let mut probe = venue.core.hub.join(&venue.caller);
    probe.subscribe(Topic::Event(event));
    loop {
        let mut write = venue.db().write().await.unwrap();
        write.changed(server::db::Change::Event(event));
        write.commit().await.unwrap();
        if let Signal::Send(_) = probe.next().await {
            return;
        }
    }
}

async fn timeline(venue: &Venue) -> Vec<TimelineItem> {
    venue.planner.page(&venue.caller, venue.event).await.unwrap().items
}

/// Does it; returns the edit, if there was one. Whatever is refused says why.
async fn act(venue: &Venue, tab: &Tab, act: &Act, edits: &[EditId]) -> Result<Option<EditId>, AppError> {
    let (shows, caller, event) = (&venue.run_of_show, &tab.caller, venue.event);
    let day = |clock: &str| if clock < "12" { "2026-10-25" } else { "2026-10-24" }.to_owned();
    let item = |nth| tab.nth(nth).ok_or(AppError::NotFound);
    let save = async |nth, change: &(dyn Fn(&mut ItemForm) + Sync)| {
        let item = item(nth)?;
        let (mut form, seen) = if let Some(opened) = tab.opened.get(&item) {
            opened.clone()
        } else {
            let page = shows.item(caller, event, Some(item), None).await?;
            (page.form, page.seen)
        };
        change(&mut form);
        shows.save(caller, item, seen, None, form, false).await
    };
    let edit = match act {
        Act::Wait | Act::Open { .. } => return Ok(None),
        Act::Add { clock, minutes } => {
            let (day, minutes, title) = (day(clock), minutes.to_string(), "Cue".into());
            let form = ItemForm { day, starts: clock.clone(), minutes, title, ..ItemForm::default() };
            shows.add(caller, event, form, None).await?.edit
        }
        Act::AddAfter { nth } => {
            let page = shows.item(caller, event, None, tab.nth(*nth)).await?;
            let form = ItemForm { title: "Next".into(), minutes: "10".into(), ..page.form };
            shows.add(caller, event, form, None).await?.edit
        }
        Act::Duplicate { nth } => shows.duplicate(caller, item(*nth)?, None).await?.edit,
        Act::Paste { clock } => {
            let sheet =
                format!("Day\tStart\tMin\tTitle\n{day}\t{clock}\t15\tOne\n{day}\t{clock}\t5\tTwo", day = day(clock));
            shows.paste(caller, event, sheet, true, None).await?.edit
        }
        Act::SetStart { nth, clock } => {
            save(*nth, &|form| (form.day, form.starts) = (day(clock), clock.clone())).await?.edit
        }
        Act::SetMinutes { nth, minutes } => {
            save(*nth, &|form| (form.minutes, form.ends) = (minutes.to_string(), String::new())).await?.edit
        }
        Act::Rename { nth } => save(*nth, &|form| form.title.push('!')).await?.edit,
        Act::TurnPin { nth } => save(*nth, &|form| form.pinned = !form.pinned).await?.edit,
        Act::Move { nth, before } => {
            let before = before.and_then(|before| tab.nth(before));
            shows.move_before(caller, item(*nth)?, before).await?.edit
        }
        Act::Push { nth, rest, confirmed } => shows.push(caller, item(*nth)?, *rest, *confirmed).await?.edit,
        Act::Delete { nth } => shows.delete(caller, item(*nth)?).await?.edit,
        Act::Restore { nth } => {
            let deleted = shows.deleted(caller, event).await?.items;
            let nth = nth.checked_rem(deleted.len()).ok_or(AppError::NotFound)?;
            shows.restore(caller, deleted[nth].id).await?.edit
        }
        Act::Undo { nth } => {
            let nth = nth.checked_rem(edits.len()).ok_or(AppError::NotFound)?;
            shows.undo(caller, edits[nth]).await?.edit
        }
        Act::PutBack { nth, change } => {
            let history = shows.item(caller, event, Some(item(*nth)?), None).await?.history;
            let change = change.checked_rem(history.len()).ok_or(AppError::NotFound)?;
            shows.put_back(caller, history[change].change).await?.edit
        }
    };
    Ok(Some(edit))
}

/// One change of one field, as it is stored.
#[derive(Debug, sqlx::FromRow)]
struct Change {
    edit_id: i64,
    kind: String,
    item_id: i64,
    field: String,
    old_value: String,
    new_value: String,
}

/// Goes back through the history of an event: each change must have made of its field what was there after it. A pinned row's
/// start was changed by nobody who moved or pushed, and a push moved all its rows by the same time.
async fn check_history(venue: &Venue) {
    let mut reader = venue.db().reader().await.unwrap();
    let stored: Vec<(i64, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT id, starts_at, tie, pinned, CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END FROM item WHERE event_id = $1",
    )
    .bind(venue.event.0)
    .fetch_all(&mut *reader)
    .await
    .unwrap();
    let mut values: HashMap<(i64, String), String> = HashMap::new();
    for (id, starts, tie, pinned, deleted) in stored {
        for (field, value) in [("starts", starts), ("tie", tie), ("pinned", pinned), ("deleted", deleted)] {
            values.insert((id, field.to_owned()), value.to_string());
        }
    }
    let changes: Vec<Change> = sqlx::query_as(
        "SELECT c.edit_id, t.kind, c.item_id, c.field, c.old_value, c.new_value FROM item_change c \
         JOIN timeline_edit t ON t.id = c.edit_id WHERE t.event_id = $1 ORDER BY c.id DESC",
    )
    .bind(venue.event.0)
    .fetch_all(&mut *reader)
    .await
    .unwrap();
    drop(reader);
    let mut pushed: HashMap<i64, i64> = HashMap::new();
    for change in changes {
        let pinned = values[&(change.item_id, "pinned".to_owned())] == "1";
        if change.field == "starts" && ["push", "move"].contains(&&*change.kind) {
            assert!(!pinned, "a pinned row was moved: {change:?}");
            let by = change.new_value.parse::<i64>().unwrap() - change.old_value.parse::<i64>().unwrap();
            if change.kind == "push" {
                assert_eq!(*pushed.entry(change.edit_id).or_insert(by), by, "{change:?}");
                assert!(by > 0, "{change:?}");
            }
        }
        if let Some(value) = values.get_mut(&(change.item_id, change.field.clone())) {
            assert_eq!(*value, change.new_value, "{change:?}");
            value.clone_from(&change.old_value);
        }
    }
    for ((item, field), value) in values {
        assert!(field != "deleted" || value == "1", "{item} was there before it was added");
    }
}

/// What each guest's page lists: of whoever is on the event, in order.
async fn guests_titles(venue: &Venue, token: &str) -> Vec<String> {
    venue.share_page.open(token.to_owned()).await.unwrap().items.into_iter().map(|item| item.title).collect()
}

/// The owner and somebody of the same account, both signed in: sockets of sessions that have ended are closed.
async fn people(venue: &Venue) -> [Caller; 2] {
    let mut write = venue.db().write().await.unwrap();
    let new = NewMember { email: "hand@callboard.test", name: "Hugo", password_hash: "", role: Role::Handler };
    let member = add_member(&mut write, venue.caller.account, &new, NOON).await.unwrap().unwrap();
    let hugo = Caller { member, role: Role::Handler, session: "hugo's".into(), ..venue.caller.clone() };
    let people = [venue.caller.clone(), hugo];
    for Caller { member, account, session, .. } in &people {
        open_session(&mut write, session, *member, *account, NOON).await.unwrap();
    }
    write.commit().await.unwrap();
    people
}

/// One event in the night in which Berlin's clocks go back, and whoever is on it.
async fn night(venue: &mut Venue, guest: ContactId) -> String {
    // 2026-10-24 22:00 to 01:00.
    let starts = Timestamp(1_792_872_000_000);
    venue.event = venue.event("Night", starts).await;
    let event: EventId = venue.event;
    venue.run(&format!("UPDATE event SET time_zone = 'Europe/Berlin' WHERE id = {event}")).await;
    let crew: CrewId = venue.crew(event, guest).await;
    venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap())
}

fn choices(rounds: usize) -> Vec<Vec<Vec<Turn>>> {
    let group = prop::collection::vec(turn(), TABS..=TABS);
    let round = prop::collection::vec(group, TURNS..=TURNS);
    let all = prop::collection::vec(round, rounds..=rounds);
    all.new_tree(&mut TestRunner::deterministic()).unwrap().current()
}

on_both_engines!(
    async fn whatever_several_people_do_at_once_every_tab_ends_with_the_same_order(db: Db) {
        let mut venue = Venue::new(db).await;
        let guest = venue.contact("Gus", "").await;
        let [dana, hugo] = people(&venue).await;
        let mut done: HashMap<&str, usize> = HashMap::new();
        for round in choices(ROUNDS) {
            let token = night(&mut venue, guest).await;
            let venue = &venue;
            let mut tabs = Vec::new();
            for caller in [&dana, &hugo, &dana] {
                tabs.push(Tab::open(venue, caller.clone()).await);
            }
            let mut edits: Vec<EditId> = Vec::new();
            for turns in round {
                for (tab, turn) in tabs.iter_mut().zip(&turns) {
                    if turn.reloads {
                        tab.reload(venue).await;
                    }
                    for _ in 0..turn.reads {
                        tab.read(turn.newest);
                    }
                    if let (Act::Open { nth }, Some(item)) = (&turn.act, tab.nth(0)) {
                        let item = tab.nth(*nth).unwrap_or(item);
                        if let Ok(page) = venue.run_of_show.item(&tab.caller, venue.event, Some(item), None).await {
                            tab.opened.insert(item, (page.form, page.seen));
                        }
                    }
                }
                let acts = tabs.iter().zip(&turns).map(|(tab, turn)| act(venue, tab, &turn.act, &edits));
                let results = join_all(acts).await;
                for (result, turn) in results.into_iter().zip(&turns) {
                    let name = match result {
                        Ok(edit) => {
                            edits.extend(edit);
                            "done"
                        }
                        Err(AppError::NotFound) => "not there",
                        Err(AppError::Invalid { .. }) => "refused",
                        Err(other) => panic!("{other:?} by {turn:?}"),
                    };
                    *done.entry(name).or_default() += 1;
                }
                all_is_published(venue).await;
                for tab in &mut tabs {
                    tab.listen(venue).await;
                }
            }
            let fresh = timeline(venue).await;
            let place = |item: &TimelineItem| (item.starts.at, item.tie, item.id);
            assert!(fresh.is_sorted_by(|one, other| place(one) < place(other)), "no two share a place: {fresh:?}");
            for (who, tab) in tabs.iter_mut().enumerate() {
                // What is still on its way comes from both ends, and everything twice.
                let mut late = std::mem::take(&mut tab.waiting);
                late.extend(late.clone());
                let mut turn = who;
                while !late.is_empty() {
                    turn += 3;
                    let frame = late.swap_remove(turn * turn % late.len());
                    tab.hear(&frame);
                }
                assert_eq!(tab.shown(), fresh, "tab {who}");
            }
            let titles: Vec<_> = fresh.iter().map(|item| item.title.clone()).collect();
            assert_eq!(guests_titles(venue, &token).await, titles);
            check_history(venue).await;
        }
        assert!(done["done"] > ROUNDS * TURNS * TABS / 2, "most of it could be done: {done:?}");
    }
);

on_both_engines!(
    /// Undone after somebody had pinned the row to where the push had put it.
    async fn a_row_that_was_pinned_since_stays(db: Db) {
        let venue = Venue::new(db).await;
        let (shows, caller) = (&venue.run_of_show, &venue.caller);
        let form = |starts: &str, title: &str| ItemForm {
            day: "2026-11-24".into(),
            starts: starts.into(),
            minutes: "45".into(),
            title: title.into(),
            ..ItemForm::default()
        };
        let add =
            async |starts, title| shows.add(caller, venue.event, form(starts, title), None).await.unwrap().item.id;
        let pin = async |item, pinned| {
            let page = shows.item(caller, venue.event, Some(item), None).await.unwrap();
            shows.save(caller, item, page.seen, None, ItemForm { pinned, ..page.form }, false).await.unwrap();
        };
        let clocks = async || -> Vec<String> {
            let items = timeline(&venue).await;
            items.into_iter().map(|item| format!("{} {}", item.starts.clock, item.title)).collect()
        };
        add("18:00", "Doors").await;
        let dinner = add("18:30", "Dinner").await;
        let cake = add("20:00", "Cake").await;
        let push = shows.push(caller, dinner, true, false).await.unwrap();
        pin(dinner, true).await;
        let undone = shows.undo(caller, push.edit).await.unwrap();
        assert_eq!(undone.kept, 1);
        assert_eq!(clocks().await, ["18:00 Doors", "18:45 Dinner", "20:00 Cake"]);
        // What was pinned before somebody set its time comes back with that edit.
        let page = shows.item(caller, venue.event, Some(dinner), None).await.unwrap();
        let later = ItemForm { starts: "19:00".into(), ..page.form };
        let saved = shows.save(caller, dinner, page.seen, None, later, false).await.unwrap();
        assert_eq!(shows.undo(caller, saved.edit).await.unwrap().kept, 0);
        assert_eq!(clocks().await[1], "18:45 Dinner");
        let moved = shows.move_before(caller, cake, Some(dinner)).await.unwrap();
        pin(cake, true).await;
        assert!(shows.undo(caller, moved.edit).await.unwrap().kept > 0);
        // And so does its place among those that start with it.
        assert_eq!(clocks().await, ["18:00 Doors", "18:45 Cake", "18:45 Dinner"]);
        // Also where the other one, though it is older, comes back to the time at which it stays.
        add("21:15", "Song").await;
        add("20:30", "Walk").await;
        let toast = add("21:00", "Toast").await;
        let push = shows.push(caller, toast, true, false).await.unwrap();
        assert_eq!(clocks().await[3..], ["20:30 Walk", "21:15 Toast", "21:30 Song"]);
        pin(toast, true).await;
        assert_eq!(shows.undo(caller, push.edit).await.unwrap().kept, 1);
        assert_eq!(clocks().await[3..], ["20:30 Walk", "21:15 Toast", "21:15 Song"]);
    }
);
