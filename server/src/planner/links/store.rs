//! The SQL of links. The caller holds the lock of the crew row, and knows whose it is.

use app::domain::ids::{CrewId, LinkId};
use app::domain::time::Timestamp;
use app::planner::LinkKind;

use crate::db::Write;
use crate::error::StoreError;

pub async fn insert(
    transaction: &mut Write,
    crew: CrewId,
    kind: LinkKind,
    seed: &str,
    token_hash: &str,
    now: Timestamp,
) -> Result<LinkId, StoreError> {
    let id = sqlx::query_scalar(
        "INSERT INTO link (crew_id, kind, seed, token_hash, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING id",
    )
    .bind(crew.0)
    .bind(kind.code())
    .bind(seed.to_owned())
    .bind(token_hash.to_owned())
    .bind(now.0)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(LinkId(id))
}

/// There is no statement that takes this back.
pub async fn revoke(transaction: &mut Write, link: LinkId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE link SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(link.0)
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Ends every link of a crew row.
pub async fn revoke_all(transaction: &mut Write, crew: CrewId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE link SET revoked_at = $2 WHERE crew_id = $1 AND revoked_at IS NULL")
        .bind(crew.0)
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    sqlx::query("UPDATE crew SET link_id = NULL, rsvp_link_id = NULL WHERE id = $1")
        .bind(crew.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Makes this the crew row's link of its kind.
pub async fn set_link(
    transaction: &mut Write,
    crew: CrewId,
    kind: LinkKind,
    link: Option<LinkId>,
) -> Result<(), StoreError> {
    let sql = match kind {
        LinkKind::Share => "UPDATE crew SET link_id = $2, revision = revision + 1 WHERE id = $1",
        LinkKind::Rsvp => "UPDATE crew SET rsvp_link_id = $2, revision = revision + 1 WHERE id = $1",
    };
    sqlx::query(sql).bind(crew.0).bind(link.map(|link| link.0)).execute(&mut **transaction).await?;
    Ok(())
}
