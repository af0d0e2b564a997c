//! The run of show as one guest may see it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{IdempotencyKey, ItemId, LinkId};
use crate::domain::progress::Progress;
use crate::domain::time::{Moment, Timestamp};
use crate::notes::GuestNotes;
use crate::requests::GuestRequest;
use crate::rsvp::Question;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunOfShow {
    /// Which link this is: no secret, and opens nothing. What the guest pressed without a network is kept under it.
    pub link: LinkId,
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
    /// What the event tells everybody on it.
    pub notes: GuestNotes,
    pub items: Vec<GuestItem>,
    /// Where a calendar program reads the event and the guest's own items. It opens nothing else.
    pub calendar: String,
    /// The path of the page with all events of theirs.
    pub portal: String,
    pub now: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestItem {
    pub id: ItemId,
    pub starts: Moment,
    pub minutes: Option<u32>,
    pub title: String,
    pub details: String,
    pub location: String,
    /// The guest owns this item.
    pub mine: bool,
    /// How far it is, as those who own it say.
    pub progress: Progress,
    /// Since when, "14:03"; nothing as long as it is planned.
    pub since: Option<String>,
    /// What the guest can make of it by one press.
    pub steps: Vec<Progress>,
}

/// A press of a button at an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Press {
    pub item: ItemId,
    /// How far the guest saw it. If it is another way meanwhile, the press does not count.
    pub from: Progress,
    pub to: Progress,
    /// Of the form: the same press twice is one.
    pub key: Option<IdempotencyKey>,
    /// How long ago it was pressed, of one that had to wait for a network.
    pub seconds_ago: u32,
}
