//! What a guest is asked. It can hold neither addresses nor delivery states nor other links: the types have no room.

use serde::{Deserialize, Serialize};

use crate::domain::rsvp::Rsvp;

/// An event as somebody sees it who is asked whether they come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub event: String,
    /// "Sat 12 Dec 2026"
    pub date: String,
    pub place: Option<String>,
    /// "12 Rua do Cais, Lisbon"
    pub place_address: Option<String>,
    /// The guest's own first name.
    pub guest: String,
    pub question: Question,
}

/// Whether a guest can answer, and what they said so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    Open {
        said: Rsvp,
        /// Their own words.
        note: String,
    },
    /// The event collects no answers.
    Closed,
    Cancelled,
}
