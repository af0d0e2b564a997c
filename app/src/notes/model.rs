//! What members type about notes and files of an event, and what guests see of them.

use serde::{Deserialize, Serialize};

use crate::domain::ids::EventFileId;
use crate::plain_form::{FieldKind, FormField};

/// Longest note, in characters.
pub const MAX_TEXT: u32 = 5_000;
/// Longest name under which a file is shown, in characters.
pub const MAX_FILE_TITLE: u32 = 200;

/// Who reads something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Members of the account, and whoever holds a live share link to the event. Not whoever has its public link.
    Everybody,
    /// Members of the account alone. The default: nothing is shown to guests by mistake.
    #[default]
    Members,
}

impl Audience {
    pub const ALL: [Self; 2] = [Self::Everybody, Self::Members];

    /// As forms and the database spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Members => "members",
        }
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Everybody => "for everybody",
            Self::Members => "members only",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|audience| audience.code() == code)
    }
}

const AUDIENCES: [(&str, &str); 2] = [("everybody", "Everybody on the event"), ("members", "Members only")];

const AUDIENCE: FormField = FormField::new("audience", "Who reads it", FieldKind::Choice(&AUDIENCES), 0, "");

/// The fields of a note, in the order of the form. The form, the check and the conflict read this table.
pub const NOTE_FIELDS: [FormField; 2] = [
    FormField::new(
        "text",
        "Note",
        FieldKind::Lines,
        MAX_TEXT,
        "Lines stay as you write them. What begins with https:// can be pressed.",
    ),
    AUDIENCE,
];

/// The same of a file.
pub const FILE_FIELDS: [FormField; 2] = [
    FormField::new(
        "name",
        "Name to show",
        FieldKind::Line,
        MAX_FILE_TITLE,
        "“Floor plan” says more than “IMG_0042.jpg”.",
    ),
    AUDIENCE,
];

/// What a member types about a note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteForm {
    pub text: String,
    #[serde(default)]
    pub audience: Audience,
}

impl NoteForm {
    /// What stands in each of `NOTE_FIELDS`.
    pub fn values(&self) -> [String; 2] {
        [self.text.clone(), self.audience.code().to_owned()]
    }
}

/// What a member types about a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileForm {
    pub name: String,
    #[serde(default)]
    pub audience: Audience,
}

impl FileForm {
    /// What stands in each of `FILE_FIELDS`.
    pub fn values(&self) -> [String; 2] {
        [self.name.clone(), self.audience.code().to_owned()]
    }
}

/// What an event tells everybody on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestNotes {
    pub notes: Vec<String>,
    pub files: Vec<GuestFile>,
}

/// A file that everybody on the event may fetch, with their own token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestFile {
    pub id: EventFileId,
    pub name: String,
    /// "1.4 MB"
    pub size: String,
}
