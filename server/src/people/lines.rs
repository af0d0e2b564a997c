//! Reads people from lines as they are pasted from a mail's recipients, a sheet or a list: "Name <address>", "address",
//! "Name, address". Pure; what cannot be one person is named by its line.

use app::domain::address::{AddressFault, RecipientAddress};

/// The most lines at a time.
pub const MAX_LINES: usize = 500;
const MAX_NAME: usize = 100;
/// How many faults are told at once, and how much of a line is shown.
const TOLD: usize = 10;
const SHOWN: usize = 40;

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: usize,
    /// Empty when the line is only an address.
    pub name: String,
    pub address: RecipientAddress,
}

/// A line that is nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineFault {
    pub number: usize,
    pub text: String,
    pub reason: String,
}

impl Line {
    /// First and last name. Who has none is called by what stands before the @.
    pub fn names(&self) -> (&str, &str) {
        let name = if self.name.is_empty() { self.address.local() } else { &self.name };
        name.split_once(' ').unwrap_or((name, ""))
    }

    pub fn fault(&self, reason: String) -> LineFault {
        LineFault { number: self.number, text: format!("{} <{}>", self.name, self.address.as_str()), reason }
    }
}

/// Reads all lines; fails with every one that was not understood.
pub fn read(text: &str) -> Result<Vec<Line>, Vec<LineFault>> {
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    for (index, line) in text.lines().enumerate() {
        for piece in pieces(line) {
            match person(piece) {
                Ok((name, address)) => lines.push(Line { number: index + 1, name, address }),
                Err(reason) => faults.push(LineFault { number: index + 1, text: piece.to_owned(), reason }),
            }
        }
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

/// What is wrong, a line for each.
pub fn told(faults: &[LineFault]) -> String {
    let mut told = vec!["Nobody was added yet. Mend these lines, or take them out:".to_owned()];
    told.extend(faults.iter().take(TOLD).map(|LineFault { number, text, reason }| {
        let mut text: String = text.chars().filter(|c| !c.is_control()).collect();
        if let Some((end, _)) = text.char_indices().nth(SHOWN) {
            text.truncate(end);
            text.push('…');
        }
        format!("Line {number}, “{text}”: {reason}")
    }));
    if faults.len() > TOLD {
        told.push(format!("And {} more.", faults.len() - TOLD));
    }
    told.join("\n")
}

/// The people of one line: programs for mail write several, each "Name <address>", with commas or semicolons between.
fn pieces(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let end = rest.match_indices('>').map(|(at, _)| at + 1).find(|at| {
                let after = rest[*at..].trim_start();
                after.starts_with([',', ';'])
            });
            let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
            rest = after.trim_start().trim_start_matches([',', ';']);
            let piece = piece.trim().trim_end_matches([',', ';']).trim();
            if !piece.is_empty() {
                return Some(piece);
            }
        }
    })
}

fn person(piece: &str) -> Result<(String, RecipientAddress), String> {
    let (name, address) = match piece.split_once('<') {
        Some((name, address)) => (name.to_owned(), address.split('>').next().unwrap_or_default()),
        None => apart(piece)?,
    };
    let address = RecipientAddress::parse(address).map_err(|fault| match fault {
        AddressFault::Missing => "there is no address in it.".to_owned(),
        other => other.to_string(),
    })?;
    let name = called(&name);
    // Some programs write the address as its own name.
    let name = if name.contains('@') { String::new() } else { name };
    if name.contains('\0') {
        return Err("the name has a character that cannot be stored.".into());
    }
    let too_long = |part: &str| part.chars().count() > MAX_NAME;
    let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
    if too_long(first) || too_long(last) {
        return Err(format!("first and last name may have {MAX_NAME} characters each."));
    }
    Ok((name, address))
}

/// The one word with an @, and all others.
fn apart(piece: &str) -> Result<(String, &str), String> {
    let words = piece.split(|c: char| c.is_whitespace() || ",;()".contains(c)).filter(|word| !word.is_empty());
    let (addresses, names): (Vec<&str>, Vec<&str>) = words.partition(|word| word.contains(['@', '＠']));
    match addresses[..] {
        [] => Err("there is no address in it.".into()),
        [address] => Ok((names.join(" "), address)),
        _ => Err("there are several addresses in it. Give each a line of its own.".into()),
    }
}

