//! The events list, and the way to all else about events. An event is old from the midnight, by its own clock, that follows its
//! end.

use std::collections::HashMap;

use app::backend::Caller;
use app::domain::cursor::TimeCursor;
use app::domain::ids::{AccountId, EventId, IdempotencyKey};
use app::domain::time::{HOUR_MS, Timestamp};
use app::error::AppError;
use app::events::{
    CopyForm, DeletedRow, EventForm, EventFormPage, EventPage, EventQuery, EventRow, EventStatus, EventsPort,
    FirstSteps, PAGE_ROWS, SaveEventOptions, TemplateRow,
};
use async_trait::async_trait;

use super::store::{self, Counts, LIMIT, ListQuery, StoredEvent};
use super::{copies, deleting, details};
use crate::contacts::display_name;
use crate::core::Core;
use crate::db::column;
use crate::error::StoreError;
use crate::search_words;
use crate::zone::Zone;

#[derive(Clone)]
pub struct EventsService {
    core: Core,
}

impl EventsService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// One page and one row more. The database cannot tell midnight in each event's zone, so it gives a little too
    /// much and the exact rule is applied here; another round is only needed when that left out a row.
    async fn stored(
        &self,
        account: AccountId,
        query: &EventQuery,
        after: Option<TimeCursor>,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let words = search_words::searched(&query.search);
        // Typed, but nothing to look for: no event is called "?!".
        if words.is_empty() && !query.search.trim().is_empty() {
            return Ok(Vec::new());
        }
        let old = query.old;
        // No local day is longer than 25 hours.
        let end = if old { now } else { now.plus_ms(-26 * HOUR_MS) };
        let mut kept = Vec::new();
        let mut after = after;
        loop {
            let page = ListQuery { old, end, status: query.status, words: &words, after };
            let found = store::list(&self.core.db, account, page).await?;
            let last_page = found.len() < LIMIT;
            after = found.last().map(|last| TimeCursor { at: Timestamp(last.starts_at), id: last.id });
            kept.extend(found.into_iter().filter(|event| is_old(event, now) == old));
            if last_page || kept.len() >= LIMIT {
                kept.truncate(LIMIT);
                return Ok(kept);
            }
        }
    }

    /// What an account begins with that has no event at all.
    async fn first_steps(&self, account: AccountId) -> Result<Option<FirstSteps>, StoreError> {
        let (has_events, has_templates) = store::has_any(&self.core.db, account).await?;
        Ok((!has_events).then_some(FirstSteps { has_templates }))
    }
}

fn is_old(event: &StoredEvent, now: Timestamp) -> bool {
    Timestamp(event.ends_at) < Zone::named(&event.time_zone).start_of_day(now)
}

#[async_trait]
impl EventsPort for EventsService {
    async fn list(
        &self,
        caller: &Caller,
        query: EventQuery,
        after: Option<TimeCursor>,
        deleted: Option<EventId>,
    ) -> Result<EventPage, AppError> {
        let now = self.core.clock.now();
        let mut stored = self.stored(caller.account, &query, after, now).await?;
        let more = stored.len() > PAGE_ROWS as usize;
        stored.truncate(PAGE_ROWS as usize);

        let ids: Vec<i64> = stored.iter().map(|event| event.id).collect();
        let counts: HashMap<i64, Counts> =
            store::counts(&self.core.db, &ids).await?.into_iter().map(|counts| (counts.event_id, counts)).collect();
        let next = stored.last().filter(|_| more).map(|last| TimeCursor { at: Timestamp(last.starts_at), id: last.id });
        let rows: Vec<EventRow> = stored
            .into_iter()
            .map(|event| {
                let counts = counts.get(&event.id);
                row(event, counts, now)
            })
            .collect();
        let first_steps = if rows.is_empty() { self.first_steps(caller.account).await? } else { None };
        let deleted = match deleted {
            Some(event) => deleting::just_deleted(&self.core, caller.account, event).await?,
            None => None,
        };
        Ok(EventPage { rows, next, first_steps, deleted })
    }

    async fn form(&self, caller: &Caller, event: Option<EventId>) -> Result<EventFormPage, AppError> {
        details::page(&self.core, caller, event).await
    }

    async fn create(&self, caller: &Caller, form: EventForm, key: Option<IdempotencyKey>) -> Result<EventId, AppError> {
        details::create(&self.core, caller, form, key).await
    }

    async fn save(
        &self,
        caller: &Caller,
        event: EventId,
        form: EventForm,
        options: SaveEventOptions,
    ) -> Result<(), AppError> {
        details::save(&self.core, caller, event, form, options).await
    }

    async fn copy(
        &self,
        caller: &Caller,
        event: EventId,
        form: CopyForm,
        key: Option<IdempotencyKey>,
    ) -> Result<EventId, AppError> {
        copies::copy(&self.core, caller, event, form, key).await
    }

    async fn save_template(
        &self,
        caller: &Caller,
        event: EventId,
        name: String,
        key: Option<IdempotencyKey>,
    ) -> Result<EventId, AppError> {
        copies::save_template(&self.core, caller, event, name, key).await
    }

    async fn rename_template(&self, caller: &Caller, event: EventId, name: String) -> Result<(), AppError> {
        copies::rename_template(&self.core, caller, event, &name).await
    }

    async fn templates(&self, caller: &Caller) -> Result<Vec<TemplateRow>, AppError> {
        copies::templates(&self.core, caller).await
    }

    async fn cancel(&self, caller: &Caller, event: EventId) -> Result<(), AppError> {
        details::cancel(&self.core, caller, event).await
    }

    async fn delete(&self, caller: &Caller, event: EventId) -> Result<(), AppError> {
        deleting::delete(&self.core, caller, event).await
    }

    async fn restore(&self, caller: &Caller, event: EventId) -> Result<bool, AppError> {
        deleting::restore_for(&self.core, caller, event).await
    }

    async fn deleted(&self, caller: &Caller) -> Result<Vec<DeletedRow>, AppError> {
        deleting::list(&self.core, caller).await
    }
}

/// A stored status. One that is not known is the one that promises nothing.
pub fn status(code: &str) -> EventStatus {
    column::code("event status", code, EventStatus::from_code, EventStatus::Tentative)
}

fn row(event: StoredEvent, counts: Option<&Counts>, now: Timestamp) -> EventRow {
    let zone = Zone::named(&event.time_zone);
    let starts_at = Timestamp(event.starts_at);
    let count = |of: fn(&Counts) -> i64| column::number("count of people", counts.map_or(0, of));
    EventRow {
        id: EventId(event.id),
        name: event.name,
        starts: zone.moment(starts_at, now),
        weekday: zone.weekday(starts_at),
        status: status(&event.status),
        place: event.place,
        client: name(event.client_first_name.as_deref(), event.client_last_name.as_deref()),
        organiser: name(event.organiser_first_name.as_deref(), event.organiser_last_name.as_deref()),
        people: count(|counts| counts.people),
        delivered: count(|counts| counts.delivered),
        need_attention: count(|counts| counts.need_attention),
    }
}

/// Of an outer join: both, or neither.
fn name(first_name: Option<&str>, last_name: Option<&str>) -> Option<String> {
    Some(display_name(first_name?, last_name?))
}
