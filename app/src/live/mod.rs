//! The live channel: one websocket per tab that drives signals, and the lists of rows that it keeps current.

#[cfg(test)]
mod any_order;
mod client;
#[cfg(test)]
mod line;
mod list;
mod message;
mod pages;
mod pill;
mod policy;
mod row;
mod rows;
mod update;

pub use client::{Live, LiveStatus};
pub use list::{LiveCell, LiveList};
pub use message::{ClientMessage, Gone, Row, RowId, ServerMessage, Topic};
pub use pages::{MorePages, PagedCard};
pub use pill::LivePill;
pub use row::{LiveRow, Place};
pub use rows::{Extent, Order};
pub use update::Update;
