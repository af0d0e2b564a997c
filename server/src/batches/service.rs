//! What people do with batches. Everything is scoped by the caller's account: another's batch is `NotFound`.

use app::backend::Caller;
use app::batches::{
    BatchChoice, BatchList, BatchPage, BatchPerson, BatchRow, BatchState, BatchesPort, Candidate, Choice, Outcome,
};
use app::domain::delivery::DeliveryStatus;
use app::domain::ids::{BatchId, ContactId, CrewId, EventId, IdempotencyKey};
use app::domain::time::SECOND_MS;
use app::error::AppError;
use app::planner::LinkKind;
use async_trait::async_trait;

use super::candidates::{Person, chosen};
use super::shown_store::{self, StoredPerson};
use super::store::{self, Event, Locked};
use super::worker::settle_state;
use crate::contacts::display_name;
use crate::core::Core;
use crate::db::{Change, Write, column};
use crate::emails::row::status;
use crate::receipts::{Claim, Receipt};
use crate::zone::Zone;

#[derive(Clone)]
pub struct BatchesService {
    core: Core,
}

impl BatchesService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    async fn event(&self, caller: &Caller, event: EventId) -> Result<Event, AppError> {
        let event = store::event(&self.core.db, caller.account, event).await?;
        event.filter(|event| !event.is_deleted).ok_or(AppError::NotFound)
    }

    /// A batch of the account, its event locked before it.
    async fn lock(&self, caller: &Caller, batch: BatchId) -> Result<(Write, Locked), AppError> {
        let place = store::place(&self.core.db, batch).await?;
        let (account, event) = place.filter(|(account, _)| *account == caller.account).ok_or(AppError::NotFound)?;
        let mut transaction = self.core.db.write().await?;
        store::lock_event(&mut transaction, account, event).await?.ok_or(AppError::NotFound)?;
        let locked = store::lock(&mut transaction, account, batch).await?.ok_or(AppError::NotFound)?;
        Ok((transaction, locked))
    }
}

/// How a batch fares, in a sentence. `due` is when it may be sent from, on the event's clock: "14:03:20".
fn in_words(batch: &BatchRow, event_is_cancelled: bool, due: &str, gone_out: u32, given_up: u32) -> String {
    match batch.state {
        BatchState::Waiting if event_is_cancelled => format!(
            "The event is cancelled, so nothing goes out. Only if it is confirmed again before {due}, the mails go out then."
        ),
        BatchState::Sending if event_is_cancelled => {
            "The event is cancelled, so nobody else is sent anything.".to_owned()
        }
        BatchState::Waiting => format!("Nothing has gone out yet. The mails go out at {due}."),
        BatchState::Sending => "The mails are going out.".to_owned(),
        BatchState::Done if batch.sent == 0 => "Nobody got a mail.".to_owned(),
        BatchState::Done if gone_out + given_up < batch.sent => {
            "All mails are accepted and go out one after the other.".to_owned()
        }
        BatchState::Done if given_up == 0 => "All mails have gone out.".to_owned(),
        BatchState::Done => format!("It is done, and {given_up} of the mails could not be sent."),
        BatchState::Cancelled => "It was taken back, and nobody got a mail.".to_owned(),
    }
}

#[async_trait]
impl BatchesPort for BatchesService {
    async fn choice(&self, caller: &Caller, event: EventId, choice: Option<Choice>) -> Result<BatchChoice, AppError> {
        let event = self.event(caller, event).await?;
        let kind = choice.as_ref().map_or(LinkKind::Share, |choice| choice.kind);
        let mut reader = self.core.db.reader().await?;
        let people = store::people(&mut reader, caller.account, event.id, kind).await?;
        drop(reader);
        let (facts, names): (Vec<Person>, Vec<_>) = people.into_iter().unzip();
        let now = self.core.clock.now();
        let mut those =
            choice.map(|choice| chosen(&facts, &choice, event.facts, now)).unwrap_or_default().into_iter().peekable();
        let candidates = facts.iter().zip(names).map(|(person, named)| {
            let meant = those.next_if(|(one, _)| one.crew == person.crew);
            Candidate {
                crew: person.crew,
                contact: named.contact,
                name: named.name,
                address: person.address.clone(),
                is_chosen: meant.is_some(),
                left_out: meant.and_then(|(_, why)| why).map(|why| why.to_string()),
            }
        });
        Ok(BatchChoice {
            event: event.id,
            name: event.name,
            asks: event.facts.collects_rsvps,
            people: candidates.collect(),
            undo_seconds: u32::try_from(self.core.config.batch_undo_s).unwrap_or_default(),
        })
    }

