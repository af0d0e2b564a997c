//! The live channels: who listens to what, and the websockets they listen on: members' tabs, and open pages that the server alone draws.

mod budget;
mod guest_socket;
mod hub;
mod notes_socket;
mod open_pages;
mod page_socket;
mod publisher;
mod rows;
mod sessions;
mod socket;
mod store;

pub use guest_socket::upgrade_guest;
pub use hub::{Closing, Hub, Published, Signal, Subscriber, frame};
pub use notes_socket::upgrade_notes;
pub use open_pages::{Guest, OpenPage, OpenPages, PageSignal, Shown};
pub use sessions::end_sessions;
pub use socket::upgrade;

use crate::core::Core;
use crate::workers::Workers;

/// Starts to publish what is committed from this call on, and to end the sockets of sessions that are over.
pub fn start(core: &Core, workers: &mut Workers) {
    publisher::start(core, workers);
    sessions::start(core, workers);
}
