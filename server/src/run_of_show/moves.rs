//! Moves and pushes: where items come to stand is the core's to say, and each is one edit.

use app::backend::Caller;
use app::domain::ids::ItemId;
use app::domain::timetable::{self, NewPlace, Reach, Slot};
use app::error::AppError;
use app::run_of_show::{RunOfShowPort, Taken};

use super::edits::{EditKind, Step};
use super::facts::{Facts, Item};
use super::service::RunOfShowService;
use super::{edit_store, typed};
use crate::zone::Zone;

impl RunOfShowService {
    pub(super) async fn move_item(
        &self,
        caller: &Caller,
        item: ItemId,
        before: Option<ItemId>,
    ) -> Result<Taken, AppError> {
        let steps = |locked: &LockedItems<'_>| {
            let moved = locked.find(item)?;
            if moved.facts.pinned {
                return Err(AppError::invalid(
                    "move",
                    format!("“{}” is pinned to its time. Unpin it to move it.", moved.facts.title),
                ));
            }
            // Where it stands already.
            if before == Some(item) {
                return Ok(Vec::new());
            }
            let Some(moved) = timetable::moved(&locked.slots(), item, before) else {
                return before.map_or(Ok(Vec::new()), |_| Err(AppError::NotFound));
            };
            let step = |NewPlace { id, starts, tie }| {
                let item = locked.find(id)?.clone();
                Ok(Step { after: Facts { starts_at: starts, tie, ..item.facts.clone() }, item })
            };
            moved.into_iter().map(step).collect()
        };
        self.change(caller, item, EditKind::Move, steps).await
    }

    pub(super) async fn push_items(
        &self,
        caller: &Caller,
        item: ItemId,
        rest: bool,
        confirmed: bool,
    ) -> Result<Taken, AppError> {
        let steps = |locked: &LockedItems<'_>| {
            let pushed = locked.find(item)?;
            let reach = if rest { Reach::Day } else { Reach::Row };
            let Some(push) = timetable::push(&locked.slots(), item, reach) else {
                // Somebody else was faster, or it never overran: there is nothing left to push.
                return Ok(Vec::new());
            };
            if !confirmed && !push.collides.is_empty() {
                let names: Vec<_> = push.collides.iter().filter_map(|id| locked.find(*id).ok()).collect();
                let names: Vec<_> = names
                    .iter()
                    .map(|item| {
                        format!("“{}” at {}", item.facts.title, typed::clock(locked.zone, item.facts.starts_at))
                    })
                    .collect();
                let message = format!(
                    "“{}” would run into {}, which is pinned and stays.",
                    pushed.facts.title,
                    names.join(" and ")
                );
                return Err(AppError::invalid("push", message));
            }
            let step = |(id, starts_at)| {
                let item = locked.find(id)?.clone();
                Ok(Step { after: Facts { starts_at, ..item.facts.clone() }, item })
            };
            push.moves.into_iter().map(step).collect()
        };
        self.change(caller, item, EditKind::Push, steps).await
    }

    /// Changes some items of the event that an item is of.
    async fn change(
        &self,
        caller: &Caller,
        item: ItemId,
        kind: EditKind,
        steps: impl Fn(&LockedItems<'_>) -> Result<Vec<Step>, AppError> + Send,
    ) -> Result<Taken, AppError> {
        let event = self.event_of(caller, item).await?;
        let mut write = self.core.db.write().await?;
        let mut editing = self.begin(&mut write, caller, event).await?;
        let items = editing.items().await?;
        let zone = Zone::named(&editing.event.time_zone);
        let steps = steps(&LockedItems { items: &items, zone: &zone })?;
        let items = u32::try_from(steps.len()).unwrap_or(u32::MAX);
        // Where nothing is left to do, the same was done before: that can be undone.
        let before =
            if steps.is_empty() { edit_store::own_edit(editing.write, item, caller.member, kind).await? } else { None };
        let edit = match before {
            Some(edit) => edit,
            None => editing.change(kind, steps).await?,
        };
        write.commit().await?;
        Ok(Taken { edit, items })
    }
}

/// The items that are there, in order, while the event is locked.
struct LockedItems<'a> {
    items: &'a [Item],
    zone: &'a Zone,
}

impl LockedItems<'_> {
    fn find(&self, item: ItemId) -> Result<&Item, AppError> {
        self.items.iter().find(|other| other.id == item).ok_or(AppError::NotFound)
    }

    fn slots(&self) -> Vec<Slot> {
        let slot = |item: &Item| Slot {
            id: item.id,
            starts: item.facts.starts_at,
            tie: item.facts.tie,
            minutes: item.facts.minutes,
            pinned: item.facts.pinned,
            day: self.zone.start_of_day(item.facts.starts_at).0,
        };
        self.items.iter().map(slot).collect()
    }
}
