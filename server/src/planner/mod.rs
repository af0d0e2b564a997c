//! The planner on the server: an event's page, its share links, and the sending of a link by e-mail.

mod links;
mod sending;
mod service;
mod store;

pub use service::PlannerService;
pub use store::{CREW_OF_EVENT, INVITES_OF_EVENT};
