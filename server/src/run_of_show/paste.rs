//! A run of show pasted from a spreadsheet: its columns may stand in any order.
//!
//! A header names the columns. Without one they are told by what stands in them: times first start, then end; numbers are
//! lengths; the first text is the title. A row that cannot be read is left out and says why; nothing of it is guessed.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use app::domain::ids::ContactId;
use app::domain::time::{HOUR_MS, Timestamp};
use app::domain::timetable::{self, MAX_MINUTES};
use app::domain::typed_time::{clock_time, length};
use app::error::AppError;
use jiff::civil::Date;

use super::facts::Facts;
use super::{cells, typed};
use crate::text;
use crate::zone::Zone;

/// The longest text that is read: 500 long rows. A form with more does not arrive.
const MAX_BYTES: usize = 500_000;
/// More lines than this are no run of show.
const MAX_LINES: usize = 10_000;
/// By so many rows columns are told that no header names.
const SAMPLE: usize = 200;
/// So many people of a row are looked for, and so many of those that are not known are named.
const MAX_PEOPLE: usize = 50;
const NAMED: usize = 3;
/// A name is shown as far as that.
const MAX_SHOWN: usize = 60;
/// A time that is so much earlier than the row above is of the next day.
const OVER_MIDNIGHT_MS: i64 = 6 * HOUR_MS;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Day,
    Start,
    End,
    Length,
    Title,
    Details,
    Location,
    People,
    Private,
}

impl Column {
    pub const fn label(self) -> &'static str {
        match self {
            Self::Day => "Day",
            Self::Start => "Start",
            Self::End => "End",
            Self::Length => "Length",
            Self::Title => "Title",
            Self::Details => "Details",
            Self::Location => "Where",
            Self::People => "Responsible",
            Self::Private => "Private",
        }
    }

    /// What people write above such a column.
    fn named(header: &str) -> Option<Self> {
        let name: String = header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        Some(match name.as_str() {
            "day" | "date" | "datum" | "tag" => Self::Day,
            "start" | "starts" | "starttime" | "time" | "from" | "begin" | "begins" | "at" | "beginn" | "zeit"
            | "uhrzeit" => Self::Start,
            "end" | "ends" | "endtime" | "until" | "till" | "finish" | "finishes" | "to" | "ende" => Self::End,
            "length" | "duration" | "minutes" | "mins" | "min" | "durationmin" | "durationminutes" | "dauer" => {
                Self::Length
            }
            "title" | "item" | "what" | "activity" | "cue" | "name" | "event" | "programme" | "program" | "titel"
            | "was" => Self::Title,
            "details" | "detail" | "notes" | "note" | "description" | "comments" | "comment" | "info" | "notiz" => {
                Self::Details
            }
            "where" | "location" | "place" | "room" | "venue" | "ort" | "raum" => Self::Location,
            "who" | "responsible" | "owner" | "person" | "people" | "crew" | "lead" | "contact" | "wer" => Self::People,
            "private" | "hidden" => Self::Private,
            _ => return None,
        })
    }
}

/// One row as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// In the text, from 1.
    pub line: u32,
    pub read: Result<Facts, String>,
    /// As it was written, for a row that was not read.
    pub title: String,
    /// What was left out of a row that was read.
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What each column was taken for; `None` is left out.
    pub columns: Vec<(String, Option<Column>)>,
    pub rows: Vec<Row>,
}

/// The event that a sheet is pasted into.
pub struct Into<'a> {
    pub zone: &'a Zone,
    /// The day of the first row, if it names none.
    pub day: Date,
    /// Where the first row begins, if it has no time.
    pub from: Timestamp,
    /// Where rows may stand.
    pub near: RangeInclusive<Timestamp>,
    /// Everybody on the event, by name.
    pub people: &'a [(ContactId, String)],
}

/// Whether a text is too long to be read.
pub fn is_too_long(pasted: &str) -> bool {
    pasted.len() > MAX_BYTES || pasted.split(['\r', '\n']).count() > MAX_LINES
}

