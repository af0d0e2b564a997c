//! The rows that topics show: which of them a change concerns, and what the database holds of them now.

use std::collections::{BTreeSet, HashMap};

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId};
use app::emails::PAGE_ROWS;
use app::live::{Gone, Row, RowId, Topic};

use crate::core::Core;
use crate::db::Change;
use crate::error::StoreError;
use crate::{batches, contacts, emails, planner};

/// The rows that a change concerns, each with the topic that shows it.
pub fn shown(change: &Change) -> Vec<(Topic, RowId)> {
    match *change {
        Change::Event(event) | Change::Asked(_, event) => vec![(Topic::Event(event), RowId::Event(event))],
        Change::Item(item, event) => vec![(Topic::Event(event), RowId::Item(item))],
        Change::Crew(crew, event) => vec![(Topic::Event(event), RowId::Crew(crew))],
        Change::Contact(contact) => vec![(Topic::Contact(contact), RowId::Contact(contact))],
        Change::Email(email, contact, crew) => {
            let in_history = (Topic::Contact(contact), RowId::Email(email));
            let on_crew_row = crew.map(|(crew, event)| (Topic::Event(event), RowId::Crew(crew)));
            [in_history].into_iter().chain(on_crew_row).collect()
        }
        Change::Batch(batch, event) => vec![(Topic::Event(event), RowId::Batch(batch))],
        Change::OutboxJob | Change::Session(_) | Change::Membership(..) => Vec::new(),
    }
}

/// All that a topic of the caller's account shows, of a contact's emails at least `newest`; `None` when it is gone.
pub async fn snapshot(core: &Core, caller: &Caller, topic: Topic, newest: u32) -> Result<Option<Vec<Row>>, StoreError> {
    match topic {
        Topic::Event(event) => {
            let Some(event) = planner::event_rows(core, caller.account, event).await? else {
                // Of one that was deleted there is nothing to show as long as nobody takes it back.
                return Ok(planner::is_deleted(&core.db, caller.account, event).await?.then(Vec::new));
            };
            let items = event.items.into_iter().map(Row::Item);
            let crew = event.crew.into_iter().map(Row::Crew);
            let batches =
                batches::rows_of_event(core, caller.account, event.header.id).await?.into_iter().map(Row::Batch);
            Ok(Some([Row::Event(event.header)].into_iter().chain(items).chain(crew).chain(batches).collect()))
        }
        Topic::Contact(contact) => {
            // At least a page, whatever the tab shows yet: an empty one has to learn of its first email.
            let newest = newest.max(PAGE_ROWS).next_multiple_of(PAGE_ROWS);
            let emails = emails::newest_rows(core, caller.account, contact, newest).await?;
            // Read last: a count that is behind the emails would let the tab take a part of them for all.
            let Some(header) = contacts::header(core, caller.account, contact).await? else { return Ok(None) };
            Ok(Some([Row::Contact(header)].into_iter().chain(emails.into_iter().map(Row::Email)).collect()))
        }
    }
}

/// What the database holds of some rows.
pub struct Read {
    pub rows: HashMap<RowId, Row>,
    /// The others.
    pub gone: HashMap<RowId, Gone>,
}

pub async fn read(core: &Core, ids: &BTreeSet<RowId>) -> Result<Read, StoreError> {
    let (mut events, mut items, mut crew, mut contacts, mut emails, mut many) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        match id {
            RowId::Event(id) => events.push(id.0),
            RowId::Item(id) => items.push(id.0),
            RowId::Crew(id) => crew.push(id.0),
            RowId::Contact(id) => contacts.push(id.0),
            RowId::Email(id) => emails.push(id.0),
            RowId::Batch(id) => many.push(id.0),
        }
    }
    let mut rows = Vec::with_capacity(ids.len());
    rows.extend(planner::headers(core, &events).await?.into_iter().map(Row::Event));
    rows.extend(planner::items(core, &items).await?.into_iter().map(Row::Item));
    rows.extend(planner::crew_rows(core, &crew).await?.into_iter().map(Row::Crew));
    rows.extend(contacts::headers(core, &contacts).await?.into_iter().map(Row::Contact));
    rows.extend(emails::rows(core, &emails).await?.into_iter().map(Row::Email));
    rows.extend(batches::rows(core, &many).await?.into_iter().map(Row::Batch));
    let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id(), row)).collect();
    let missing: Vec<_> = ids.iter().filter(|id| !rows.contains_key(id)).copied().collect();
    let gone = gone(core, &missing).await?.into_iter().map(|gone| (gone.id, gone)).collect();
    Ok(Read { rows, gone })
}

/// Rows that are not shown any more: those that can be restored with the revision at which they were deleted. One that was
/// restored since the others were read is neither here nor there: the news of that are on their way.
async fn gone(core: &Core, missing: &[RowId]) -> Result<Vec<Gone>, StoreError> {
    let of = |number: fn(&RowId) -> Option<i64>| missing.iter().filter_map(number).collect::<Vec<_>>();
    let items = of(|id| if let RowId::Item(id) = id { Some(id.0) } else { None });
    let events = of(|id| if let RowId::Event(id) = id { Some(id.0) } else { None });
    let mut revisions: HashMap<RowId, Option<u32>> = HashMap::new();
    for (id, revision) in planner::deleted_events(core, &events).await? {
        revisions.insert(RowId::Event(id), revision);
    }
    for (id, revision) in planner::deleted_items(core, &items).await? {
        revisions.insert(RowId::Item(id), revision);
    }
    let crew = of(|id| if let RowId::Crew(id) = id { Some(id.0) } else { None });
    for (id, revision) in planner::deleted_crew(core, &crew).await? {
        revisions.insert(RowId::Crew(id), revision);
    }
    let gone = missing.iter().filter_map(|id| {
        let revision = revisions.get(id).copied().unwrap_or(Some(u32::MAX))?;
        Some(Gone { id: *id, revision })
    });
    Ok(gone.collect())
}

/// The crew rows of some contacts, with their events.
pub async fn crew_of_contacts(core: &Core, contacts: &[i64]) -> Result<Vec<(CrewId, EventId)>, StoreError> {
    planner::crew_of_contacts(&core.db, contacts).await
}
