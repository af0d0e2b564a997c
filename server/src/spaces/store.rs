//! The SQL of spaces. The list is a range of `space_by_name`; a search is a range of `space_word`.

use std::fmt::Write as _;

use app::domain::ids::{AccountId, ContactId, SpaceId};
use app::domain::time::Timestamp;
use sqlx::{AnyConnection, AssertSqlSafe};

use super::checked::CheckedSpace;
use crate::contacts;
use crate::db::{Db, Write};
use crate::error::StoreError;
use crate::search_words::{self, WordsOf, range_end, sort_name, words_of};

/// A space with its contact.
#[derive(sqlx::FromRow)]
pub struct StoredSpace {
    pub id: i64,
    pub name: String,
    pub address: String,
    pub access_notes: String,
    pub capacity: Option<i64>,
    pub revision: i64,
    pub venue_contact_id: Option<i64>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub organisation: Option<String>,
    pub email: Option<String>,
    pub namesakes: i64,
}

impl StoredSpace {
    /// The contact, as the form names it.
    pub fn contact_label(&self) -> Option<String> {
        Some(contacts::label(
            self.venue_contact_id?,
            self.first_name.as_deref()?,
            self.last_name.as_deref()?,
            self.organisation.as_deref()?,
            self.email.as_deref(),
            self.namesakes > 1,
        ))
    }
}

macro_rules! select_spaces {
    ($from:literal, $rest:literal) => {
        concat!(
            "SELECT s.id, s.name, s.address, s.access_notes, s.capacity, s.revision, s.venue_contact_id, \
             k.first_name, k.last_name, k.organisation, k.email, \
             (SELECT COUNT(*) FROM contact n WHERE n.account_id = s.account_id AND n.sort_name = k.sort_name) \
             AS namesakes FROM ",
            $from,
            " LEFT JOIN contact k ON k.id = s.venue_contact_id WHERE s.account_id = $1 AND s.deleted_at IS NULL ",
            $rest
        )
    };
}

/// Rows of the list, and one more.
pub const LIMIT: usize = 201;

/// The text of the list, or of a search for so many words.
pub fn list_sql(words: usize) -> String {
    let mut sql = if words == 0 {
        select_spaces!("space s", "").to_owned()
    } else {
        select_spaces!(
            "(SELECT DISTINCT w.space_id FROM space_word w WHERE w.account_id = $1 AND w.word >= $2 AND w.word < $3) \
             found CROSS JOIN space s",
            "AND s.id = found.space_id "
        )
        .to_owned()
    };
    for word in 1..words {
        let _ = write!(
            sql,
            "AND EXISTS (SELECT 1 FROM space_word x WHERE x.space_id = s.id AND x.word >= ${} AND x.word < ${}) ",
            2 + 2 * word,
            3 + 2 * word
        );
    }
    sql.push_str("ORDER BY s.sort_name, s.id LIMIT 201");
    sql
}

pub async fn list(db: &Db, account: AccountId, words: &[String]) -> Result<Vec<StoredSpace>, StoreError> {
    let mut query = sqlx::query_as(AssertSqlSafe(list_sql(words.len()))).bind(account.0);
    for word in words {
        query = query.bind(word.clone()).bind(range_end(word));
    }
    Ok(query.fetch_all(&mut *db.reader().await?).await?)
}

/// The names of an account's spaces, as a list suggests them.
pub async fn names(db: &Db, account: AccountId) -> Result<Vec<String>, StoreError> {
    let names = sqlx::query_scalar(
        "SELECT name FROM space WHERE account_id = $1 AND deleted_at IS NULL ORDER BY sort_name, id LIMIT 200",
    )
    .bind(account.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(names)
}

pub async fn find(
    connection: &mut AnyConnection,
    account: AccountId,
    space: SpaceId,
) -> Result<Option<StoredSpace>, StoreError> {
    let found = sqlx::query_as(select_spaces!("space s", "AND s.id = $2"))
        .bind(account.0)
        .bind(space.0)
        .fetch_optional(connection)
        .await?;
    Ok(found)
}

/// The same, kept from others until the commit.
pub async fn lock(
    transaction: &mut Write,
    account: AccountId,
    space: SpaceId,
) -> Result<Option<StoredSpace>, StoreError> {
    let lock = transaction.locking("SELECT id FROM space WHERE id = $1 AND account_id = $2");
    sqlx::query(lock).bind(space.0).bind(account.0).execute(&mut **transaction).await?;
    find(transaction, account, space).await
}

/// Locks a space that was deleted, and returns its name; `None` if there is no such space, or it was not deleted.
pub async fn lock_deleted(
    transaction: &mut Write,
    account: AccountId,
    space: SpaceId,
) -> Result<Option<String>, StoreError> {
    let lock =
        transaction.locking("SELECT name FROM space WHERE id = $1 AND account_id = $2 AND deleted_at IS NOT NULL");
    let name = sqlx::query_scalar(lock).bind(space.0).bind(account.0).fetch_optional(&mut **transaction).await?;
    Ok(name)
}

/// Lets those who take names of spaces in one account come one after the other.
pub async fn lock_account(transaction: &mut Write, account: AccountId) -> Result<(), StoreError> {
    let lock = transaction.locking("SELECT id FROM account WHERE id = $1");
    sqlx::query(lock).bind(account.0).execute(&mut **transaction).await?;
    Ok(())
}

/// The space of this folded name; of several the oldest.
pub async fn named(
    transaction: &mut Write,
    account: AccountId,
    sort_name: &str,
) -> Result<Option<SpaceId>, StoreError> {
    let named: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM space WHERE account_id = $1 AND sort_name = $2 AND deleted_at IS NULL ORDER BY id LIMIT 1",
    )
    .bind(account.0)
    .bind(sort_name.to_owned())
    .fetch_optional(&mut **transaction)
    .await?;
    Ok(named.map(SpaceId))
}

