//! Taking back: an edit as a whole, or one value of one item.

use std::collections::BTreeSet;

use app::backend::Caller;
use app::domain::ids::{EditId, ItemChangeId, ItemId};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::run_of_show::{Edited, Undone};

use super::edits::{EditKind, Step, last_tie};
use super::facts::{Field, Item};
use super::service::{RunOfShowService, has_room};
use super::{edit_store, typed};

impl RunOfShowService {
    pub(super) async fn take_back(&self, caller: &Caller, edit: EditId) -> Result<Undone, AppError> {
        let event = edit_store::edit(&self.core.db, caller.account, edit).await?.ok_or(AppError::NotFound)?;
        let mut write = self.core.db.write().await?;
        let mut editing = self.begin(&mut write, caller, event).await?;
        if let Some(edit) = edit_store::undone_by(editing.write, edit).await? {
            // Pressed twice.
            return Ok(Undone { edit, kept: 0 });
        }
        let mut kept = 0;
        let mut steps: Vec<Step> = Vec::new();
        // The rows of it whose start is not taken back.
        let mut staying: BTreeSet<ItemId> = BTreeSet::new();
        for (id, change) in edit_store::changes(editing.write, edit).await? {
            if steps.last().is_none_or(|step| step.item.id != id) {
                let Some(item) = editing.item(id).await? else { continue };
                steps.push(Step { after: item.facts.clone(), item });
            }
            let Some(step) = steps.last_mut() else { continue };
            // A start and a tie are one place: what stays at its start keeps its order there. An edit notes the start first.
            if change.field == Field::Tie && staying.contains(&id) {
                continue;
            }
            // What others made of an item that this edit added is not thrown away with it.
            let adds = change.field == Field::Deleted && change.old == "1";
            // And a row that somebody pinned to its time meanwhile stays there.
            let moves_pinned = change.field == Field::Starts && step.item.facts.pinned;
            let stays = adds && edit_store::is_changed_since(editing.write, id, edit).await?
                || moves_pinned && edit_store::is_pinned_since(editing.write, id, edit).await?;
            if step.item.facts.value(change.field) == change.new && !stays {
                step.after.set(change.field, &change.old);
            } else {
                kept += 1;
                if change.field == Field::Starts {
                    staying.insert(id);
                }
            }
        }
        let items = editing.items().await?;
        kept += keep_order(&mut steps, &staying, &items);
        let back = steps.iter().filter(|step| step.item.facts.deleted && !step.after.deleted).count();
        has_room(items.len(), back)?;
        let is_taken_back = steps.iter().any(|step| step.after != step.item.facts);
        let undo = editing.change(EditKind::Undo, steps).await?;
        // What had to be kept altogether can be taken back later, once nothing is in its way.
        if is_taken_back || kept == 0 {
            edit_store::set_undone(editing.write, edit, undo).await?;
        }
        write.commit().await?;
        Ok(Undone { edit: undo, kept })
    }

    pub(super) async fn put_value_back(&self, caller: &Caller, change: ItemChangeId) -> Result<Edited, AppError> {
        let found = edit_store::change(&self.core.db, caller.account, change).await?;
        let (event, item, change) = found.ok_or(AppError::NotFound)?;
        let mut write = self.core.db.write().await?;
        let mut editing = self.begin(&mut write, caller, event).await?;
        let items = editing.items().await?;
        let found = editing.item(item).await?.ok_or(AppError::NotFound)?;
        let mut after = found.facts.clone();
        if change.field == Field::Deleted || found.facts.deleted {
            return Err(AppError::invalid("", "Restore the item first, then put its values back."));
        }
        after.set(change.field, &change.old);
        if after.starts_at != found.facts.starts_at {
            if !typed::near(&editing.event).contains(&after.starts_at) {
                return Err(AppError::invalid("day", typed::FAR_OFF));
            }
            after.tie = last_tie(&items, after.starts_at);
        }
        self.check_people(&mut editing, &after.responsible, &found.facts.responsible).await?;
        let edit = editing.change(EditKind::PutBack, vec![Step { item: found, after }]).await?;
        write.commit().await?;
        self.edited(item, edit).await
    }
}

/// Lets the rows that are `staying` keep their place among those that start with them: the others of the edit that are there
/// keep their ties, and those that come back come after all. Returns how many ties are kept.
fn keep_order(steps: &mut [Step], staying: &BTreeSet<ItemId>, items: &[Item]) -> u32 {
    let stays = |step: &&Step| staying.contains(&step.item.id) && !step.after.deleted;
    let held: BTreeSet<Timestamp> = steps.iter().filter(stays).map(|step| step.after.starts_at).collect();
    let mut beside: Vec<&mut Step> = steps
        .iter_mut()
        .filter(|step| !staying.contains(&step.item.id) && held.contains(&step.after.starts_at))
        .collect();
    beside.sort_by_key(|step| (step.after.starts_at, step.after.tie, step.item.id));
    let mut kept = 0;
    let mut there = items.to_vec();
    for step in beside {
        let before = &step.item.facts;
        if step.after.starts_at != before.starts_at {
            step.after.tie = last_tie(&there, step.after.starts_at);
            there.push(Item { id: step.item.id, facts: step.after.clone() });
        } else if step.after.tie != before.tie {
            step.after.tie = before.tie;
            kept += 1;
        }
    }
    kept
}
