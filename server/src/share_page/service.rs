//! Opens a share link. Whoever holds the token may see this one run of show, and nothing else.

use app::domain::ids::{CrewId, EventId, LinkId};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::share_page::{GuestItem, RunOfShow, SharePagePort};
use async_trait::async_trait;

use super::store;
use crate::core::Core;
use crate::requests::requests_of_guest;
use crate::zone::Zone;
use crate::{calendar, rsvp, secret};

#[derive(Clone)]
pub struct SharePageService {
    core: Core,
}

impl SharePageService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }
}

#[async_trait]
impl SharePagePort for SharePageService {
    async fn open(&self, token: String) -> Result<RunOfShow, AppError> {
        let guest = store::guest(&self.core.db, &secret::token_hash(&token)).await?.ok_or(AppError::NotFound)?;
        let items = store::items(&self.core.db, guest.event_id, guest.contact_id).await?;
        let requests = requests_of_guest(&self.core.db, EventId(guest.event_id), CrewId(guest.crew_id)).await?;

        let now = self.core.clock.now();
        let zone = Zone::named(&guest.time_zone);
        let items = items
            .into_iter()
            .map(|item| GuestItem {
                starts: zone.moment(Timestamp(item.starts_at), now),
                minutes: item.minutes.and_then(|minutes| u32::try_from(minutes).ok()),
                title: item.title,
                details: item.details,
                location: item.location,
                mine: item.mine == 1,
            })
            .collect();
        Ok(RunOfShow {
            event: guest.event_name,
            date: zone.date(Timestamp(guest.starts_at)),
            place: guest.place,
            place_address: guest.place_address.filter(|address| !address.is_empty()),
            time_zone: guest.time_zone,
            guest: guest.first_name,
            role: guest.role,
            question: rsvp::question(guest.event_rsvp, &guest.event_status, guest.rsvp.as_deref(), guest.rsvp_note),
            requests,
            items,
            calendar: calendar::address(&self.core, LinkId(guest.link_id), &token),
            now,
        })
    }
}
