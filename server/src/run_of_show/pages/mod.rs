//! The pages on which a run of show is edited: an item with its form and its history, and what was deleted.

pub(super) mod store;

use std::collections::HashMap;

use app::backend::Caller;
use app::domain::ids::{ContactId, EventId, ItemId};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::planner::Person;
use app::run_of_show::{DeletedItem, DeletedItems, ItemForm, ItemPage};

use super::facts::{Facts, Item};
use super::store as event_store;
use super::store::LockedEvent;
use super::{history, item_store, typed};
use crate::contacts::display_name;
use crate::core::Core;
use crate::zone::Zone;

/// Encodes the form as it was filled. It travels to the browser and back unread.
pub fn seen(form: &ItemForm) -> String {
    serde_json::to_string(form).expect("a form is plain data")
}

/// Everybody on the event, by name.
pub async fn people(core: &Core, caller: &Caller, event: EventId) -> Result<Vec<Person>, AppError> {
    let people = store::people(&core.db, caller.account, event).await?;
    let person =
        |(id, first, last): (i64, String, String)| Person { contact: ContactId(id), name: display_name(&first, &last) };
    Ok(people.into_iter().map(person).collect())
}

pub async fn event(core: &Core, caller: &Caller, event: EventId) -> Result<LockedEvent, AppError> {
    event_store::event(&core.db, caller.account, event).await?.ok_or(AppError::NotFound)
}

pub async fn item(
    core: &Core,
    caller: &Caller,
    event: EventId,
    item: Option<ItemId>,
    after: Option<ItemId>,
) -> Result<ItemPage, AppError> {
    let event = self::event(core, caller, event).await?;
    let zone = Zone::named(&event.time_zone);
    let people = people(core, caller, event.id).await?;
    let items = item_store::items_of(&core.db, event.id).await?;
    let page = |form: ItemForm| ItemPage {
        event: event.id,
        event_name: event.name.clone(),
        time_zone: event.time_zone.clone(),
        item,
        seen: seen(&form),
        form,
        people: people.clone(),
        deleted: None,
        up: None,
        down: None,
        before_last: false,
        history: Vec::new(),
    };
    let Some(item) = item else { return Ok(page(typed::form_of_next(&event, &items, after, &zone))) };
    let stored = item_store::item_of(&core.db, event.id, item).await?.ok_or(AppError::NotFound)?;
    let names: HashMap<_, _> = people.iter().map(|person| (person.contact, person.name.clone())).collect();
    let stored_history = store::history(&core.db, item).await?;
    let (up, down, before_last) = neighbours(&items, item);
    let now = core.clock.now();
    let deletion = || history::deletion(&stored_history, &zone, now);
    Ok(ItemPage {
        deleted: stored.facts.deleted.then(deletion),
        up,
        down,
        before_last,
        history: history::entries(stored_history, &names, &zone, now),
        ..page(typed::form(&stored.facts, &zone))
    })
}

/// Before which item this one can be moved to stand a row higher, and a row lower; and whether lower is last.
fn neighbours(items: &[Item], item: ItemId) -> (Option<ItemId>, Option<ItemId>, bool) {
    let Some(index) = items.iter().position(|other| other.id == item) else { return (None, None, false) };
    let id = |index: usize| items.get(index).map(|item| item.id);
    (index.checked_sub(1).and_then(id), id(index + 2), index + 2 == items.len())
}

pub async fn deleted(core: &Core, caller: &Caller, event: EventId) -> Result<DeletedItems, AppError> {
    let event = self::event(core, caller, event).await?;
    let (zone, now) = (Zone::named(&event.time_zone), core.clock.now());
    let stored = store::deleted(&core.db, event.id).await?;
    let moment = |at: i64| zone.moment(Timestamp(at), now);
    let items = stored.into_iter().map(|stored| DeletedItem {
        id: ItemId(stored.id),
        title: stored.title,
        starts: moment(stored.starts_at),
        deleted: moment(stored.deleted_at),
        who: stored.name,
    });
    Ok(DeletedItems { event: event.id, event_name: event.name.clone(), items: items.collect() })
}

/// Returns the facts of an item that begins where another ends.
pub fn following(facts: &Facts) -> Timestamp {
    typed::ends(facts)
}