/// Reads a pasted text.
pub fn read(pasted: &str, into: &Into<'_>) -> Sheet {
    let cells = cells::rows(pasted);
    let width = cells.iter().map(|(_, row)| row.len()).max().unwrap_or_default();
    let header = cells.first().filter(|(_, row)| is_header(row));
    let (columns, body) = match header {
        Some((_, names)) => {
            let mut taken = Vec::new();
            let mut column = |name: &String| {
                let column = Column::named(name).filter(|column| !taken.contains(column));
                taken.extend(column);
                (name.clone(), column)
            };
            let mut columns: Vec<_> = names.iter().map(&mut column).collect();
            columns.resize(width, (String::new(), None));
            (columns, &cells[1..])
        }
        None => (guessed(&cells, width).into_iter().map(|column| (String::new(), column)).collect(), &cells[..]),
    };
    let known = Known::of(into.people);
    let mut reader = Reader { into, known, columns: &columns, day: into.day, next: into.from, last: None };
    let rows = body.iter().map(|(line, row)| reader.row(*line, row)).collect();
    Sheet { columns, rows }
}

/// Whether the row names columns: two of them, or its only one.
fn is_header(row: &[String]) -> bool {
    let filled = row.iter().filter(|cell| !cell.is_empty()).count();
    let named = row.iter().filter(|cell| Column::named(cell).is_some()).count();
    named >= 2.min(filled) && named > 0 && !row.iter().any(|cell| clock_time(cell).is_some())
}

/// What columns hold that no header names.
fn guessed(cells: &[(u32, Vec<String>)], width: usize) -> Vec<Option<Column>> {
    let most = |column: usize, is: &dyn Fn(&str) -> bool| {
        let filled: Vec<_> =
            cells.iter().take(SAMPLE).filter_map(|(_, row)| row.get(column)).filter(|cell| !cell.is_empty()).collect();
        !filled.is_empty() && filled.iter().filter(|cell| is(cell)).count() * 2 > filled.len()
    };
    let mut guessed: Vec<Option<Column>> = Vec::with_capacity(width);
    for column in 0..width {
        let free = |wanted: Column| Some(wanted).filter(|wanted| !guessed.contains(&Some(*wanted)));
        // "45" alone could be a time too; "930" rather is one.
        let is_number = |cell: &str| cell.len() <= 3 && cell.bytes().all(|byte| byte.is_ascii_digit());
        let is_length = |cell: &str| is_number(cell) || clock_time(cell).is_none() && length(cell).is_some();
        let kind = if most(column, &|cell| day(cell, None).is_some() && clock_time(cell).is_none()) {
            free(Column::Day)
        } else if most(column, &|cell| clock_time(cell).is_some() && !is_number(cell)) {
            free(Column::Start).or_else(|| free(Column::End))
        } else if most(column, &is_length) {
            if guessed.contains(&Some(Column::Start)) { free(Column::Length) } else { free(Column::Start) }
        } else if most(column, &|cell| !cell.is_empty()) {
            free(Column::Title).or_else(|| free(Column::Details)).or_else(|| free(Column::Location))
        } else {
            None
        };
        guessed.push(kind);
    }
    guessed
}

/// Everybody on the event by their small-lettered names; `None` where several have one.
#[derive(Default)]
struct Known {
    by_name: HashMap<String, Option<ContactId>>,
    by_first_name: HashMap<String, Option<ContactId>>,
}

impl Known {
    fn of(people: &[(ContactId, String)]) -> Self {
        let mut known = Self::default();
        for (id, name) in people {
            let name = name.to_lowercase();
            let first_name = name.split(' ').next().unwrap_or_default().to_owned();
            for (names, name) in [(&mut known.by_name, name), (&mut known.by_first_name, first_name)] {
                names.entry(name).and_modify(|one| *one = None).or_insert(Some(*id));
            }
        }
        known
    }

