//! The address book. Everything is scoped by the caller's account: somebody else's contact is `NotFound`.
//!
//! Saving a corrected address is all it takes to send again: blocks are per address, so nothing needs lifting.

use app::backend::Caller;
use app::contacts::{
    ContactDetails, ContactEvent, ContactForm, ContactHeader, ContactPage, ContactRow, ContactsPort, PAGE_ROWS,
};
use app::domain::cursor::NameCursor;
use app::domain::ids::{ContactId, EventId, IdempotencyKey};
use app::domain::time::Timestamp;
use app::error::AppError;
use async_trait::async_trait;

use super::store::{self, StoredContact, StoredContactEvent, StoredContactRow};
use super::{CheckedContact, display_name, rows};
use crate::core::Core;
use crate::emails::row::{revision, status};
use crate::emails::suppressions;
use crate::error::StoreError;
use crate::portal;
use crate::receipts::{Claim, Receipt};
use crate::search_words;
use crate::zone::Zone;

#[derive(Clone)]
pub struct ContactsService {
    core: Core,
}

impl ContactsService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn stored(&self, caller: &Caller, contact: ContactId) -> Result<StoredContact, AppError> {
        let found = store::contact(&self.core.db, caller.account, contact).await?;
        found.ok_or(AppError::NotFound)
    }

    /// Writes the contact if it still has this revision; returns whether it did.
    async fn write(
        &self,
        caller: &Caller,
        contact: ContactId,
        known_revision: u32,
        checked: &CheckedContact,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.core.db.write().await?;
        if !store::update(&mut transaction, caller.account, contact, known_revision, checked).await? {
            return Ok(false);
        }
        transaction.commit().await?;
        Ok(true)
    }
}

#[async_trait]
impl ContactsPort for ContactsService {
    async fn list(&self, caller: &Caller, search: String, after: Option<NameCursor>) -> Result<ContactPage, AppError> {
        let words = search_words::searched(&search);
        // Typed, but nothing to look for: nobody is called "?!".
        if words.is_empty() && !search.trim().is_empty() {
            return Ok(ContactPage { rows: Vec::new(), next: None });
        }
        let mut stored = store::list(&self.core.db, caller.account, &words, after).await?;
        let more = stored.len() > PAGE_ROWS as usize;
        stored.truncate(PAGE_ROWS as usize);
        let next = stored.last().filter(|_| more).map(|last| NameCursor { name: last.sort_name.clone(), id: last.id });
        let rows = stored.into_iter().map(row).collect();
        Ok(ContactPage { rows, next })
    }

    async fn header(&self, caller: &Caller, contact: ContactId) -> Result<ContactHeader, AppError> {
        rows::header(&self.core, caller.account, contact).await?.ok_or(AppError::NotFound)
    }

    async fn details(&self, caller: &Caller, contact: ContactId) -> Result<ContactDetails, AppError> {
        Ok(details(&self.core, self.stored(caller, contact).await?))
    }

    async fn events(&self, caller: &Caller, contact: ContactId) -> Result<Vec<ContactEvent>, AppError> {
        let stored = store::events(&self.core.db, caller.account, contact).await?;
        if stored.is_empty() {
            return Err(AppError::NotFound);
        }
        let now = self.core.clock.now();
        Ok(stored.into_iter().filter_map(|event| contact_event(event, now)).collect())
    }

    async fn create(
        &self,
        caller: &Caller,
        form: ContactForm,
        key: Option<IdempotencyKey>,
    ) -> Result<ContactId, AppError> {
        let checked = CheckedContact::check(form)?;
        // As it is stored: a browser's own post ends lines in other characters than the client's.
        let typed = checked.to_form();
        let now = self.core.clock.now();
        let write = async {
            let mut transaction = self.core.db.write().await?;
            let receipt = match key {
                Some(key) => {
                    match Receipt::claim(&mut transaction, caller.account, "create_contact", &key, &typed, now).await? {
                        Claim::New(receipt) => Some(receipt),
                        Claim::Made(contact) => return Ok(ContactId(contact)),
                    }
                }
                None => None,
            };
            let id = store::insert(&mut transaction, caller.account, &checked, now).await?;
            if let Some(receipt) = receipt {
                receipt.settle(&mut transaction, id.0).await?;
            }
            transaction.commit().await?;
            Ok::<_, StoreError>(id)
        };
        Ok(write.await?)
    }

    async fn save(
        &self,
        caller: &Caller,
        contact: ContactId,
        revision: u32,
        form: ContactForm,
    ) -> Result<ContactDetails, AppError> {
        // Whose it is comes before what is wrong with it.
        self.stored(caller, contact).await?;
        let checked = CheckedContact::check(form)?;
        let written = self.write(caller, contact, revision, &checked).await?;
        let details = self.details(caller, contact).await?;
        // The same form twice is one save, also when the first answer was lost.
        if written || details.form == checked.to_form() { Ok(details) } else { Err(AppError::Conflict) }
    }
}

fn row(stored: StoredContactRow) -> ContactRow {
    ContactRow {
        id: ContactId(stored.id),
        name: display_name(&stored.first_name, &stored.last_name),
        sort_name: stored.sort_name,
        organisation: stored.organisation,
        role: stored.role,
        address: stored.email,
        blocked: suppressions::cause(stored.cause.as_deref()),
        emails: rows::count(stored.email_count),
    }
}

fn details(core: &Core, stored: StoredContact) -> ContactDetails {
    let portal = portal::path(core, ContactId(stored.id), Timestamp(stored.created_at));
    ContactDetails {
        id: ContactId(stored.id),
        portal: format!("{}{portal}", core.config.base_url),
        blocked: suppressions::cause(stored.cause.as_deref()),
        revision: revision(stored.details_revision),
        form: stored.into_form(),
    }
}

/// `None` is the row of a contact that is on no event, and of an event that was deleted.
fn contact_event(stored: StoredContactEvent, now: Timestamp) -> Option<ContactEvent> {
    let (id, name, starts_at) = (stored.id?, stored.name?, stored.starts_at?);
    let zone = stored.time_zone.as_deref().map_or_else(Zone::utc, Zone::named);
    Some(ContactEvent {
        event: EventId(id),
        name,
        starts: zone.moment(Timestamp(starts_at), now),
        role: stored.role.unwrap_or_default(),
        place: stored.place,
        invited_at: stored.invited_at.map(|at| zone.moment(Timestamp(at), now)),
        invite_status: status(stored.status.as_deref()),
        invite_reason: stored.reason,
    })
}
