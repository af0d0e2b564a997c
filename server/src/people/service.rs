//! Puts people on events. Everything is scoped by the caller's account: another's event is `NotFound`.

use std::collections::HashMap;

use app::backend::Caller;
use app::contacts::{ContactForm, ContactRow, ContactsPort};
use app::domain::ids::{ContactId, CrewId, EventId, IdempotencyKey};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::people::{PeoplePage, PeoplePort, PersonRow, people_on_event};
use async_trait::async_trait;

use super::lines::{self, Line, LineFault, MAX_LINES};
use super::store::{self, StoredPerson};
use crate::contacts::{self, CheckedContact, ContactsService, display_name, sort_name};
use crate::core::Core;
use crate::db::Write;
use crate::planner::crew::{self, LockedEvent};
use crate::receipts::{Claim, Receipt};
use crate::zone::Zone;

/// How many contacts are offered at once.
const OFFERED: usize = 20;

#[derive(Clone)]
pub struct PeopleService {
    core: Core,
    contacts: ContactsService,
}

impl PeopleService {
    pub fn new(core: Core) -> Self {
        Self { contacts: ContactsService::new(core.clone()), core }
    }

    /// The event, locked, in a transaction.
    async fn begin(&self, caller: &Caller, event: EventId) -> Result<(Write, LockedEvent), AppError> {
        let mut transaction = self.core.db.write().await?;
        let locked = crew::lock_event(&mut transaction, caller.account, event).await?.ok_or(AppError::NotFound)?;
        Ok((transaction, locked))
    }
}

#[async_trait]
impl PeoplePort for PeopleService {
    async fn page(&self, caller: &Caller, event: EventId, search: String) -> Result<PeoplePage, AppError> {
        let (db, account) = (&self.core.db, caller.account);
        let (name, zone, people) = store::event(db, account, event).await?.ok_or(AppError::NotFound)?;
        let zone = Zone::named(&zone);
        let mut contacts = self.contacts.list(caller, search, None).await?;
        let more = contacts.next.is_some() || contacts.rows.len() > OFFERED;
        contacts.rows.truncate(OFFERED);
        let ids: Vec<_> = contacts.rows.iter().map(|row| row.id).collect();
        let crew: HashMap<i64, i64> = store::crew_of(db, event, &ids).await?.into_iter().collect();
        let found = contacts.rows.into_iter().map(|row| {
            let crew = crew.get(&row.id.0).copied().map(CrewId);
            candidate(row, crew)
        });
        let now = self.core.clock.now();
        let recent = store::recent(db, account, event).await?.into_iter().map(|person| on_event(person, &zone, now));
        let removed = store::removed(db, account, event).await?.into_iter().map(|person| on_event(person, &zone, now));
        Ok(PeoplePage {
            event,
            name,
            people: people_on_event(usize::try_from(people).unwrap_or_default()),
            found: found.collect(),
            more,
            recent: recent.collect(),
            removed: removed.collect(),
        })
    }

    async fn add(&self, caller: &Caller, event: EventId, contact: ContactId) -> Result<CrewId, AppError> {
        let (mut transaction, mut event) = self.begin(caller, event).await?;
        let crew = crew::add(&mut transaction, &mut event, contact, self.core.clock.now()).await?;
        transaction.commit().await?;
        Ok(crew)
    }

    async fn add_new(
        &self,
        caller: &Caller,
        event: EventId,
        form: ContactForm,
        key: Option<IdempotencyKey>,
    ) -> Result<CrewId, AppError> {
        let (mut transaction, mut event) = self.begin(caller, event).await?;
        let checked = CheckedContact::check(form)?;
        let typed = (event.id, checked.to_form());
        let now = self.core.clock.now();
        let receipt = match claim(&mut transaction, caller, "add_new_person", key, &typed, now).await? {
            Some(Claim::Made(crew)) => return Ok(CrewId(crew)),
            Some(Claim::New(receipt)) => Some(receipt),
            None => None,
        };
        let contact = contacts::insert(&mut transaction, caller.account, &checked, now).await?;
        let crew = crew::add(&mut transaction, &mut event, contact, now).await?;
        if let Some(receipt) = receipt {
            receipt.settle(&mut transaction, crew.0).await?;
        }
        transaction.commit().await?;
        Ok(crew)
    }

