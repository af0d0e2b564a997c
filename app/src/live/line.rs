//! A kind of row that only tests know.

use std::sync::Arc;

use super::RowId;
use super::row::{AnyRow, LiveRow, Place, typed};
use crate::domain::ids::EmailId;
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub at: i64,
    pub revision: u32,
}

impl LiveRow for Line {
    fn id(&self) -> RowId {
        RowId::Email(EmailId(self.id))
    }

    fn place(&self) -> Place {
        Place { at: Timestamp(self.at), id: self.id, ..Place::default() }
    }

    fn revision(&self) -> u32 {
        self.revision
    }

    fn stands_out(&self, before: Option<&Self>) -> bool {
        before.is_some()
    }
}

impl Line {
    pub fn of(row: &AnyRow) -> Option<&Self> {
        typed(&**row)
    }
}

pub fn line(id: i64, at: i64, revision: u32) -> AnyRow {
    Arc::new(Line { id, at, revision })
}

/// Lines that stand where their ids say, as they were at first.
pub fn lines(ids: &[i64]) -> Vec<AnyRow> {
    ids.iter().map(|id| line(*id, *id, 1)).collect()
}

/// Where such a line stands.
pub fn place(id: i64) -> Place {
    Place { at: Timestamp(id), id, ..Place::default() }
}
