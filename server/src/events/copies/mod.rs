//! Events made from others: a copy on another day, a template, an event from a template. Links, mails, answers and files are never
//! copied; a template has no people.

mod store;

use app::backend::Caller;
use app::domain::ids::{ContactId, EventId, IdempotencyKey, SpaceId};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::events::{CopyForm, EventStatus, TemplateRow};
use serde::Serialize;

use super::details::store::{self as details, NewEvent, StoredDetails};
use super::{checked_day, checked_name, moving};
use crate::core::Core;
use crate::db::{Change, Write, column};
use crate::notes;
use crate::receipts::{Claim, Receipt};
use crate::zone::Zone;

/// Another event with the same run of show and people, so many days later that it starts on the day of the form.
pub async fn copy(
    core: &Core,
    caller: &Caller,
    event: EventId,
    form: CopyForm,
    key: Option<IdempotencyKey>,
) -> Result<EventId, AppError> {
    // Whose it is comes before what is wrong with the form.
    let mut transaction = core.db.write().await?;
    let source = source(&mut transaction, caller, event).await?;
    let name = checked_name(&form.name)?;
    let day = checked_day("date", &form.date)?;
    let zone = Zone::named(&source.time_zone);
    let starts = zone.wall_clock(Timestamp(source.starts_at));
    let days = moving::days_between(starts, day.to_datetime(starts.time()));
    let copy = Copy { event, name: &name, status: EventStatus::Enquiry, days, is_template: false };
    make(core, transaction, caller, &source, copy, "copy_event", key, &form).await
}

/// A template of an event.
pub async fn save_template(
    core: &Core,
    caller: &Caller,
    event: EventId,
    name: String,
    key: Option<IdempotencyKey>,
) -> Result<EventId, AppError> {
    let mut transaction = core.db.write().await?;
    let source = source(&mut transaction, caller, event).await?;
    let name = checked_name(&name)?;
    let copy = Copy { event, name: &name, status: EventStatus::Enquiry, days: 0, is_template: true };
    make(core, transaction, caller, &source, copy, "save_template", key, &name).await
}

/// Gives a template another name.
pub async fn rename_template(core: &Core, caller: &Caller, event: EventId, name: &str) -> Result<(), AppError> {
    let mut transaction = core.db.write().await?;
    let template = details::lock(&mut transaction, caller.account, event).await?;
    if !template.is_some_and(|template| template.is_template == 1 && template.deleted_at.is_none()) {
        return Err(AppError::NotFound);
    }
    let name = checked_name(name)?;
    store::rename(&mut transaction, caller.account, event, &name).await?;
    transaction.commit().await?;
    Ok(())
}

async fn source(transaction: &mut Write, caller: &Caller, event: EventId) -> Result<StoredDetails, AppError> {
    let source = details::find(transaction, caller.account, event).await?;
    source.filter(|source| source.deleted_at.is_none()).ok_or(AppError::NotFound)
}

/// What a copy is to be.
struct Copy<'a> {
    /// What it is a copy of.
    event: EventId,
    name: &'a str,
    status: EventStatus,
    days: i64,
    is_template: bool,
}

#[expect(clippy::too_many_arguments, reason = "what is copied, as what, and for which post")]
async fn make(
    core: &Core,
    mut transaction: Write,
    caller: &Caller,
    source: &StoredDetails,
    copy: Copy<'_>,
    function: &str,
    key: Option<IdempotencyKey>,
    typed: &impl Serialize,
) -> Result<EventId, AppError> {
    let now = core.clock.now();
    let receipt = match key {
        Some(key) => {
            let typed = (copy.event, typed);
            match Receipt::claim(&mut transaction, caller.account, function, &key, &typed, now).await? {
                Claim::New(receipt) => Some(receipt),
                Claim::Made(event) => return Ok(EventId(event)),
            }
        }
        None => None,
    };
    let zone = Zone::named(&source.time_zone);
    let moved = |at: i64| moving::moved(Timestamp(at), &zone, &zone, copy.days);
    let with_people = !copy.is_template;
    let party = |contact: Option<i64>| contact.filter(|_| with_people).map(ContactId);
    let event = NewEvent {
        name: copy.name,
        status: copy.status,
        starts_at: moved(source.starts_at),
        ends_at: moved(source.ends_at),
        time_zone: &source.time_zone,
        space: source.space_id.map(SpaceId),
        pax: source.pax,
        client: party(source.client_contact_id),
        organiser: party(source.organiser_contact_id),
        rsvp: source.rsvp == 1,
        use_start_finish: source.use_start_finish == 1,
        use_done: source.use_done == 1,
        is_template: copy.is_template,
    };
    let made = details::insert(&mut transaction, caller.account, &event, now).await?;
    notes::copy(&mut transaction, copy.event, made, now).await?;
    let items = store::copy_items(&mut transaction, copy.event, made, |at| moved(at).0).await?;
    if with_people {
        store::copy_assignments(&mut transaction, copy.event, &items).await?;
        for contact in store::copy_crew(&mut transaction, copy.event, made, now).await? {
            transaction.changed(Change::Contact(contact));
        }
    }
    if let Some(receipt) = receipt {
        receipt.settle(&mut transaction, made.0).await?;
    }
    transaction.commit().await?;
    Ok(made)
}

/// The templates of an account, by name.
pub async fn templates(core: &Core, caller: &Caller) -> Result<Vec<TemplateRow>, AppError> {
    let mut templates = store::templates(&core.db, caller.account).await?;
    templates.sort_by_cached_key(|template| (crate::search_words::fold(&template.name), template.id));
    let row = |template: store::StoredTemplate| TemplateRow {
        id: EventId(template.id),
        name: template.name,
        place: template.place,
        items: column::number("count of items", template.items),
    };
    Ok(templates.into_iter().map(row).collect())
}
