//! What the events list needs from the server.

use async_trait::async_trait;

use super::EventPage;
use crate::backend::Caller;
use crate::domain::cursor::TimeCursor;
use crate::error::AppError;

#[async_trait]
pub trait EventsPort: Send + Sync {
    /// Upcoming events, soonest first; with `old`, the past ones, newest first. An event is old the day after it ends.
    async fn list(&self, caller: &Caller, old: bool, after: Option<TimeCursor>) -> Result<EventPage, AppError>;
}
