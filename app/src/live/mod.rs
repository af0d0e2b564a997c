//! The live channel: one websocket per tab that drives signals.

mod client;
mod message;
mod pill;

pub use client::{Live, LiveStatus};
pub use message::{ClientMessage, Row, RowId, ServerMessage, Topic};
pub use pill::LivePill;
