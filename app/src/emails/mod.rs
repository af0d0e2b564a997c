//! Tracked emails: one row, one badge, one history per contact.

mod api;
mod history;
mod model;
#[cfg(feature = "ssr")]
mod port;
mod status_badge;

pub use api::{LoadContactEmails, load_contact_emails};
pub use history::{History, Merged};
pub use model::{EmailPage, EmailRow, EventRef, PAGE_ROWS};
#[cfg(feature = "ssr")]
pub use port::EmailsPort;
pub use status_badge::{BadgeState, StatusBadge, badge};
