//! What the mail says that asks somebody to send a file again, since the one they sent was turned down.

use askama::Template;

use super::message::{Bodies, MessageError, line, render};
use crate::text::plain;

/// Longest line of a note. The note itself is shorter.
const MAX_LINE: usize = 1_000;

/// All that the templates need, as it was when the file was turned down.
#[derive(Clone, Debug)]
pub struct Rejection {
    pub first_name: String,
    /// The member who turned it down, and for whom.
    pub sender: String,
    pub venue: String,
    pub event: String,
    /// What the file was to be: "Stage plot".
    pub request: String,
    /// What the file was called.
    pub file: String,
    /// Why it was turned down, in one line or several.
    pub note: String,
    /// Where it is sent again.
    pub link: String,
}

#[derive(Template)]
#[template(path = "upload_rejection/subject.txt")]
struct Subject<'a> {
    event: &'a str,
    request: &'a str,
}

#[derive(Template)]
#[template(path = "upload_rejection/body.txt")]
struct Text<'a> {
    mail: &'a Rejection,
    note: &'a [String],
}

#[derive(Template)]
#[template(path = "upload_rejection/body.html")]
struct Html<'a> {
    subject: &'a str,
    mail: &'a Rejection,
    note: &'a [String],
}

pub(super) fn subject(event: &str, request: &str) -> Result<String, MessageError> {
    render(&Subject { event: &line(event), request: &line(request) })
}

impl Rejection {
    pub(super) fn bodies(&self, subject: &str) -> Result<Bodies, MessageError> {
        let mail = &self.in_lines();
        let note: &[String] = &self.note.lines().map(|typed| plain(typed, MAX_LINE)).collect::<Vec<_>>();
        Ok(Bodies { text: render(&Text { mail, note })?, html: render(&Html { subject, mail, note })? })
    }

    /// As the templates show it: each text on one line, and a word for a person without a name.
    fn in_lines(&self) -> Self {
        let first_name = line(&self.first_name);
        Self {
            first_name: if first_name.is_empty() { "there".to_owned() } else { first_name },
            sender: line(&self.sender),
            venue: line(&self.venue),
            event: line(&self.event),
            request: line(&self.request),
            file: line(&self.file),
            note: String::new(),
            link: self.link.clone(),
        }
    }
}
