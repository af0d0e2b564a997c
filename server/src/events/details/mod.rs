//! The form of an event: what stands in it, and what becomes of what was typed.
//!
//! A form is saved against the version that it was filled from. Contacts and spaces that it names and that are not there yet
//! are made in the same transaction.

mod checked;
pub(super) mod store;

use app::backend::Caller;
use app::domain::ids::{AccountId, ContactId, EventId, IdempotencyKey, SpaceId};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::events::{EventForm, EventFormPage, EventStatus, SaveEventOptions};

use self::checked::CheckedEvent;
pub use self::checked::{MAX_DAYS, day, guests, name};
use self::store::{NewEvent, StoredDetails};
use super::{deleting, moving};
use crate::contacts::{self, Party};
use crate::core::Core;
use crate::db::Write;
use crate::emails::row::revision;
use crate::error::StoreError;
use crate::receipts::{Claim, Receipt};
use crate::run_of_show::Editor;
use crate::zone::{WallClock, Zone};
use crate::{spaces, time_zones};

/// The form of an event, or of a new one.
pub async fn page(core: &Core, caller: &Caller, event: Option<EventId>) -> Result<EventFormPage, AppError> {
    let db = &core.db;
    let (form, revision, is_deleted, date) = match event {
        Some(event) => {
            let stored = store::find(&mut *db.reader().await?, caller.account, event).await?;
            let stored = stored.filter(|stored| stored.is_template == 0).ok_or(AppError::NotFound)?;
            let date = Zone::named(&stored.time_zone).date(Timestamp(stored.starts_at));
            (form_of(&stored), revision(stored.details_revision), stored.deleted_at.is_some(), date)
        }
        None => (new_form(core, caller.account).await?, 0, false, String::new()),
    };
    let zones = time_zones::names();
    let (spaces, contacts) =
        (spaces::names(db, caller.account).await?, contacts::suggestions(db, caller.account).await?);
    Ok(EventFormPage { form, revision, is_deleted, date, zones, spaces, contacts })
}

async fn new_form(core: &Core, account: AccountId) -> Result<EventForm, StoreError> {
    let zone = store::last_time_zone(&core.db, account).await?;
    Ok(EventForm {
        time_zone: zone.unwrap_or_else(|| time_zones::UTC.to_owned()),
        status: EventStatus::Enquiry.code().to_owned(),
        use_start_finish: true,
        use_done: true,
        ..EventForm::default()
    })
}

fn form_of(stored: &StoredDetails) -> EventForm {
    let zone = Zone::named(&stored.time_zone);
    let (starts, starts_which) = shown(&zone, Timestamp(stored.starts_at));
    let (ends, ends_which) = shown(&zone, Timestamp(stored.ends_at));
    EventForm {
        name: stored.name.clone(),
        starts,
        starts_which,
        ends,
        ends_which,
        time_zone: stored.time_zone.clone(),
        status: super::status(&stored.status).code().to_owned(),
        space: stored.space.clone().unwrap_or_default(),
        pax: stored.pax.map(|pax| pax.to_string()).unwrap_or_default(),
        client: stored.client_label().unwrap_or_default(),
        organiser: stored.organiser_label().unwrap_or_default(),
        rsvp: stored.rsvp == 1,
        use_start_finish: stored.use_start_finish == 1,
        use_done: stored.use_done == 1,
        move_items: true,
    }
}

/// A time as its field shows it, and which one it is where the clock shows it twice.
fn shown(zone: &Zone, at: Timestamp) -> (String, String) {
    let clock = zone.wall_clock(at);
    let which = match zone.at_wall_clock(clock) {
        WallClock::Twice { first, .. } => {
            if at == first {
                "first"
            } else {
                "second"
            }
        }
        WallClock::Once(_) | WallClock::Never { .. } => "",
    };
    (clock.strftime("%Y-%m-%dT%H:%M").to_string(), which.to_owned())
}

pub async fn create(
    core: &Core,
    caller: &Caller,
    form: EventForm,
    key: Option<IdempotencyKey>,
) -> Result<EventId, AppError> {
    let checked = CheckedEvent::check(&form)?;
    let now = core.clock.now();
    let mut transaction = core.db.write().await?;
    let receipt = match key {
        Some(key) => match Receipt::claim(&mut transaction, caller.account, "create_event", &key, &form, now).await? {
            Claim::New(receipt) => Some(receipt),
            Claim::Made(event) => return Ok(EventId(event)),
        },
        None => None,
    };
    if !checked.space.is_empty() {
        spaces::lock_names(&mut transaction, caller.account).await?;
    }
    let parties = Parties::find(&mut transaction, caller.account, &checked).await?;
    let parties = parties.settle(&mut transaction, caller.account, &checked, now).await?;
    let event = store::insert(&mut transaction, caller.account, &new_event(&checked, &parties), now).await?;
    if let Some(receipt) = receipt {
        receipt.settle(&mut transaction, event.0).await?;
    }
    transaction.commit().await?;
    Ok(event)
}

