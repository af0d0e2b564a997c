//! Many rows in one statement, and their ids.

use app::domain::time::Timestamp;
use sqlx::AssertSqlSafe;

use crate::db::{Write, values_rows};
use crate::error::StoreError;

/// One value of a row.
pub enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Cell {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<Timestamp> for Cell {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.0))
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Cell {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

macro_rules! row {
    ($($value:expr),+ $(,)?) => { vec![$(Cell::from($value)),+] };
}

pub(super) use row;

/// How many rows go into one statement: below every engine's limit of parameters.
const CHUNK: usize = 200;

/// Inserts rows into `columns` of `table` and gives what `returning` names, in the order of the rows: both engines draw
/// identities in the order of a VALUES list, so ascending ids are that order.
pub async fn insert(
    transaction: &mut Write,
    table: &str,
    columns: &str,
    returning: &str,
    rows: Vec<Vec<Cell>>,
) -> Result<Vec<i64>, StoreError> {
    let mut ids = Vec::with_capacity(rows.len());
    let mut rows = rows.into_iter().peekable();
    while let Some(first) = rows.peek() {
        let types: Vec<&str> = first
            .iter()
            .map(|cell| match cell {
                Cell::Int(_) => "BIGINT",
                Cell::Text(_) => "TEXT",
            })
            .collect();
        let chunk: Vec<Vec<Cell>> = rows.by_ref().take(CHUNK).collect();
        let sql = format!(
            "INSERT INTO {table} ({columns}) VALUES {} RETURNING {returning}",
            values_rows(1, chunk.len(), &types)
        );
        let mut query = sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql));
        for cell in chunk.into_iter().flatten() {
            query = match cell {
                Cell::Int(value) => query.bind(value),
                Cell::Text(value) => query.bind(value),
            };
        }
        let mut inserted = query.fetch_all(&mut **transaction).await?;
        inserted.sort_unstable();
        ids.extend(inserted);
    }
    Ok(ids)
}
