//! What members see and type of requests, and what a guest sees of them. A guest's types have no room for addresses, for other
//! people's answers or for what became of a mail.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{CrewId, EventId, RequestId, UploadId};
use crate::domain::requests::{MAX_DESCRIPTION, MAX_LABEL, MAX_REFERENCE, RequestKind, Untold, UploadState};
use crate::domain::time::Moment;
use crate::plain_form::{FieldKind, FormField, tick};

const KINDS: [(&str, &str); 3] = [
    ("file", "A file: PDF, PNG, JPEG or WebP, up to 10 MB each"),
    ("text", "Some words"),
    ("choice", "One of several choices"),
];

/// The fields of a request, in the order of the form. The form, the check and the conflict read this table.
pub const FIELDS: [FormField; 6] = [
    FormField::new("label", "What you ask for", FieldKind::Line, MAX_LABEL, "Short: “Stage plot”, “Arrival time”."),
    FormField::new("kind", "Kind", FieldKind::Choice(&KINDS), 0, "How they answer. It stays once somebody has."),
    FormField::new(
        "description",
        "Description",
        FieldKind::Lines,
        MAX_DESCRIPTION,
        "What it is for, and what it has to show. They read it above the answer.",
    ),
    FormField::new("choices", "Choices", FieldKind::Lines, 2_100, "For a choice: 2 to 20, one on each line."),
    FormField::new(
        "reference",
        "Link to look at first",
        FieldKind::Line,
        MAX_REFERENCE,
        "A template or a plan on the web: https://… Or a file, which you add once you have asked.",
    ),
    FormField::new("required", "Required", FieldKind::Tick, 0, "They cannot do without it."),
];

/// What a member types about a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestForm {
    pub label: String,
    #[serde(default)]
    pub kind: RequestKind,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub choices: String,
    #[serde(default)]
    pub reference: String,
    #[serde(default)]
    pub required: bool,
}

impl RequestForm {
    /// What stands in each of `FIELDS`.
    pub fn values(&self) -> [String; 6] {
        let Self { label, kind, description, choices, reference, required } = self.clone();
        [label, kind.code().to_owned(), description, choices, reference, tick(required)]
    }
}

/// What an event asks of everybody, or of one person, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestsPage {
    pub event: EventId,
    /// The event's.
    pub name: String,
    /// Of the event: a higher one on the live channel means that something here may have changed.
    pub revision: u32,
    /// Whom the page is about; `None` where it is about everybody.
    pub person: Option<Asked>,
    pub requests: Vec<RequestRow>,
    /// What was deleted and can be restored, the last first.
    pub deleted: Vec<DeletedRequest>,
}

/// Somebody on the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub crew: CrewId,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRow {
    pub id: RequestId,
    /// Who is asked; `None` when everybody is.
    pub person: Option<Asked>,
    pub kind: RequestKind,
    pub label: String,
    pub description: String,
    pub required: bool,
    /// How many people are asked, and how many of them have answered: files that were turned down are no answer.
    pub asked: u32,
    pub answered: u32,
    /// By the name of the person.
    pub answers: Vec<AnswerRow>,
    /// By the name of the person, then in the order in which they came.
    pub uploads: Vec<UploadRow>,
}

/// What somebody wrote or chose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerRow {
    pub person: Asked,
    pub text: String,
    pub at: Moment,
}

/// A file that somebody sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRow {
    pub id: UploadId,
    pub person: Asked,
    /// As they called it.
    pub name: String,
    /// "1.4 MB"
    pub size: String,
    pub at: Moment,
    /// Whether it is a picture that a browser can show without effort.
    pub preview: bool,
    pub state: UploadState,
    /// Why it was turned down.
    pub note: String,
    /// Who reviewed it.
    pub by: String,
    /// Why no mail told of the rejection.
    pub untold: Option<Untold>,
    /// What a review is made against.
    pub revision: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedRequest {
    pub id: RequestId,
    pub label: String,
}

/// The form of a request that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFormPage {
    pub event: EventId,
    /// The event's.
    pub name: String,
    pub person: Option<Asked>,
    pub form: RequestForm,
    pub file: Option<ReferenceFile>,
    /// What the form is saved against.
    pub revision: u32,
}

/// A file that hangs on a request, to be looked at before one answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceFile {
    pub name: String,
    /// "1.4 MB"
    pub size: String,
}

/// What is asked for over all events that are not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverviewPage {
    /// Where somebody has yet to answer, those of the next event first.
    pub pending: Vec<OverviewRow>,
    /// Where everybody has.
    pub answered: Vec<OverviewRow>,
    /// Files that were turned down and not sent again.
    pub rejected: Vec<RejectedRow>,
    /// Whether there are more than these.
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverviewRow {
    pub id: RequestId,
    pub event: EventId,
    pub event_name: String,
    /// "Sat 12 Dec 2026"
    pub date: String,
    /// Who is asked; `None` when everybody is.
    pub person: Option<Asked>,
    pub label: String,
    pub required: bool,
    pub asked: u32,
    pub answered: u32,
    /// Files that nobody has looked at yet.
    pub unreviewed: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRow {
    pub id: UploadId,
    pub request: RequestId,
    pub event: EventId,
    pub event_name: String,
    pub person: Asked,
    pub label: String,
    pub file: String,
    pub note: String,
}

/// Something that a guest is asked for, and what they have answered so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestRequest {
    pub id: RequestId,
    pub kind: RequestKind,
    pub label: String,
    pub description: String,
    pub required: bool,
    pub choices: Vec<String>,
    /// Leads to a page on the web.
    pub reference: Option<String>,
    /// In the place of that.
    pub file: Option<ReferenceFile>,
    /// What they wrote or chose.
    pub answer: Option<String>,
    pub uploads: Vec<GuestUpload>,
}

/// A file of a guest's own. It is never shown again, to nobody who holds the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestUpload {
    pub id: UploadId,
    pub name: String,
    /// "1.4 MB"
    pub size: String,
    pub state: UploadState,
    /// Why it was turned down.
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_offers_every_kind() {
        assert_eq!(KINDS.map(|(code, _)| code), RequestKind::ALL.map(RequestKind::code));
    }
}
