//! A batch as data: what was chosen, and what becomes of it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{BatchId, ContactId, CrewId, EventId};
use crate::domain::time::Moment;
use crate::live::{LiveRow, Place, RowId};
use crate::planner::LinkKind;

/// Which people of an event are meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Whoever was sent nothing yet.
    #[default]
    NotInvited,
    /// Whose newest invite did not arrive.
    Failed,
    /// Who has not said whether they come.
    NotAnswered,
    Everybody,
    /// Those who were ticked.
    Rows,
}

impl Who {
    pub const ALL: [Self; 5] = [Self::NotInvited, Self::Failed, Self::NotAnswered, Self::Everybody, Self::Rows];

    /// As forms and addresses spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotInvited => "not_invited",
            Self::Failed => "failed",
            Self::NotAnswered => "not_answered",
            Self::Everybody => "everybody",
            Self::Rows => "rows",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|who| who.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::NotInvited => "All not yet invited",
            Self::Failed => "All that failed",
            Self::NotAnswered => "All who have not answered",
            Self::Everybody => "Everybody",
            Self::Rows => "Those ticked below",
        }
    }
}

/// Which mail goes to whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub kind: LinkKind,
    pub who: Who,
    /// The crew rows that were ticked, with commas between. With another choice those whom it meant when it was looked at, and nobody
    /// else is sent to; or nothing, and it means whomever it does by then.
    pub rows: String,
}

/// The ticked rows. What is no number is passed over: it finds nobody.
pub fn rows_of(text: &str) -> Vec<CrewId> {
    text.split(',').filter_map(|id| id.trim().parse().ok()).collect()
}

/// What a choice comes to, before anything is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchChoice {
    pub event: EventId,
    /// What the event is called.
    pub name: String,
    /// Whether the event collects answers, so that an RSVP invite can be sent.
    pub asks: bool,
    /// Everybody on the event, by name.
    pub people: Vec<Candidate>,
    /// How many seconds everything can be taken back.
    pub undo_seconds: u32,
}

/// Somebody on the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub crew: CrewId,
    pub contact: ContactId,
    pub name: String,
    pub address: Option<String>,
    /// Whether the choice means them; of no choice nobody.
    pub is_chosen: bool,
    /// Why they would get no mail all the same.
    pub left_out: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// Nothing was sent yet, and all of it can be taken back.
    Waiting,
    Sending,
    Done,
    /// It was taken back before anything was sent.
    Cancelled,
}

impl BatchState {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sending, Self::Done, Self::Cancelled];

    /// As the database spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Done => "done",
            Self::Cancelled => "taken back",
        }
    }

    /// Whether somebody still waits.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Sending)
    }
}

/// A batch in a list. The counts add up to its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRow {
    pub id: BatchId,
    pub event: EventId,
    pub kind: LinkKind,
    pub state: BatchState,
    /// Who pressed the button.
    pub made_by: String,
    pub made_at: Moment,
    pub waiting: u32,
    pub sent: u32,
    pub left_out: u32,
    pub taken_back: u32,
    /// Rises with each visible change; the higher one is the truth.
    pub revision: u32,
}

impl BatchRow {
    pub const fn people(&self) -> u32 {
        self.waiting + self.sent + self.left_out + self.taken_back
    }
}

impl LiveRow for BatchRow {
    fn id(&self) -> RowId {
        RowId::Batch(self.id)
    }

    fn place(&self) -> Place {
        Place { id: self.id.0, ..Place::default() }
    }

    fn revision(&self) -> u32 {
        self.revision
    }
}

/// The batches of an event, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchList {
    pub event: EventId,
    pub batches: Vec<BatchRow>,
}

/// A batch and all of its people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchPage {
    /// What the event is called.
    pub name: String,
    pub batch: BatchRow,
    /// How it fares, in a sentence.
    pub status: String,
    /// How many mails the mail server was given; the others that were accepted wait, but for those that were given up.
    pub gone_out: u32,
    pub given_up: u32,
    /// By name.
    pub people: Vec<BatchPerson>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchPerson {
    pub crew: CrewId,
    pub contact: ContactId,
    pub name: String,
    pub outcome: Outcome,
    /// Why they were left out, or how the mail fares: "delivered".
    pub words: String,
}

/// What became of a person in a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Waiting,
    TakenBack,
    /// A mail was accepted for sending.
    Sent,
    /// Nothing was sent, and nothing will be.
    LeftOut,
}

impl Outcome {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::TakenBack, Self::Sent, Self::LeftOut];

    /// As the database spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::TakenBack => "taken_back",
            Self::Sent => "sent",
            Self::LeftOut => "left_out",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::TakenBack => "taken back",
            Self::Sent => "on its way",
            Self::LeftOut => "left out",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        assert!(Who::ALL.into_iter().all(|who| Who::from_code(who.code()) == Some(who)));
        assert!(BatchState::ALL.into_iter().all(|state| BatchState::from_code(state.code()) == Some(state)));
        assert!(Outcome::ALL.into_iter().all(|outcome| Outcome::from_code(outcome.code()) == Some(outcome)));
    }

    #[test]
    fn ticked_rows_are_numbers_with_commas_between() {
        assert_eq!(rows_of("3, 5,,x,7"), [CrewId(3), CrewId(5), CrewId(7)]);
        assert_eq!(rows_of(""), []);
    }
}
