//! How far an item of a run of show is, as the people who own it say on the day, and what they can press next.

use serde::{Deserialize, Serialize};

/// How far an item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Nobody pressed anything.
    #[default]
    Planned,
    Started,
    /// Started before, and over.
    Finished,
    /// Over, in one press.
    Done,
}

/// Which buttons the people of an event have at their items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buttons {
    /// Start, then Mark finished.
    pub start_finish: bool,
    pub done: bool,
}

impl Progress {
    pub const ALL: [Self; 4] = [Self::Planned, Self::Started, Self::Finished, Self::Done];

    /// As people read it, and as the database and forms spell it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Started => "started",
            Self::Finished => "finished",
            Self::Done => "done",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|progress| progress.label() == code)
    }

    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Done)
    }

    /// What an item that is so far can become by one press, in the order of the buttons; the last takes the press before back.
    /// `was_started` is whether it was started at all. Nothing where an event has no buttons.
    pub fn steps(self, buttons: Buttons, was_started: bool) -> Vec<Self> {
        let Buttons { start_finish, done } = buttons;
        let mut steps = Vec::with_capacity(2);
        if !start_finish && !done {
            return steps;
        }
        match self {
            Self::Planned => {
                steps.extend(start_finish.then_some(Self::Started));
                steps.extend(done.then_some(Self::Done));
            }
            Self::Started => steps.extend([if start_finish { Self::Finished } else { Self::Done }, Self::Planned]),
            Self::Finished => steps.push(Self::Started),
            Self::Done => steps.push(if was_started { Self::Started } else { Self::Planned }),
        }
        steps
    }

    /// What the button says that leads from here to `to`.
    pub const fn press(self, to: Self) -> &'static str {
        match (self, to) {
            (Self::Planned, Self::Started) => "Start",
            (_, Self::Finished) => "Mark finished",
            (_, Self::Done) => "Done",
            _ => "Undo",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Progress::{Done, Finished, Planned, Started};
    use super::*;

    #[test]
    fn each_press_leads_on_and_can_be_taken_back() {
        let words = |from: Progress, start_finish, done, was_started| {
            let steps = from.steps(Buttons { start_finish, done }, was_started);
            steps.into_iter().map(|to| from.press(to)).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(words(Planned, true, true, false), "Start, Done");
        assert_eq!(words(Planned, true, false, false), "Start");
        assert_eq!(words(Planned, false, true, false), "Done");
        assert_eq!(words(Started, true, true, true), "Mark finished, Undo");
        assert_eq!(words(Started, false, true, true), "Done, Undo", "the switch was turned meanwhile");
        assert_eq!(words(Finished, false, true, true), "Undo");
        assert_eq!(Done.steps(Buttons { start_finish: true, done: true }, true), [Started]);
        assert_eq!(Done.steps(Buttons { start_finish: true, done: true }, false), [Planned]);
        for from in Progress::ALL {
            assert!(from.steps(Buttons::default(), true).is_empty(), "no buttons");
            assert_eq!(Progress::from_code(from.label()), Some(from));
        }
    }
}
