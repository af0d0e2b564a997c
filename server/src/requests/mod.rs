//! What people on an event are asked for: members ask and review, guests answer and send files.
//!
//! A file is streamed, never held: its row is written first and counts only when the file is whole, so that no file is forgotten
//! and none is shown by half. Whoever is not a member never gets a file back; what hangs on
//! a request to be looked at first goes the other way.

mod checked;
mod file_type;
mod guests;
mod overview;
mod page_store;
mod pages;
mod receiving;
mod reference;
mod reference_routes;
mod reference_store;
mod review;
mod routes;
mod service;
mod store;
mod tidying;
mod upload_store;

pub use file_type::{Checked, FileKind, FileRefusal, Inspector, kind_of_name};
pub use guests::requests_of_guest;
pub use receiving::{FIELD, keep, receive};
pub use reference::{receive_reference, reference_of_guest, reference_of_member};
pub use routes::{FormPages, TakesFile, as_attachment, routes, sending, take_files};
pub use service::RequestsService;
pub use store::{event_changed, lock_event, lock_guest};
pub use tidying::{KEPT_MS, start, tidy};
