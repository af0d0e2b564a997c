//! The planner page and its buttons. Everything is scoped by the caller's account: another's event is `NotFound`.

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId, IdempotencyKey};
use app::domain::rsvp::Rsvp;
use app::error::AppError;
use app::planner::{CrewRow, LinkKind, PlannerPage, PlannerPort};
use async_trait::async_trait;

use super::rows::{self, EventRows};
use super::sending::{self, Button, SendInvite};
use super::{crew, links, store};
use crate::core::Core;
use crate::error::StoreError;
use crate::rsvp;
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
        if !store::is_of_account(&self.core.db, caller.account, crew).await? {
            return Err(AppError::NotFound);
        }
        rows::crew_rows(&self.core, &[crew.0]).await?.pop().ok_or(AppError::NotFound)
    }

    /// Makes sure that there is a link, or that there is none.
    async fn change_link(
        &self,
        caller: &Caller,
        crew: CrewId,
        kind: LinkKind,
        to: Wanted,
    ) -> Result<CrewRow, AppError> {
        let write = async {
            let mut transaction = self.core.db.write().await?;
            let locked = store::lock_crew(&mut transaction, caller.account, crew).await?;
            let Some(mut locked) = locked else { return Ok(None) };
            let now = self.core.clock.now();
            match to {
                Wanted::Live => links::ensure(&self.core, &mut transaction, &mut locked, kind, now).await?,
                Wanted::Revoked => links::revoke(&mut transaction, &mut locked, kind, now).await?,
            }
            transaction.commit().await?;
            Ok::<_, StoreError>(Some(()))
        };
        write.await?.ok_or(AppError::NotFound)?;
        self.crew_row(caller, crew).await
    }

    async fn send(&self, caller: &Caller, command: SendInvite) -> Result<CrewRow, AppError> {
        sending::send(&self.core, caller, &command).await?;
        self.crew_row(caller, command.crew).await
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
        let rows = rows::event_rows(&self.core, caller.account, event).await?;
        let EventRows { header, items, crew } = rows.ok_or(AppError::NotFound)?;
        let now = self.core.clock.now();
        let today = Zone::named(&header.time_zone).today(now);
        Ok(PlannerPage { event: header, items, crew, now, today })
    }

    async fn generate_link(&self, caller: &Caller, crew: CrewId, kind: LinkKind) -> Result<CrewRow, AppError> {
        self.change_link(caller, crew, kind, Wanted::Live).await
    }

    async fn revoke_link(&self, caller: &Caller, crew: CrewId, kind: LinkKind) -> Result<CrewRow, AppError> {
        self.change_link(caller, crew, kind, Wanted::Revoked).await
    }

    async fn email_link(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError> {
        self.send(caller, SendInvite { crew, address, key, button: Button::EmailLink, is_batch: false }).await
    }

    async fn send_invite(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError> {
        self.send(caller, SendInvite { crew, address, key, button: Button::SendInvite, is_batch: false }).await
    }

    async fn set_rsvp(&self, caller: &Caller, crew: CrewId, answer: Rsvp) -> Result<CrewRow, AppError> {
        if !rsvp::set_by_member(&self.core, caller, crew, answer).await? {
            return Err(AppError::NotFound);
        }
        self.crew_row(caller, crew).await
    }

    async fn set_role(&self, caller: &Caller, crew: CrewId, role: String) -> Result<CrewRow, AppError> {
        crew::set_role(&self.core, caller, crew, &role).await?;
        self.crew_row(caller, crew).await
    }

    async fn remove(&self, caller: &Caller, crew: CrewId) -> Result<(), AppError> {
        Ok(crew::remove(&self.core, caller, crew).await?)
    }

    async fn restore(&self, caller: &Caller, crew: CrewId) -> Result<CrewRow, AppError> {
        crew::restore(&self.core, caller, crew).await?;
        self.crew_row(caller, crew).await
    }

    async fn correct_address(
        &self,
        caller: &Caller,
        crew: CrewId,
        address: String,
        key: IdempotencyKey,
    ) -> Result<CrewRow, AppError> {
        self.send(caller, SendInvite { crew, address, key, button: Button::CorrectAddress, is_batch: false }).await
    }
}