/// Whether there is such a space in this account, deleted or not.
pub async fn exists(transaction: &mut Write, account: AccountId, space: SpaceId) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT 1 FROM space WHERE id = $1 AND account_id = $2")
        .bind(space.0)
        .bind(account.0)
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(found.is_some())
}

type Statement<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

fn bind<'q>(statement: Statement<'q>, space: &CheckedSpace, contact: Option<ContactId>) -> Statement<'q> {
    statement
        .bind(space.name.clone())
        .bind(space.address.clone())
        .bind(space.access_notes.clone())
        .bind(space.capacity)
        .bind(contact.map(|contact| contact.0))
        .bind(sort_name(&space.name))
}

pub async fn insert(
    transaction: &mut Write,
    account: AccountId,
    space: &CheckedSpace,
    contact: Option<ContactId>,
) -> Result<SpaceId, StoreError> {
    let insert = sqlx::query(
        "INSERT INTO space (account_id, name, address, access_notes, capacity, venue_contact_id, sort_name) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
    );
    let row = bind(insert.bind(account.0), space, contact).fetch_one(&mut **transaction).await?;
    let id: i64 = sqlx::Row::try_get(&row, 0)?;
    index(transaction, account, SpaceId(id), space).await?;
    Ok(SpaceId(id))
}

pub async fn update(
    transaction: &mut Write,
    account: AccountId,
    id: SpaceId,
    space: &CheckedSpace,
    contact: Option<ContactId>,
) -> Result<(), StoreError> {
    let update = sqlx::query(
        "UPDATE space SET name = $3, address = $4, access_notes = $5, capacity = $6, venue_contact_id = $7, \
         sort_name = $8, revision = revision + 1 WHERE id = $1 AND account_id = $2",
    );
    bind(update.bind(id.0).bind(account.0), space, contact).execute(&mut **transaction).await?;
    index(transaction, account, id, space).await
}

async fn index(
    transaction: &mut Write,
    account: AccountId,
    id: SpaceId,
    space: &CheckedSpace,
) -> Result<(), StoreError> {
    let words = words_of([space.name.as_str(), space.address.as_str()]);
    search_words::replace(transaction, account, WordsOf::Space(id.0), words).await
}

/// Deletes or restores; returns whether it was otherwise until now.
pub async fn set_deleted(
    transaction: &mut Write,
    account: AccountId,
    space: SpaceId,
    at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "UPDATE space SET deleted_at = $3, revision = revision + 1 WHERE id = $1 AND account_id = $2 \
         AND CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END <> CASE WHEN CAST($3 AS BIGINT) IS NULL THEN 0 ELSE 1 END",
    )
    .bind(space.0)
    .bind(account.0)
    .bind(at.map(|at| at.0))
    .execute(&mut **transaction)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Raises the revision of the events that are held there; returns them.
pub async fn touch_events(transaction: &mut Write, space: SpaceId) -> Result<Vec<i64>, StoreError> {
    let events = sqlx::query_scalar("UPDATE event SET revision = revision + 1 WHERE space_id = $1 RETURNING id")
        .bind(space.0)
        .fetch_all(&mut **transaction)
        .await?;
    Ok(events)
}

/// The spaces that were deleted since then: id, name, when.
pub async fn deleted(db: &Db, account: AccountId, since: Timestamp) -> Result<Vec<(i64, String, i64)>, StoreError> {
    let deleted = sqlx::query_as(
        "SELECT id, name, deleted_at FROM space \
         WHERE account_id = $1 AND deleted_at >= $2 AND deleted_at IS NOT NULL ORDER BY deleted_at DESC LIMIT 200",
    )
    .bind(account.0)
    .bind(since.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(deleted)
}
