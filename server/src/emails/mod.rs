//! Tracked emails on the server: the history, the fold of delivery events, blocked addresses and the 72-hour sweep.

pub mod fold;
mod fold_store;
pub mod row;
mod rows;
mod service;
mod store;
pub mod suppressions;
pub mod sweep;

pub use rows::{newest_rows, rows};
pub use service::EmailsService;
pub use store::PAGE as PAGE_OF_CONTACT;
