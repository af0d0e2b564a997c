//! What members do to a run of show. Everything is scoped by the caller's account: another's event is `NotFound`.

use app::backend::Caller;
use app::domain::ids::{ContactId, EditId, EventId, IdempotencyKey, ItemChangeId, ItemId};
use app::domain::timetable::{self, MAX_ITEMS};
use app::error::AppError;
use app::run_of_show::{DeletedItems, Edited, ItemForm, ItemPage, PastePreview, RunOfShowPort, Taken, Undone};
use async_trait::async_trait;
use serde::Serialize;

use super::edits::{EditKind, Editing, Step, last_tie};
use super::facts::{Facts, Field, Item};
use super::{edit_store, pages, store, typed};
use crate::core::Core;
use crate::db::Write;
use crate::planner;
use crate::receipts::{Claim, Receipt};
use crate::zone::Zone;

#[derive(Clone)]
pub struct RunOfShowService {
    pub(super) core: Core,
}

impl RunOfShowService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    pub(super) async fn begin<'t>(
        &self,
        write: &'t mut Write,
        caller: &Caller,
        event: EventId,
    ) -> Result<Editing<'t>, AppError> {
        let who = (caller.account, caller.member);
        Editing::begin(write, who, event, self.core.clock.now()).await?.ok_or(AppError::NotFound)
    }

    /// The item as open planners show it, for the one who edited it.
    pub(super) async fn edited(&self, item: ItemId, edit: EditId) -> Result<Edited, AppError> {
        let found = planner::items(&self.core, &[item.0]).await?.pop().ok_or(AppError::NotFound)?;
        let zone = store::zone_of(&self.core.db, item).await?.ok_or(AppError::NotFound)?;
        let next_day = typed::day(&Zone::named(&zone), timetable::ends(found.starts.at, found.minutes));
        Ok(Edited { item: found, next_day, edit })
    }

    /// Takes the place of what a form with this key makes, or returns what it made before.
    pub(super) async fn claim(
        &self,
        write: &mut Write,
        caller: &Caller,
        function: &str,
        key: Option<&IdempotencyKey>,
        made_of: &(impl Serialize + Sync),
    ) -> Result<Option<Claim>, AppError> {
        let Some(key) = key else { return Ok(None) };
        let now = self.core.clock.now();
        Ok(Some(Receipt::claim(write, caller.account, function, key, made_of, now).await?))
    }

    /// Adds one item; a repeated form gets what it made.
    async fn add_one(
        &self,
        caller: &Caller,
        event: EventId,
        kind: EditKind,
        key: Option<IdempotencyKey>,
        facts: impl Fn(&Editing<'_>, &[Item]) -> Result<Facts, AppError> + Send,
    ) -> Result<Edited, AppError> {
        let mut write = self.core.db.write().await?;
        let mut editing = self.begin(&mut write, caller, event).await?;
        let items = editing.items().await?;
        let mut facts = facts(&editing, &items)?;
        let typed = (event, kind.code(), Field::ALL.map(|field| facts.value(field)));
        let receipt = match self.claim(editing.write, caller, "add_item", key.as_ref(), &typed).await? {
            Some(Claim::Made(edit)) => {
                let changes = edit_store::changes(editing.write, EditId(edit)).await?;
                let item = changes.first().map(|(item, _)| *item).ok_or(AppError::NotFound)?;
                write.rollback().await?;
                return self.edited(item, EditId(edit)).await;
            }
            Some(Claim::New(receipt)) => Some(receipt),
            None => None,
        };
        has_room(items.len(), 1)?;
        self.check_people(&mut editing, &facts.responsible, &[]).await?;
        facts.tie = last_tie(&items, facts.starts_at);
        let (edit, added) = editing.add(kind, vec![facts]).await?;
        if let Some(receipt) = receipt {
            receipt.settle(editing.write, edit.0).await?;
        }
        write.commit().await?;
        let item = added.into_iter().next().ok_or(AppError::NotFound)?;
        self.edited(item, edit).await
    }

    /// Whoever is newly responsible has to be on the event.
    pub(super) async fn check_people(
        &self,
        editing: &mut Editing<'_>,
        responsible: &[ContactId],
        before: &[ContactId],
    ) -> Result<(), AppError> {
        let new: Vec<_> = responsible.iter().filter(|contact| !before.contains(contact)).copied().collect();
        if editing.people_among(&new).await?.len() == new.len() {
            return Ok(());
        }
        Err(AppError::invalid(
            "responsible",
            "Somebody you chose is not on this event any more. Reload, then choose again.",
        ))
    }

    /// Sets whether an item is deleted. A repetition changes nothing more.
    async fn set_deleted(
        &self,
        caller: &Caller,
        item: ItemId,
        kind: EditKind,
        deleted: bool,
    ) -> Result<EditId, AppError> {
        let event = self.event_of(caller, item).await?;
        let mut write = self.core.db.write().await?;
        let mut editing = self.begin(&mut write, caller, event).await?;
        let found = editing.item(item).await?.ok_or(AppError::NotFound)?;
        if found.facts.deleted == deleted {
            if let Some(edit) = edit_store::own_edit(editing.write, item, caller.member, kind).await? {
                return Ok(edit);
            }
            // Somebody else was faster: there is nothing of one's own to take back.
            let edit = editing.change(kind, Vec::new()).await?;
            write.commit().await?;
            return Ok(edit);
        }
        if !deleted {
            has_room(editing.items().await?.len(), 1)?;
        }
        let after = Facts { deleted, ..found.facts.clone() };
        let edit = editing.change(kind, vec![Step { item: found, after }]).await?;
        write.commit().await?;
        Ok(edit)
    }
}

