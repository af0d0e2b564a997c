//! Editing a run of show on the server.
//!
//! Everything that changes one is an edit: the items as they were and as they are to be, written in one transaction under a
//! lock of the event, with what each field was and became. So any edit can be undone, and every item has a history.

mod cells;
mod edit_store;
mod edits;
mod facts;
mod history;
mod item_store;
mod moves;
mod pages;
mod paste;
mod service;
mod sheets;
mod store;
mod typed;
mod undoing;

pub use edits::{Editor, Moved, note_moves};
pub use service::RunOfShowService;
pub use store::prune;
