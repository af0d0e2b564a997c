//! The SQL of answers. A guest is found by the hash of a token, a member's person within the account.

use app::domain::ids::{AccountId, CrewId, EventId, MemberId};
use app::domain::rsvp::{Reply, Rsvp, RsvpSource};
use app::domain::time::Timestamp;
use sqlx::AnyConnection;

use super::service::stored;
use crate::db::Write;
use crate::error::StoreError;

/// Who holds a live link, to which event, and what they said.
#[derive(sqlx::FromRow)]
pub struct StoredGuest {
    pub link_kind: String,
    pub first_name: String,
    pub rsvp: Option<String>,
    pub rsvp_note: String,
    pub event_name: String,
    pub event_status: String,
    pub event_rsvp: i64,
    pub starts_at: i64,
    pub time_zone: String,
    pub place: Option<String>,
    pub place_address: Option<String>,
}

/// The holder of the link with this token hash; `None` if it is unknown or revoked.
pub async fn guest(connection: &mut AnyConnection, token_hash: &str) -> Result<Option<StoredGuest>, StoreError> {
    let guest = sqlx::query_as(
        "SELECT l.kind AS link_kind, c.first_name, cr.rsvp, cr.rsvp_note, v.name AS event_name, \
         v.status AS event_status, v.rsvp AS event_rsvp, v.starts_at, v.time_zone, s.name AS place, \
         s.address AS place_address \
         FROM link l JOIN crew cr ON cr.id = l.crew_id JOIN contact c ON c.id = cr.contact_id \
         JOIN event v ON v.id = cr.event_id LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         WHERE l.token_hash = $1 AND l.revoked_at IS NULL AND cr.deleted_at IS NULL AND v.deleted_at IS NULL",
    )
    .bind(token_hash.to_owned())
    .fetch_optional(connection)
    .await?;
    Ok(guest)
}

/// Locks the crew row of a live link; `None` if there is none.
pub async fn lock_of_token(transaction: &mut Write, token_hash: &str) -> Result<Option<CrewId>, StoreError> {
    let crew: Option<i64> = sqlx::query_scalar("SELECT crew_id FROM link WHERE token_hash = $1 AND revoked_at IS NULL")
        .bind(token_hash.to_owned())
        .fetch_optional(&mut **transaction)
        .await?;
    let Some(crew) = crew else { return Ok(None) };
    let lock = transaction.locking("SELECT id FROM crew WHERE id = $1 AND deleted_at IS NULL");
    let locked: Option<i64> = sqlx::query_scalar(lock).bind(crew).fetch_optional(&mut **transaction).await?;
    Ok(locked.map(CrewId))
}

/// Locks a crew row of the account. Returns whether there is one.
pub async fn lock_of_account(transaction: &mut Write, account: AccountId, crew: CrewId) -> Result<bool, StoreError> {
    let lock = transaction.locking(
        "SELECT account_id FROM crew WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL \
         AND EXISTS (SELECT 1 FROM event v WHERE v.id = crew.event_id AND v.deleted_at IS NULL)",
    );
    let locked: Option<i64> =
        sqlx::query_scalar(lock).bind(crew.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    Ok(locked.is_some())
}

/// What a person said so far. The caller holds the lock of the row.
pub async fn reply(transaction: &mut Write, crew: CrewId) -> Result<Reply, StoreError> {
    let (rsvp, how, note): (Option<String>, Option<String>, String) =
        sqlx::query_as("SELECT rsvp, rsvp_how, rsvp_note FROM crew WHERE id = $1")
            .bind(crew.0)
            .fetch_one(&mut **transaction)
            .await?;
    let rsvp = stored(rsvp.as_deref());
    let source = how.as_deref().and_then(RsvpSource::from_code).filter(|_| rsvp != Rsvp::NoReply);
    Ok(Reply { rsvp, source, note })
}

/// Writes what a person said. Returns their event.
pub async fn set_reply(
    transaction: &mut Write,
    crew: CrewId,
    reply: &Reply,
    member: Option<MemberId>,
    now: Timestamp,
) -> Result<EventId, StoreError> {
    let source = reply.source;
    let event = sqlx::query_scalar(
        "UPDATE crew SET rsvp = $2, rsvp_at = $3, rsvp_how = $4, rsvp_member_id = $5, rsvp_note = $6, \
         revision = revision + 1 WHERE id = $1 RETURNING event_id",
    )
    .bind(crew.0)
    .bind(source.map(|_| reply.rsvp.code()))
    .bind(source.map(|_| now.0))
    .bind(source.map(RsvpSource::code))
    .bind(source.and(member).map(|member| member.0))
    .bind(reply.note.clone())
    .fetch_one(&mut **transaction)
    .await?;
    Ok(EventId(event))
}
