//! Where the next page of a list begins: the sort key and id of the last row shown, never an offset, so that a
//! row arriving between two pages is neither repeated nor hidden.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// The place after one row of a newest-first list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeCursor {
    pub at: Timestamp,
    pub id: i64,
}

/// The place after one row of a list in alphabetical order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameCursor {
    pub name: String,
    pub id: i64,
}
