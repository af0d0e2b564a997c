//! What a share-link mail says.

use askama::Template;

use super::message::{Bodies, MessageError, line, render};

/// All that its template needs.
#[derive(Clone, Debug)]
pub struct ShareLink {
    pub first_name: String,
    /// The member who pressed the button, and for whom.
    pub sender: String,
    pub venue: String,
    pub event: String,
    /// "Sat 12 Dec 2026", in the event's zone.
    pub date: String,
    pub place: Option<String>,
    pub link: String,
}

#[derive(Template)]
#[template(path = "share_link/subject.txt")]
struct Subject<'a> {
    event: &'a str,
}

#[derive(Template)]
#[template(path = "share_link/body.txt")]
struct Text<'a> {
    mail: &'a ShareLink,
}

#[derive(Template)]
#[template(path = "share_link/body.html")]
struct Html<'a> {
    subject: &'a str,
    mail: &'a ShareLink,
}

pub(super) fn subject(event: &str) -> Result<String, MessageError> {
    render(&Subject { event: &line(event) })
}

impl ShareLink {
    pub(super) fn bodies(&self, subject: &str) -> Result<Bodies, MessageError> {
        let mail = &self.in_lines();
        Ok(Bodies { text: render(&Text { mail })?, html: render(&Html { subject, mail })? })
    }

    /// As the templates show it: each text on one line, and a word for a person without a name.
    fn in_lines(&self) -> Self {
        let first_name = line(&self.first_name);
        Self {
            first_name: if first_name.is_empty() { "there".to_owned() } else { first_name },
            sender: line(&self.sender),
            venue: line(&self.venue),
            event: line(&self.event),
            date: self.date.clone(),
            place: self.place.as_deref().map(line).filter(|place| !place.is_empty()),
            link: self.link.clone(),
        }
    }
}
