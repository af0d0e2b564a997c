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
    first_name: &'a str,
    sender: &'a str,
    venue: &'a str,
    event: &'a str,
    date: &'a str,
    place: Option<&'a str>,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "share_link/body.html")]
struct Html<'a> {
    subject: &'a str,
    first_name: &'a str,
    sender: &'a str,
    venue: &'a str,
    event: &'a str,
    date: &'a str,
    place: Option<&'a str>,
    link: &'a str,
}

pub(super) fn subject(event: &str) -> Result<String, MessageError> {
    render(&Subject { event: &line(event) })
}

impl ShareLink {
    pub(super) fn bodies(&self, subject: &str) -> Result<Bodies, MessageError> {
        let first_name = match line(&self.first_name) {
            name if name.is_empty() => "there".to_owned(),
            name => name,
        };
        let (sender, venue, event) = (line(&self.sender), line(&self.venue), line(&self.event));
        let place = self.place.as_deref().map(line).filter(|place| !place.is_empty());
        let (first_name, sender, venue, event) = (&*first_name, &*sender, &*venue, &*event);
        let (date, place, link) = (&*self.date, place.as_deref(), &*self.link);
        Ok(Bodies {
            text: render(&Text { first_name, sender, venue, event, date, place, link })?,
            html: render(&Html { subject, first_name, sender, venue, event, date, place, link })?,
        })
    }
}
