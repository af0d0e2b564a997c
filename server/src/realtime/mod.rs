//! The live channel: who listens to what, and the websocket they listen on.

mod hub;
mod publisher;
mod rows;
mod socket;
mod store;

pub use hub::{Closing, Hub, Published, Signal, Subscriber, frame};
pub use publisher::publish;
pub use socket::upgrade;
