//! The run of show as one guest may see it.

use serde::{Deserialize, Serialize};

use crate::domain::time::{Moment, Timestamp};
use crate::requests::GuestRequest;
use crate::rsvp::Question;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOfShow {
    pub event: String,
    /// "Sat 12 Dec 2026"
    pub date: String,
    pub place: Option<String>,
    /// "12 Rua do Cais, Lisbon"
    pub place_address: Option<String>,
    pub time_zone: String,
    /// The guest's own first name.
    pub guest: String,
    pub role: String,
    /// Whether they come.
    pub question: Question,
    /// What they are asked for.
    pub requests: Vec<GuestRequest>,
    pub items: Vec<GuestItem>,
    /// Where a calendar program reads the event and the guest's own items. It opens nothing else.
    pub calendar: String,
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestItem {
    pub starts: Moment,
    pub minutes: Option<u32>,
    pub title: String,
    pub details: String,
    pub location: String,
    /// The guest owns this item.
    pub mine: bool,
}
