//! What an invite says: the mail with a share link, and the one that only asks whether somebody comes.

use super::message::{Bodies, MessageError, line, render};

/// All that the templates of both need.
#[derive(Clone, Debug)]
pub struct Invite {
    pub first_name: String,
    /// The member who pressed the button, and for whom.
    pub sender: String,
    pub venue: String,
    pub event: String,
    /// "Sat 12 Dec 2026", in the event's zone.
    pub date: String,
    pub place: Option<String>,
    pub link: String,
    /// Whether the event collects answers: the page that the link leads to has the buttons.
    pub asks: bool,
}

impl Invite {
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
            asks: self.asks,
        }
    }
}

/// Makes a module for each kind, over its three templates.
macro_rules! invites {
    ($($kind:ident = $subject:literal, $text:literal, $html:literal;)+) => {$(
        pub(super) mod $kind {
            use askama::Template;

            use super::*;

            #[derive(Template)]
            #[template(path = $subject)]
            struct Subject<'a> {
                event: &'a str,
            }

            #[derive(Template)]
            #[template(path = $text)]
            struct Text<'a> {
                mail: &'a Invite,
            }

            #[derive(Template)]
            #[template(path = $html)]
            struct Html<'a> {
                subject: &'a str,
                mail: &'a Invite,
            }

            pub fn subject(event: &str) -> Result<String, MessageError> {
                render(&Subject { event: &line(event) })
            }

            pub fn bodies(mail: &Invite, subject: &str) -> Result<Bodies, MessageError> {
                let mail = &mail.in_lines();
                Ok(Bodies { text: render(&Text { mail })?, html: render(&Html { subject, mail })? })
            }
        }
    )+};
}

invites! {
    share_link = "share_link/subject.txt", "share_link/body.txt", "share_link/body.html";
    rsvp_invite = "rsvp_invite/subject.txt", "rsvp_invite/body.txt", "rsvp_invite/body.html";
}
