//! Server functions that edit a run of show.

use leptos::prelude::*;

use super::{DeletedItems, Edited, ItemForm, ItemPage, PastePreview, Taken, Undone};
use crate::domain::ids::{EditId, EventId, IdempotencyKey, ItemChangeId, ItemId};
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_item")]
pub async fn load_item(event: EventId, item: Option<ItemId>, after: Option<ItemId>) -> Result<ItemPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.run_of_show.item(&caller, event, item, after).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "add_item")]
pub async fn add_item(
    event: EventId,
    form: ItemForm,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<Edited, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let added = backend.run_of_show.add(&caller, event, form, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::item_added(event, added.item.id));
    Ok(added)
}

/// With `restore`, also an item that was deleted meanwhile, which is restored with it.
#[server(protocol = Wire, endpoint = "save_item")]
pub async fn save_item(
    item: ItemId,
    seen: String,
    #[server(default)] told: Option<String>,
    form: ItemForm,
    #[server(default)] restore: bool,
) -> Result<Edited, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let saved = backend.run_of_show.save(&caller, item, seen, told, form, restore).await.map_err(backend::report)?;
    let event = backend.run_of_show.event_of(&caller, item).await.map_err(backend::report)?;
    backend::lead_to(&paths::planner_after(event, saved.edit));
    Ok(saved)
}

#[server(protocol = Wire, endpoint = "delete_item")]
pub async fn delete_item(item: ItemId) -> Result<Taken, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.run_of_show.event_of(&caller, item).await.map_err(backend::report)?;
    let taken = backend.run_of_show.delete(&caller, item).await.map_err(backend::report)?;
    backend::lead_to(&paths::planner_after(event, taken.edit));
    Ok(taken)
}

#[server(protocol = Wire, endpoint = "restore_item")]
pub async fn restore_item(item: ItemId) -> Result<Edited, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.run_of_show.restore(&caller, item).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "duplicate_item")]
pub async fn duplicate_item(item: ItemId, #[server(default)] key: Option<IdempotencyKey>) -> Result<Edited, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.run_of_show.event_of(&caller, item).await.map_err(backend::report)?;
    let copy = backend.run_of_show.duplicate(&caller, item, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::item(event, copy.item.id));
    Ok(copy)
}

/// Moves an item before another one, or last.
#[server(protocol = Wire, endpoint = "move_item")]
pub async fn move_item(item: ItemId, #[server(default)] before: Option<ItemId>) -> Result<Taken, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.run_of_show.move_before(&caller, item, before).await.map_err(backend::report)
}

/// Pushes an item to the end of the one above it; with `rest`, all later ones of its day too. What would run into a pinned item
/// is refused until it is `confirmed`.
#[server(protocol = Wire, endpoint = "push_item")]
pub async fn push_item(
    item: ItemId,
    #[server(default)] rest: bool,
    #[server(default)] confirmed: bool,
) -> Result<Taken, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.run_of_show.event_of(&caller, item).await.map_err(backend::report)?;
    let taken = backend.run_of_show.push(&caller, item, rest, confirmed).await.map_err(backend::report)?;
    backend::lead_to(&paths::planner_after(event, taken.edit));
    Ok(taken)
}

/// Takes back what an edit did, except what was changed since.
#[server(protocol = Wire, endpoint = "undo_edit")]
pub async fn undo_edit(edit: EditId) -> Result<Undone, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.run_of_show.undo(&caller, edit).await.map_err(backend::report)
}

/// Puts the value back that a change replaced.
#[server(protocol = Wire, endpoint = "put_back")]
pub async fn put_back(change: ItemChangeId) -> Result<Edited, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.run_of_show.put_back(&caller, change).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "load_paste")]
pub async fn load_paste(event: EventId, text: String) -> Result<PastePreview, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.run_of_show.read_paste(&caller, event, text).await.map_err(backend::report)
}

/// Adds the rows of a pasted sheet that could be read, as one edit. Refused until it is `confirmed`, so that the preview is
/// seen first.
#[server(protocol = Wire, endpoint = "paste_items")]
pub async fn paste_items(
    event: EventId,
    text: String,
    #[server(default)] confirmed: bool,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<Taken, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let taken = backend.run_of_show.paste(&caller, event, text, confirmed, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::planner_after(event, taken.edit));
    Ok(taken)
}

#[server(protocol = Wire, endpoint = "load_deleted_items")]
pub async fn load_deleted_items(event: EventId) -> Result<DeletedItems, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.run_of_show.deleted(&caller, event).await.map_err(backend::report)
}
