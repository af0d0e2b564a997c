//! Asks, and takes answers. Whoever holds a live link of a person may answer for them, and nothing else.

use app::backend::Caller;
use app::domain::ids::{CrewId, MemberId};
use app::domain::rsvp::{MAX_NOTE, Reply, Rsvp};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::events::EventStatus;
use app::planner::LinkKind;
use app::rsvp::{Invitation, Question, RsvpPort};
use async_trait::async_trait;

use super::store;
use crate::core::Core;
use crate::db::{Change, Write, column};
use crate::error::StoreError;
use crate::secret::token_hash;
use crate::zone::Zone;

#[derive(Clone)]
pub struct RsvpService {
    core: Core,
}

impl RsvpService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }
}

/// A stored answer. One that is not known is none.
pub fn stored(code: Option<&str>) -> Rsvp {
    code.map_or(Rsvp::NoReply, |code| column::code("answer", code, Rsvp::from_code, Rsvp::NoReply))
}

/// Whether an event with this switch and status collects answers. What does not take place asks nobody.
pub fn collects(switch: i64, status: &str) -> bool {
    switch == 1 && status != EventStatus::Cancelled.code()
}

/// What a guest of an event with this switch and status is asked.
pub fn question(switch: i64, status: &str, said: Option<&str>, note: String) -> Question {
    if status == EventStatus::Cancelled.code() {
        Question::Cancelled
    } else if collects(switch, status) {
        Question::Open { said: stored(said), note }
    } else {
        Question::Closed
    }
}

/// Sets a person's answer for them. Returns whether there is such a person.
pub async fn set_by_member(core: &Core, caller: &Caller, crew: CrewId, rsvp: Rsvp) -> Result<bool, StoreError> {
    let mut transaction = core.db.write().await?;
    if !store::lock_of_account(&mut transaction, caller.account, crew).await? {
        return Ok(false);
    }
    let reply = store::reply(&mut transaction, crew).await?;
    if let Some(reply) = reply.after_member(rsvp) {
        note(&mut transaction, crew, &reply, Some(caller.member), core.clock.now()).await?;
    }
    transaction.commit().await?;
    Ok(true)
}

async fn note(
    transaction: &mut Write,
    crew: CrewId,
    reply: &Reply,
    member: Option<MemberId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let event = store::set_reply(transaction, crew, reply, member, now).await?;
    transaction.changed(Change::Crew(crew, event));
    Ok(())
}

/// What a guest typed, as it is kept.
fn checked_note(typed: &str) -> Result<String, AppError> {
    let note = typed.trim().replace("\r\n", "\n");
    let chars = note.chars().count();
    if chars > MAX_NOTE {
        return Err(AppError::invalid("note", format!("The note may have {MAX_NOTE} characters; this has {chars}.")));
    }
    // PostgreSQL cannot store it, and no keyboard types it.
    if note.contains('\0') {
        return Err(AppError::invalid("note", "The note has a character that cannot be stored."));
    }
    Ok(note)
}

#[async_trait]
impl RsvpPort for RsvpService {
    async fn open(&self, token: String) -> Result<Invitation, AppError> {
        let guest = store::guest(&mut *self.core.db.reader().await?, &token_hash(&token)).await?;
        let guest = guest.filter(|guest| guest.link_kind == LinkKind::Rsvp.code()).ok_or(AppError::NotFound)?;
        let zone = Zone::named(&guest.time_zone);
        Ok(Invitation {
            question: question(guest.event_rsvp, &guest.event_status, guest.rsvp.as_deref(), guest.rsvp_note),
            event: guest.event_name,
            date: zone.date(Timestamp(guest.starts_at)),
            place: guest.place,
            place_address: guest.place_address.filter(|address| !address.is_empty()),
            guest: guest.first_name,
        })
    }

    async fn answer(&self, token: String, answer: Rsvp, typed: String) -> Result<(), AppError> {
        let hash = token_hash(&token);
        let mut transaction = self.core.db.write().await?;
        let crew = store::lock_of_token(&mut transaction, &hash).await?.ok_or(AppError::NotFound)?;
        // Read after the lock: the link may just have been revoked.
        let guest = store::guest(&mut transaction, &hash).await?.ok_or(AppError::NotFound)?;
        match question(guest.event_rsvp, &guest.event_status, guest.rsvp.as_deref(), guest.rsvp_note) {
            Question::Open { .. } => {}
            Question::Closed => {
                let sentence = "Answers are not collected here any more. Tell the planner who asked you.";
                return Err(AppError::invalid("answer", sentence));
            }
            Question::Cancelled => return Err(AppError::invalid("answer", "This event was cancelled.")),
        }
        if answer == Rsvp::NoReply {
            return Err(AppError::invalid("answer", "Press Accept or Decline."));
        }
        let typed = checked_note(&typed)?;
        if let Some(reply) = store::reply(&mut transaction, crew).await?.after_guest(answer, &typed) {
            note(&mut transaction, crew, &reply, None, self.core.clock.now()).await?;
            transaction.commit().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_kept_as_it_was_typed_up_to_five_hundred_characters() {
        assert_eq!(checked_note("  two\r\nlines \u{202e}<b> ").as_deref(), Ok("two\nlines \u{202e}<b>"));
        assert!(checked_note(&"é".repeat(MAX_NOTE)).is_ok());
        for bad in ["x".repeat(MAX_NOTE + 1), "a\0b".into()] {
            assert!(matches!(checked_note(&bad), Err(AppError::Invalid { field, .. }) if field == "note"));
        }
    }

    #[test]
    fn what_is_cancelled_or_switched_off_asks_nobody() {
        let asked = |switch, status| question(switch, status, Some("accepted"), String::new());
        assert_eq!(asked(1, "confirmed"), Question::Open { said: Rsvp::Accepted, note: String::new() });
        assert_eq!((asked(0, "confirmed"), asked(1, "cancelled")), (Question::Closed, Question::Cancelled));
    }
}
