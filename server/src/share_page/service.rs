//! Opens a share link. Whoever holds the token may see this one run of show, and nothing else.

use app::domain::ids::{ContactId, CrewId, EventId, ItemId, LinkId};
use app::domain::progress::{Buttons, Progress};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::events::EventStatus;
use app::share_page::{GuestItem, Press, RunOfShow, SharePagePort};
use async_trait::async_trait;

use super::{pressing, store};
use crate::core::Core;
use crate::db::column;
use crate::requests::requests_of_guest;
use crate::zone::Zone;
use crate::{calendar, notes, portal, rsvp, secret};

#[derive(Clone)]
pub struct SharePageService {
    core: Core,
}

impl SharePageService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }
}

/// A stored code of how far an item is. One that is not known says nothing.
pub fn progress(code: &str) -> Progress {
    column::code("progress of an item", code, Progress::from_code, Progress::Planned)
}

#[async_trait]
impl SharePagePort for SharePageService {
    async fn open(&self, token: String) -> Result<RunOfShow, AppError> {
        let guest = store::guest(&self.core.db, &secret::token_hash(&token)).await?.ok_or(AppError::NotFound)?;
        let items = store::items(&self.core.db, guest.event_id, guest.contact_id).await?;
        let notes = notes::of_guest(&self.core.db, EventId(guest.event_id)).await?;
        let requests = requests_of_guest(&self.core.db, EventId(guest.event_id), CrewId(guest.crew_id)).await?;

        let now = self.core.clock.now();
        let zone = Zone::named(&guest.time_zone);
        let buttons = Buttons { start_finish: guest.use_start_finish == 1, done: guest.use_done == 1 };
        let is_cancelled = guest.event_status == EventStatus::Cancelled.code();
        let items = items
            .into_iter()
            .map(|item| {
                let progress = progress(&item.progress);
                let can_press = item.mine == 1 && !is_cancelled;
                let since = item.ended_at.or(item.started_at).filter(|_| progress != Progress::Planned);
                GuestItem {
                    id: ItemId(item.id),
                    starts: zone.moment(Timestamp(item.starts_at), now),
                    minutes: item.minutes.and_then(|minutes| u32::try_from(minutes).ok()),
                    title: item.title,
                    details: item.details,
                    location: item.location,
                    mine: item.mine == 1,
                    progress,
                    since: since.map(|at| zone.moment(Timestamp(at), now).clock),
                    steps: if can_press { progress.steps(buttons, item.started_at.is_some()) } else { Vec::new() },
                }
            })
            .collect();
        Ok(RunOfShow {
            link: LinkId(guest.link_id),
            event: guest.event_name,
            date: zone.date(Timestamp(guest.starts_at)),
            place: guest.place,
            place_address: guest.place_address.filter(|address| !address.is_empty()),
            time_zone: guest.time_zone,
            guest: guest.first_name,
            role: guest.role,
            question: rsvp::question(guest.event_rsvp, &guest.event_status, guest.rsvp.as_deref(), guest.rsvp_note),
            requests,
            notes,
            items,
            calendar: calendar::address(&self.core, LinkId(guest.link_id), &token),
            portal: portal::path(&self.core, ContactId(guest.contact_id), Timestamp(guest.contact_created_at)),
            now,
        })
    }

    async fn press(&self, token: String, press: Press) -> Result<(), AppError> {
        pressing::press(&self.core, &token, &press).await
    }
}
