//! The events list. An event is old from the midnight, by its own clock, that follows its end.

use std::collections::HashMap;

use app::backend::Caller;
use app::domain::cursor::TimeCursor;
use app::domain::ids::{AccountId, EventId};
use app::domain::time::{HOUR_MS, Timestamp};
use app::error::AppError;
use app::events::{EventPage, EventRow, EventStatus, EventsPort, PAGE_ROWS};
use async_trait::async_trait;

use super::store::{self, Counts, LIMIT, StoredEvent};
use crate::core::Core;
use crate::db::column;
use crate::error::StoreError;
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
        old: bool,
        after: Option<TimeCursor>,
        now: Timestamp,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        let mut kept = Vec::new();
        let mut after = after;
        loop {
            let found = if old {
                store::ended_before(&self.core.db, account, now, after).await?
            } else {
                // No local day is longer than 25 hours.
                store::ending_since(&self.core.db, account, now.plus_ms(-26 * HOUR_MS), after).await?
            };
            let last_page = found.len() < LIMIT;
            after = found.last().map(|last| TimeCursor { at: Timestamp(last.starts_at), id: last.id });
            kept.extend(found.into_iter().filter(|event| is_old(event, now) == old));
            if last_page || kept.len() >= LIMIT {
                kept.truncate(LIMIT);
                return Ok(kept);
            }
        }
    }
}

fn is_old(event: &StoredEvent, now: Timestamp) -> bool {
    Timestamp(event.ends_at) < Zone::named(&event.time_zone).start_of_day(now)
}

#[async_trait]
impl EventsPort for EventsService {
    async fn list(&self, caller: &Caller, old: bool, after: Option<TimeCursor>) -> Result<EventPage, AppError> {
        let now = self.core.clock.now();
        let mut stored = self.stored(caller.account, old, after, now).await?;
        let more = stored.len() > PAGE_ROWS as usize;
        stored.truncate(PAGE_ROWS as usize);

        let ids: Vec<i64> = stored.iter().map(|event| event.id).collect();
        let counts: HashMap<i64, Counts> =
            store::counts(&self.core.db, &ids).await?.into_iter().map(|counts| (counts.event_id, counts)).collect();
        let next = stored.last().filter(|_| more).map(|last| TimeCursor { at: Timestamp(last.starts_at), id: last.id });
        let rows = stored
            .into_iter()
            .map(|event| {
                let counts = counts.get(&event.id);
                row(event, counts, now)
            })
            .collect();
        Ok(EventPage { rows, next })
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
        people: count(|counts| counts.people),
        delivered: count(|counts| counts.delivered),
        need_attention: count(|counts| counts.need_attention),
    }
}