fn new_event<'a>(checked: &'a CheckedEvent, parties: &Settled) -> NewEvent<'a> {
    NewEvent {
        name: &checked.name,
        status: checked.status,
        starts_at: checked.starts_at,
        ends_at: checked.ends_at,
        time_zone: &checked.time_zone,
        space: parties.space,
        pax: checked.pax,
        client: parties.client,
        organiser: parties.organiser,
        rsvp: checked.rsvp,
        use_start_finish: checked.use_start_finish,
        use_done: checked.use_done,
        is_template: false,
    }
}

pub async fn save(
    core: &Core,
    caller: &Caller,
    event: EventId,
    form: EventForm,
    options: SaveEventOptions,
) -> Result<(), AppError> {
    let account = caller.account;
    let mut transaction = core.db.write().await?;
    if !form.space.trim().is_empty() {
        spaces::lock_names(&mut transaction, account).await?;
    }
    // Whose it is comes before what is wrong with it.
    let stored = store::lock(&mut transaction, account, event).await?.filter(|stored| stored.is_template == 0);
    let stored = stored.ok_or(AppError::NotFound)?;
    let is_deleted = stored.deleted_at.is_some();
    if is_deleted && !options.restore {
        return Err(AppError::invalid("", "This event was deleted meanwhile. Restore it to keep what you typed."));
    }
    let checked = CheckedEvent::check(&form)?;
    let now = core.clock.now();
    let parties = Parties::find(&mut transaction, account, &checked).await?;
    if revision(stored.details_revision) != options.revision {
        // The same form twice is one save, also when the first answer was lost.
        let is_saved = !is_deleted && parties.are_those_of(&stored) && checked.is_saved_in(&stored);
        return if is_saved { Ok(()) } else { Err(AppError::Conflict) };
    }
    if is_deleted {
        deleting::restore(&mut transaction, account, event).await?;
    }
    let parties = parties.settle(&mut transaction, account, &checked, now).await?;
    store::update(&mut transaction, account, event, &new_event(&checked, &parties)).await?;
    let (from, to) = (Zone::named(&stored.time_zone), Zone::named(&checked.time_zone));
    let days = if checked.move_items {
        moving::days_between(from.wall_clock(Timestamp(stored.starts_at)), to.wall_clock(checked.starts_at))
    } else {
        0
    };
    if days != 0 || stored.time_zone != checked.time_zone {
        let editor = Editor { member: caller.member, now };
        moving::move_items(&mut transaction, event, editor, (&from, &to), days).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Says that the event does not take place.
pub async fn cancel(core: &Core, caller: &Caller, event: EventId) -> Result<(), AppError> {
    let mut transaction = core.db.write().await?;
    if !store::set_status(&mut transaction, caller.account, event, EventStatus::Cancelled).await? {
        return Err(AppError::NotFound);
    }
    transaction.commit().await?;
    Ok(())
}

/// Who and where an event is for, as it was typed.
struct Parties {
    /// `None` of a space that is not there yet, and of none.
    space: Option<SpaceId>,
    client: Party,
    organiser: Party,
}

/// The same, with what was new made.
struct Settled {
    space: Option<SpaceId>,
    client: Option<ContactId>,
    organiser: Option<ContactId>,
}

impl Parties {
    async fn find(transaction: &mut Write, account: AccountId, checked: &CheckedEvent) -> Result<Self, AppError> {
        Ok(Self {
            space: spaces::find_by_name(transaction, account, &checked.space).await?,
            client: contacts::find_by_name(transaction, account, "client", &checked.client).await?,
            organiser: contacts::find_by_name(transaction, account, "organiser", &checked.organiser).await?,
        })
    }

    async fn settle(
        self,
        transaction: &mut Write,
        account: AccountId,
        checked: &CheckedEvent,
        now: Timestamp,
    ) -> Result<Settled, AppError> {
        let space = match self.space {
            None if !checked.space.is_empty() => Some(spaces::add_named(transaction, account, &checked.space).await?),
            known => known,
        };
        let client = contacts::settle(transaction, account, self.client, now).await?;
        // Who is new may be both.
        let organiser = if self.organiser.is_new() {
            contacts::find_by_name(transaction, account, "organiser", &checked.organiser).await?
        } else {
            self.organiser
        };
        let organiser = contacts::settle(transaction, account, organiser, now).await?;
        Ok(Settled { space, client, organiser })
    }

    fn are_those_of(&self, stored: &StoredDetails) -> bool {
        !self.client.is_new()
            && !self.organiser.is_new()
            && self.client.known().map(|id| id.0) == stored.client_contact_id
            && self.organiser.known().map(|id| id.0) == stored.organiser_contact_id
            && self.space.map(|id| id.0) == stored.space_id
    }
}
