//! Who is on an event: people are put on it, taken off and brought back. Whoever is taken off keeps their row for a while, with
//! role, answer and invite, and their name on the items they own; their links die at once.
//!
//! Locks are taken in one order: the event, the crew row, its items, the contact; of several contacts, by their ids.

mod store;

use app::backend::Caller;
use app::domain::ids::{ContactId, CrewId, EventId};
use app::domain::time::{HOUR_MS, Timestamp};
use app::error::AppError;

pub use store::{LockedEvent, lock_contacts, lock_event, prune};

use self::store::LockedRow;
use super::links;
use crate::core::Core;
use crate::db::{Change, Write};
use crate::error::StoreError;

/// The most people on one event.
pub const MAX_PEOPLE: i64 = 2_000;

/// How long somebody who was taken off can be brought back.
pub const KEPT_MS: i64 = 30 * 24 * HOUR_MS;

const MAX_ROLE: usize = 100;

/// Why nobody was put on an event, or taken off it.
#[derive(Debug, thiserror::Error)]
pub enum CrewError {
    #[error("no such person or event in this account")]
    NotFound,
    #[error("the event has as many people as an event can have")]
    Full,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<CrewError> for AppError {
    fn from(error: CrewError) -> Self {
        match error {
            CrewError::NotFound => Self::NotFound,
            CrewError::Full => {
                Self::invalid("event", "An event can have 2,000 people, and this one has. Take somebody off it first.")
            }
            CrewError::Store(error) => error.into(),
        }
    }
}

/// Puts a contact of the account on the event. Returns their row, which is the old one where there is one.
pub async fn add(
    transaction: &mut Write,
    event: &mut LockedEvent,
    contact: ContactId,
    now: Timestamp,
) -> Result<CrewId, CrewError> {
    let known = store::find(transaction, event, contact).await?;
    if let Some((crew, true)) = known {
        return Ok(crew);
    }
    take_place(event)?;
    let crew = match known {
        Some((crew, _)) => {
            store::put_back(transaction, crew, Some(now)).await?;
            crew
        }
        None => store::insert(transaction, event, contact, now).await?.ok_or(CrewError::NotFound)?,
    };
    changed(transaction, crew, event.id, contact).await?;
    Ok(crew)
}

/// Takes a person off their event and ends their links. Somebody who is off it already stays so.
pub async fn remove(core: &Core, caller: &Caller, crew: CrewId) -> Result<(), CrewError> {
    let mut transaction = core.db.write().await?;
    let (_, row) = lock(&mut transaction, caller, crew).await?;
    if row.is_on {
        let now = core.clock.now();
        links::revoke_all(&mut transaction, crew, now).await?;
        store::take_off(&mut transaction, crew, now).await?;
        changed(&mut transaction, crew, row.event, row.contact).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Brings back somebody who was taken off. Their links stay dead.
pub async fn restore(core: &Core, caller: &Caller, crew: CrewId) -> Result<(), CrewError> {
    let mut transaction = core.db.write().await?;
    let (mut event, row) = lock(&mut transaction, caller, crew).await?;
    if !row.is_on {
        take_place(&mut event)?;
        store::put_back(&mut transaction, crew, None).await?;
        changed(&mut transaction, crew, row.event, row.contact).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// Says what a person does on their event.
pub async fn set_role(core: &Core, caller: &Caller, crew: CrewId, typed: &str) -> Result<(), AppError> {
    let mut transaction = core.db.write().await?;
    let (_, row) = lock(&mut transaction, caller, crew).await?;
    if !row.is_on {
        return Err(AppError::NotFound);
    }
    let role = typed.trim();
    let chars = role.chars().count();
    if chars > MAX_ROLE {
        let message = format!("The role may have {MAX_ROLE} characters; this has {chars}.");
        return Err(AppError::invalid("role", message));
    }
    if role.contains('\0') {
        return Err(AppError::invalid("role", "The role has a character that cannot be stored."));
    }
    if store::set_role(&mut transaction, crew, role).await? {
        transaction.changed(Change::Crew(crew, row.event));
        transaction.commit().await?;
    }
    Ok(())
}

/// Locks a person's event and then their row, whether they are on the event or were taken off it.
async fn lock(transaction: &mut Write, caller: &Caller, crew: CrewId) -> Result<(LockedEvent, LockedRow), CrewError> {
    let event = store::event_of(transaction, caller.account, crew).await?.ok_or(CrewError::NotFound)?;
    let event = lock_event(transaction, caller.account, event).await?.ok_or(CrewError::NotFound)?;
    let row = store::lock(transaction, caller.account, crew).await?.ok_or(CrewError::NotFound)?;
    Ok((event, row))
}

fn take_place(event: &mut LockedEvent) -> Result<(), CrewError> {
    if event.people >= MAX_PEOPLE {
        return Err(CrewError::Full);
    }
    event.people += 1;
    Ok(())
}

/// What else shows whether somebody is on the event: the items they own, and their own count of events.
async fn changed(transaction: &mut Write, crew: CrewId, event: EventId, contact: ContactId) -> Result<(), StoreError> {
    transaction.changed(Change::Crew(crew, event));
    for item in store::touch_items(transaction, event, contact).await? {
        transaction.changed(Change::Item(item, event));
    }
    store::touch_contact(transaction, contact).await?;
    transaction.changed(Change::Contact(contact));
    Ok(())
}
