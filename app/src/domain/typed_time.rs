//! Times and lengths as people type them into a run of show.

/// A time of the day on a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    pub hour: u8,
    pub minute: u8,
}

/// Returns the time that was typed: "16:30", "16.30", "16h30", "1630", "4:30 pm", "4pm", "noon", "midnight". `None` if it is none.
pub fn clock_time(typed: &str) -> Option<ClockTime> {
    let text = normalised(typed);
    match text.as_str() {
        "noon" | "midday" => return Some(ClockTime { hour: 12, minute: 0 }),
        "midnight" => return Some(ClockTime { hour: 0, minute: 0 }),
        _ => {}
    }
    let (text, half) = half_of_day(&text);
    // Spreadsheets add seconds.
    let mut parts = text.split([':', '.', 'h', ',', ' ']).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next(), parts.next());
    let seconds_are_plain = third.is_none_or(|seconds| number(seconds, 2).is_some_and(|seconds| seconds < 60));
    if parts.next().is_some() || !seconds_are_plain {
        return None;
    }
    let (hour, minute) = match second {
        Some(minute) if minute.len() == 2 => (number(first, 2)?, number(minute, 2)?),
        Some(_) => return None,
        None if first.len() > 2 => {
            let (hour, minute) = first.split_at_checked(first.len() - 2)?;
            (number(hour, 2)?, number(minute, 2)?)
        }
        None => (number(first, 2)?, 0),
    };
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(Half::Morning) => hour % 12,
        Some(Half::Afternoon) => hour % 12 + 12,
    };
    let (hour, minute) = (u8::try_from(hour).ok()?, u8::try_from(minute).ok()?);
    (hour < 24 && minute < 60).then_some(ClockTime { hour, minute })
}

/// Returns the length that was typed, in minutes: "45", "45 min", "1:30", "1h30", "1.5 h", "90m", "2 hours". `None` if it is none.
pub fn length(typed: &str) -> Option<u32> {
    let text: String = normalised(typed).chars().filter(|c| !c.is_whitespace()).collect();
    if let Some((hours, minutes)) = text.split_once(':') {
        return joined(number(hours, 3)?, number(minutes, 2).filter(|minutes| *minutes < 60)?);
    }
    let unit = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (amount, rest) = text.split_at(unit);
    let letters = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (unit, rest) = rest.split_at(letters);
    match unit {
        "" | "m" | "min" | "mins" | "minute" | "minutes" | "minuten" => {
            rest.is_empty().then(|| number(amount, 5)).flatten()
        }
        "h" | "hr" | "hrs" | "hour" | "hours" | "std" => {
            if rest.is_empty() {
                return tenths_of_hours(amount);
            }
            let minutes = rest.trim_end_matches(|c: char| c.is_alphabetic());
            joined(number(amount, 3)?, number(minutes, 2).filter(|minutes| *minutes < 60)?)
        }
        _ => None,
    }
}

fn joined(hours: u32, minutes: u32) -> Option<u32> {
    hours.checked_mul(60)?.checked_add(minutes)
}

/// "1.5" and "1,25" hours.
fn tenths_of_hours(amount: &str) -> Option<u32> {
    let Some((whole, part)) = amount.split_once(['.', ',']) else { return joined(number(amount, 3)?, 0) };
    let digits = u32::try_from(part.len()).ok().filter(|digits| (1..=2).contains(digits))?;
    joined(number(whole, 3)?, number(part, 2)? * 60 / 10_u32.pow(digits))
}

#[derive(Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
}

fn half_of_day(text: &str) -> (&str, Option<Half>) {
    for (suffixes, half) in [(["am", "a.m.", "a"], Half::Morning), (["pm", "p.m.", "p"], Half::Afternoon)] {
        if let Some(rest) = suffixes.into_iter().find_map(|suffix| text.strip_suffix(suffix)) {
            return (rest.trim_end(), Some(half));
        }
    }
    (text.trim_end_matches("uhr").trim_end(), None)
}

/// Small letters, ASCII digits, no spaces at the ends, none that nobody can see.
fn normalised(typed: &str) -> String {
    let seen = typed
        .chars()
        .filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}'));
    let plain = seen.map(|c| match c {
        '\u{ff10}'..='\u{ff19}' => char::from(b'0' + u8::try_from(u32::from(c) - 0xff10).unwrap_or(0)),
        '\u{ff1a}' => ':',
        c if c.is_whitespace() => ' ',
        c => c,
    });
    plain.flat_map(char::to_lowercase).collect::<String>().trim().to_owned()
}

/// Digits alone, at most so many.
fn number(text: &str, most: usize) -> Option<u32> {
    let digits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_as_people_type_them() {
        for (typed, hour, minute) in [
            ("16:30", 16, 30),
            ("4:30pm", 16, 30),
            ("4:30 PM", 16, 30),
            ("4.30 p.m.", 16, 30),
            ("16.30", 16, 30),
            ("16,30", 16, 30),
            ("1630", 16, 30),
            ("16h30", 16, 30),
            ("430pm", 16, 30),
            ("4pm", 16, 0),
            ("16", 16, 0),
            ("9", 9, 0),
            ("930", 9, 30),
            ("09:05", 9, 5),
            ("16:30:00", 16, 30),
            ("16:30 Uhr", 16, 30),
            ("12am", 0, 0),
            ("12:15 am", 0, 15),
            ("12pm", 12, 0),
            ("noon", 12, 0),
            ("Midnight", 0, 0),
            (" 16:30\u{200f}", 16, 30),
            ("１６：３０", 16, 30),
            ("0", 0, 0),
            ("23:59", 23, 59),
        ] {
            assert_eq!(clock_time(typed), Some(ClockTime { hour, minute }), "{typed}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for typed in [
            "", "24:00", "16:60", "4:5", "13pm", "0am", "pm", "16:30:75", "1:2:3:4", "-4", "16:3a", "soon", "12345",
            "٤",
        ] {
            assert_eq!(clock_time(typed), None, "{typed}");
        }
    }

    #[test]
    fn lengths_are_read_as_people_type_them() {
        for (typed, minutes) in [
            ("45", 45),
            ("0", 0),
            ("45 min", 45),
            ("45m", 45),
            ("90 minutes", 90),
            ("1:30", 90),
            ("0:05", 5),
            ("1h", 60),
            ("1h30", 90),
            ("1 h 30 min", 90),
            ("1.5h", 90),
            ("1,25 h", 75),
            ("2 hours", 120),
        ] {
            assert_eq!(length(typed), Some(minutes), "{typed}");
        }
        for typed in ["", "-5", "1:75", "h", "1.555h", "5 days", "1h75", "999999", "a lot"] {
            assert_eq!(length(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(typed in "\\PC{0,12}") {
            let _ = (clock_time(&typed), length(&typed));
        }

        #[test]
        fn every_time_is_read_back(hour in 0..24_u8, minute in 0..60_u8) {
            let expected = Some(ClockTime { hour, minute });
            for typed in [format!("{hour}:{minute:02}"), format!("{hour:02}{minute:02}"), format!("{hour}.{minute:02}")] {
                prop_assert_eq!(clock_time(&typed), expected);
            }
            let (twelve, half) = ((hour + 11) % 12 + 1, if hour < 12 { "am" } else { "pm" });
            prop_assert_eq!(clock_time(&format!("{twelve}:{minute:02}{half}")), expected);
        }
    }
}