pub(super) fn has_room(there: usize, more: usize) -> Result<(), AppError> {
    if there + more <= MAX_ITEMS {
        return Ok(());
    }
    let left = MAX_ITEMS.saturating_sub(there);
    let message = format!(
        "A run of show holds {MAX_ITEMS} items, and {left} more fit. Delete some first, or make a second event."
    );
    Err(AppError::invalid("title", message))
}

#[async_trait]
impl RunOfShowPort for RunOfShowService {
    async fn item(
        &self,
        caller: &Caller,
        event: EventId,
        item: Option<ItemId>,
        after: Option<ItemId>,
    ) -> Result<ItemPage, AppError> {
        pages::item(&self.core, caller, event, item, after).await
    }

    async fn event_of(&self, caller: &Caller, item: ItemId) -> Result<EventId, AppError> {
        store::event_of(&self.core.db, caller.account, item).await?.ok_or(AppError::NotFound)
    }

    async fn add(
        &self,
        caller: &Caller,
        event: EventId,
        form: ItemForm,
        key: Option<IdempotencyKey>,
    ) -> Result<Edited, AppError> {
        let read = |editing: &Editing<'_>, _: &[Item]| {
            let zone = Zone::named(&editing.event.time_zone);
            typed::read(form.clone(), &ItemForm::default(), &editing.event, &zone)
        };
        self.add_one(caller, event, EditKind::Add, key, read).await
    }

    async fn save(
        &self,
        caller: &Caller,
        item: ItemId,
        seen: String,
        told: Option<String>,
        form: ItemForm,
        restore: bool,
    ) -> Result<Edited, AppError> {
        let event = self.event_of(caller, item).await?;
        let seen: ItemForm = serde_json::from_str(&seen).map_err(|_| {
            AppError::invalid("", "This form is not whole. Reload the page, then make your change again.")
        })?;
        let mut write = self.core.db.write().await?;
        let mut editing = self.begin(&mut write, caller, event).await?;
        let items = editing.items().await?;
        let zone = Zone::named(&editing.event.time_zone);
        let found = match items.iter().find(|other| other.id == item) {
            Some(found) => found.clone(),
            None if restore => {
                has_room(items.len(), 1)?;
                editing.item(item).await?.ok_or(AppError::NotFound)?
            }
            None => return Err(AppError::NotFound),
        };
        let now = typed::form(&found.facts, &zone);
        let told = told.and_then(|told| serde_json::from_str(&told).ok()).map(typed::sorted);
        let (merged, base) = typed::merge(typed::sorted(form), &typed::sorted(seen), told.as_ref(), &now)
            .map_err(|what| AppError::invalid("conflict", format!("Somebody else changed this meanwhile: {what}.")))?;
        let mut after = typed::read(merged, &base, &editing.event, &zone)?;
        // The form knows minutes; what it shows unchanged stays as it is to the millisecond.
        if typed::day(&zone, after.starts_at) == now.day && typed::clock(&zone, after.starts_at) == now.starts {
            after.starts_at = found.facts.starts_at;
        }
        after.tie =
            if after.starts_at == found.facts.starts_at { found.facts.tie } else { last_tie(&items, after.starts_at) };
        self.check_people(&mut editing, &after.responsible, &found.facts.responsible).await?;
        let edit = if found.facts == after {
            // The same form twice is one save.
            edit_store::own_edit(editing.write, item, caller.member, EditKind::Save).await?
        } else {
            None
        };
        let edit = match edit {
            Some(edit) => edit,
            None => editing.change(EditKind::Save, vec![Step { item: found, after }]).await?,
        };
        write.commit().await?;
        self.edited(item, edit).await
    }

    async fn delete(&self, caller: &Caller, item: ItemId) -> Result<Taken, AppError> {
        let edit = self.set_deleted(caller, item, EditKind::Delete, true).await?;
        Ok(Taken { edit, items: 1 })
    }

    async fn restore(&self, caller: &Caller, item: ItemId) -> Result<Edited, AppError> {
        let edit = self.set_deleted(caller, item, EditKind::Restore, false).await?;
        self.edited(item, edit).await
    }

    async fn duplicate(&self, caller: &Caller, item: ItemId, key: Option<IdempotencyKey>) -> Result<Edited, AppError> {
        let event = self.event_of(caller, item).await?;
        let copy = |_: &Editing<'_>, items: &[Item]| {
            let original = items.iter().find(|other| other.id == item).ok_or(AppError::NotFound)?;
            Ok(Facts { starts_at: pages::following(&original.facts), pinned: false, ..original.facts.clone() })
        };
        self.add_one(caller, event, EditKind::Duplicate, key, copy).await
    }

    async fn move_before(&self, caller: &Caller, item: ItemId, before: Option<ItemId>) -> Result<Taken, AppError> {
        self.move_item(caller, item, before).await
    }

    async fn push(&self, caller: &Caller, item: ItemId, rest: bool, confirmed: bool) -> Result<Taken, AppError> {
        self.push_items(caller, item, rest, confirmed).await
    }

    async fn undo(&self, caller: &Caller, edit: EditId) -> Result<Undone, AppError> {
        self.take_back(caller, edit).await
    }

    async fn put_back(&self, caller: &Caller, change: ItemChangeId) -> Result<Edited, AppError> {
        self.put_value_back(caller, change).await
    }

    async fn read_paste(&self, caller: &Caller, event: EventId, text: String) -> Result<PastePreview, AppError> {
        self.preview_sheet(caller, event, text).await
    }

    async fn paste(
        &self,
        caller: &Caller,
        event: EventId,
        text: String,
        confirmed: bool,
        key: Option<IdempotencyKey>,
    ) -> Result<Taken, AppError> {
        self.add_sheet(caller, event, &text, confirmed, key).await
    }

    async fn deleted(&self, caller: &Caller, event: EventId) -> Result<DeletedItems, AppError> {
        pages::deleted(&self.core, caller, event).await
    }
}
