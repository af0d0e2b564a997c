//! Who may listen. Reads only.

use app::domain::ids::AccountId;
use app::domain::time::Timestamp;
use app::live::Topic;

use crate::db::Db;
use crate::error::StoreError;

/// Whether the topic is the account's own.
pub async fn may_see(db: &Db, account: AccountId, topic: Topic) -> Result<bool, StoreError> {
    let (sql, id) = match topic {
        Topic::Event(event) => ("SELECT id FROM event WHERE id = $1 AND account_id = $2", event.0),
        Topic::Contact(contact) => ("SELECT id FROM contact WHERE id = $1 AND account_id = $2", contact.0),
    };
    let found: Option<(i64,)> = sqlx::query_as(sql).bind(id).bind(account.0).fetch_optional(db.reader()).await?;
    Ok(found.is_some())
}

/// Whether the session with this hash has neither ended nor run out.
pub async fn session_is_live(db: &Db, session: &str, now: Timestamp) -> Result<bool, StoreError> {
    let found: Option<(i64,)> =
        sqlx::query_as("SELECT member_id FROM session WHERE token_hash = $1 AND expires_at > $2")
            .bind(session.to_owned())
            .bind(now.0)
            .fetch_optional(db.reader())
            .await?;
    Ok(found.is_some())
}
