//! The rows that topics show, read from the database: all of a topic, or those that changed.

use std::collections::{BTreeSet, HashMap};

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId};
use app::emails::PAGE_ROWS;
use app::live::{Row, RowId, Topic};

use crate::core::Core;
use crate::error::StoreError;
use crate::{contacts, emails, planner};

/// All that a topic of the caller's account shows, of a contact's emails at least `newest`; `None` when it is gone.
pub async fn snapshot(core: &Core, caller: &Caller, topic: Topic, newest: u32) -> Result<Option<Vec<Row>>, StoreError> {
    match topic {
        Topic::Event(event) => {
            let Some(event) = planner::event_rows(core, caller.account, event).await? else { return Ok(None) };
            let items = event.items.into_iter().map(Row::Item);
            let crew = event.crew.into_iter().map(Row::Crew);
            Ok(Some([Row::Event(event.header)].into_iter().chain(items).chain(crew).collect()))
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

/// Those of the rows that are there.
pub async fn read(core: &Core, ids: &BTreeSet<RowId>) -> Result<HashMap<RowId, Row>, StoreError> {
    let (mut events, mut items, mut crew, mut contacts, mut emails) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for id in ids {
        match id {
            RowId::Event(id) => events.push(id.0),
            RowId::Item(id) => items.push(id.0),
            RowId::Crew(id) => crew.push(id.0),
            RowId::Contact(id) => contacts.push(id.0),
            RowId::Email(id) => emails.push(id.0),
        }
    }
    let mut rows = Vec::with_capacity(ids.len());
    rows.extend(planner::headers(core, &events).await?.into_iter().map(Row::Event));
    rows.extend(planner::items(core, &items).await?.into_iter().map(Row::Item));
    rows.extend(planner::crew_rows(core, &crew).await?.into_iter().map(Row::Crew));
    rows.extend(contacts::headers(core, &contacts).await?.into_iter().map(Row::Contact));
    rows.extend(emails::rows(core, &emails).await?.into_iter().map(Row::Email));
    Ok(rows.into_iter().map(|row| (row.id(), row)).collect())
}

/// The crew rows of some contacts, with their events.
pub async fn crew_of_contacts(core: &Core, contacts: &[i64]) -> Result<Vec<(CrewId, EventId)>, StoreError> {
    planner::crew_of_contacts(&core.db, contacts).await
}
