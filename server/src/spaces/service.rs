//! Spaces. Everything is scoped by the caller's account: somebody else's space is `NotFound`.

use app::backend::Caller;
use app::domain::ids::{AccountId, EventId, IdempotencyKey, SpaceId};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::spaces::{SpaceForm, SpaceFormPage, SpaceRow, SpacesPage, SpacesPort};
use async_trait::async_trait;

use super::checked::CheckedSpace;
use super::store::{self, LIMIT, StoredSpace};
use crate::contacts::{self, display_name};
use crate::core::Core;
use crate::db::{Change, Write};
use crate::emails::row::revision;
use crate::error::StoreError;
use crate::receipts::{Claim, Receipt};
use crate::search_words::{searched, sort_name};

#[derive(Clone)]
pub struct SpacesService {
    core: Core,
}

impl SpacesService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }
}

#[async_trait]
impl SpacesPort for SpacesService {
    async fn list(&self, caller: &Caller, search: String) -> Result<SpacesPage, AppError> {
        let words = searched(&search);
        // Typed, but nothing to look for: no space is called "?!".
        if words.is_empty() && !search.trim().is_empty() {
            return Ok(SpacesPage { rows: Vec::new(), more: false });
        }
        let mut stored = store::list(&self.core.db, caller.account, &words).await?;
        let more = stored.len() == LIMIT;
        stored.truncate(LIMIT - 1);
        Ok(SpacesPage { rows: stored.into_iter().map(row).collect(), more })
    }

    async fn form(&self, caller: &Caller, space: Option<SpaceId>) -> Result<SpaceFormPage, AppError> {
        let db = &self.core.db;
        let (form, revision) = match space {
            Some(space) => {
                let stored = store::find(&mut *db.reader().await?, caller.account, space).await?;
                let stored = stored.ok_or(AppError::NotFound)?;
                (form_of(&stored), revision(stored.revision))
            }
            None => (SpaceForm::default(), 0),
        };
        let contacts = contacts::suggestions(db, caller.account).await?;
        Ok(SpaceFormPage { form, revision, contacts })
    }

    async fn create(&self, caller: &Caller, form: SpaceForm, key: Option<IdempotencyKey>) -> Result<SpaceId, AppError> {
        let checked = CheckedSpace::check(&form)?;
        let now = self.core.clock.now();
        let account = caller.account;
        let mut transaction = self.core.db.write().await?;
        let receipt = match key {
            Some(key) => {
                // As it is stored: a browser's own post ends lines in other characters than the client's.
                let typed =
                    (&checked.name, &checked.address, &checked.access_notes, checked.capacity, &checked.venue_contact);
                match Receipt::claim(&mut transaction, account, "create_space", &key, &typed, now).await? {
                    Claim::New(receipt) => Some(receipt),
                    Claim::Made(space) => return Ok(SpaceId(space)),
                }
            }
            None => None,
        };
        let contact =
            contacts::find_by_name(&mut transaction, account, "venue_contact", &checked.venue_contact).await?;
        name_is_free(&mut transaction, caller, &checked, None).await?;
        let contact = contacts::settle(&mut transaction, account, contact, now).await?;
        let space = store::insert(&mut transaction, account, &checked, contact).await?;
        if let Some(receipt) = receipt {
            receipt.settle(&mut transaction, space.0).await?;
        }
        transaction.commit().await?;
        Ok(space)
    }

