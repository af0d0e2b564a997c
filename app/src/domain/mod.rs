//! The pure core: what the product believes about emails, addresses and links.
//!
//! Nothing here does I/O, reads a clock or draws a random number: `now` and random values are arguments.
//! Only std, serde and thiserror are imported; `address` also cleans and folds international text, on the server alone.

#[cfg(feature = "ssr")]
pub mod address;
pub mod cursor;
pub mod delivery;
pub mod email_kind;
pub mod ids;
pub mod progress;
pub mod requests;
pub mod rsvp;
pub mod send_rules;
pub mod suppression;
pub mod time;
pub mod timetable;
#[cfg(feature = "ssr")]
pub mod typed_time;
pub mod typo;
