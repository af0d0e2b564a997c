//! Server functions of the planner.

use leptos::prelude::*;

use super::{CrewRow, LinkKind, PlannerPage};
use crate::domain::ids::{CrewId, EventId, IdempotencyKey};
use crate::domain::rsvp::Rsvp;
use crate::error::AppError;
use crate::wire::Wire;

#[server(protocol = Wire, endpoint = "load_planner")]
pub async fn load_planner(event: EventId) -> Result<PlannerPage, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.page(&caller, event).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "generate_link")]
pub async fn generate_link(crew: CrewId, #[server(default)] kind: LinkKind) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.generate_link(&caller, crew, kind).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "revoke_link")]
pub async fn revoke_link(crew: CrewId, #[server(default)] kind: LinkKind) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.revoke_link(&caller, crew, kind).await.map_err(backend::report)
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

#[server(protocol = Wire, endpoint = "send_invite")]
pub async fn send_invite(crew: CrewId, address: String, key: IdempotencyKey) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.send_invite(&caller, crew, address, key).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "set_rsvp")]
pub async fn set_rsvp(crew: CrewId, rsvp: Rsvp) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.set_rsvp(&caller, crew, rsvp).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "set_role")]
pub async fn set_role(crew: CrewId, role: String) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.set_role(&caller, crew, role).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "remove_crew")]
pub async fn remove_crew(crew: CrewId) -> Result<(), AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.remove(&caller, crew).await.map_err(backend::report)
}

#[server(protocol = Wire, endpoint = "restore_crew")]
pub async fn restore_crew(crew: CrewId) -> Result<CrewRow, AppError> {
    use crate::backend;
    let (caller, backend) = backend::enter().await?;
    backend.planner.restore(&caller, crew).await.map_err(backend::report)
}
