//! Server functions of the events list.

use leptos::prelude::*;

use super::EventPage;
use crate::domain::cursor::TimeCursor;
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_events")]
pub async fn load_events(old: bool, after: Option<TimeCursor>) -> Result<EventPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.events.list(&caller, old, after).await.map_err(backend::report)
}
