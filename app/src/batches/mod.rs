//! Mails to many people of an event at once: who is chosen, who is left out and why, and what becomes of each.

mod api;
mod chooser;
mod model;
#[cfg(feature = "ssr")]
mod port;
mod progress;
mod screen;

pub use api::*;
pub use model::{
    BatchChoice, BatchList, BatchPage, BatchPerson, BatchRow, BatchState, Candidate, Choice, Outcome, Who, rows_of,
};
#[cfg(feature = "ssr")]
pub use port::BatchesPort;
pub use screen::BATCH_SCREEN;
