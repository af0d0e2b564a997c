//! Opens a portal. Whoever holds its token sees one contact's events, and nothing else.

use app::domain::ids::ContactId;
use app::domain::time::Timestamp;
use app::error::AppError;
use app::planner::LinkKind;
use app::portal::{Portal, PortalEvent, PortalPort};
use async_trait::async_trait;

use super::{seed, store};
use crate::core::Core;
use crate::events;
use crate::planner::StoredLink;
use crate::zone::Zone;

#[derive(Clone)]
pub struct PortalService {
    core: Core,
}

impl PortalService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// As the portal shows it; `None` if the link's token is lost, so that nothing leads there.
    fn event(&self, stored: store::StoredEvent, now: Timestamp) -> Option<PortalEvent> {
        let link = StoredLink::from_columns(
            LinkKind::Share,
            Some(stored.link_id),
            Some(stored.link_seed),
            Some(stored.link_hash),
        )?;
        let zone = Zone::named(&stored.time_zone);
        let starts = Timestamp(stored.starts_at);
        Some(PortalEvent {
            token: link.token(&self.core)?,
            name: stored.name,
            status: events::status(&stored.status),
            starts,
            date: zone.date(starts),
            clock: zone.moment(starts, now).clock,
            place: stored.place,
        })
    }
}

#[async_trait]
impl PortalPort for PortalService {
    async fn open(&self, token: String) -> Result<Portal, AppError> {
        let (contact, mark) = token.split_once('-').ok_or(AppError::NotFound)?;
        let contact: ContactId = contact.parse().map_err(|_| AppError::NotFound)?;
        let (guest, created_at) = store::contact(&self.core.db, contact).await?.ok_or(AppError::NotFound)?;
        if !self.core.key.is_portal_mark(&seed(contact, Timestamp(created_at)), mark) {
            return Err(AppError::NotFound);
        }
        let now = self.core.clock.now();
        let (mut past, upcoming): (Vec<_>, Vec<_>) =
            store::events(&self.core.db, contact).await?.into_iter().partition(|event| event.ends_at <= now.0);
        past.reverse();
        let shown = |events: Vec<_>| events.into_iter().filter_map(|event| self.event(event, now)).collect();
        Ok(Portal { guest, upcoming: shown(upcoming), past: shown(past) })
    }
}
