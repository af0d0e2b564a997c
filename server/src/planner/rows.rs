//! The rows of a planner page: the event, its run of show, its crew. All of an event, or those with some ids; a constant
//! number of statements either way.

use std::collections::HashMap;

use app::domain::ids::{AccountId, ContactId, CrewId, EventId, ItemId};
use app::domain::progress::Progress;
use app::domain::rsvp::{Rsvp, RsvpSource};
use app::domain::time::{MINUTE_MS, Timestamp};
use app::emails::EmailRow;
use app::planner::{Answer, CrewRow, EventHeader, LinkKind, Person, TimelineItem};

use super::links::{self, StoredLink};
use super::store::{self, StoredAssignment, StoredCrew, StoredHeader, StoredItem};
use crate::contacts::display_name;
use crate::core::Core;
use crate::db::{Db, column};
use crate::emails::row::{StoredEmail, revision};
use crate::emails::suppressions;
use crate::error::StoreError;
use crate::events;
use crate::rsvp;
use crate::share_page;
use crate::zone::Zone;

/// All that the page of an event shows.
pub struct EventRows {
    pub header: EventHeader,
    pub items: Vec<TimelineItem>,
    pub crew: Vec<CrewRow>,
}

/// The rows of an event; `None` if it is not this account's.
pub async fn event_rows(core: &Core, account: AccountId, event: EventId) -> Result<Option<EventRows>, StoreError> {
    let db = &core.db;
    let Some(stored) = store::header(db, account, event).await? else { return Ok(None) };
    let items = store::items(db, account, event).await?;
    let assignments = store::assignments(db, account, event).await?;
    let crew = store::crew_of_event(db, account, event).await?;
    let invites = store::invites_of_event(db, account, event).await?;
    Ok(Some(EventRows {
        header: header(stored),
        items: timeline(items, assignments, core.clock.now()),
        crew: crew_of(core, crew, invites),
    }))
}

/// Those of the events that exist, of any account.
pub async fn headers(core: &Core, ids: &[i64]) -> Result<Vec<EventHeader>, StoreError> {
    Ok(store::headers_of(&core.db, ids).await?.into_iter().map(header).collect())
}

/// Those of the items that exist, of any account.
pub async fn items(core: &Core, ids: &[i64]) -> Result<Vec<TimelineItem>, StoreError> {
    let stored = store::items_of(&core.db, ids).await?;
    let assignments = store::assignments_of(&core.db, ids).await?;
    Ok(timeline(stored, assignments, core.clock.now()))
}

/// Those of the events that are deleted and can be restored, each with its revision; without one if it is there again.
pub async fn deleted_events(core: &Core, ids: &[i64]) -> Result<Vec<(EventId, Option<u32>)>, StoreError> {
    let deleted = store::deleted_events(&core.db, ids).await?;
    Ok(deleted.into_iter().map(|(id, stored)| (EventId(id), stored.map(revision))).collect())
}

/// Those of the items that are deleted and can be restored, each with its revision; without one if it is there again.
pub async fn deleted_items(core: &Core, ids: &[i64]) -> Result<Vec<(ItemId, Option<u32>)>, StoreError> {
    let deleted = store::deleted_items(&core.db, ids).await?;
    Ok(deleted.into_iter().map(|(id, stored)| (ItemId(id), stored.map(revision))).collect())
}

/// Those of the crew rows that exist, of any account.
pub async fn crew_rows(core: &Core, ids: &[i64]) -> Result<Vec<CrewRow>, StoreError> {
    let stored = store::crew_of(&core.db, ids).await?;
    let invites = store::invites_of(&core.db, ids).await?;
    Ok(crew_of(core, stored, invites))
}

/// Those of the crew rows whose people were taken off and can be brought back, each with its revision; without one if they are
/// there again.
pub async fn deleted_crew(core: &Core, ids: &[i64]) -> Result<Vec<(CrewId, Option<u32>)>, StoreError> {
    let deleted = store::deleted_crew(&core.db, ids).await?;
    Ok(deleted.into_iter().map(|(id, stored)| (CrewId(id), stored.map(revision))).collect())
}

/// Where some contacts are on, of any account.
pub async fn crew_of_contacts(db: &Db, contacts: &[i64]) -> Result<Vec<(CrewId, EventId)>, StoreError> {
    let places = store::crew_of_contacts(db, contacts).await?;
    Ok(places.into_iter().map(|(crew, event)| (CrewId(crew), EventId(event))).collect())
}

fn crew_of(core: &Core, stored: Vec<StoredCrew>, invites: Vec<StoredEmail>) -> Vec<CrewRow> {
    let now = core.clock.now();
    let mut by_crew: HashMap<CrewId, EmailRow> = HashMap::with_capacity(invites.len());
    for invite in invites {
        let invite = invite.into_row(now);
        if let Some(crew) = invite.crew {
            by_crew.insert(crew, invite);
        }
    }
    stored
        .into_iter()
        .map(|crew| {
            let invite = by_crew.remove(&CrewId(crew.id));
            crew_row(core, crew, invite)
        })
        .collect()
}

