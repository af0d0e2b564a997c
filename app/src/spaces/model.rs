//! A space as a row and as a form.

use serde::{Deserialize, Serialize};

use crate::domain::ids::SpaceId;
use crate::events::CONTACTS;
use crate::plain_form::{FieldKind, FormField};

/// The fields of a space, in the order of the form. The form, the check and the conflict read this table.
pub const FIELDS: [FormField; 5] = [
    FormField::new("name", "Name", FieldKind::Line, 200, ""),
    FormField::new("address", "Address", FieldKind::Line, 300, "Stands in the mails and on the page that guests open."),
    FormField::new(
        "access_notes",
        "Access notes",
        FieldKind::Lines,
        2_000,
        "Where to park and load in, codes of doors, whom to ring. Never shown to guests.",
    ),
    FormField::new("capacity", "Capacity", FieldKind::Number, 12, "How many guests fit in."),
    FormField::new(
        "venue_contact",
        "Venue contact",
        FieldKind::Suggested(CONTACTS),
        500,
        "One of your contacts. A new name makes a new contact.",
    ),
];

/// What a person types about a space.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceForm {
    pub name: String,
    #[serde(default)]
    pub address: String,
    #[serde(default)]
    pub access_notes: String,
    #[serde(default)]
    pub capacity: String,
    #[serde(default)]
    pub venue_contact: String,
}

impl SpaceForm {
    /// What stands in each of `FIELDS`.
    pub fn values(&self) -> [String; 5] {
        let Self { name, address, access_notes, capacity, venue_contact } = self.clone();
        [name, address, access_notes, capacity, venue_contact]
    }
}

/// The page with the form, of a space that is there or of a new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceFormPage {
    pub form: SpaceForm,
    /// What the form is saved against.
    pub revision: u32,
    pub contacts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpaceRow {
    pub id: SpaceId,
    pub name: String,
    pub address: String,
    pub capacity: Option<u32>,
    pub venue_contact: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpacesPage {
    /// By name.
    pub rows: Vec<SpaceRow>,
    /// Whether there are more than these; a search finds them.
    pub more: bool,
}
