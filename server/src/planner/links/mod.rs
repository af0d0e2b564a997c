//! Share links: one live link per crew row. Revoked, it is dead for ever; another one has another token.
//!
//! The token is derived from the link's seed and the installation's key, so it can be shown again but is stored nowhere.

mod store;

use app::domain::ids::LinkId;
use app::domain::time::Timestamp;
use app::planner::LinkState;

use super::store::LockedCrew;
use crate::core::Core;
use crate::db::{Change, Write};
use crate::error::StoreError;
use crate::secret;

/// A link that is not revoked.
#[derive(Clone, Debug)]
pub struct StoredLink {
    pub id: LinkId,
    seed: String,
    token_hash: String,
}

impl StoredLink {
    /// From the columns of an outer join: all there, or none.
    pub fn from_columns(id: Option<i64>, seed: Option<String>, token_hash: Option<String>) -> Option<Self> {
        Some(Self { id: LinkId(id?), seed: seed?, token_hash: token_hash? })
    }

    /// Where it leads; `None` when the installation's key is not the one it was made with, so that its token is lost.
    pub fn url(&self, core: &Core) -> Option<String> {
        let token = core.key.link_token(&self.seed);
        (secret::token_hash(&token) == self.token_hash).then(|| core.share_url(&token))
    }
}

/// As a crew row shows it.
pub fn state(core: &Core, link: Option<&StoredLink>) -> LinkState {
    link.and_then(|link| Some(LinkState::Live { id: link.id, url: link.url(core)? })).unwrap_or(LinkState::None)
}

/// Makes a link unless a usable one is live.
pub async fn ensure(
    core: &Core,
    transaction: &mut Write,
    crew: &mut LockedCrew,
    now: Timestamp,
) -> Result<(), StoreError> {
    if crew.link.as_ref().is_some_and(|link| link.url(core).is_some()) {
        return Ok(());
    }
    // One whose token is lost cannot be shown any more, and two live ones would be one too many to revoke.
    if let Some(lost) = crew.link.take() {
        store::revoke(transaction, lost.id, now).await?;
    }
    let seed = secret::unique();
    let token_hash = secret::token_hash(&core.key.link_token(&seed));
    let id = store::insert(transaction, crew.id, &seed, &token_hash, now).await?;
    crew.link = Some(StoredLink { id, seed, token_hash });
    store::set_link(transaction, crew.id, Some(id)).await?;
    transaction.changed(Change::Crew(crew.id, crew.event));
    Ok(())
}

/// Ends the live link, if there is one.
pub async fn revoke(transaction: &mut Write, crew: &mut LockedCrew, now: Timestamp) -> Result<(), StoreError> {
    let Some(link) = crew.link.take() else { return Ok(()) };
    store::revoke(transaction, link.id, now).await?;
    store::set_link(transaction, crew.id, None).await?;
    transaction.changed(Change::Crew(crew.id, crew.event));
    Ok(())
}
