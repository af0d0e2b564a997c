//! What an event holds besides its run of show: notes in words and files, each for everybody on it or for members alone.
//!
//! A file is streamed as guests' files are: its row is there before its first byte and counts only when the file is whole. Members get
//! every file, guests those for everybody, by their own token and as long as it is live. Each change raises the revision of the event,
//! so that pages which show it read it anew.

mod checked;
mod file_store;
mod pages;
mod receiving;
mod routes;
mod service;
mod store;
mod tidying;

pub use pages::of_guest;
pub use receiving::receive;
pub use routes::routes;
pub use service::NotesService;
pub use store::copy;
pub use tidying::{KEPT_MS, start, tidy};
