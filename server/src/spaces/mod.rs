//! The spaces of an account: the list and its search, the form, and what becomes of their events when they are renamed or
//! deleted.

mod checked;
mod service;
mod store;

use app::domain::ids::{AccountId, SpaceId};

pub use service::SpacesService;
pub use store::{deleted, list_sql, names};

use crate::db::Write;
use crate::error::StoreError;
use crate::search_words::sort_name;

/// The space of this name; of several the oldest.
pub async fn find_by_name(
    transaction: &mut Write,
    account: AccountId,
    name: &str,
) -> Result<Option<SpaceId>, StoreError> {
    if name.is_empty() {
        return Ok(None);
    }
    store::named(transaction, account, &sort_name(name)).await
}

/// Keeps others in the account from taking names of spaces until the commit. Before anything else is locked: who renames a
/// space locks its events after this.
pub async fn lock_names(transaction: &mut Write, account: AccountId) -> Result<(), StoreError> {
    store::lock_account(transaction, account).await
}

/// A new space of which nothing else is known yet. The caller holds the names of spaces.
pub async fn add_named(transaction: &mut Write, account: AccountId, name: &str) -> Result<SpaceId, StoreError> {
    let space = checked::CheckedSpace::named(name);
    store::insert(transaction, account, &space, None).await
}
