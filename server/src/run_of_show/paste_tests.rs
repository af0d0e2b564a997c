use std::time::{Duration, Instant};

use super::*;

const BERLIN: &str = "Europe/Berlin";

fn sheet(text: &str) -> Sheet {
    let people = [
        (ContactId(1), "Ann Lee".to_owned()),
        (ContactId(2), "Bob Day".to_owned()),
        (ContactId(3), "Bob Ray".to_owned()),
    ];
    sheet_among(&people, text)
}

fn sheet_among(people: &[(ContactId, String)], text: &str) -> Sheet {
    let zone = Zone::named(BERLIN);
    let day: Date = "2026-12-12".parse().expect("a day");
    let from = typed::instant(&zone, day, "09:00").expect("a time");
    let near = from.plus_ms(-60 * 24 * HOUR_MS)..=from.plus_ms(60 * 24 * HOUR_MS);
    read(text, &Into { zone: &zone, day, from, near, people })
}

/// "12 18:00 45 Title" of each row that was read, and "!" of the others.
fn rows(sheet: &Sheet) -> Vec<String> {
    let zone = Zone::named(BERLIN);
    let row = |row: &Row| match &row.read {
        Ok(facts) => {
            let minutes = facts.minutes.map_or("-".into(), |minutes| minutes.to_string());
            format!("{} {minutes} {}", zone.wall_clock(facts.starts_at).strftime("%-d %H:%M"), facts.title)
        }
        Err(problem) => format!("! {problem}"),
    };
    sheet.rows.iter().map(row).collect()
}

fn columns(sheet: &Sheet) -> Vec<Option<Column>> {
    sheet.columns.iter().map(|(_, column)| *column).collect()
}

#[test]
fn a_header_names_the_columns_in_any_order() {
    let read =
        sheet("What\tWho\tDuration\tStart\tColour\nDoors\tAnn Lee\t30\t6pm\tred\nDinner\tann; Zoe\t1:30\t18.30\t\n");
    let kinds = [Column::Title, Column::People, Column::Length, Column::Start].map(Some);
    assert_eq!(columns(&read), [&kinds[..], &[None]].concat());
    assert_eq!(rows(&read), ["12 18:00 30 Doors", "12 18:30 90 Dinner"]);
    assert_eq!(read.rows[0].read.as_ref().map(|facts| facts.responsible.clone()), Ok(vec![ContactId(1)]));
    assert_eq!(read.rows[1].note.as_deref(), Some("“Zoe”: not one person on this event"));
    assert_eq!(read.rows[1].line, 3);
    assert_eq!(sheet("Title\tStart\r\nDoors\t18:00\r\nDinner\t19:00\r\n").rows[1].line, 3);
}

#[test]
fn without_a_header_columns_are_told_by_what_stands_in_them() {
    let read = sheet("18:00\t18:45\tDoors\tbring lamps\tFoyer\n18:45\t20:00\tDinner\t\tHall");
    assert_eq!(rows(&read), ["12 18:00 45 Doors", "12 18:45 75 Dinner"]);
    let read = sheet("Doors\t1800\t45\nDinner\t1845\t75");
    assert_eq!(columns(&read), [Column::Title, Column::Start, Column::Length].map(Some));
    assert_eq!(rows(&read), ["12 18:00 45 Doors", "12 18:45 75 Dinner"]);
    assert_eq!(rows(&sheet("Doors\nDinner")), ["12 09:00 - Doors", "12 09:00 - Dinner"]);
}

#[test]
fn rows_go_over_midnight_and_follow_each_other() {
    let read = sheet("Start\tMin\tTitle\n23:30\t45\tDance\n00:15\t30\tLast song\n\t15\tLights up\n01:00\t\tTaxis");
    assert_eq!(
        rows(&read),
        ["12 23:30 45 Dance", "13 00:15 30 Last song", "13 00:45 15 Lights up", "13 01:00 - Taxis"]
    );
}

#[test]
fn days_are_read_as_people_write_them() {
    for day in ["2026-12-13", "13.12.2026", "13/12/26", "Sun 13 Dec 2026", "Dec 13", "13. Dec", "13.12."] {
        assert_eq!(rows(&sheet(&format!("Date\tStart\tTitle\n{day}\t9:00\tBrunch"))), ["13 09:00 - Brunch"], "{day}");
    }
}

#[test]
fn a_day_far_off_is_a_slip() {
    for day in ["31.12.206", "9999-12-31", "2036-12-12", "0001-01-01"] {
        let read = sheet(&format!("Date\tStart\tTitle\n{day}\t9:00\tBrunch"));
        assert!(read.rows[0].read.is_err(), "{day}");
    }
}

#[test]
fn a_row_that_cannot_be_read_is_left_out_and_says_why() {
    let read = sheet("Start\tLength\tTitle\nsoon\t30\tDoors\n18:00\tlong\tDinner\n19:00\t10\t\n20:00\t10\tCake\n");
    let problems = rows(&read);
    assert_eq!(problems[0], "! “soon” is not a time.");
    assert_eq!(problems[1], "! “long” is not a length.");
    assert_eq!(problems[2], "! There is no title.");
    assert_eq!(problems[3], "12 20:00 10 Cake");
}

