//! The cells of a pasted table: tabs between them, as every spreadsheet copies; or semicolons, as its files have them.
//!
//! A cell that holds a tab or a line end stands in quotation marks, and its own are doubled. Marks that do not stand around a
//! whole cell are what somebody wrote.

/// What is further to the right is left out: nobody plans in so many columns.
const MAX_COLUMNS: usize = 64;

/// The rows that are not empty, each with its line, from 1.
pub fn rows(pasted: &str) -> Vec<(u32, Vec<String>)> {
    let text = pasted.strip_prefix('\u{feff}').unwrap_or(pasted).replace("\r\n", "\n").replace('\r', "\n");
    let separator = if is_between_semicolons(&text) { ';' } else { '\t' };
    let mut rows = Vec::new();
    let (mut rest, mut line, mut begins, mut row) = (&*text, 1, 1, Vec::new());
    while !rest.is_empty() {
        let (cell, length) = quoted(rest, separator).unwrap_or_else(|| plain(rest, separator));
        line += rest[..length].matches('\n').count();
        if row.len() < MAX_COLUMNS {
            row.push(cell.trim().to_owned());
        }
        rest = &rest[length..];
        if let Some(next) = rest.strip_prefix(separator) {
            rest = next;
            continue;
        }
        rows.push((u32::try_from(begins).unwrap_or(u32::MAX), std::mem::take(&mut row)));
        rest = rest.strip_prefix('\n').unwrap_or(rest);
        line += 1;
        begins = line;
    }
    if !row.is_empty() {
        rows.push((u32::try_from(begins).unwrap_or(u32::MAX), row));
    }
    rows.retain(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
    rows
}

/// Several lines without a tab, each with as many semicolons.
fn is_between_semicolons(text: &str) -> bool {
    let mut counts = text.lines().filter(|line| !line.trim().is_empty()).map(|line| line.matches(';').count());
    let (first, second) = (counts.next().unwrap_or_default(), counts.next());
    !text.contains('\t') && first > 0 && second == Some(first) && counts.all(|count| count == first)
}

fn plain(rest: &str, separator: char) -> (String, usize) {
    let length = rest.find([separator, '\n']).unwrap_or(rest.len());
    (rest[..length].to_owned(), length)
}

/// The cell at the beginning of `rest`, if it stands in quotation marks as a whole, and how long it is with them.
fn quoted(rest: &str, separator: char) -> Option<(String, usize)> {
    let inside = rest.strip_prefix('"')?;
    let mut cell = String::new();
    let mut at = 0;
    loop {
        let mark = at + inside[at..].find('"')?;
        cell.push_str(&inside[at..mark]);
        at = mark + 1;
        match inside[at..].chars().next() {
            Some('"') => {
                cell.push('"');
                at += 1;
            }
            Some(next) if next != separator && next != '\n' => return None,
            _ => return Some((cell, 1 + at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(pasted: &str) -> Vec<Vec<String>> {
        rows(pasted).into_iter().map(|(_, row)| row).collect()
    }

    #[test]
    fn cells_stand_between_tabs_or_semicolons() {
        assert_eq!(cells("a\tb;c\n\td"), [["a", "b;c"], ["", "d"]]);
        assert_eq!(cells("18:00;Doors;30\n18:30;\"Tea; cake\";\n"), [["18:00;Doors;30"], ["18:30;\"Tea; cake\";"]]);
        assert_eq!(cells("18:00;Doors;30\n18:30;Tea;"), vec![vec!["18:00", "Doors", "30"], vec!["18:30", "Tea"]]);
        assert_eq!(cells("Speech; thank everyone"), [["Speech; thank everyone"]], "a title, not a table");
        assert_eq!(cells("Speech; thanks\nTea"), [["Speech; thanks"], ["Tea"]]);
    }

    #[test]
    fn lines_end_in_any_way_and_are_counted() {
        for end in ["\n", "\r\n", "\r"] {
            let numbered = rows(&["\u{feff}a", "\"b", "c\"\td", "", " \u{a0}\t", "e"].join(end));
            let expected = [(1, vec!["a"]), (2, vec!["b\nc", "d"]), (6, vec!["e"])];
            let found: Vec<_> =
                numbered.iter().map(|(line, row)| (*line, row.iter().map(String::as_str).collect())).collect();
            assert_eq!(found, expected, "{end:?}");
        }
        assert_eq!(rows(""), []);
        assert_eq!(rows("\n\t\n"), []);
    }

    #[test]
    fn marks_that_do_not_stand_around_a_cell_are_what_somebody_wrote() {
        assert_eq!(cells("\"Hello\" she said\t12\" vinyl"), [["\"Hello\" she said", "12\" vinyl"]]);
        // One that is never closed takes no other row along.
        assert_eq!(cells("\"Opening\tHall\nDinner\tFoyer"), [["\"Opening", "Hall"], ["Dinner", "Foyer"]]);
        assert_eq!(cells("\"a \"\"b\"\"\"\t\"\"\t\""), [["a \"b\"", "", "\""]]);
        assert_eq!(cells("\"a\"\n"), [["a"]]);
    }

    #[test]
    fn ten_thousand_columns_are_cut() {
        assert_eq!(cells(&"a\t".repeat(10_000))[0].len(), MAX_COLUMNS);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_rows_and_no_more_than_lines(text in "[ab;\"\t\n\r]{0,60}") {
            let rows = rows(&text);
            proptest::prop_assert!(rows.len() <= text.split(['\r', '\n']).count());
            proptest::prop_assert!(rows.is_sorted_by_key(|(line, _)| *line));
        }
    }
}
