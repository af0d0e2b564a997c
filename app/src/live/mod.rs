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

/// Names what lists and subscriptions are driven by, for [`crate::frame`].
pub fn keep_in_main() {
    std::hint::black_box((client::subscribe as fn(_, _, _), list::List::update as fn(_, _, &_, _) -> _));
}

pub use client::{Live, LiveStatus};
pub use list::{LiveCell, LiveList};
pub use message::{ClientMessage, Gone, Row, RowId, ServerMessage, Topic};
pub use pages::{MorePages, PagedCard};
pub use pill::LivePill;
pub use row::{LiveRow, Place, typed};
pub use rows::{Extent, Order, Rows};
pub use update::Update;
