//! Events that are deleted: out of every list at once, restored on request, gone for good after 30 days.

mod store;

use app::backend::Caller;
use app::domain::ids::{AccountId, ContactId, CrewId, EventId, ItemId, SpaceId};
use app::domain::time::{HOUR_MS, SECOND_MS, Timestamp};
use app::error::AppError;
use app::events::{Deleted, DeletedEvent, DeletedRow};

pub use self::store::prune;
use crate::core::Core;
use crate::db::{Change, Write};
use crate::error::StoreError;
use crate::spaces;
use crate::zone::Zone;

/// How long what was deleted can be restored.
pub const KEPT_MS: i64 = 30 * 24 * HOUR_MS;
/// How long the list of events offers to take a deletion back.
const UNDO_MS: i64 = 30 * SECOND_MS;

/// Deletes an event or a template. One that is deleted already stays as it is.
pub async fn delete(core: &Core, caller: &Caller, event: EventId) -> Result<(), AppError> {
    let mut transaction = core.db.write().await?;
    let account = caller.account;
    if !store::delete(&mut transaction, account, event, core.clock.now()).await? {
        let is_there = store::exists(&mut transaction, account, event).await?;
        return if is_there { Ok(()) } else { Err(AppError::NotFound) };
    }
    transaction.changed(Change::Event(event));
    people_changed(&mut transaction, event).await?;
    transaction.commit().await?;
    tracing::info!(%event, "An event was deleted; it can be restored.");
    Ok(())
}

/// Restores an event that was deleted, if it was; returns whether it is a template.
pub async fn restore_for(core: &Core, caller: &Caller, event: EventId) -> Result<bool, AppError> {
    let mut transaction = core.db.write().await?;
    let is_template = restore(&mut transaction, caller.account, event).await?.ok_or(AppError::NotFound)?;
    transaction.commit().await?;
    Ok(is_template)
}

/// The same within a transaction; `None` if there is no such event in this account.
pub async fn restore(transaction: &mut Write, account: AccountId, event: EventId) -> Result<Option<bool>, StoreError> {
    let Some(is_template) = store::restore(transaction, account, event).await? else {
        return store::is_template(transaction, account, event).await;
    };
    transaction.changed(Change::Event(event));
    // A page that asked anew meanwhile was told of nothing.
    for item in store::items(transaction, event).await? {
        transaction.changed(Change::Item(ItemId(item), event));
    }
    for crew in people_changed(transaction, event).await? {
        transaction.changed(Change::Crew(crew, event));
    }
    Ok(Some(is_template))
}

/// Notes that the people of an event are on one event more, or less; returns their crew rows.
async fn people_changed(transaction: &mut Write, event: EventId) -> Result<Vec<CrewId>, StoreError> {
    store::count_event(transaction, event).await?;
    let people = store::people(transaction, event).await?;
    for (_, contact) in &people {
        transaction.changed(Change::Contact(ContactId(*contact)));
    }
    Ok(people.into_iter().map(|(crew, _)| CrewId(crew)).collect())
}

/// The event, if it was deleted so lately that the list offers to take that back.
pub async fn just_deleted(core: &Core, account: AccountId, event: EventId) -> Result<Option<DeletedEvent>, StoreError> {
    let since = core.clock.now().plus_ms(-UNDO_MS);
    let name = store::deleted_since(&core.db, account, event, since).await?;
    Ok(name.map(|name| DeletedEvent { id: event, name }))
}

/// What was deleted and can be restored, the last first.
pub async fn list(core: &Core, caller: &Caller) -> Result<Vec<DeletedRow>, AppError> {
    let now = core.clock.now();
    let since = now.plus_ms(-KEPT_MS);
    let events = store::deleted(&core.db, caller.account, since).await?;
    let mut rows: Vec<DeletedRow> = events
        .into_iter()
        .map(|event| DeletedRow {
            what: if event.is_template == 1 {
                Deleted::Template(EventId(event.id))
            } else {
                Deleted::Event(EventId(event.id))
            },
            name: event.name,
            deleted_at: Zone::named(&event.time_zone).moment(Timestamp(event.deleted_at), now),
        })
        .collect();
    rows.extend(spaces::deleted(&core.db, caller.account, since).await?.into_iter().map(|(id, name, at)| DeletedRow {
        what: Deleted::Space(SpaceId(id)),
        name,
        deleted_at: Zone::utc().moment(Timestamp(at), now),
    }));
    rows.sort_by_key(|row| std::cmp::Reverse(row.deleted_at.at));
    Ok(rows)
}
