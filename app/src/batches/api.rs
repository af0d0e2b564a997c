//! Server functions for sending to many.

use leptos::prelude::*;

use super::{BatchChoice, BatchList, BatchPage, Choice, Who};
use crate::domain::ids::{BatchId, CrewId, EventId, IdempotencyKey};
use crate::error::AppError;
use crate::planner::LinkKind;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_batch_choice")]
pub async fn load_batch_choice(event: EventId, choice: Option<Choice>) -> Result<BatchChoice, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.batches.choice(&caller, event, choice).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "start_batch")]
pub async fn start_batch(
    event: EventId,
    kind: LinkKind,
    who: Who,
    #[server(default)] rows: String,
    #[server(default)] key: Option<IdempotencyKey>,
) -> Result<BatchId, AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let choice = Choice { kind, who, rows };
    let batch = backend.batches.start(&caller, event, choice, key).await.map_err(backend::report)?;
    backend::lead_to(&paths::batch_progress(event, batch));
    Ok(batch)
}

#[server(protocol = Wire, endpoint = "load_batches")]
pub async fn load_batches(event: EventId) -> Result<BatchList, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.batches.list(&caller, event).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "load_batch")]
pub async fn load_batch(event: EventId, batch: BatchId) -> Result<BatchPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.batches.page(&caller, event, batch).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "take_back_batch")]
pub async fn take_back_batch(batch: BatchId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.batches.take_back(&caller, batch).await.map_err(backend::report)?;
    backend::lead_to(&paths::batch_progress(event, batch));
    Ok(())
}

#[server(protocol = Wire, endpoint = "take_back_person")]
pub async fn take_back_person(batch: BatchId, crew: CrewId) -> Result<(), AppError> {
    use crate::{backend, paths};
    let (caller, backend) = backend::enter().await?;
    let event = backend.batches.take_back_person(&caller, batch, crew).await.map_err(backend::report)?;
    backend::lead_to(&paths::batch_progress(event, batch));
    Ok(())
}
