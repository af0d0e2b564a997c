//! The SQL of contacts as other forms name them: ranges of `contact_by_name`.

use app::domain::ids::AccountId;

use crate::db::{Db, Write};
use crate::error::StoreError;

#[derive(sqlx::FromRow)]
pub struct Named {
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub email: Option<String>,
    pub sort_name: String,
}

/// The contacts of this folded name.
pub async fn named(transaction: &mut Write, account: AccountId, sort_name: &str) -> Result<Vec<Named>, StoreError> {
    let named = sqlx::query_as(
        "SELECT id, first_name, last_name, organisation, email, sort_name FROM contact \
         WHERE account_id = $1 AND sort_name = $2 ORDER BY id LIMIT 50",
    )
    .bind(account.0)
    .bind(sort_name.to_owned())
    .fetch_all(&mut **transaction)
    .await?;
    Ok(named)
}

/// The first contacts by name.
pub async fn first(db: &Db, account: AccountId) -> Result<Vec<Named>, StoreError> {
    let first = sqlx::query_as(
        "SELECT id, first_name, last_name, organisation, email, sort_name FROM contact \
         WHERE account_id = $1 ORDER BY sort_name, id LIMIT 300",
    )
    .bind(account.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(first)
}