    async fn save(&self, caller: &Caller, space: SpaceId, known: u32, form: SpaceForm) -> Result<(), AppError> {
        let account = caller.account;
        let mut transaction = self.core.db.write().await?;
        // Whose it is comes before what is wrong with it.
        let stored = store::lock(&mut transaction, account, space).await?.ok_or(AppError::NotFound)?;
        let checked = CheckedSpace::check(&form)?;
        let contact =
            contacts::find_by_name(&mut transaction, account, "venue_contact", &checked.venue_contact).await?;
        if revision(stored.revision) != known {
            // The same form twice is one save, also when the first answer was lost.
            let same_contact = !contact.is_new() && contact.known().map(|id| id.0) == stored.venue_contact_id;
            let of_form = (&checked.name, &checked.address, &checked.access_notes, checked.capacity);
            let is_saved =
                same_contact && of_form == (&stored.name, &stored.address, &stored.access_notes, stored.capacity);
            return if is_saved { Ok(()) } else { Err(AppError::Conflict) };
        }
        name_is_free(&mut transaction, caller, &checked, Some(space)).await?;
        let contact = contacts::settle(&mut transaction, account, contact, self.core.clock.now()).await?;
        store::update(&mut transaction, account, space, &checked, contact).await?;
        if stored.name != checked.name {
            events_changed(&mut transaction, space).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn delete(&self, caller: &Caller, space: SpaceId) -> Result<(), AppError> {
        let transaction = self.core.db.write().await?;
        set_deleted(transaction, caller.account, space, Some(self.core.clock.now())).await
    }

    async fn restore(&self, caller: &Caller, space: SpaceId) -> Result<(), AppError> {
        let account = caller.account;
        let mut transaction = self.core.db.write().await?;
        if let Some(name) = store::lock_deleted(&mut transaction, account, space).await? {
            store::lock_account(&mut transaction, account).await?;
            if store::named(&mut transaction, account, &sort_name(&name)).await?.is_some() {
                let message = "There is a space of this name by now. Rename that one, then restore.";
                return Err(AppError::invalid("", message));
            }
        }
        set_deleted(transaction, account, space, None).await
    }
}

/// Deletes or restores, and commits. One that is so already stays as it is.
async fn set_deleted(
    mut transaction: Write,
    account: AccountId,
    space: SpaceId,
    at: Option<Timestamp>,
) -> Result<(), AppError> {
    if store::set_deleted(&mut transaction, account, space, at).await? {
        events_changed(&mut transaction, space).await?;
        transaction.commit().await?;
    } else if !store::exists(&mut transaction, account, space).await? {
        return Err(AppError::NotFound);
    }
    Ok(())
}

/// Spaces are chosen by name, so that no two have the same. Until the commit no other form takes a name in this account.
async fn name_is_free(
    transaction: &mut Write,
    caller: &Caller,
    checked: &CheckedSpace,
    own: Option<SpaceId>,
) -> Result<(), AppError> {
    store::lock_account(transaction, caller.account).await?;
    let taken = store::named(transaction, caller.account, &sort_name(&checked.name)).await?;
    if taken.is_some_and(|taken| Some(taken) != own) {
        let message = "There is a space of this name already. Give this one a name that tells the two apart.";
        return Err(AppError::invalid("name", message));
    }
    Ok(())
}

/// The events held there show the space.
async fn events_changed(transaction: &mut Write, space: SpaceId) -> Result<(), StoreError> {
    for event in store::touch_events(transaction, space).await? {
        transaction.changed(Change::Event(EventId(event)));
    }
    Ok(())
}

fn row(stored: StoredSpace) -> SpaceRow {
    SpaceRow {
        id: SpaceId(stored.id),
        venue_contact: contact_name(&stored),
        capacity: stored.capacity.and_then(|capacity| u32::try_from(capacity).ok()),
        name: stored.name,
        address: stored.address,
    }
}

fn contact_name(stored: &StoredSpace) -> Option<String> {
    Some(display_name(stored.first_name.as_deref()?, stored.last_name.as_deref()?))
}

fn form_of(stored: &StoredSpace) -> SpaceForm {
    SpaceForm {
        name: stored.name.clone(),
        address: stored.address.clone(),
        access_notes: stored.access_notes.clone(),
        capacity: stored.capacity.map(|capacity| capacity.to_string()).unwrap_or_default(),
        venue_contact: stored.contact_label().unwrap_or_default(),
    }
}
