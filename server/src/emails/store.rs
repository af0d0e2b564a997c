//! The SQL of the email history. Every statement is scoped by account and reads a range of `email_of_contact`.

use app::domain::cursor::TimeCursor;
use app::domain::ids::{AccountId, ContactId};
use app::domain::time::Timestamp;
use app::emails::PAGE_ROWS;
use sqlx::AssertSqlSafe;

use super::row::{StoredEmail, select_emails};
use crate::db::{Db, chunks, placeholders};
use crate::error::StoreError;

/// How many tracked emails the contact has; `None` if it is not this account's.
pub async fn count(db: &Db, account: AccountId, contact: ContactId) -> Result<Option<i64>, StoreError> {
    let count = sqlx::query_scalar("SELECT email_count FROM contact WHERE id = $1 AND account_id = $2")
        .bind(contact.0)
        .bind(account.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(count)
}

/// One page of a contact's emails and one row more, newest first. The limit stands in the text of every list: SQLite
/// prepares a statement anew at each run when its `LIMIT` is bound.
pub const PAGE: &str = select_emails!(
    "(SELECT c.email_count FROM contact c WHERE c.id = e.contact_id) AS total, ",
    "WHERE e.contact_id = $1 AND e.account_id = $2 AND (e.created_at, e.id) < ($3, $4) \
     ORDER BY e.created_at DESC, e.id DESC LIMIT 26"
);
const _: () = assert!(PAGE_ROWS + 1 == 26);

/// An email of a page, with the number of all that its contact has.
#[derive(sqlx::FromRow)]
pub struct PageRow {
    #[sqlx(flatten)]
    pub email: StoredEmail,
    pub total: i64,
}

/// The emails after `after`, newest first: a page, and one row more when there is another page.
pub async fn page(
    db: &Db,
    account: AccountId,
    contact: ContactId,
    after: Option<TimeCursor>,
) -> Result<Vec<PageRow>, StoreError> {
    let after = after.unwrap_or(TimeCursor { at: Timestamp(i64::MAX), id: i64::MAX });
    let rows = sqlx::query_as(PAGE)
        .bind(contact.0)
        .bind(account.0)
        .bind(after.at.0)
        .bind(after.id)
        .fetch_all(&mut *db.reader().await?)
        .await?;
    Ok(rows)
}

/// The newest emails of a contact, `count` of them. Few different counts are asked for, so few texts are prepared.
pub async fn newest(
    db: &Db,
    account: AccountId,
    contact: ContactId,
    count: u32,
) -> Result<Vec<StoredEmail>, StoreError> {
    let sql = format!(
        "{}{count}",
        select_emails!("WHERE e.contact_id = $1 AND e.account_id = $2 ORDER BY e.created_at DESC, e.id DESC LIMIT ")
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(contact.0).bind(account.0).fetch_all(&mut *db.reader().await?).await?)
}

/// Those of the emails that exist, of any account.
pub async fn emails(db: &Db, ids: &[i64]) -> Result<Vec<StoredEmail>, StoreError> {
    let mut emails = Vec::with_capacity(ids.len());
    for chunk in chunks(ids) {
        let sql = format!("{}({})", select_emails!("WHERE e.id IN "), placeholders(1, chunk.len()));
        let mut query = sqlx::query_as(db.batch(sql));
        for id in chunk {
            query = query.bind(id);
        }
        emails.extend(query.fetch_all(&mut *db.reader().await?).await?);
    }
    Ok(emails)
}
