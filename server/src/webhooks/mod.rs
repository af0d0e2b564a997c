//! What providers report about our emails: `POST /webhooks/{provider}`, from raw bytes to a committed status.
//!
//! Order, always: size → signature over the raw bytes → normalise → events, statuses and blocked addresses in one
//! transaction → publish → 2xx. Guarantees: an acknowledged event is durable and counted once. No order is promised;
//! the fold needs none. Never matched by address, and no payload is kept or logged.

mod ingest;
mod listeners;
mod log;
mod orphans;
mod route;
mod store;

pub use ingest::{Acknowledged, Ingest, Intake};
pub use orphans::{adopt_orphans, drop_old_orphans, rematch_orphans};
pub use route::routes;
