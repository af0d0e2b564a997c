//! Server functions of the planner.

use leptos::prelude::*;

use super::{CrewRow, PlannerPage};
use crate::domain::ids::{CrewId, EventId, IdempotencyKey};
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_planner")]
pub async fn load_planner(event: EventId) -> Result<PlannerPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.page(&caller, event).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "generate_link")]
pub async fn generate_link(crew: CrewId) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.generate_link(&caller, crew).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "revoke_link")]
pub async fn revoke_link(crew: CrewId) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.revoke_link(&caller, crew).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "email_link")]
pub async fn email_link(crew: CrewId, address: String, key: IdempotencyKey) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.email_link(&caller, crew, address, key).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "correct_address")]
pub async fn correct_address(crew: CrewId, address: String, key: IdempotencyKey) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.correct_address(&caller, crew, address, key).await.map_err(backend::report)
}
