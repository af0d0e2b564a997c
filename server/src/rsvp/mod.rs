//! What people answer when they are asked whether they come: by their own link, or set by a member for them. Every change of an
//! answer is told to the planners of the event; a repetition is none.

mod service;
mod store;

pub use service::{RsvpService, collects, question, set_by_member, stored};
pub use store::set_reply;
