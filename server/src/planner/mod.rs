//! The planner on the server: an event's page, its people's links, and the sending of a link by e-mail.

pub mod crew;
mod links;
mod rows;
pub mod sending;
mod service;
mod store;

pub use links::StoredLink;
pub use rows::{
    EventRows, crew_of_contacts, crew_rows, deleted_crew, deleted_events, deleted_items, event_rows, headers, items,
};
pub use sending::{RejectedFile, SendError, tell_of_rejection};
pub use service::PlannerService;
pub use store::{CREW_OF_EVENT, INVITES_OF_EVENT, LockedCrew, is_deleted, lock_crew};
