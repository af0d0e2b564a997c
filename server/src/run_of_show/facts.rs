//! What an item is, field by field: the one table that edits, undo and history read.

use app::domain::ids::{ContactId, ItemId};
use app::domain::time::Timestamp;

/// An item as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: ItemId,
    pub facts: Facts,
}

/// Everything about an item that can be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub starts_at: Timestamp,
    pub minutes: Option<u32>,
    /// The order among items that start together.
    pub tie: i64,
    pub title: String,
    pub details: String,
    pub location: String,
    pub private: bool,
    pub pinned: bool,
    /// Sorted.
    pub responsible: Vec<ContactId>,
    /// Whether it is deleted.
    pub deleted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Starts,
    Minutes,
    Tie,
    Title,
    Details,
    Location,
    Private,
    Pinned,
    Responsible,
    Deleted,
}

impl Field {
    pub const ALL: [Self; 10] = [
        Self::Starts,
        Self::Minutes,
        Self::Tie,
        Self::Title,
        Self::Details,
        Self::Location,
        Self::Private,
        Self::Pinned,
        Self::Responsible,
        Self::Deleted,
    ];

    /// As the database spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Starts => "starts",
            Self::Minutes => "minutes",
            Self::Tie => "tie",
            Self::Title => "title",
            Self::Details => "details",
            Self::Location => "location",
            Self::Private => "private",
            Self::Pinned => "pinned",
            Self::Responsible => "responsible",
            Self::Deleted => "deleted",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// As people call it; `None` of what they do not see as a field.
    pub const fn label(self) -> Option<&'static str> {
        match self {
            Self::Starts => Some("Start"),
            Self::Minutes => Some("Length"),
            Self::Title => Some("Title"),
            Self::Details => Some("Details"),
            Self::Location => Some("Where"),
            Self::Private => Some("Private"),
            Self::Pinned => Some("Pinned"),
            Self::Responsible => Some("Responsible"),
            Self::Deleted => Some("Deleted"),
            Self::Tie => None,
        }
    }
}

/// What became of one field; values as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub field: Field,
    pub old: String,
    pub new: String,
}

impl Facts {
    /// The field as text, as the history keeps it.
    pub fn value(&self, field: Field) -> String {
        let yes = |yes: bool| if yes { "1" } else { "0" }.to_owned();
        match field {
            Field::Starts => self.starts_at.0.to_string(),
            Field::Minutes => self.minutes.map(|minutes| minutes.to_string()).unwrap_or_default(),
            Field::Tie => self.tie.to_string(),
            Field::Title => self.title.clone(),
            Field::Details => self.details.clone(),
            Field::Location => self.location.clone(),
            Field::Private => yes(self.private),
            Field::Pinned => yes(self.pinned),
            Field::Responsible => {
                let ids: Vec<_> = self.responsible.iter().map(ToString::to_string).collect();
                ids.join(",")
            }
            Field::Deleted => yes(self.deleted),
        }
    }

    /// Takes over a value that `value` gave. What cannot be read leaves the field as it is.
    pub fn set(&mut self, field: Field, value: &str) {
        match field {
            Field::Starts => {
                if let Ok(at) = value.parse() {
                    self.starts_at = Timestamp(at);
                }
            }
            Field::Minutes => self.minutes = value.parse().ok(),
            Field::Tie => self.tie = value.parse().unwrap_or(self.tie),
            Field::Title => value.clone_into(&mut self.title),
            Field::Details => value.clone_into(&mut self.details),
            Field::Location => value.clone_into(&mut self.location),
            Field::Private => self.private = value == "1",
            Field::Pinned => self.pinned = value == "1",
            Field::Responsible => self.responsible = people(value),
            Field::Deleted => self.deleted = value == "1",
        }
    }

    /// What became of each field.
    pub fn changes_to(&self, after: &Self) -> Vec<FieldChange> {
        let change = |field| FieldChange { field, old: self.value(field), new: after.value(field) };
        Field::ALL.into_iter().map(change).filter(|change| change.old != change.new).collect()
    }
}

/// The people of a value of [`Field::Responsible`].
pub fn people(value: &str) -> Vec<ContactId> {
    value.split(',').filter_map(|id| id.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_read_back_as_it_was_written() {
        let full = Facts {
            starts_at: Timestamp(-7),
            minutes: Some(45),
            tie: 3,
            title: "Doors, \"open\"".into(),
            details: "a\nb".into(),
            location: "Foyer".into(),
            private: true,
            pinned: true,
            responsible: vec![ContactId(4), ContactId(9)],
            deleted: true,
        };
        let empty = Facts::default();
        for (from, to) in [(&empty, &full), (&full, &empty)] {
            let changes = from.changes_to(to);
            assert_eq!(changes.len(), Field::ALL.len());
            let mut made = from.clone();
            for change in &changes {
                assert_eq!(Field::from_code(change.field.code()), Some(change.field));
                made.set(change.field, &change.new);
            }
            assert_eq!(&made, to);
        }
        assert_eq!(full.changes_to(&full), []);
    }
}
