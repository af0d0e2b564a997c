//! The planner page and its buttons. Everything is scoped by the caller's account: another's event is `NotFound`.

use std::collections::HashMap;

use app::backend::Caller;
use app::domain::ids::{ContactId, CrewId, EventId, IdempotencyKey, ItemId};
use app::domain::time::Timestamp;
use app::emails::EmailRow;
use app::error::AppError;
use app::events::EventStatus;
use app::planner::{CrewRow, EventHeader, Person, PlannerPage, PlannerPort, TimelineItem};
use async_trait::async_trait;

use super::links::{self, StoredLink};
use super::sending::{self, OnContact, Press};
use super::store::{self, StoredAssignment, StoredCrew, StoredHeader, StoredItem};
use crate::contacts::display_name;
use crate::emails::row::revision;
use crate::emails::suppressions;
use crate::error::{StoreError, boundary};
use crate::state::Core;
use crate::zone::Zone;

#[derive(Clone)]
pub struct PlannerService {
    core: Core,
}

impl PlannerService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// One crew row as it is now.
    pub async fn crew_row(&self, caller: &Caller, crew: CrewId) -> Result<CrewRow, AppError> {
        let db = &self.core.db;
        let stored = store::crew(db, caller.account, crew).await.map_err(boundary)?.ok_or(AppError::NotFound)?;
        let now = self.core.clock.now();
        let invite = store::invite(db, caller.account, crew).await.map_err(boundary)?;
        let invite = invite.map(|invite| invite.into_row(now)).transpose().map_err(boundary)?;
        self.row(stored, invite).map_err(boundary)
    }

    async fn crew_of_event(&self, caller: &Caller, event: EventId) -> Result<Vec<CrewRow>, StoreError> {
        let now = self.core.clock.now();
        let stored = store::crew_of_event(&self.core.db, caller.account, event).await?;
        let mut invites: HashMap<CrewId, EmailRow> = HashMap::new();
        for invite in store::invites_of_event(&self.core.db, caller.account, event).await? {
            let invite = invite.into_row(now)?;
            if let Some(crew) = invite.crew {
                invites.insert(crew, invite);
            }
        }
        stored
            .into_iter()
            .map(|crew| {
                let invite = invites.remove(&CrewId(crew.id));
                self.row(crew, invite)
            })
            .collect()
    }

    fn row(&self, stored: StoredCrew, invite: Option<EmailRow>) -> Result<CrewRow, StoreError> {
        let link = StoredLink::from_columns(stored.link_id, stored.seed, stored.token_hash);
        Ok(CrewRow {
            id: CrewId(stored.id),
            contact: ContactId(stored.contact_id),
            name: display_name(&stored.first_name, &stored.last_name),
            role: stored.role,
            items: u32::try_from(stored.items).map_err(|_| StoreError::corrupt("count of items", stored.items))?,
            address: stored.email,
            blocked: suppressions::cause(stored.cause)?,
            contact_revision: revision(stored.contact_revision)?,
            link: links::state(&self.core, link.as_ref()),
            link_revision: revision(stored.revision)?,
            invite,
        })
    }

    /// Makes sure that there is a link, or that there is none, and tells every open page of a change.
    async fn change_link(&self, caller: &Caller, crew: CrewId, to: Wanted) -> Result<CrewRow, AppError> {
        let write = async {
            let mut transaction = self.core.db.begin_write().await?;
            let locked = store::lock_crew(&self.core.db, &mut transaction, caller.account, crew).await?;
            let Some(mut locked) = locked else { return Ok(None) };
            let now = self.core.clock.now();
            let change = match to {
                Wanted::Live => links::ensure(&self.core, &mut transaction, &mut locked, now).await?,
                Wanted::Revoked => links::revoke(&self.core, &mut transaction, &mut locked, now).await?,
            };
            transaction.commit().await?;
            Ok::<_, StoreError>(Some(change))
        };
        if let Some(change) = write.await.map_err(boundary)?.ok_or(AppError::NotFound)? {
            self.core.hub.link_changed(&change);
        }
        self.crew_row(caller, crew).await
    }

    async fn press(&self, caller: &Caller, press: Press) -> Result<CrewRow, AppError> {
        sending::send(&self.core, caller, &press).await?;
        self.crew_row(caller, press.crew).await
    }
}

#[derive(Clone, Copy)]
enum Wanted {
    Live,
    Revoked,
}

#[async_trait]
impl PlannerPort for PlannerService {
    async fn page(&self, caller: &Caller, event: EventId) -> Result<PlannerPage, AppError> {
        let (db, account) = (&self.core.db, caller.account);
        let stored = store::header(db, account, event).await.map_err(boundary)?.ok_or(AppError::NotFound)?;
        let items = store::items(db, account, event).await.map_err(boundary)?;
        let assignments = store::assignments(db, account, event).await.map_err(boundary)?;
        let crew = self.crew_of_event(caller, event).await.map_err(boundary)?;

        let now = self.core.clock.now();
        let zone = Zone::named(&stored.time_zone);
        let items = timeline(items, assignments, &zone, now);
        let today = zone.today(now);
        Ok(PlannerPage { event: header(stored, &zone).map_err(boundary)?, items, crew, now, today })
    }

    async fn generate_link(&self, caller: &Caller, crew: CrewId) -> Result<CrewRow, AppError> {
        self.change_link(caller, crew, Wanted::Live).await
    }

    async fn revoke_link(&self, caller: &Caller, crew: CrewId) -> Result<CrewRow, AppError> {
        self.change_link(caller, crew, Wanted::Revoked).await
    }

    async fn email_link(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError> {
        self.press(caller, Press { crew, address, key, on_contact: OnContact::Keep }).await
    }

    async fn correct_address(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError> {
        self.press(caller, Press { crew, address, key, on_contact: OnContact::Correct }).await
    }
}

fn header(stored: StoredHeader, zone: &Zone) -> Result<EventHeader, StoreError> {
    Ok(EventHeader {
        id: EventId(stored.id),
        name: stored.name,
        date: zone.date(Timestamp(stored.starts_at)),
        status: EventStatus::from_code(&stored.status)
            .ok_or_else(|| StoreError::corrupt("event status", &stored.status))?,
        place: stored.place,
        pax: stored.pax.and_then(|pax| u32::try_from(pax).ok()),
        time_zone: stored.time_zone,
    })
}

fn timeline(
    items: Vec<StoredItem>,
    assignments: Vec<StoredAssignment>,
    zone: &Zone,
    now: Timestamp,
) -> Vec<TimelineItem> {
    let mut responsible: HashMap<i64, Vec<Person>> = HashMap::new();
    for assigned in assignments {
        responsible.entry(assigned.item_id).or_default().push(Person {
            contact: ContactId(assigned.contact_id),
            name: display_name(&assigned.first_name, &assigned.last_name),
        });
    }
    items
        .into_iter()
        .map(|item| TimelineItem {
            id: ItemId(item.id),
            starts: zone.moment(Timestamp(item.starts_at), now),
            minutes: item.minutes.and_then(|minutes| u32::try_from(minutes).ok()),
            title: item.title,
            details: item.details,
            location: item.location,
            private: item.private == 1,
            responsible: responsible.remove(&item.id).unwrap_or_default(),
        })
        .collect()
}
