//! The history of a contact's tracked emails. Reads only: emails are written by the planner, changed by the fold.

use app::backend::Caller;
use app::domain::cursor::TimeCursor;
use app::domain::ids::ContactId;
use app::emails::{EmailPage, EmailRow, EmailsPort, PAGE_ROWS};
use app::error::AppError;
use async_trait::async_trait;

use super::store::{self, PageRow};
use crate::core::Core;
use crate::db::column;
use crate::zone::Zone;

#[derive(Clone)]
pub struct EmailsService {
    core: Core,
}

impl EmailsService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// The count on the tab, of a page that has these rows; `NotFound` for a contact of another account.
    async fn total(&self, caller: &Caller, contact: ContactId, page: &[PageRow]) -> Result<u64, AppError> {
        let count = match page.first() {
            Some(row) => row.total,
            None => store::count(&self.core.db, caller.account, contact).await?.ok_or(AppError::NotFound)?,
        };
        Ok(column::number("count of emails", count))
    }
}

#[async_trait]
impl EmailsPort for EmailsService {
    async fn page_for_contact(
        &self,
        caller: &Caller,
        contact: ContactId,
        after: Option<TimeCursor>,
    ) -> Result<EmailPage, AppError> {
        let mut stored = store::page(&self.core.db, caller.account, contact, after).await?;
        let total = self.total(caller, contact, &stored).await?;
        let more = stored.len() > PAGE_ROWS as usize;
        stored.truncate(PAGE_ROWS as usize);

        let now = self.core.clock.now();
        // A venue's events share its zone nearly always, so the newest email knows what day it is there.
        let today = stored.first().map_or_else(|| Zone::utc().today(now), |newest| newest.email.today(now));
        let rows: Vec<EmailRow> = stored.into_iter().map(|row| row.email.into_row(now)).collect();
        let next = rows.last().filter(|_| more).map(|last| TimeCursor { at: last.sent_at.at, id: last.id.0 });
        Ok(EmailPage { rows, next, total, today })
    }
}
