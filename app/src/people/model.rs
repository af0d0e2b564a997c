//! The people of an event, as the screen needs them where they are added.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ContactId, CrewId, EventId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplePage {
    pub event: EventId,
    /// What the event is called.
    pub name: String,
    /// How many are on it, as [`people_on_event`] says that.
    pub people: String,
    /// Contacts that were searched for, or the first ones by name.
    pub found: Vec<PersonRow>,
    /// Whether more contacts match than are listed.
    pub more: bool,
    /// Those who were put on the event last, newest first.
    pub recent: Vec<PersonRow>,
    /// Those who were taken off and can be brought back, newest first.
    pub removed: Vec<PersonRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    pub contact: ContactId,
    /// Their place on this event; `None` of somebody who was never on it or is not any more.
    pub crew: Option<CrewId>,
    pub name: String,
    /// "Photographer · zoe@example.com"
    pub details: String,
}

/// "12 people are on this event."
pub fn people_on_event(count: usize) -> String {
    match count {
        0 => "Nobody is on this event yet.".into(),
        1 => "1 person is on this event.".into(),
        count => format!("{count} people are on this event."),
    }
}
