//! Tracked emails as the live channel needs them: by id, or the newest of a contact.

use app::domain::ids::{AccountId, ContactId};
use app::emails::EmailRow;

use super::store;
use crate::core::Core;
use crate::error::StoreError;

/// Those of the emails that exist, of any account.
pub async fn rows(core: &Core, ids: &[i64]) -> Result<Vec<EmailRow>, StoreError> {
    let now = core.clock.now();
    Ok(store::emails(&core.db, ids).await?.into_iter().map(|email| email.into_row(now)).collect())
}

/// The newest emails of a contact of this account.
pub async fn newest_rows(
    core: &Core,
    account: AccountId,
    contact: ContactId,
    count: u32,
) -> Result<Vec<EmailRow>, StoreError> {
    let now = core.clock.now();
    let stored = store::newest(&core.db, account, contact, count).await?;
    Ok(stored.into_iter().map(|email| email.into_row(now)).collect())
}
