//! The events of an account, as a list.

mod service;
mod store;

pub use service::{EventsService, status};
