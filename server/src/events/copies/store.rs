//! The SQL of copies and templates. The caller knows whose the event is.

use std::collections::HashMap;

use app::domain::ids::{AccountId, ContactId, EventId};
use app::domain::time::Timestamp;

use crate::db::{Db, Write, placeholders, values_rows};
use crate::error::StoreError;
use crate::search_words::{self, WordsOf, words_of};

#[derive(sqlx::FromRow)]
struct StoredItem {
    id: i64,
    starts_at: i64,
    minutes: Option<i64>,
    title: String,
    details: String,
    location: String,
    private: i64,
    pinned: i64,
    tie: i64,
}

/// Gives a template another name. The caller holds the lock.
pub async fn rename(
    transaction: &mut Write,
    account: AccountId,
    template: EventId,
    name: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE event SET name = $3, revision = revision + 1 WHERE id = $1 AND account_id = $2 AND is_template = 1",
    )
    .bind(template.0)
    .bind(account.0)
    .bind(name.to_owned())
    .execute(&mut **transaction)
    .await?;
    search_words::replace(transaction, account, WordsOf::Event(template.0), words_of([name])).await
}

/// Rows of one statement: below every engine's limit of parameters.
const CHUNK: usize = 200;

/// Copies the items of an event that are there; returns which item became which.
pub async fn copy_items(
    transaction: &mut Write,
    from: EventId,
    to: EventId,
    moved: impl Fn(i64) -> i64,
) -> Result<HashMap<i64, i64>, StoreError> {
    let items: Vec<StoredItem> = sqlx::query_as(
        "SELECT id, starts_at, minutes, title, details, location, private, pinned, tie FROM item \
         WHERE event_id = $1 AND deleted_at IS NULL ORDER BY starts_at, tie, id",
    )
    .bind(from.0)
    .fetch_all(&mut **transaction)
    .await?;
    let mut copies = HashMap::with_capacity(items.len());
    for chunk in items.chunks(CHUNK) {
        let types = ["BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT"];
        let sql = transaction.batch(format!(
            "INSERT INTO item (event_id, starts_at, minutes, title, details, location, private, pinned, tie) \
             VALUES {} RETURNING id",
            values_rows(1, chunk.len(), &types)
        ));
        let mut query = sqlx::query_scalar::<_, i64>(sql);
        for item in chunk {
            query = query
                .bind(to.0)
                .bind(moved(item.starts_at))
                .bind(item.minutes)
                .bind(item.title.clone())
                .bind(item.details.clone())
                .bind(item.location.clone())
                .bind(item.private)
                .bind(item.pinned)
                .bind(item.tie);
        }
        let mut ids = query.fetch_all(&mut **transaction).await?;
        // Both engines draw identities in the order of a VALUES list, so ascending ids are that order.
        ids.sort_unstable();
        copies.extend(chunk.iter().map(|item| item.id).zip(ids));
    }
    Ok(copies)
}

/// Gives the copies of items to those who own the items.
pub async fn copy_assignments(
    transaction: &mut Write,
    from: EventId,
    items: &HashMap<i64, i64>,
) -> Result<(), StoreError> {
    let owners: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT a.item_id, a.contact_id FROM item i JOIN assignment a ON a.item_id = i.id \
         JOIN crew cr ON cr.event_id = i.event_id AND cr.contact_id = a.contact_id \
         WHERE i.event_id = $1 AND i.deleted_at IS NULL AND cr.deleted_at IS NULL ORDER BY a.item_id, a.contact_id",
    )
    .bind(from.0)
    .fetch_all(&mut **transaction)
    .await?;
    let copies: Vec<(i64, i64)> =
        owners.into_iter().filter_map(|(item, contact)| Some((*items.get(&item)?, contact))).collect();
    for chunk in copies.chunks(CHUNK) {
        let sql = transaction.batch(format!(
            "INSERT INTO assignment (item_id, contact_id) VALUES {}",
            values_rows(1, chunk.len(), &["BIGINT", "BIGINT"])
        ));
        let mut query = sqlx::query(sql);
        for (item, contact) in chunk {
            query = query.bind(*item).bind(*contact);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

/// Puts the people who are on an event on another one, with their roles and nothing else; returns them.
pub async fn copy_crew(
    transaction: &mut Write,
    from: EventId,
    to: EventId,
    now: Timestamp,
) -> Result<Vec<ContactId>, StoreError> {
    let mut contacts: Vec<i64> = sqlx::query_scalar(
        "INSERT INTO crew (account_id, event_id, contact_id, role, created_at) \
         SELECT account_id, CAST($2 AS BIGINT), contact_id, role, CAST($3 AS BIGINT) FROM crew \
         WHERE event_id = $1 AND deleted_at IS NULL ORDER BY id RETURNING contact_id",
    )
    .bind(from.0)
    .bind(to.0)
    .bind(now.0)
    .fetch_all(&mut **transaction)
    .await?;
    // How many events they are on. Locked in the order of their ids first: an update has no order, and two of them would wait
    // for each other.
    contacts.sort_unstable();
    for chunk in contacts.chunks(CHUNK) {
        let lock = transaction.locking_batch(format!(
            "SELECT id FROM contact WHERE id IN ({}) ORDER BY id",
            placeholders(1, chunk.len())
        ));
        let mut query = sqlx::query(lock);
        for contact in chunk {
            query = query.bind(*contact);
        }
        query.execute(&mut **transaction).await?;
        let sql = transaction.batch(format!(
            "UPDATE contact SET revision = revision + 1 WHERE id IN ({})",
            placeholders(1, chunk.len())
        ));
        let mut query = sqlx::query(sql);
        for contact in chunk {
            query = query.bind(*contact);
        }
        query.execute(&mut **transaction).await?;
    }
    Ok(contacts.into_iter().map(ContactId).collect())
}

#[derive(sqlx::FromRow)]
pub struct StoredTemplate {
    pub id: i64,
    pub name: String,
    pub place: Option<String>,
    pub items: i64,
}

pub async fn templates(db: &Db, account: AccountId) -> Result<Vec<StoredTemplate>, StoreError> {
    let templates = sqlx::query_as(
        "SELECT v.id, v.name, s.name AS place, \
         (SELECT COUNT(*) FROM item i WHERE i.event_id = v.id AND i.deleted_at IS NULL) AS items \
         FROM event v LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         WHERE v.account_id = $1 AND v.is_template = 1 AND v.deleted_at IS NULL ORDER BY v.id LIMIT 200",
    )
    .bind(account.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(templates)
}