    /// The one person of this name; of this first name, if that is nobody's whole name.
    fn find(&self, name: &str) -> Option<ContactId> {
        let name = name.to_lowercase();
        self.by_name.get(&name).or_else(|| self.by_first_name.get(&name)).copied().flatten()
    }
}

struct Reader<'a> {
    into: &'a Into<'a>,
    known: Known,
    columns: &'a [(String, Option<Column>)],
    day: Date,
    /// Where a row without a time begins.
    next: Timestamp,
    /// The start of the row above.
    last: Option<Timestamp>,
}

impl Reader<'_> {
    fn cell<'r>(&self, row: &'r [String], wanted: Column) -> &'r str {
        let index = self.columns.iter().position(|(_, column)| *column == Some(wanted));
        index.and_then(|index| row.get(index)).map_or("", String::as_str)
    }

    fn row(&mut self, line: u32, row: &[String]) -> Row {
        let title = self.cell(row, Column::Title).to_owned();
        let (responsible, note) = self.people(self.cell(row, Column::People));
        let read = self.facts(row, responsible).map_err(|error| match error {
            AppError::Invalid { message, .. } => message,
            other => other.to_string(),
        });
        if let Ok(facts) = &read {
            self.last = Some(facts.starts_at);
            self.next = timetable::ends(facts.starts_at, facts.minutes);
            self.day = self.into.zone.wall_clock(facts.starts_at).date();
        }
        Row { line, note: note.filter(|_| read.is_ok()), read, title }
    }

    fn facts(&self, row: &[String], responsible: Vec<ContactId>) -> Result<Facts, AppError> {
        let title = text::typed(self.cell(row, Column::Title), "title", "The title", 200)?;
        if title.is_empty() {
            return Err(AppError::invalid("title", "There is no title."));
        }
        let details = text::typed(self.cell(row, Column::Details), "details", "The details", 2_000)?;
        let location = text::typed(self.cell(row, Column::Location), "location", "The place", 200)?;
        let starts_at = self.starts_at(self.cell(row, Column::Day), self.cell(row, Column::Start))?;
        let minutes = self.minutes(self.cell(row, Column::Length), self.cell(row, Column::End), starts_at)?;
        let private =
            matches!(self.cell(row, Column::Private).to_lowercase().as_str(), "1" | "x" | "yes" | "true" | "private");
        Ok(Facts { starts_at, minutes, title, details, location, private, responsible, ..Facts::default() })
    }

    fn starts_at(&self, written_day: &str, start: &str) -> Result<Timestamp, AppError> {
        let zone = self.into.zone;
        let named = if written_day.is_empty() {
            None
        } else {
            Some(day(written_day, Some(self.into.day)).ok_or_else(|| {
                AppError::invalid("day", format!("“{written_day}” is not a day. Write it like 2026-12-31."))
            })?)
        };
        if start.is_empty() && named.is_none() {
            return Ok(self.next);
        }
        if clock_time(start).is_none() && !start.contains(char::is_whitespace) {
            return Err(AppError::invalid("starts", format!("“{start}” is not a time.")));
        }
        let at = typed::instant(zone, named.unwrap_or(self.day), start)?;
        let is_next_day = named.is_none() && self.last.is_some_and(|last| last.since_ms(at) > OVER_MIDNIGHT_MS);
        let at = match self.day.tomorrow() {
            Ok(tomorrow) if is_next_day => typed::instant(zone, tomorrow, start)?,
            _ => at,
        };
        if self.into.near.contains(&at) { Ok(at) } else { Err(AppError::invalid("day", typed::FAR_OFF)) }
    }

    fn minutes(&self, written: &str, end: &str, starts_at: Timestamp) -> Result<Option<u32>, AppError> {
        let minutes = if !written.is_empty() {
            let minutes = length(written);
            Some(minutes.ok_or_else(|| AppError::invalid("minutes", format!("“{written}” is not a length.")))?)
        } else if end.is_empty() {
            None
        } else {
            Some(typed::until(self.into.zone, starts_at, end)?)
        };
        if minutes.is_some_and(|minutes| minutes > MAX_MINUTES) {
            return Err(AppError::invalid("minutes", "An item lasts a week at most."));
        }
        Ok(minutes)
    }

    /// Who is meant, and who is not known.
    fn people(&self, written: &str) -> (Vec<ContactId>, Option<String>) {
        let (mut found, mut unknown) = (Vec::new(), Vec::new());
        let mut names = written.split([',', ';', '/', '&', '\n']).map(str::trim).filter(|name| !name.is_empty());
        for name in names.by_ref().take(MAX_PEOPLE) {
            if let Some(id) = self.known.find(name) {
                found.push(id);
            } else {
                unknown.push(name);
            }
        }
        let is_cut = names.next().is_some();
        found.sort_unstable();
        found.dedup();
        (found, note(&unknown, is_cut))
    }
}

