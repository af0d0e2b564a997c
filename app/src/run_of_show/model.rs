//! What travels while a run of show is edited.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ContactId, EditId, EventId, ItemChangeId, ItemId};
use crate::domain::time::Moment;
use crate::planner::{Person, TimelineItem};

/// An item as people type it. The server reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ItemForm {
    /// "2026-12-12", on the event's clock.
    pub day: String,
    /// "16:30", "4.30 pm"; in a night when the clocks go back also "02:30 CET".
    pub starts: String,
    /// "45", "1:30", "1.5 h"; empty without a length.
    pub minutes: String,
    /// Either this or the length gives the other.
    pub ends: String,
    pub title: String,
    pub details: String,
    pub location: String,
    pub private: bool,
    pub pinned: bool,
    pub responsible: Vec<ContactId>,
}

/// The form of an item, and what stands around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPage {
    pub event: EventId,
    pub event_name: String,
    pub time_zone: String,
    /// `None` of an item that is yet to be added.
    pub item: Option<ItemId>,
    pub form: ItemForm,
    /// The form as the item is now, opaque; it goes back with a save, so that only what was changed is saved.
    pub seen: String,
    /// Who can be responsible: everybody on the event.
    pub people: Vec<Person>,
    /// Who deleted the item, and when, as a sentence. It can be restored.
    pub deleted: Option<String>,
    /// Which item it can be moved before, to stand one row higher.
    pub up: Option<ItemId>,
    /// Which item it can be moved before, to stand one row lower.
    pub down: Option<ItemId>,
    /// One row follows, so lower is last.
    pub before_last: bool,
    /// The newest changes first, as many as a page shows.
    pub history: Vec<HistoryEntry>,
}

/// One change of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub change: ItemChangeId,
    pub who: String,
    pub at: Moment,
    pub field: String,
    pub from: String,
    pub to: String,
    /// Whether `from` can be put back; deleting and restoring have buttons of their own.
    pub can_be_put_back: bool,
}

/// An item after it was changed, and the edit that can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    pub item: TimelineItem,
    /// The day on which it ends, as a form has it: the next one begins there.
    pub next_day: String,
    pub edit: EditId,
}

/// What was done, and can be undone as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub edit: EditId,
    /// How many items it changed.
    pub items: u32,
}

/// What an undo did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The undo, which can be undone too.
    pub edit: EditId,
    /// Values that somebody changed since; they stay.
    pub kept: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedItems {
    pub event: EventId,
    pub event_name: String,
    /// The last deleted first.
    pub items: Vec<DeletedItem>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedItem {
    pub id: ItemId,
    pub title: String,
    pub starts: Moment,
    pub deleted: Moment,
    pub who: String,
}

/// How a pasted sheet was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastePreview {
    pub event: EventId,
    pub event_name: String,
    /// "Start", "Title", …: what each column was taken for; empty for one that is left out.
    pub columns: Vec<String>,
    pub rows: Vec<PastedRow>,
    /// How many of them would be added.
    pub good: u32,
    /// "12 rows were read, and none is left out. Nothing is added yet."
    pub summary: String,
    /// Why nothing can be added at all.
    pub refusal: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastedRow {
    /// In the pasted text, from 1.
    pub line: u32,
    /// "12 Dec, 18:00"; empty when it could not be read.
    pub starts: String,
    pub minutes: Option<u32>,
    pub title: String,
    pub location: String,
    pub who: String,
    /// Why the row is left out.
    pub problem: Option<String>,
    /// What of it is left out.
    pub note: Option<String>,
}
