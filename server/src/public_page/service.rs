//! Opens public links, and makes and ends them for members, within the caller's account: another's event is `NotFound`.

use app::backend::Caller;
use app::domain::ids::{EventId, PublicLinkId};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::paths;
use app::public_page::{LiveLink, PublicItem, PublicLink, PublicPagePort, PublicShow};
use async_trait::async_trait;

use super::store::{self, StoredLink};
use crate::core::Core;
use crate::db::Write;
use crate::events;
use crate::requests::lock_event;
use crate::secret;
use crate::zone::Zone;

#[derive(Clone)]
pub struct PublicPageService {
    core: Core,
}

impl PublicPageService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    fn live(&self, stored: &StoredLink) -> LiveLink {
        let token = self.core.key.public_token(&stored.seed);
        let is_it = secret::token_hash(&token) == stored.token_hash;
        let url = is_it.then(|| format!("{}{}", self.core.config.base_url, paths::public_page(&token)));
        LiveLink { id: PublicLinkId(stored.id), url }
    }

    /// Begins to change an event's link; returns the one that is live.
    async fn begin(&self, caller: &Caller, event: EventId) -> Result<(Write, Option<StoredLink>), AppError> {
        let mut write = self.core.db.write().await?;
        if !lock_event(&mut write, caller.account, event).await? {
            return Err(AppError::NotFound);
        }
        let live = store::link(&mut write, event).await?;
        Ok((write, live))
    }
}

#[async_trait]
impl PublicPagePort for PublicPageService {
    async fn open(&self, token: String) -> Result<PublicShow, AppError> {
        let found = store::event(&self.core.db, &secret::token_hash(&token)).await?.ok_or(AppError::NotFound)?;
        let now = self.core.clock.now();
        let zone = Zone::named(&found.time_zone);
        let items = store::items(&self.core.db, EventId(found.id)).await?.into_iter().map(|item| PublicItem {
            starts: zone.moment(Timestamp(item.starts_at), now),
            minutes: item.minutes.and_then(|minutes| u32::try_from(minutes).ok()),
            title: item.title,
            location: item.location,
        });
        Ok(PublicShow {
            items: items.collect(),
            event: found.name,
            status: events::status(&found.status),
            date: zone.date(Timestamp(found.starts_at)),
            place: found.place,
            place_address: found.place_address.filter(|address| !address.is_empty()),
            time_zone: found.time_zone,
            now,
        })
    }

    async fn link(&self, caller: &Caller, event: EventId) -> Result<PublicLink, AppError> {
        let name = events::name_of(&self.core.db, caller.account, event).await?.ok_or(AppError::NotFound)?;
        let live = store::link(&mut *self.core.db.reader().await?, event).await?;
        Ok(PublicLink { event, name, live: live.map(|stored| self.live(&stored)) })
    }

    async fn make(&self, caller: &Caller, event: EventId, replaces: Option<PublicLinkId>) -> Result<(), AppError> {
        let (mut write, live) = self.begin(caller, event).await?;
        if live.map(|live| PublicLinkId(live.id)) != replaces {
            return Ok(());
        }
        let seed = secret::unique();
        let token_hash = secret::token_hash(&self.core.key.public_token(&seed));
        store::delete(&mut write, event).await?;
        store::insert(&mut write, event, &seed, &token_hash, self.core.clock.now()).await?;
        write.commit().await?;
        Ok(())
    }

    async fn revoke(&self, caller: &Caller, event: EventId) -> Result<(), AppError> {
        let (mut write, _) = self.begin(caller, event).await?;
        store::delete(&mut write, event).await?;
        write.commit().await?;
        Ok(())
    }
}