/// A name without quotation marks and double spaces; "Lee, Ann" is Ann Lee.
fn called(name: &str) -> String {
    let name = name.trim().trim_matches(|c: char| "\"'“”„‘’«»,;".contains(c)).trim();
    let turned = match name.split(',').collect::<Vec<_>>()[..] {
        [last, first] => format!("{first} {last}"),
        _ => name.to_owned(),
    };
    turned.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn people(text: &str) -> Vec<(usize, String, String)> {
        let lines = read(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        lines.into_iter().map(|line| (line.number, line.name, line.address.as_str().to_owned())).collect()
    }

    fn faults(text: &str) -> Vec<(usize, String)> {
        let faults = read(text).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.number, fault.reason)).collect()
    }

    #[test]
    fn lines_end_in_any_way_and_a_mark_at_the_beginning_is_no_name() {
        for end in ["\n", "\r\n", "\r"] {
            let found = people(&["\u{feff}Ann <ann@x.example>", "", "Bo\u{a0}Day <bo@x.example>"].join(end));
            let expected = [(1, "Ann".into(), "ann@x.example".into()), (3, "Bo Day".into(), "bo@x.example".into())];
            assert_eq!(found, expected, "{end:?}");
        }
    }

    #[test]
    fn people_are_read_however_they_are_written() {
        for (written, name) in [
            ("Ann Lee <ann@x.example>", "Ann Lee"),
            ("\"Lee, Ann\" <ann@x.example>,", "Ann Lee"),
            ("  Ann   Lee\tann@x.example", "Ann Lee"),
            ("Ann Lee, ann@x.example;", "Ann Lee"),
            ("ann@x.example (Ann Lee)", "Ann Lee"),
            ("<ann@x.example>", ""),
            ("ann@x.example", ""),
            ("ann@x.example <ann@x.example>", ""),
            ("Ann Lee <mailto:ann@x.example>", "Ann Lee"),
            ("Ann Lee <ann＠x.example", "Ann Lee"),
        ] {
            assert_eq!(people(written), [(1, name.to_owned(), "ann@x.example".to_owned())], "{written}");
        }
    }

    #[test]
    fn a_line_may_hold_several_and_empty_ones_hold_nobody() {
        let read = people("\n Ann <a@x.example>, Bob <b@x.example> ;Cy <c@x.example>\r\n\r\n,\nd@x.example\n");
        let read: Vec<_> = read.iter().map(|(number, name, _)| (*number, name.as_str())).collect();
        assert_eq!(read, [(2, "Ann"), (2, "Bob"), (2, "Cy"), (5, "")]);
        assert!(people("").is_empty());
    }

    #[test]
    fn each_line_that_is_nobody_is_named() {
        let text = format!(
            "Ann <a@x.example>\nBob\nCy <cy@nowhere>\na@x.example b@x.example\n{} <l@x.example>",
            "x".repeat(101)
        );
        let faults = faults(&text);
        assert_eq!(faults.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [2, 3, 4, 5]);
        assert_eq!(faults[0].1, "there is no address in it.");
        let told = told(&read(&text).expect_err("faults"));
        assert!(told.contains("\nLine 2, “Bob”: there is no address in it.\nLine 3, “Cy <cy@nowhere>”: "), "{told}");
        assert_eq!(told.lines().count(), 5);
    }

    #[test]
    fn who_has_no_name_is_called_by_their_address() {
        let lines = read("ann.lee@x.example\nAnn van der Lee <a@x.example>").expect("lines");
        assert_eq!((lines[0].names(), lines[1].names()), (("ann.lee", ""), ("Ann", "van der Lee")));
    }

    proptest! {
        /// Whatever is pasted, each piece is a person or a fault, and neither has a line that is not there.
        #[test]
        fn nothing_that_is_pasted_is_lost_or_panics(text in "[ -~\u{e9}\u{202e}\n<>@,;\"]{0,200}") {
            let count = text.lines().count();
            match read(&text) {
                Ok(lines) => {
                    for line in &lines {
                        prop_assert!(line.number <= count);
                        prop_assert!(line.name.chars().count() <= 2 * MAX_NAME + 1 && !line.name.contains('@'));
                        prop_assert!(!line.names().0.is_empty());
                    }
                    let blank = |c: char| c.is_whitespace() || ",;".contains(c);
                    prop_assert_eq!(lines.is_empty(), text.chars().all(blank));
                }
                Err(faults) => {
                    prop_assert!(!faults.is_empty() && faults.iter().all(|fault| fault.number <= count));
                    prop_assert!(told(&faults).lines().count() <= TOLD + 2);
                }
            }
        }

        /// As a program for mail writes them.
        #[test]
        fn what_is_written_is_read(people in prop::collection::vec(("[A-Z][a-z]{1,9}( [A-Z][a-z]{1,9})?", "[a-z]{1,9}@[a-z]{1,9}\\.example"), 0..9), comma in any::<bool>()) {
            let written: Vec<_> = people.iter().map(|(name, address)| format!("{name} <{address}>")).collect();
            let text = written.join(if comma { ", " } else { "\n" });
            let read: Vec<_> = self::people(&text).into_iter().map(|(_, name, address)| (name, address)).collect();
            prop_assert_eq!(read, people);
        }
    }
}
