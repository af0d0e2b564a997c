//! An event as a form, and what can be made of one: a copy, a template.

use serde::{Deserialize, Serialize};

use crate::domain::ids::EventId;
use crate::domain::time::Moment;
use crate::plain_form::{FieldKind, FormField, tick};

pub const NAME_MAX: u32 = 200;
/// A contact's first and last name, and its address in brackets where two have one name.
const PERSON_MAX: u32 = 500;

/// What the lists of suggestions are called on the page.
pub const ZONES: &str = "zones";
pub const SPACES: &str = "spaces";
pub const CONTACTS: &str = "contacts";

/// What of an hour that comes twice is meant.
const WHICH: &[(&str, &str)] = &[("", "Choose"), ("first", "The first time"), ("second", "The second time")];

const STATUSES: &[(&str, &str)] = &[
    ("enquiry", "Enquiry"),
    ("tentative", "Tentative"),
    ("confirmed", "Confirmed"),
    ("cancelled", "Cancelled"),
    ("completed", "Completed"),
];

/// The fields of an event, in the order of the form. The form, the check and the conflict read this table.
pub const FIELDS: [FormField; 15] = [
    FormField::new("name", "Name", FieldKind::Line, NAME_MAX, ""),
    FormField::new("starts", "Starts", FieldKind::Moment, 0, ""),
    FormField::new(
        "starts_which",
        "Which time it starts",
        FieldKind::Choice(WHICH),
        0,
        "The clocks go back that night.",
    ),
    FormField::new("ends", "Ends", FieldKind::Moment, 0, ""),
    FormField::new("ends_which", "Which time it ends", FieldKind::Choice(WHICH), 0, "The clocks go back that night."),
    FormField::new(
        "time_zone",
        "Time zone",
        FieldKind::Suggested(ZONES),
        64,
        "All times of the event are in it, for everybody. If you change it, each keeps what the clock shows: 18:00 stays 18:00.",
    ),
    FormField::new("status", "Status", FieldKind::Choice(STATUSES), 0, ""),
    FormField::new(
        "space",
        "Space",
        FieldKind::Suggested(SPACES),
        NAME_MAX,
        "Where it is held. A new name makes a new space.",
    ),
    FormField::new("pax", "PAX", FieldKind::Number, 12, "How many guests are expected."),
    FormField::new(
        "client",
        "Client",
        FieldKind::Suggested(CONTACTS),
        PERSON_MAX,
        "One of your contacts. A new name makes a new contact.",
    ),
    FormField::new(
        "organiser",
        "Organiser",
        FieldKind::Suggested(CONTACTS),
        PERSON_MAX,
        "One of your contacts. A new name makes a new contact.",
    ),
    FormField::new("rsvp", "Collect RSVPs", FieldKind::Tick, 0, "Guests are asked whether they come."),
    FormField::new(
        "use_start_finish",
        "Use Start / Finish",
        FieldKind::Tick,
        0,
        "Crew mark their items started and finished.",
    ),
    FormField::new("use_done", "Use Done", FieldKind::Tick, 0, "Crew mark their items done at once."),
    FormField::new(
        "move_items",
        "Move the run of show along",
        FieldKind::Tick,
        0,
        "If the event starts on another day, its items move by as many days.",
    ),
];

/// What a person types about an event. Times are as a clock at the event shows them: "2026-12-12T18:00".
#[expect(clippy::struct_excessive_bools, reason = "each is a tick of the form")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventForm {
    pub name: String,
    pub starts: String,
    /// "first" or "second", where the clock shows the start twice.
    #[serde(default)]
    pub starts_which: String,
    pub ends: String,
    #[serde(default)]
    pub ends_which: String,
    pub time_zone: String,
    pub status: String,
    #[serde(default)]
    pub space: String,
    #[serde(default)]
    pub pax: String,
    #[serde(default)]
    pub client: String,
    #[serde(default)]
    pub organiser: String,
    #[serde(default)]
    pub rsvp: bool,
    #[serde(default)]
    pub use_start_finish: bool,
    #[serde(default)]
    pub use_done: bool,
    /// Only of an event that is changed.
    #[serde(default)]
    pub move_items: bool,
}

impl EventForm {
    /// What stands in each of `FIELDS`.
    pub fn values(&self) -> [String; 15] {
        [
            self.name.clone(),
            self.starts.clone(),
            self.starts_which.clone(),
            self.ends.clone(),
            self.ends_which.clone(),
            self.time_zone.clone(),
            self.status.clone(),
            self.space.clone(),
            self.pax.clone(),
            self.client.clone(),
            self.organiser.clone(),
            tick(self.rsvp),
            tick(self.use_start_finish),
            tick(self.use_done),
            tick(self.move_items),
        ]
    }
}

/// The page with the form, of an event that is there or of a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFormPage {
    pub form: EventForm,
    /// What the form is saved against.
    pub revision: u32,
    /// Whether the event was deleted, and can be restored.
    pub is_deleted: bool,
    /// The day it starts, "Sat 12 Dec 2026".
    pub date: String,
    pub zones: Vec<String>,
    pub spaces: Vec<String>,
    pub contacts: Vec<String>,
}

/// The fields of a copy.
pub const COPY_FIELDS: [FormField; 2] = [
    FormField::new("name", "Name", FieldKind::Line, NAME_MAX, ""),
    FormField::new(
        "date",
        "Date",
        FieldKind::Day,
        0,
        "The day the new event starts. Everything else moves by as many days.",
    ),
];

/// A new event like another one, or from a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyForm {
    pub name: String,
    /// "2026-12-12"
    pub date: String,
}

/// A template, as a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateRow {
    pub id: EventId,
    pub name: String,
    pub place: Option<String>,
    /// Items of its run of show.
    pub items: u32,
}

/// Something that was deleted and can be restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedRow {
    pub what: Deleted,
    pub name: String,
    /// When it was, by the clock of the event; of a space in UTC.
    pub deleted_at: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deleted {
    Event(EventId),
    Template(EventId),
    Space(crate::domain::ids::SpaceId),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::EventStatus;

    #[test]
    fn every_status_can_be_chosen() {
        let all: Vec<_> = EventStatus::ALL.iter().map(|status| (status.code(), status.label())).collect();
        assert_eq!(STATUSES, all);
    }

    #[test]
    fn values_stand_in_the_order_of_the_fields() {
        let form = EventForm { time_zone: "UTC".into(), use_done: true, client: "Ann".into(), ..EventForm::default() };
        let values = form.values();
        let value = |name| FIELDS.iter().position(|field| field.name == name).map(|index| values[index].as_str());
        assert_eq!([value("time_zone"), value("use_done"), value("client")], [Some("UTC"), Some("true"), Some("Ann")]);
        assert_eq!([value("rsvp"), value("organiser")], [Some(""), Some("")]);
    }
}
