//! The SQL of the words that events and spaces are found by.

use std::collections::BTreeSet;

use app::domain::ids::AccountId;

use super::{sort_name, words_of};
use crate::db::{Write, values_rows};
use crate::error::StoreError;

/// Whose words they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordsOf {
    Event(i64),
    Space(i64),
}

impl WordsOf {
    const fn row(self) -> (&'static str, i64) {
        match self {
            Self::Event(id) => ("event", id),
            Self::Space(id) => ("space", id),
        }
    }
}

/// Makes a row findable by these words, and by no others.
pub async fn replace(
    transaction: &mut Write,
    account: AccountId,
    of: WordsOf,
    words: BTreeSet<String>,
) -> Result<(), StoreError> {
    let (table, id) = of.row();
    let delete = transaction.batch(format!("DELETE FROM {table}_word WHERE {table}_id = $1"));
    sqlx::query(delete).bind(id).execute(&mut **transaction).await?;
    if words.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO {table}_word (account_id, {table}_id, word) VALUES {}",
        values_rows(1, words.len(), &["BIGINT", "BIGINT", "TEXT"])
    );
    let mut query = sqlx::query(transaction.batch(sql));
    for word in words {
        query = query.bind(account.0).bind(id).bind(word);
    }
    query.execute(&mut **transaction).await?;
    Ok(())
}

/// A row whose words are not known yet.
#[derive(sqlx::FromRow)]
struct Unindexed {
    id: i64,
    account_id: i64,
    name: String,
    address: String,
}

/// Rows of one round.
const LIMIT: usize = 200;

/// Makes those events and spaces findable that came by other ways than their forms: an older version, or somebody's own SQL.
/// Returns whether there may be more.
pub async fn index_new(transaction: &mut Write) -> Result<bool, StoreError> {
    // Another process leaves alone what this one has in hand.
    let events = transaction.locking_what_is_free(
        "SELECT id, account_id, name, '' AS address FROM event WHERE is_indexed = 0 ORDER BY id LIMIT 200",
    );
    let events: Vec<Unindexed> = sqlx::query_as(events).fetch_all(&mut **transaction).await?;
    let spaces = transaction.locking_what_is_free(
        "SELECT id, account_id, name, address FROM space WHERE sort_name = '' ORDER BY id LIMIT 200",
    );
    let spaces: Vec<Unindexed> = sqlx::query_as(spaces).fetch_all(&mut **transaction).await?;
    let more = events.len() == LIMIT || spaces.len() == LIMIT;
    for Unindexed { id, account_id, name, .. } in events {
        replace(transaction, AccountId(account_id), WordsOf::Event(id), words_of([name.as_str()])).await?;
        sqlx::query("UPDATE event SET is_indexed = 1 WHERE id = $1").bind(id).execute(&mut **transaction).await?;
    }
    for Unindexed { id, account_id, name, address } in spaces {
        let words = words_of([name.as_str(), address.as_str()]);
        replace(transaction, AccountId(account_id), WordsOf::Space(id), words).await?;
        sqlx::query("UPDATE space SET sort_name = $2 WHERE id = $1")
            .bind(id)
            .bind(sort_name(&name))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(more)
}