    async fn start(
        &self,
        caller: &Caller,
        event: EventId,
        choice: Choice,
        key: Option<IdempotencyKey>,
    ) -> Result<BatchId, AppError> {
        let now = self.core.clock.now();
        let mut transaction = self.core.db.write().await?;
        let locked = store::lock_event(&mut transaction, caller.account, event).await?;
        let event = locked.filter(|event| !event.is_deleted).ok_or(AppError::NotFound)?;
        let typed = (event.id, &choice);
        let receipt = match key.filter(IdempotencyKey::is_well_formed) {
            None => None,
            Some(key) => {
                match Receipt::claim(&mut transaction, caller.account, "start_batch", &key, &typed, now).await? {
                    Claim::Made(batch) => return Ok(BatchId(batch)),
                    Claim::New(receipt) => Some(receipt),
                }
            }
        };
        let people = store::people(&mut transaction, caller.account, event.id, choice.kind).await?;
        let facts: Vec<Person> = people.into_iter().map(|(person, _)| person).collect();
        let chosen = chosen(&facts, &choice, event.facts, now);
        if chosen.iter().all(|(_, why)| why.is_some()) {
            let message = chosen.iter().find_map(|(_, why)| why.as_ref()).map_or_else(
                || "Nobody is meant by this choice. Choose others.".to_owned(),
                |why| format!("Nobody of them can be sent to now. The first was left out because: {why}"),
            );
            return Err(AppError::invalid("who", message));
        }
        let people: Vec<(CrewId, Option<String>)> =
            chosen.into_iter().map(|(person, why)| (person.crew, why.map(|why| why.to_string()))).collect();
        let batch = store::NewBatch {
            account: caller.account,
            event: event.id,
            member: caller.member,
            kind: choice.kind,
            due_at: now.plus_ms(self.core.config.batch_undo_s * SECOND_MS),
        };
        let batch = store::insert(&mut transaction, &batch, &people, now).await?;
        if let Some(receipt) = receipt {
            receipt.settle(&mut transaction, batch.0).await?;
        }
        transaction.changed(Change::Batch(batch, event.id));
        transaction.commit().await?;
        tracing::info!(%batch, people = people.len(), "A batch waits to be sent.");
        Ok(batch)
    }

    async fn list(&self, caller: &Caller, event: EventId) -> Result<BatchList, AppError> {
        let event = self.event(caller, event).await?.id;
        Ok(BatchList { event, batches: shown_store::list(&self.core, caller.account, event).await? })
    }

    async fn page(&self, caller: &Caller, event: EventId, batch: BatchId) -> Result<BatchPage, AppError> {
        let event = self.event(caller, event).await?;
        let place = store::place(&self.core.db, batch).await?;
        if place != Some((caller.account, event.id)) {
            return Err(AppError::NotFound);
        }
        let due_at = shown_store::due_at(&self.core.db, batch).await?.ok_or(AppError::NotFound)?;
        let people = shown_store::people_of(&self.core.db, batch).await?;
        // Read last, so that its revision is not newer than what is shown.
        let row = shown_store::rows(&self.core, &[batch.0]).await?.pop().ok_or(AppError::NotFound)?;
        let is_given_up = |person: &&StoredPerson| {
            person.status.as_deref() == Some(DeliveryStatus::Failed.code()) && person.handed_over_at.is_none()
        };
        let given_up = people.iter().filter(is_given_up).count();
        let settled = people.iter().filter(|person| person.status.is_some()).count();
        let now = self.core.clock.now();
        let clock = Zone::named(&event.time_zone).moment(due_at, now).clock;
        let due = format!("{clock}:{:02}", due_at.0.div_euclid(SECOND_MS).rem_euclid(60));
        let gone_out = u32::try_from(settled - given_up).unwrap_or(u32::MAX);
        let given_up = u32::try_from(given_up).unwrap_or(u32::MAX);
        Ok(BatchPage {
            name: event.name,
            status: in_words(&row, event.facts.is_cancelled, &due, gone_out, given_up),
            batch: row,
            gone_out,
            given_up,
            people: people.into_iter().map(person).collect(),
        })
    }

    async fn take_back(&self, caller: &Caller, batch: BatchId) -> Result<EventId, AppError> {
        let (mut transaction, locked) = self.lock(caller, batch).await?;
        let taken = store::settle_all(&mut transaction, batch, Outcome::TakenBack, None).await?;
        if taken == 0 {
            return match locked.state {
                BatchState::Cancelled => Ok(locked.event),
                _ => Err(too_late()),
            };
        }
        settle_state(&mut transaction, &locked, self.core.clock.now()).await?;
        transaction.commit().await?;
        tracing::info!(%batch, taken, "A batch was taken back.");
        Ok(locked.event)
    }

    async fn take_back_person(&self, caller: &Caller, batch: BatchId, crew: CrewId) -> Result<EventId, AppError> {
        let (mut transaction, locked) = self.lock(caller, batch).await?;
        let outcome = store::outcome(&mut transaction, batch, crew).await?.ok_or(AppError::NotFound)?;
        match outcome {
            Outcome::TakenBack => return Ok(locked.event),
            Outcome::Sent | Outcome::LeftOut => return Err(too_late()),
            Outcome::Waiting => {}
        }
        store::settle(&mut transaction, batch, crew, Outcome::TakenBack, None, None).await?;
        settle_state(&mut transaction, &locked, self.core.clock.now()).await?;
        transaction.commit().await?;
        Ok(locked.event)
    }
}

fn too_late() -> AppError {
    AppError::invalid("batch", "It is too late to take this back: what was to be sent is on its way.")
}

fn person(stored: StoredPerson) -> BatchPerson {
    let outcome = column::code("outcome", &stored.outcome, Outcome::from_code, Outcome::LeftOut);
    let words = match outcome {
        Outcome::Waiting | Outcome::TakenBack => String::new(),
        Outcome::LeftOut => stored.reason.unwrap_or_default(),
        Outcome::Sent if stored.email_id.is_none() => "its mail is gone".to_owned(),
        Outcome::Sent => {
            let status = status(stored.status.as_deref()).map(DeliveryStatus::label);
            let parts = [status, stored.email_reason.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
        }
    };
    BatchPerson {
        crew: CrewId(stored.crew_id),
        contact: ContactId(stored.contact_id),
        name: display_name(&stored.first_name, &stored.last_name),
        outcome,
        words,
    }
}
