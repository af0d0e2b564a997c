//! Who may listen. Reads only.

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId, LinkId};
use app::domain::time::Timestamp;
use app::live::Topic;

use super::open_pages::Guest;
use crate::db::{self, Db};
use crate::error::StoreError;

/// Whether the topic is of the caller's account, and the caller still a member of it.
pub async fn may_see(db: &Db, caller: &Caller, topic: Topic) -> Result<bool, StoreError> {
    let (sql, id) = match topic {
        Topic::Event(event) => (
            "SELECT v.id FROM event v JOIN membership m ON m.account_id = v.account_id AND m.member_id = $3 \
             WHERE v.id = $1 AND v.account_id = $2",
            event.0,
        ),
        Topic::Contact(contact) => (
            "SELECT c.id FROM contact c JOIN membership m ON m.account_id = c.account_id AND m.member_id = $3 \
             WHERE c.id = $1 AND c.account_id = $2",
            contact.0,
        ),
    };
    let found: Option<(i64,)> = sqlx::query_as(sql)
        .bind(id)
        .bind(caller.account.0)
        .bind(caller.member.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(found.is_some())
}

/// When the session with this hash runs out; `None` when it has, or has ended, or its member is no longer one of its account.
pub async fn session_end(db: &Db, session: &str, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
    let found: Option<(i64,)> = sqlx::query_as(
        "SELECT s.expires_at FROM session s \
         JOIN membership m ON m.account_id = s.account_id AND m.member_id = s.member_id \
         WHERE s.token_hash = $1 AND s.expires_at > $2",
    )
    .bind(session.to_owned())
    .bind(now.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found.map(|(end,)| Timestamp(end)))
}

/// Those of the sessions that hold still.
pub async fn live_sessions(db: &Db, sessions: &[String], now: Timestamp) -> Result<Vec<String>, StoreError> {
    let mut live = Vec::with_capacity(sessions.len());
    for chunk in db::chunks(sessions) {
        let sql = db.batch(format!(
            "SELECT s.token_hash FROM session s \
             JOIN membership m ON m.account_id = s.account_id AND m.member_id = s.member_id \
             WHERE s.expires_at > $1 AND s.token_hash IN ({})",
            db::placeholders(2, chunk.len()),
        ));
        let mut query = sqlx::query_scalar(sql).bind(now.0);
        for session in chunk {
            query = query.bind(session);
        }
        live.extend(query.fetch_all(&mut *db.reader().await?).await?);
    }
    Ok(live)
}

/// Who holds the share link with this token hash; `None` if it is unknown or revoked, its person taken off, or its event deleted.
pub async fn guest(db: &Db, token_hash: &str) -> Result<Option<Guest>, StoreError> {
    let found: Option<(i64, i64, i64)> = sqlx::query_as(
        "SELECT l.id, cr.event_id, cr.id FROM link l JOIN crew cr ON cr.id = l.crew_id JOIN event v ON v.id = cr.event_id \
         WHERE l.token_hash = $1 AND l.kind = 'share' AND l.revoked_at IS NULL AND cr.deleted_at IS NULL \
         AND v.deleted_at IS NULL",
    )
    .bind(token_hash.to_owned())
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(found.map(|(link, event, crew)| Guest { link: LinkId(link), event: EventId(event), crew: CrewId(crew) }))
}