/// Which names are not one person's, and whether there were more than are looked for.
fn note(unknown: &[&str], is_cut: bool) -> Option<String> {
    let mut notes = Vec::new();
    if !unknown.is_empty() {
        let named: Vec<_> = unknown.iter().take(NAMED).map(|name| shown(name)).collect();
        let more = unknown.len() - named.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        notes.push(format!("{}{more}: not one person on this event", named.join(", ")));
    }
    if is_cut {
        notes.push(format!("only the first {MAX_PEOPLE} names were looked for"));
    }
    (!notes.is_empty()).then(|| notes.join("; "))
}

/// A name in quotation marks, of a long one its beginning.
fn shown(name: &str) -> String {
    let dots = if name.chars().nth(MAX_SHOWN).is_some() { "…" } else { "" };
    let begin: String = name.chars().take(MAX_SHOWN).collect();
    format!("“{begin}{dots}”")
}

/// Reads a day: 2026-12-31, 31.12.2026, 31/12/2026, 31 Dec, 31.12.; without a year that of `near`.
fn day(written: &str, near: Option<Date>) -> Option<Date> {
    // A clock of years beyond these has no instant that can be stored and shown.
    any_day(written, near).filter(|date| (1970..=9000).contains(&date.year()))
}

fn any_day(written: &str, near: Option<Date>) -> Option<Date> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    if let Ok(date) = written.parse::<Date>() {
        return Some(date);
    }
    let lower = written.to_lowercase();
    let parts: Vec<_> = lower.split(['.', '/', '-', ' ', ',']).filter(|part| !part.is_empty()).collect();
    // A weekday in front says nothing more.
    let parts = match parts.split_first() {
        Some((first, rest))
            if rest.len() >= 2 && first.chars().all(char::is_alphabetic) && month(first, &MONTHS).is_none() =>
        {
            rest
        }
        _ => &parts[..],
    };
    let (day, month_part, year) = match parts {
        [day, month] => (day, month, None),
        [day, month, year] => (day, month, Some(year)),
        _ => return None,
    };
    // "Dec 31" as well as "31 Dec".
    let (day, month_part) = if month(day, &MONTHS).is_some() { (month_part, day) } else { (day, month_part) };
    let number = |text: &str| text.parse::<i8>().ok();
    let month = month(month_part, &MONTHS).or_else(|| number(month_part))?;
    let day = number(day.trim_end_matches(|c: char| c.is_alphabetic()))?;
    match year {
        Some(year) => {
            let year: i16 = year.parse().ok()?;
            Date::new(if year < 100 { 2000 + year } else { year }, month, day).ok()
        }
        None => Date::new(near.map_or(2000, Date::year), month, day).ok(),
    }
}

fn month(text: &str, months: &[&str; 12]) -> Option<i8> {
    let index = months.iter().position(|month| text.starts_with(month))?;
    i8::try_from(index + 1).ok()
}

#[cfg(test)]
#[path = "paste_tests.rs"]
mod tests;
