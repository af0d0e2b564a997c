//! Numbered placeholders for statements over many rows. `QueryBuilder<Any>` writes `?`, which PostgreSQL refuses.

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

/// Repeats the last row up to the next power of two, so that statements over many rows come in few texts and each is
/// prepared once. Only for statements that a repeated row does not change.
pub fn pad<T: Clone>(rows: &mut Vec<T>) {
    if let Some(last) = rows.last().cloned() {
        rows.resize(rows.len().next_power_of_two(), last);
    }
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
    fn padding_repeats_the_last_row() {
        let mut rows = vec![1, 2, 3];
        pad(&mut rows);
        assert_eq!(rows, [1, 2, 3, 3]);
        let mut none: Vec<i32> = Vec::new();
        pad(&mut none);
        assert!(none.is_empty());
    }
}
