//! Edits: what was changed in one go, kept with who did it, and taken back as a whole.

use std::collections::BTreeSet;

use app::domain::ids::{AccountId, ContactId, EditId, EventId, ItemId, MemberId};
use app::domain::time::Timestamp;

use super::facts::{Facts, Item};
use super::store::{self, LockedEvent};
use super::{edit_store, item_store};
use crate::db::{Change, Write};
use crate::error::StoreError;

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditKind {
    Add,
    Save,
    Delete,
    Restore,
    Duplicate,
    Move,
    Push,
    Paste,
    PutBack,
    Undo,
    /// The event's form moved every item, to another day or zone.
    Event,
}

impl EditKind {
    /// As the database spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Save => "save",
            Self::Delete => "delete",
            Self::Restore => "restore",
            Self::Duplicate => "duplicate",
            Self::Move => "move",
            Self::Push => "push",
            Self::Paste => "paste",
            Self::PutBack => "put_back",
            Self::Undo => "undo",
            Self::Event => "event",
        }
    }
}

/// An edit under way: the event is locked, so that edits come one after another.
pub struct Editing<'t> {
    pub write: &'t mut Write,
    pub event: LockedEvent,
    member: MemberId,
    account: AccountId,
    now: Timestamp,
}

/// An item and what it is to become.
pub struct Step {
    pub item: Item,
    pub after: Facts,
}

impl<'t> Editing<'t> {
    /// Locks the event. `None` if it is not there, or not the account's.
    pub async fn begin(
        write: &'t mut Write,
        (account, member): (AccountId, MemberId),
        event: EventId,
        now: Timestamp,
    ) -> Result<Option<Self>, StoreError> {
        let Some(event) = store::lock_event(write, account, event).await? else { return Ok(None) };
        Ok(Some(Self { write, event, member, account, now }))
    }

    /// The items that are there, in order.
    pub async fn items(&mut self) -> Result<Vec<Item>, StoreError> {
        item_store::items(self.write, self.event.id).await
    }

    /// One item of the event, deleted or not.
    pub async fn item(&mut self, item: ItemId) -> Result<Option<Item>, StoreError> {
        item_store::item(self.write, self.event.id, item).await
    }

    /// Those of the contacts who are on the event.
    pub async fn people_among(&mut self, contacts: &[ContactId]) -> Result<Vec<ContactId>, StoreError> {
        store::people_among(self.write, self.event.id, contacts).await
    }

    /// Adds items, and notes that they were not there before.
    pub async fn add(&mut self, kind: EditKind, items: Vec<Facts>) -> Result<(EditId, Vec<ItemId>), StoreError> {
        let edit = edit_store::insert_edit(self.write, self.event.id, self.member, kind, self.now).await?;
        let mut people = BTreeSet::new();
        let mut added = Vec::with_capacity(items.len());
        let mut changes = Vec::with_capacity(items.len());
        for facts in items {
            let id = item_store::insert_item(self.write, self.event.id, &facts).await?;
            let absent = Facts { deleted: true, ..facts.clone() };
            changes.extend(absent.changes_to(&facts).into_iter().map(|change| (id, change)));
            people.extend(facts.responsible);
            self.write.changed(Change::Item(id, self.event.id));
            added.push(id);
        }
        edit_store::insert_changes(self.write, edit, &changes).await?;
        self.touch(people).await?;
        Ok((edit, added))
    }

    /// Changes items. Nothing is written for one that stays as it is.
    pub async fn change(&mut self, kind: EditKind, steps: Vec<Step>) -> Result<EditId, StoreError> {
        let edit = edit_store::insert_edit(self.write, self.event.id, self.member, kind, self.now).await?;
        let mut people = BTreeSet::new();
        let mut changes = Vec::new();
        let mut written = Vec::new();
        for Step { item, after } in steps {
            let made = item.facts.changes_to(&after);
            if made.is_empty() {
                continue;
            }
            if item.facts.deleted != after.deleted {
                people.extend(item.facts.responsible.iter().chain(&after.responsible).copied());
            }
            if item.facts.responsible != after.responsible {
                let (old, new) = (&item.facts.responsible, &after.responsible);
                people.extend(
                    old.iter().filter(|one| !new.contains(one)).chain(new.iter().filter(|one| !old.contains(one))),
                );
                item_store::replace_people(self.write, item.id, new).await?;
            }
            self.write.changed(Change::Item(item.id, self.event.id));
            changes.extend(made.into_iter().map(|change| (item.id, change)));
            written.push(Item { facts: after, ..item });
        }
        item_store::update_items(self.write, &written, self.now).await?;
        edit_store::insert_changes(self.write, edit, &changes).await?;
        self.touch(people).await?;
        Ok(edit)
    }

    /// Crew rows show how many items their people have.
    async fn touch(&mut self, people: BTreeSet<ContactId>) -> Result<(), StoreError> {
        for crew in store::touch_crew(self.write, self.account, self.event.id, &people).await? {
            self.write.changed(Change::Crew(crew, self.event.id));
        }
        Ok(())
    }
}

/// Who moves items along with their event.
#[derive(Clone, Copy, Debug)]
pub struct Editor {
    pub member: MemberId,
    pub now: Timestamp,
}

/// An item that was moved along with its event.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    pub item: ItemId,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Notes in the histories of items that their event moved them, as one edit.
pub async fn note_moves(
    write: &mut Write,
    event: EventId,
    Editor { member, now }: Editor,
    moves: &[Moved],
) -> Result<(), StoreError> {
    let edit = edit_store::insert_edit(write, event, member, EditKind::Event, now).await?;
    let at = |starts_at| Facts { starts_at, ..Facts::default() };
    let changes: Vec<_> = moves
        .iter()
        .flat_map(|moved| at(moved.from).changes_to(&at(moved.to)).into_iter().map(|change| (moved.item, change)))
        .collect();
    edit_store::insert_changes(write, edit, &changes).await
}

/// The tie of a new row among those that start at `starts`: the last.
pub fn last_tie(items: &[Item], starts: Timestamp) -> i64 {
    items.iter().filter(|item| item.facts.starts_at == starts).map(|item| item.facts.tie + 1).max().unwrap_or_default()
}
