//! What members ask for and review, and what guests answer. Everything is scoped by the caller's account, or by a guest's token:
//! another's is `NotFound`.

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId, IdempotencyKey, RequestId, UploadId};
use app::error::AppError;
use app::requests::{OverviewPage, RequestForm, RequestFormPage, RequestsPage, RequestsPort};
use async_trait::async_trait;

use super::checked::CheckedRequest;
use super::{guests, overview, pages, reference, reference_store, review, store};
use crate::core::Core;
use crate::emails::row::revision;
use crate::receipts::{Claim, Receipt};

/// The most requests of one event.
const MAX_REQUESTS: i64 = 200;

#[derive(Clone)]
pub struct RequestsService {
    core: Core,
}

impl RequestsService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// Deletes or restores. One that is so already stays as it is.
    async fn set_deleted(&self, caller: &Caller, request: RequestId, deleted: bool) -> Result<EventId, AppError> {
        let mut write = self.core.db.write().await?;
        let found = store::find(&mut write, caller.account, request).await?.ok_or(AppError::NotFound)?;
        let event = EventId(found.event_id);
        if !store::lock_event(&mut write, caller.account, event).await? {
            return Err(AppError::NotFound);
        }
        // Read after the lock.
        let found = store::find(&mut write, caller.account, request).await?.ok_or(AppError::NotFound)?;
        if found.deleted_at.is_some() != deleted {
            if !deleted {
                has_room(store::count(&mut write, event).await?)?;
            }
            store::set_deleted(&mut write, request, deleted.then(|| self.core.clock.now())).await?;
            store::asked_changed(&mut write, event, found.crew_id.map(CrewId)).await?;
            write.commit().await?;
        }
        Ok(event)
    }
}

fn has_room(there: i64) -> Result<(), AppError> {
    if there < MAX_REQUESTS {
        return Ok(());
    }
    let message = format!("An event can have {MAX_REQUESTS} requests, and this one has. Delete one first.");
    Err(AppError::invalid("label", message))
}

#[async_trait]
impl RequestsPort for RequestsService {
    async fn page(&self, caller: &Caller, event: EventId, crew: Option<CrewId>) -> Result<RequestsPage, AppError> {
        pages::page(&self.core, caller, event, crew).await
    }

    async fn form(&self, caller: &Caller, request: RequestId) -> Result<RequestFormPage, AppError> {
        pages::form(&self.core, caller, request).await
    }

    async fn overview(&self, caller: &Caller) -> Result<OverviewPage, AppError> {
        Ok(overview::page(&self.core, caller).await?)
    }

    async fn create(
        &self,
        caller: &Caller,
        event: EventId,
        crew: Option<CrewId>,
        form: RequestForm,
        key: Option<IdempotencyKey>,
    ) -> Result<RequestId, AppError> {
        let checked = CheckedRequest::parse(&form)?;
        let now = self.core.clock.now();
        let mut write = self.core.db.write().await?;
        if !store::lock_event(&mut write, caller.account, event).await? {
            return Err(AppError::NotFound);
        }
        let receipt = match key {
            None => None,
            Some(key) => {
                let typed = (event, crew, form);
                match Receipt::claim(&mut write, caller.account, "create_request", &key, &typed, now).await? {
                    Claim::Made(made) => return Ok(RequestId(made)),
                    Claim::New(receipt) => Some(receipt),
                }
            }
        };
        if let Some(crew) = crew
            && !store::is_on(&mut write, event, crew).await?
        {
            return Err(AppError::NotFound);
        }
        has_room(store::count(&mut write, event).await?)?;
        let id = store::insert(&mut write, caller.account, event, crew, &checked, now).await?;
        store::asked_changed(&mut write, event, crew).await?;
        if let Some(receipt) = receipt {
            receipt.settle(&mut write, id.0).await?;
        }
        write.commit().await?;
        Ok(id)
    }

    async fn save(
        &self,
        caller: &Caller,
        request: RequestId,
        known: u32,
        form: RequestForm,
    ) -> Result<EventId, AppError> {
        let checked = CheckedRequest::parse(&form)?;
        let mut write = self.core.db.write().await?;
        let found = store::find(&mut write, caller.account, request).await?.ok_or(AppError::NotFound)?;
        let event = EventId(found.event_id);
        if !store::lock_event(&mut write, caller.account, event).await? {
            return Err(AppError::NotFound);
        }
        let found = store::find(&mut write, caller.account, request).await?;
        let found = found.filter(|found| found.deleted_at.is_none()).ok_or(AppError::NotFound)?;
        let stored = pages::form_of(&found);
        if CheckedRequest::parse(&stored).ok().as_ref() == Some(&checked) {
            // The same form twice is one save.
            return Ok(event);
        }
        if revision(found.revision) != known {
            return Err(AppError::Conflict);
        }
        if stored.kind != checked.kind && store::has_answers(&mut write, request).await? {
            let message = "Somebody has answered already, so the kind stays. Delete this one and ask anew.";
            return Err(AppError::invalid("kind", message));
        }
        store::update(&mut write, request, &checked).await?;
        if !checked.reference.is_empty() {
            reference_store::detach(&mut write, request).await?;
        }
        store::asked_changed(&mut write, event, found.crew_id.map(CrewId)).await?;
        write.commit().await?;
        Ok(event)
    }

    async fn delete(&self, caller: &Caller, request: RequestId) -> Result<EventId, AppError> {
        self.set_deleted(caller, request, true).await
    }

    async fn restore(&self, caller: &Caller, request: RequestId) -> Result<EventId, AppError> {
        self.set_deleted(caller, request, false).await
    }

    async fn remove_reference(&self, caller: &Caller, request: RequestId) -> Result<EventId, AppError> {
        reference::remove(&self.core, caller, request).await
    }

    async fn approve(&self, caller: &Caller, upload: UploadId, revision: u32) -> Result<(), AppError> {
        review::review(&self.core, caller, upload, revision, &review::Verdict::Good).await
    }

    async fn reject(&self, caller: &Caller, upload: UploadId, revision: u32, note: String) -> Result<(), AppError> {
        let verdict = review::Verdict::again(&note)?;
        review::review(&self.core, caller, upload, revision, &verdict).await
    }

    async fn answer(&self, token: String, request: RequestId, text: String) -> Result<(), AppError> {
        guests::answer(&self.core, &token, request, &text).await
    }

    async fn withdraw(&self, token: String, upload: UploadId) -> Result<(), AppError> {
        guests::withdraw(&self.core, &token, upload).await
    }
}
