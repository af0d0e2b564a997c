//! Tracked emails: one row, one badge, one history per contact.

mod api;
mod model;
#[cfg(feature = "ssr")]
mod port;
mod status_badge;

pub use api::*;
pub use model::{EmailPage, EmailRow, EventRef, PAGE_ROWS};
#[cfg(feature = "ssr")]
pub use port::EmailsPort;
pub use status_badge::{BadgeState, StatusBadge, badge};
