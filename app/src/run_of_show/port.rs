//! What editing a run of show needs from the server.

use async_trait::async_trait;

use super::{DeletedItems, Edited, ItemForm, ItemPage, PastePreview, Taken, Undone};
use crate::backend::Caller;
use crate::domain::ids::{EditId, EventId, IdempotencyKey, ItemChangeId, ItemId};
use crate::error::AppError;

/// Whatever changes something is one edit, which others see at once and which can be undone as a whole. A member of another
/// account gets `NotFound` of everything.
#[async_trait]
pub trait RunOfShowPort: Send + Sync {
    /// The form of an item; without one that of a new item, which begins where `after`, or the last item, ends.
    async fn item(
        &self,
        caller: &Caller,
        event: EventId,
        item: Option<ItemId>,
        after: Option<ItemId>,
    ) -> Result<ItemPage, AppError>;

    /// Which event an item is of, deleted or not.
    async fn event_of(&self, caller: &Caller, item: ItemId) -> Result<EventId, AppError>;

    async fn add(
        &self,
        caller: &Caller,
        event: EventId,
        form: ItemForm,
        key: Option<IdempotencyKey>,
    ) -> Result<Edited, AppError>;

    /// Saves the fields that differ from what was `seen`. Fails when somebody else changed one of them since, unless the item is
    /// as the person was `told`. An item that was deleted is not found, unless it is to be restored with it.
    async fn save(
        &self,
        caller: &Caller,
        item: ItemId,
        seen: String,
        told: Option<String>,
        form: ItemForm,
        restore: bool,
    ) -> Result<Edited, AppError>;

    async fn delete(&self, caller: &Caller, item: ItemId) -> Result<Taken, AppError>;

    async fn restore(&self, caller: &Caller, item: ItemId) -> Result<Edited, AppError>;

    /// Adds a copy that begins where the item ends.
    async fn duplicate(&self, caller: &Caller, item: ItemId, key: Option<IdempotencyKey>) -> Result<Edited, AppError>;

    /// Moves an item to stand before another one, or last; it takes the start that belongs there.
    async fn move_before(&self, caller: &Caller, item: ItemId, before: Option<ItemId>) -> Result<Taken, AppError>;

    async fn push(&self, caller: &Caller, item: ItemId, rest: bool, confirmed: bool) -> Result<Taken, AppError>;

    async fn undo(&self, caller: &Caller, edit: EditId) -> Result<Undone, AppError>;

    async fn put_back(&self, caller: &Caller, change: ItemChangeId) -> Result<Edited, AppError>;

    /// How a pasted sheet would be read.
    async fn read_paste(&self, caller: &Caller, event: EventId, text: String) -> Result<PastePreview, AppError>;

    async fn paste(
        &self,
        caller: &Caller,
        event: EventId,
        text: String,
        confirmed: bool,
        key: Option<IdempotencyKey>,
    ) -> Result<Taken, AppError>;

    async fn deleted(&self, caller: &Caller, event: EventId) -> Result<DeletedItems, AppError>;
}
