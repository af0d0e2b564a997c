//! The live channels: who listens to what, and the websockets they listen on: members' tabs, and the open pages of guests.

mod budget;
mod guest_socket;
mod guests;
mod hub;
mod publisher;
mod rows;
mod sessions;
mod socket;
mod store;

pub use guest_socket::upgrade_guest;
pub use guests::{Guest, GuestSignal, Guests, OpenPage};
pub use hub::{Closing, Hub, Published, Signal, Subscriber, frame};
pub use sessions::end_sessions;
pub use socket::upgrade;

use crate::core::Core;
use crate::workers::Workers;

/// Starts to publish what is committed from this call on, and to end the sockets of sessions that are over.
pub fn start(core: &Core, workers: &mut Workers) {
    publisher::start(core, workers);
    sessions::start(core, workers);
}
