//! The cells of a pasted table: tabs between them, as every spreadsheet copies; or semicolons, as its files have them.
//!
//! A cell that holds a separator or a line end stands in quotation marks, and its own are doubled. Marks that do not stand
//! around a whole cell are what somebody wrote.

/// What is further to the right is left out: nobody plans in so many columns.
const MAX_COLUMNS: usize = 64;

/// The rows that are not empty, each with its line, from 1.
pub fn rows(pasted: &str) -> Vec<(u32, Vec<String>)> {
    let text = pasted.strip_prefix('\u{feff}').unwrap_or(pasted).replace("\r\n", "\n").replace('\r', "\n");
    let mut rows = between_semicolons(&text).unwrap_or_else(|| split(&text, '\t'));
    rows.retain(|(_, row)| row.iter().any(|cell| !cell.is_empty()));
    rows
}

/// Several rows without a tab, each with as many cells.
fn between_semicolons(text: &str) -> Option<Vec<(u32, Vec<String>)>> {
    if text.contains('\t') {
        return None;
    }
    let rows = split(text, ';');
    let is_blank = |row: &[String]| matches!(row, [cell] if cell.is_empty());
    let mut widths = rows.iter().filter(|(_, row)| !is_blank(row)).map(|(_, row)| row.len());
    let (first, second) = (widths.next()?, widths.next()?);
    let is_table = first > 1 && second == first && widths.all(|width| width == first);
    is_table.then_some(rows)
}

fn split(text: &str, separator: char) -> Vec<(u32, Vec<String>)> {
    let mut rows = Vec::new();
    let (mut rest, mut line, mut begins, mut row) = (text, 1, 1, Vec::new());
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
    // The last separator has an empty cell behind it.
    if !row.is_empty() {
        if row.len() < MAX_COLUMNS {
            row.push(String::new());
        }
        rows.push((u32::try_from(begins).unwrap_or(u32::MAX), row));
    }
    rows
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
        assert_eq!(cells("18:00;Doors;30\n18:30;Tea;"), [["18:00", "Doors", "30"], ["18:30", "Tea", ""]]);
        assert_eq!(cells("18:00;Doors;30\n18:30;Tea;\n"), [["18:00", "Doors", "30"], ["18:30", "Tea", ""]]);
        assert_eq!(cells("Speech; thank everyone"), [["Speech; thank everyone"]], "a title, not a table");
        assert_eq!(cells("Speech; thanks\nTea"), [["Speech; thanks"], ["Tea"]]);
        assert_eq!(cells("Speech; thanks\nTea; cake; wine"), [["Speech; thanks"], ["Tea; cake; wine"]]);
    }

    #[test]
    fn a_cell_between_semicolons_may_hold_one_and_a_line_end() {
        let tea = [["18:00", "Doors", "30"], ["18:30", "Tea; cake", ""]];
        assert_eq!(cells("18:00;Doors;30\n18:30;\"Tea; cake\";\n"), tea);
        assert_eq!(cells("18:00;Doors;30\n\n18:30;\"Tea; cake\";"), tea);
        let numbered = rows("18:00;\"Doors\r\nopen\"\r\n18:30;Tea");
        let row = |line: u32, cells: [&str; 2]| (line, Vec::from(cells.map(str::to_owned)));
        assert_eq!(numbered, [row(1, ["18:00", "Doors\nopen"]), row(3, ["18:30", "Tea"])]);
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