#[test]
fn cells_with_line_ends_and_quotes_are_one_cell() {
    let read = sheet("Start\tTitle\tNotes\n18:00\tDoors\t\"a\nb \"\"c\"\"\td\"\n19:00\tDinner\t\n");
    assert_eq!(read.rows[0].read.as_ref().map(|facts| facts.details.clone()), Ok("a\nb \"c\"\td".into()));
    assert_eq!(rows(&read)[1], "12 19:00 - Dinner");
}

#[test]
fn a_first_name_counts_only_when_it_is_one_persons() {
    let read = sheet("Title\tWho\nDoors\tbob\nCake\tANN");
    assert!(read.rows[0].note.is_some());
    assert_eq!(read.rows[1].read.as_ref().map(|facts| facts.responsible.clone()), Ok(vec![ContactId(1)]));
}

#[test]
fn a_whole_name_goes_before_a_first_name_and_counts_only_when_it_is_one_persons() {
    let people = ["Bob", "Bob Day", "Max", "Max", "Max Ray"];
    let people: Vec<_> = (1..).map(ContactId).zip(people.map(str::to_owned)).collect();
    let read = sheet_among(&people, "Title\tWho\nDoors\tBOB\nCake\tmax\nTea\tMax Ray, bob day");
    let found = |row: usize| read.rows[row].read.as_ref().map(|facts| facts.responsible.clone());
    for (row, ids) in [(0, contacts(&[1])), (1, Vec::new()), (2, contacts(&[2, 5]))] {
        assert_eq!(found(row), Ok(ids), "row {row}");
    }
    assert!(read.rows[1].note.is_some());
}

fn contacts(ids: &[i64]) -> Vec<ContactId> {
    ids.iter().copied().map(ContactId).collect()
}

#[test]
fn a_cell_of_any_number_of_names_is_soon_read_and_its_note_is_short() {
    let people: Vec<_> = (0..3_000).map(|id| (ContactId(id), format!("Person {id}"))).collect();
    let begun = Instant::now();
    let read = sheet_among(&people, &format!("Title\tWho\nDoors\t{}", "zoe,".repeat(100_000)));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let note = "“zoe”, “zoe”, “zoe” and 47 more: not one person on this event; only the first 50 names were looked for";
    assert_eq!(read.rows[0].note.as_deref(), Some(note));
    let long = sheet_among(&people, &format!("Title\tWho\nDoors\t{}\nCake\tperson 7", "é".repeat(100_000)));
    assert!(long.rows[0].note.as_ref().is_some_and(|note| note.chars().count() < 150), "{:?}", long.rows[0].note);
    assert_eq!(long.rows[1].read.as_ref().map(|facts| facts.responsible.clone()), Ok(contacts(&[7])));
}

#[test]
fn an_end_is_read_under_the_name_that_stands_behind_it() {
    let sheet =
        sheet("Date\tStart\tEnd\tTitle\n2026-10-25\t01:30\t02:30 CET\tDance\n2026-10-25\t18:00\t18:45 tomorrow\tTea");
    let expected = ["25 01:30 120 Dance", "! This is not a time. Write it like 18:45, 18.45, 1845 or 6:45pm."];
    assert_eq!(rows(&sheet), expected);
}

#[test]
fn sheets_come_with_all_kinds_of_oddities() {
    let plain = ["12 18:00 30 Doors", "12 18:30 - \"Tea\" 🎉"];
    for text in [
        "\u{feff}Start\tMin\tTitle\r\n18:00\t30\tDoors\r\n18:30\t\t\"Tea\" 🎉\r\n",
        "Start\tMin\tTitle\r18:00\t30\tDoors\r18:30\t\t\"Tea\" 🎉",
        "Start;Min;Title\n18:00;30;Doors\n18:30;;\"Tea\" 🎉\n",
        "\u{a0}Start\u{a0}\tMin\tTitle\n18:00\u{200f}\t30\u{a0}\tDoors\n１８：３０\t\t\"Tea\" 🎉\n",
        "\u{feff}\"Start\"\t\"Min\"\t\"Title\"\n\"18:00\"\t\"30\"\t\"Doors\"\n18:30\t\t\"\"\"Tea\"\" 🎉\"",
    ] {
        assert_eq!(rows(&sheet(text)), plain, "{text:?}");
    }
    let wide = format!("18:00\tDoors\t{}\n18:30\tTea", "x\t".repeat(10_000));
    assert_eq!(rows(&sheet(&wide)), ["12 18:00 - Doors", "12 18:30 - Tea"]);
    assert!(sheet(&wide).columns.len() < 100);
    let read = sheet(
        "Start\tMin\tEnd\tTitle\n18:00\t99999\t\tLong\n18:00\t-5\t\tShort\n18:00\t\t24:00\tParty\n24:00\t\t\tLate\n12am\t\t12pm\tNight\n19:00\t\t\ta\0b",
    );
    let expected = [
        "! An item lasts a week at most.",
        "! “-5” is not a length.",
        "12 18:00 360 Party",
        "! “24:00” is not a time.",
        "13 00:00 720 Night",
        "! The title has a character that cannot be stored.",
    ];
    assert_eq!(rows(&read), expected);
    assert!(is_too_long(&"\n".repeat(10_001)) && is_too_long(&"x".repeat(500_001)) && !is_too_long("Doors"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "[\\PC\t\n\r\"]{0,200}") {
        let read = sheet(&text);
        proptest::prop_assert!(read.rows.len() <= text.split(['\r', '\n']).count());
    }
}
