//! What people on an event can be asked for, and how it stands with a file that one of them sent.

use serde::{Deserialize, Serialize};

/// Longest label of a request, in characters.
pub const MAX_LABEL: u32 = 120;
pub const MAX_DESCRIPTION: u32 = 1_000;
pub const MAX_REFERENCE: u32 = 500;
/// Most choices, and the longest of them, in characters.
pub const MAX_CHOICES: usize = 20;
pub const MAX_CHOICE: usize = 100;
/// Longest answer in words, in characters.
pub const MAX_ANSWER: usize = 2_000;
/// Longest note on a file that is turned down, in characters.
pub const MAX_NOTE: usize = 1_000;
/// Largest file, in bytes: 10 MB as people's computers count it, and a little more as some do.
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;
/// Most files of one person for one request.
pub const MAX_FILES: i64 = 20;
/// Longest name of a file, in characters.
pub const MAX_FILE_NAME: usize = 200;

/// What a browser offers to choose from: the camera of a telephone too.
pub const ACCEPTED_FILES: &str = "application/pdf,image/png,image/jpeg,image/webp,.pdf,.png,.jpg,.jpeg,.webp";

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// One or several files.
    #[default]
    File,
    /// Some words.
    Text,
    /// One of several answers.
    Choice,
}

impl RequestKind {
    pub const ALL: [Self; 3] = [Self::File, Self::Text, Self::Choice];

    pub const fn label(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Text => "text",
            Self::Choice => "choice",
        }
    }

    /// As forms and the database spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Text => "text",
            Self::Choice => "choice",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What a member made of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UploadState {
    /// Nobody said anything about it yet.
    #[default]
    Unreviewed,
    Approved,
    Rejected,
}

impl UploadState {
    pub const ALL: [Self; 3] = [Self::Unreviewed, Self::Approved, Self::Rejected];

    /// As members read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Unreviewed => "unreviewed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// As the database stores it.
    pub const fn code(self) -> &'static str {
        self.label()
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// Why nobody was told by mail that their file was turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Untold {
    /// The contact has no address that mail can be sent to.
    NoAddress,
    /// Mail to the address is refused.
    Blocked,
    /// Their link was revoked; a new one is not given unasked.
    NoLink,
    /// The event is cancelled: it takes no file any more.
    EventCancelled,
}

impl Untold {
    pub const ALL: [Self; 4] = [Self::NoAddress, Self::Blocked, Self::NoLink, Self::EventCancelled];

    /// As the database stores it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoAddress => "no_address",
            Self::Blocked => "blocked",
            Self::NoLink => "no_link",
            Self::EventCancelled => "event_cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|untold| untold.code() == code)
    }
}

/// "640 bytes", "812 KB", "1.4 MB"
pub fn size_in_words(bytes: u64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} bytes"),
        1_000..999_500 => format!("{} KB", (bytes + 500) / 1_000),
        _ => format!("{}.{} MB", (bytes + 50_000) / 1_000_000, (bytes + 50_000) % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_at_a_glance() {
        let sizes = [0, 999, 1_000, 1_499, 999_499, 999_500, 1_449_999, 1_950_000, MAX_FILE_BYTES];
        let words = ["0 bytes", "999 bytes", "1 KB", "1 KB", "999 KB", "1.0 MB", "1.4 MB", "2.0 MB", "10.5 MB"];
        assert_eq!(sizes.map(size_in_words), words);
    }

    #[test]
    fn every_code_is_read_back() {
        assert!(RequestKind::ALL.iter().all(|kind| RequestKind::from_code(kind.code()) == Some(*kind)));
        assert!(UploadState::ALL.iter().all(|state| UploadState::from_code(state.code()) == Some(*state)));
        assert!(Untold::ALL.iter().all(|untold| Untold::from_code(untold.code()) == Some(*untold)));
    }
}
