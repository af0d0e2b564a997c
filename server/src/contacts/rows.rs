//! Contacts as the head of their pages shows them: one of an account, or some by id.

use app::contacts::ContactHeader;
use app::domain::ids::{AccountId, ContactId};

use super::display_name;
use super::store::{self, StoredContact};
use crate::core::Core;
use crate::db::column;
use crate::emails::row::revision;
use crate::emails::suppressions;
use crate::error::StoreError;

/// A contact of this account.
pub async fn header(core: &Core, account: AccountId, contact: ContactId) -> Result<Option<ContactHeader>, StoreError> {
    Ok(store::contact(&core.db, account, contact).await?.map(of_stored))
}

/// Those of the contacts that exist, of any account.
pub async fn headers(core: &Core, ids: &[i64]) -> Result<Vec<ContactHeader>, StoreError> {
    Ok(store::contacts(&core.db, ids).await?.into_iter().map(of_stored).collect())
}

fn of_stored(stored: StoredContact) -> ContactHeader {
    ContactHeader {
        id: ContactId(stored.id),
        name: display_name(&stored.first_name, &stored.last_name),
        organisation: stored.organisation,
        role: stored.role,
        address: stored.email,
        blocked: suppressions::cause(stored.cause.as_deref()),
        events: count(stored.events),
        emails: count(stored.email_count),
        revision: revision(stored.revision),
        details_revision: revision(stored.details_revision),
    }
}

/// A column that counts.
pub(super) fn count(stored: i64) -> u64 {
    column::number("count", stored)
}
