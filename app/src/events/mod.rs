//! The events of an account: the home of the app.

mod api;
mod list;
mod model;
#[cfg(feature = "ssr")]
mod port;

pub use api::*;
pub use list::Events;
pub use model::{EventPage, EventRow, EventStatus, PAGE_ROWS};
#[cfg(feature = "ssr")]
pub use port::EventsPort;