fn crew_row(core: &Core, stored: StoredCrew, invite: Option<EmailRow>) -> CrewRow {
    let answer = answer(&stored, core.clock.now());
    let link = StoredLink::from_columns(LinkKind::Share, stored.link_id, stored.seed, stored.token_hash);
    let rsvp_link =
        StoredLink::from_columns(LinkKind::Rsvp, stored.rsvp_link_id, stored.rsvp_seed, stored.rsvp_token_hash);
    CrewRow {
        id: CrewId(stored.id),
        contact: ContactId(stored.contact_id),
        name: display_name(&stored.first_name, &stored.last_name),
        sort_name: stored.sort_name,
        role: stored.role,
        items: column::number("count of items", stored.items),
        address: stored.email,
        blocked: suppressions::cause(stored.cause.as_deref()),
        contact_revision: revision(stored.contact_revision),
        link: links::state(core, link.as_ref()),
        rsvp_link: links::state(core, rsvp_link.as_ref()),
        rsvp: rsvp::stored(stored.rsvp.as_deref()),
        answer,
        revision: revision(stored.revision),
        invite,
    }
}

fn answer(stored: &StoredCrew, now: Timestamp) -> Option<Box<Answer>> {
    let at = stored.rsvp_at.filter(|_| rsvp::stored(stored.rsvp.as_deref()) != Rsvp::NoReply)?;
    let how = match (stored.rsvp_how.as_deref().and_then(RsvpSource::from_code), stored.rsvp_member.as_deref()) {
        (Some(RsvpSource::Link), _) => "by their link".to_owned(),
        (_, Some(member)) => format!("set by {member}"),
        (_, None) => "set by somebody who left".to_owned(),
    };
    let at = Zone::named(&stored.time_zone).moment(Timestamp(at), now);
    Some(Box::new(Answer { at, how, note: stored.rsvp_note.clone() }))
}

fn header(stored: StoredHeader) -> EventHeader {
    EventHeader {
        id: EventId(stored.id),
        name: stored.name,
        date: Zone::named(&stored.time_zone).date(Timestamp(stored.starts_at)),
        status: events::status(&stored.status),
        place: stored.place,
        pax: stored.pax.and_then(|pax| u32::try_from(pax).ok()),
        time_zone: stored.time_zone,
        rsvp: stored.rsvp == 1,
        unreviewed: column::number("count of files", stored.unreviewed),
        revision: revision(stored.revision),
    }
}

/// How far an item is, and that in words.
fn progress(item: &StoredItem, zone: &Zone, now: Timestamp) -> (Progress, String) {
    let progress = share_page::progress(&item.progress);
    let (Some(at), false) = (item.progress_at, progress == Progress::Planned) else {
        return (Progress::Planned, String::new());
    };
    let day = zone.moment(Timestamp(item.starts_at), now).day;
    let at = zone.moment(Timestamp(at), now).short(&day);
    let name =
        display_name(item.first_name.as_deref().unwrap_or_default(), item.last_name.as_deref().unwrap_or_default());
    let by = if name.is_empty() { String::new() } else { format!(" by {name}") };
    (progress, format!("{} {at}{by}", progress.label()))
}

fn timeline(items: Vec<StoredItem>, assignments: Vec<StoredAssignment>, now: Timestamp) -> Vec<TimelineItem> {
    let mut responsible: HashMap<i64, Vec<Person>> = HashMap::new();
    for assigned in assignments {
        responsible.entry(assigned.item_id).or_default().push(Person {
            contact: ContactId(assigned.contact_id),
            name: display_name(&assigned.first_name, &assigned.last_name),
        });
    }
    // The items of one page are of one event, and so of one zone.
    let mut zone: Option<(String, Zone)> = None;
    items
        .into_iter()
        .map(|item| {
            let StoredItem { time_zone, .. } = &item;
            if zone.as_ref().is_none_or(|(name, _)| name != time_zone) {
                zone = Some((time_zone.clone(), Zone::named(time_zone)));
            }
            let (_, zone) = zone.as_ref().expect("it was just set");
            let starts_at = Timestamp(item.starts_at);
            let minutes = item.minutes.and_then(|minutes| u32::try_from(minutes).ok());
            let (progress, progress_words) = progress(&item, zone, now);
            let ends = minutes.map(|minutes| zone.moment(starts_at.plus_ms(i64::from(minutes) * MINUTE_MS), now).clock);
            TimelineItem {
                id: ItemId(item.id),
                starts: zone.moment(starts_at, now),
                minutes,
                ends,
                title: item.title,
                details: item.details,
                location: item.location,
                private: item.private == 1,
                pinned: item.pinned == 1,
                tie: item.tie,
                responsible: responsible.remove(&item.id).unwrap_or_default(),
                progress,
                progress_words,
                revision: revision(item.revision),
            }
        })
        .collect()
}
