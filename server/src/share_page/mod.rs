//! The run of show behind a share link. Knows neither addresses nor delivery states, and records no opening.

mod pressing;
mod service;
mod store;

pub use service::{SharePageService, progress};
