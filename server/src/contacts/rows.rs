//! Contacts as the head of their pages shows them: one of an account, or some by id.

use app::contacts::ContactHeader;
use app::domain::ids::{AccountId, ContactId};

use super::display_name;
use super::store::{self, StoredContact};
use crate::core::Core;
use crate::emails::row::revision;
use crate::emails::suppressions;
use crate::error::StoreError;

/// A contact of this account.
pub async fn header(core: &Core, account: AccountId, contact: ContactId) -> Result<Option<ContactHeader>, StoreError> {
    store::contact(&core.db, account, contact).await?.map(of_stored).transpose()
}

/// Those of the contacts that exist, of any account.
pub async fn headers(core: &Core, ids: &[i64]) -> Result<Vec<ContactHeader>, StoreError> {
    store::contacts(&core.db, ids).await?.into_iter().map(of_stored).collect()
}

fn of_stored(stored: StoredContact) -> Result<ContactHeader, StoreError> {
    Ok(ContactHeader {
        id: ContactId(stored.id),
        name: display_name(&stored.first_name, &stored.last_name),
        organisation: stored.organisation,
        role: stored.role,
        address: stored.email,
        blocked: suppressions::cause(stored.cause)?,
        events: count(stored.events)?,
        emails: count(stored.email_count)?,
        revision: revision(stored.revision)?,
        details_revision: revision(stored.details_revision)?,
    })
}

/// A column that counts.
pub(super) fn count(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| StoreError::corrupt("count", stored))
}
