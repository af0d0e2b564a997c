//! What a person typed about a space, checked once, then trusted.

use app::error::AppError;
use app::spaces::{FIELDS, SpaceForm};

use crate::events::guests;
use crate::text::typed;

/// A space that can be saved, but for whom it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckedSpace {
    pub name: String,
    pub address: String,
    pub access_notes: String,
    pub capacity: Option<i64>,
    pub venue_contact: String,
}

impl CheckedSpace {
    /// The first fault is reported, with the field it stands in.
    pub fn check(form: &SpaceForm) -> Result<Self, AppError> {
        let name = line("name", &form.name)?;
        if name.is_empty() {
            return Err(AppError::invalid("name", "A space needs a name."));
        }
        Ok(Self {
            name,
            address: line("address", &form.address)?,
            access_notes: line("access_notes", &form.access_notes)?,
            capacity: guests("capacity", &form.capacity)?,
            venue_contact: line("venue_contact", &form.venue_contact)?,
        })
    }

    /// One of which only the name is known.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// What was typed into a field of the table of fields.
fn line(field: &str, text: &str) -> Result<String, AppError> {
    let of_table = FIELDS.iter().find(|one| one.name == field);
    let (label, max) = of_table.map_or(("This", 0), |field| (field.label, field.max));
    typed(text, field, label, max as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(change: impl FnOnce(&mut SpaceForm)) -> Option<String> {
        let mut form = SpaceForm { name: "Hall".into(), ..SpaceForm::default() };
        change(&mut form);
        match CheckedSpace::check(&form) {
            Ok(_) => None,
            Err(AppError::Invalid { field, .. }) => Some(field),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_fault_names_its_field() {
        assert_eq!(fault(|_| ()), None);
        assert_eq!(fault(|form| form.name = "  ".into()).as_deref(), Some("name"));
        assert_eq!(fault(|form| form.name = "é".repeat(201)).as_deref(), Some("name"));
        assert_eq!(fault(|form| form.address = "x".repeat(301)).as_deref(), Some("address"));
        assert_eq!(fault(|form| form.access_notes = "x\0".into()).as_deref(), Some("access_notes"));
        assert_eq!(fault(|form| form.capacity = "many".into()).as_deref(), Some("capacity"));
    }
}
