//! Statements over many rows, with numbered placeholders. `QueryBuilder<Any>` writes `?`, which PostgreSQL refuses.

use std::fmt::Write;

/// `$first, $first+1, …`, for an `IN (…)`.
pub fn placeholders(first: usize, count: usize) -> String {
    let mut sql = String::new();
    for index in 0..count {
        let _ = write!(sql, "{}${}", if index == 0 { "" } else { ", " }, first + index);
    }
    sql
}

/// `(CAST($1 AS BIGINT), CAST($2 AS TEXT)), (…)`: the rows of a `VALUES`, each parameter cast, since PostgreSQL cannot
/// guess their types there. The columns are called `column1`, `column2`, … on both engines.
pub fn values_rows(first: usize, rows: usize, types: &[&str]) -> String {
    let mut sql = String::new();
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for (column, kind) in types.iter().enumerate() {
            let separator = if column == 0 { "" } else { ", " };
            let _ = write!(sql, "{separator}CAST(${} AS {kind})", first + row * types.len() + column);
        }
        sql.push(')');
    }
    sql
}

/// The same statement with `?` instead of `$1`, `$2`, …: the form for SQLite. To SQLite `$1` is a name, and sqlx asks for
/// the name of each parameter as it binds it, which SQLite looks up in a list from the start: a statement over a batch
/// took a fifth of the intake's time that way. Every parameter stands once, in the order of the numbers.
pub(super) fn without_names(sql: &str) -> String {
    let mut parts = sql.split('$');
    let mut plain = String::with_capacity(sql.len());
    plain.push_str(parts.next().unwrap_or_default());
    for (index, part) in parts.enumerate() {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        debug_assert_eq!(part[..part.len() - rest.len()].parse(), Ok(index + 1), "out of turn in {sql}");
        plain.push('?');
        plain.push_str(rest);
    }
    plain
}

/// Rows of one statement: a power of two. SQLite looks up this many rows of a `VALUES` by key; of more it makes a scan.
const CHUNK: usize = 128;

/// The rows in parts for one statement each. The last row of a part is repeated up to the next power of two, so that such
/// statements come in few texts and each is prepared once. Only for statements that a repeated row does not change.
pub fn chunks<T: Clone>(rows: &[T]) -> impl Iterator<Item = Vec<T>> {
    rows.chunks(CHUNK).map(|part| {
        let mut part = part.to_vec();
        if let Some(last) = part.last().cloned() {
            part.resize(part.len().next_power_of_two(), last);
        }
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_on() {
        assert_eq!(placeholders(3, 2), "$3, $4");
        assert_eq!(
            values_rows(1, 2, &["BIGINT", "TEXT"]),
            "(CAST($1 AS BIGINT), CAST($2 AS TEXT)), (CAST($3 AS BIGINT), CAST($4 AS TEXT))"
        );
    }

    #[test]
    fn names_go_and_all_else_stays() {
        assert_eq!(without_names("a IN ($1, $2) AND b = CAST($3 AS TEXT)"), "a IN (?, ?) AND b = CAST(? AS TEXT)");
        assert_eq!(without_names("SELECT 1"), "SELECT 1");
    }

    #[test]
    #[should_panic = "out of turn"]
    fn a_parameter_out_of_turn_is_a_mistake() {
        without_names("a = $2 AND b = $1");
    }

    #[test]
    fn parts_are_filled_up_with_their_last_row() {
        assert_eq!(chunks(&[1, 2, 3]).collect::<Vec<_>>(), [[1, 2, 3, 3]]);
        assert_eq!(chunks(&[0; CHUNK + 1]).map(|part| part.len()).collect::<Vec<_>>(), [CHUNK, 1]);
        assert_eq!(chunks::<i32>(&[]).count(), 0);
    }
}
