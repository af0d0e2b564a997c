//! The planner page and its buttons. Everything is scoped by the caller's account: another's event is `NotFound`.

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId, IdempotencyKey};
use app::error::AppError;
use app::planner::{CrewRow, PlannerPage, PlannerPort};
use async_trait::async_trait;

use super::rows::{self, EventRows};
use super::sending::{self, OnContact, Press};
use super::{links, store};
use crate::core::Core;
use crate::error::{StoreError, boundary};
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
        if !store::is_of_account(&self.core.db, caller.account, crew).await.map_err(boundary)? {
            return Err(AppError::NotFound);
        }
        rows::crew_rows(&self.core, &[crew.0]).await.map_err(boundary)?.pop().ok_or(AppError::NotFound)
    }

    /// Makes sure that there is a link, or that there is none.
    async fn change_link(&self, caller: &Caller, crew: CrewId, to: Wanted) -> Result<CrewRow, AppError> {
        let write = async {
            let mut transaction = self.core.db.write().await?;
            let locked = store::lock_crew(&mut transaction, caller.account, crew).await?;
            let Some(mut locked) = locked else { return Ok(None) };
            let now = self.core.clock.now();
            match to {
                Wanted::Live => links::ensure(&self.core, &mut transaction, &mut locked, now).await?,
                Wanted::Revoked => links::revoke(&mut transaction, &mut locked, now).await?,
            }
            transaction.commit().await?;
            Ok::<_, StoreError>(Some(()))
        };
        write.await.map_err(boundary)?.ok_or(AppError::NotFound)?;
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
        let rows = rows::event_rows(&self.core, caller.account, event).await.map_err(boundary)?;
        let EventRows { header, items, crew } = rows.ok_or(AppError::NotFound)?;
        let now = self.core.clock.now();
        let today = Zone::named(&header.time_zone).today(now);
        Ok(PlannerPage { event: header, items, crew, now, today })
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
