//! Portals: one page a contact, with a way to each event that they hold a live link to.
//!
//! A portal is stored nowhere. Its token names the contact and carries a mark that only the installation's key gives for them, so every
//! contact has had one from the moment they were made, and has none once they are deleted. The links it leads to are their own live
//! share links, made again from their seeds as the planner does: what is revoked is not on it at the next look.

mod service;
mod store;

use app::domain::ids::ContactId;
use app::domain::time::Timestamp;
use app::paths;

pub use service::PortalService;

use crate::core::Core;

/// Returns the path of a contact's portal, whose token is the secret.
pub fn path(core: &Core, contact: ContactId, created_at: Timestamp) -> String {
    paths::portal(&format!("{contact}-{}", core.key.portal_mark(&seed(contact, created_at))))
}

/// When the contact was made is a part of it: in another database under the same key (a restored copy that went its own way) the number
/// may be somebody else's.
fn seed(contact: ContactId, created_at: Timestamp) -> String {
    format!("{contact} {}", created_at.0)
}
