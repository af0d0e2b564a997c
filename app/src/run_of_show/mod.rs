//! The run of show as it is edited: adding, changing, moving, pushing and pasting items, and taking any of that back.

mod api;
mod deleted_screen;
mod item_fields;
mod item_form;
mod item_screen;
mod model;
mod paste_screen;
#[cfg(feature = "ssr")]
mod port;
mod screens;
mod typed_item;

pub use api::*;
pub use item_form::{Cancel, Done, Leave, Place, draft_of, item_form};
pub use model::{
    DeletedItem, DeletedItems, Edited, HistoryEntry, ItemForm, ItemPage, PastePreview, PastedRow, Taken, Undone,
};
#[cfg(feature = "ssr")]
pub use port::RunOfShowPort;
pub use screens::{DELETED_SCREEN, EDIT_ITEM_SCREEN, NEW_ITEM_SCREEN, PASTE_SCREEN};