    async fn add_lines(
        &self,
        caller: &Caller,
        event: EventId,
        typed: String,
        key: Option<IdempotencyKey>,
    ) -> Result<u32, AppError> {
        let (mut transaction, mut event) = self.begin(caller, event).await?;
        let lines = read_lines(&typed)?;
        let now = self.core.clock.now();
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let of_event = (event.id, typed.replace("\r\n", "\n"));
        let receipt = match claim(&mut transaction, caller, "add_people", key, &of_event, now).await? {
            Some(Claim::Made(_)) => return Ok(count),
            Some(Claim::New(receipt)) => Some(receipt),
            None => None,
        };
        let mut contacts = Vec::with_capacity(lines.len());
        let mut faults = Vec::new();
        for line in lines {
            match contact_of(&mut transaction, caller, &line, now).await? {
                Ok(contact) => contacts.push(contact),
                Err(fault) => faults.push(fault),
            }
        }
        if !faults.is_empty() {
            return Err(AppError::invalid("lines", lines::told(&faults)));
        }
        // Lines have any order; two that are pasted at once must not wait for each other.
        crew::lock_contacts(&mut transaction, &contacts).await?;
        for contact in contacts {
            crew::add(&mut transaction, &mut event, contact, now).await.map_err(at_lines)?;
        }
        if let Some(receipt) = receipt {
            receipt.settle(&mut transaction, i64::from(count)).await?;
        }
        transaction.commit().await?;
        Ok(count)
    }
}

fn read_lines(typed: &str) -> Result<Vec<Line>, AppError> {
    let lines = lines::read(typed).map_err(|faults| AppError::invalid("lines", lines::told(&faults)))?;
    if lines.is_empty() {
        return Err(AppError::invalid("lines", "Paste a line for each person, as in “Ann Lee <ann@example.com>”."));
    }
    if lines.len() > MAX_LINES {
        let message = format!("{MAX_LINES} people can be pasted at once; these are {}.", lines.len());
        return Err(AppError::invalid("lines", message));
    }
    Ok(lines)
}

/// The form stands at its field.
fn at_lines(error: crew::CrewError) -> AppError {
    match AppError::from(error) {
        AppError::Invalid { message, .. } => AppError::invalid("lines", message),
        other => other,
    }
}

async fn claim(
    transaction: &mut Write,
    caller: &Caller,
    function: &str,
    key: Option<IdempotencyKey>,
    typed: &impl serde::Serialize,
    now: Timestamp,
) -> Result<Option<Claim>, AppError> {
    let Some(key) = key else { return Ok(None) };
    Ok(Some(Receipt::claim(transaction, caller.account, function, &key, typed, now).await?))
}

/// The contact that a line means: the one with its address, if that is who is named, else a new one. A name that is not whose
/// address it is may be a slip, and is asked about.
async fn contact_of(
    transaction: &mut Write,
    caller: &Caller,
    line: &Line,
    now: Timestamp,
) -> Result<Result<ContactId, LineFault>, AppError> {
    let key = line.address.key().as_str();
    let known = store::with_address(transaction, caller.account, key).await?;
    let mut meant = known.iter().filter(|(_, first, last)| is_named(line, first, last));
    if let (Some((contact, ..)), more) = (meant.next(), meant.next()) {
        return Ok(if more.is_some() {
            Err(line
                .fault("several contacts are called so and have this address. Add the right one by the search.".into()))
        } else {
            Ok(ContactId(*contact))
        });
    }
    if let Some((_, first, last)) = known.first() {
        let name = display_name(first, last);
        let reason = format!("this address is that of {name}. Write that name, or add this person as a new contact.");
        return Ok(Err(line.fault(reason)));
    }
    let (first_name, last_name) = line.names();
    let checked = CheckedContact::check(ContactForm {
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        email: line.address.as_str().to_owned(),
        ..ContactForm::default()
    });
    match checked {
        Ok(checked) => Ok(Ok(contacts::insert(transaction, caller.account, &checked, now).await?)),
        Err(AppError::Invalid { message, .. }) => Ok(Err(line.fault(message))),
        Err(other) => Err(other),
    }
}

/// Whether a line names this contact, as people write names: folded, and with or without the last one.
fn is_named(line: &Line, first: &str, last: &str) -> bool {
    if line.name.is_empty() {
        return true;
    }
    let (line_first, line_last) = line.names();
    let either_is_short = last.is_empty() || line_last.is_empty();
    sort_name(line_first, line_last) == sort_name(first, last)
        || either_is_short && sort_name(line_first, "") == sort_name(first, "")
}

fn candidate(row: ContactRow, crew: Option<CrewId>) -> PersonRow {
    let details = [row.role.as_str(), row.organisation.as_str(), row.address.as_deref().unwrap_or("No address")];
    PersonRow { contact: row.id, crew, name: row.name, details: dotted(&details) }
}

fn on_event(stored: StoredPerson, zone: &Zone, now: Timestamp) -> PersonRow {
    let taken_off = stored.deleted_at.map(|at| {
        let moment = zone.moment(Timestamp(at), now);
        format!("taken off {}, {}", moment.day, moment.clock)
    });
    let details = [
        stored.role.as_str(),
        stored.email.as_deref().unwrap_or("No address"),
        taken_off.as_deref().unwrap_or_default(),
    ];
    PersonRow {
        contact: ContactId(stored.contact_id),
        crew: Some(CrewId(stored.id)),
        name: display_name(&stored.first_name, &stored.last_name),
        details: dotted(&details),
    }
}

fn dotted(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ")
}
