//! Server functions of the events list.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::EventPage;
use crate::domain::cursor::TimeCursor;
use crate::error::AppError;

#[server(input = Json, endpoint = "load_events")]
pub async fn load_events(old: bool, after: Option<TimeCursor>) -> Result<EventPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.events.list(&caller, old, after).await.map_err(backend::report)
}
