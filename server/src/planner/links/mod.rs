//! Links of a person on an event: of each kind one live link per crew row. Revoked, it is dead for ever; another one has another
//! token.
//!
//! The token is derived from the link's seed and the installation's key, so it can be shown again but is stored nowhere.

mod store;

use app::domain::ids::LinkId;
use app::domain::time::Timestamp;
use app::planner::{LinkKind, LinkState};

pub use store::revoke_all;

use super::store::LockedCrew;
use crate::core::Core;
use crate::db::{Change, Write};
use crate::error::StoreError;
use crate::secret;

/// A link that is not revoked.
#[derive(Clone, Debug)]
pub struct StoredLink {
    pub id: LinkId,
    pub kind: LinkKind,
    seed: String,
    token_hash: String,
}

/// The live links of a crew row.
#[derive(Clone, Debug, Default)]
pub struct StoredLinks {
    pub share: Option<StoredLink>,
    pub rsvp: Option<StoredLink>,
}

impl StoredLink {
    /// From the columns of an outer join: all there, or none.
    pub fn from_columns(
        kind: LinkKind,
        id: Option<i64>,
        seed: Option<String>,
        token_hash: Option<String>,
    ) -> Option<Self> {
        Some(Self { id: LinkId(id?), kind, seed: seed?, token_hash: token_hash? })
    }

    /// Its token; `None` when the installation's key is not the one it was made with, so that it is lost.
    pub fn token(&self, core: &Core) -> Option<String> {
        let token = core.key.link_token(&self.seed);
        (secret::token_hash(&token) == self.token_hash).then_some(token)
    }

    /// Where it leads, if its token is not lost.
    pub fn url(&self, core: &Core) -> Option<String> {
        self.token(core).map(|token| core.link_url(self.kind, &token))
    }
}

impl StoredLinks {
    pub fn of(&self, kind: LinkKind) -> Option<&StoredLink> {
        match kind {
            LinkKind::Share => self.share.as_ref(),
            LinkKind::Rsvp => self.rsvp.as_ref(),
        }
    }

    fn place(&mut self, kind: LinkKind) -> &mut Option<StoredLink> {
        match kind {
            LinkKind::Share => &mut self.share,
            LinkKind::Rsvp => &mut self.rsvp,
        }
    }
}

/// As a crew row shows it.
pub fn state(core: &Core, link: Option<&StoredLink>) -> LinkState {
    link.and_then(|link| Some(LinkState::Live { id: link.id, url: link.url(core)? })).unwrap_or(LinkState::None)
}

/// Makes a link of this kind unless a usable one is live.
pub async fn ensure(
    core: &Core,
    transaction: &mut Write,
    crew: &mut LockedCrew,
    kind: LinkKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let link = crew.links.place(kind);
    if link.as_ref().is_some_and(|link| link.url(core).is_some()) {
        return Ok(());
    }
    // One whose token is lost cannot be shown any more, and two live ones would be one too many to revoke.
    if let Some(lost) = link.take() {
        store::revoke(transaction, lost.id, now).await?;
    }
    let seed = secret::unique();
    let token_hash = secret::token_hash(&core.key.link_token(&seed));
    let id = store::insert(transaction, crew.id, kind, &seed, &token_hash, now).await?;
    *link = Some(StoredLink { id, kind, seed, token_hash });
    store::set_link(transaction, crew.id, kind, Some(id)).await?;
    transaction.changed(Change::Crew(crew.id, crew.event));
    Ok(())
}

/// Ends the live link of this kind, if there is one.
pub async fn revoke(
    transaction: &mut Write,
    crew: &mut LockedCrew,
    kind: LinkKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(link) = crew.links.place(kind).take() else { return Ok(()) };
    store::revoke(transaction, link.id, now).await?;
    store::set_link(transaction, crew.id, kind, None).await?;
    transaction.changed(Change::Crew(crew.id, crew.event));
    Ok(())
}
