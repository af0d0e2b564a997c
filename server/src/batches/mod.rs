//! Mails to many people of an event at once.
//!
//! A batch names its people and waits, so that all of it, or one of them, can be taken back. When its time has come a worker
//! sends to each as a click does: by the same rules, asked again by then. Nothing of this hands over mail; the outbox does.
//!
//! Guarantees: a person stands in a batch once and ends in exactly one of sent, left out or taken back. The email, its job and
//! the person's outcome are committed together, so that whatever is killed, and however many processes work, nobody is
//! sent to twice by one batch. While somebody waits in one batch, no other takes them in for the same kind of mail. All that
//! changes a batch locks its event first, then the batch, then a crew row.

mod candidates;
mod service;
mod shown_store;
mod store;
mod worker;

pub use service::BatchesService;
pub use shown_store::{list as rows_of_event, rows};
pub use worker::{run_due, start};
