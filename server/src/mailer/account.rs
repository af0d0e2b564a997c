//! What an account's own mails say: one letter for all of them, in text and HTML, and the words of each kind.
//!
//! Whoever signs up types a name and somebody's address, so a mail to an address that nobody has proved repeats no more of
//! it than a name that can be nothing else (`greeting`): nobody can send words of theirs to strangers through us.

use askama::Template;

use super::message::{Bodies, MessageError, line, render};

/// Which of them it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountMailKind {
    /// To whoever signed up, with their first code.
    Welcome,
    /// Another code.
    Code,
    /// Somebody signed up with an address that has an account already, or asked for a change to it.
    KnownAddress,
    /// The link to a new password.
    Reset,
    /// The link that proves a new address, to that address.
    ChangeEmail,
    /// The address was changed, to the old one.
    EmailChanged,
    PasswordChanged,
}

impl AccountMailKind {
    pub const ALL: [Self; 7] = [
        Self::Welcome,
        Self::Code,
        Self::KnownAddress,
        Self::Reset,
        Self::ChangeEmail,
        Self::EmailChanged,
        Self::PasswordChanged,
    ];

    /// As the database stores it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::Code => "code",
            Self::KnownAddress => "known_address",
            Self::Reset => "reset",
            Self::ChangeEmail => "change_email",
            Self::EmailChanged => "email_changed",
            Self::PasswordChanged => "password_changed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Never with the code in it: subjects stand on locked screens.
    pub const fn subject(self) -> &'static str {
        match self {
            Self::Welcome => "Welcome to Callboard: your code",
            Self::Code => "Your Callboard code",
            Self::KnownAddress => "You have a Callboard account already",
            Self::Reset => "A new password for Callboard",
            Self::ChangeEmail => "Your new address for Callboard",
            Self::EmailChanged => "The address of your Callboard account was changed",
            Self::PasswordChanged => "Your Callboard password was changed",
        }
    }
}

/// All that the letter needs.
#[derive(Clone, Debug)]
pub struct AccountMail {
    pub kind: AccountMailKind,
    /// As the member typed it.
    pub name: String,
    /// The code or the link, of the kinds that carry one.
    pub secret: String,
    /// Where people sign in, and where they ask for a new password.
    pub sign_in: String,
    pub forgot: String,
}

/// A letter, in the order it is read.
#[derive(Default)]
struct Letter {
    greeting: String,
    before: Vec<&'static str>,
    code: Option<String>,
    /// What the button says, and where it leads.
    button: Option<(&'static str, String)>,
    after: Vec<&'static str>,
    /// Why it came.
    why: &'static str,
}

#[derive(Template)]
#[template(path = "account/body.txt")]
struct Text<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "account/body.html")]
struct Html<'a> {
    subject: &'a str,
    letter: &'a Letter,
}

impl AccountMail {
    pub(super) fn bodies(&self, subject: &str) -> Result<Bodies, MessageError> {
        let letter = &Letter { greeting: greeting(&self.name), ..self.letter() };
        Ok(Bodies { text: render(&Text { letter })?, html: render(&Html { subject, letter })? })
    }

    fn letter(&self) -> Letter {
        let (secret, sign_in, forgot) = (self.secret.clone(), self.sign_in.clone(), self.forgot.clone());
        match self.kind {
            AccountMailKind::Welcome => Letter {
                before: vec![
                    "Your account is ready. This code proves that mail to you arrives, so that you can set a new password should \
                     you ever forget yours:",
                ],
                code: Some(secret),
                after: vec![
                    "Enter it on the page that opened when you signed up, or, once you are signed in, under “Your account”. It works \
                     for 30 minutes; there you can also ask for another one.",
                ],
                why: "You get this mail because somebody signed up at Callboard with this address. If that was not you, delete it: \
                      without the code nobody can claim your address.",
                ..Letter::default()
            },
            AccountMailKind::Code => Letter {
                before: vec!["This is the code that you asked for:"],
                code: Some(secret),
                after: vec!["It works for 30 minutes, and earlier ones no longer do."],
                why: "You get this mail because somebody with a Callboard account gave this as their address. If that was not you, \
                      delete it: without the code nobody can claim your address.",
                ..Letter::default()
            },
            AccountMailKind::KnownAddress => Letter {
                before: vec![
                    "Somebody has just tried to use this address for a Callboard account. It has one already, so nothing was made \
                     and nothing was changed.",
                ],
                button: Some(("Sign in", sign_in)),
                after: vec!["If you forgot your password, the page where you sign in leads to a new one."],
                why: "You get this mail because this is the address of your Callboard account. If it was not you who tried, there is \
                      nothing to do.",
                ..Letter::default()
            },
            AccountMailKind::Reset => Letter {
                before: vec!["With this link you set a new password for your Callboard account."],
                button: Some(("Set a new password", secret)),
                after: vec!["The link works once, for 24 hours, and only if it is the newest that you asked for."],
                why: "You get this mail because somebody asked for a new password for this address. If it was not you, delete it: the \
                      password stays as it is.",
                ..Letter::default()
            },
            AccountMailKind::ChangeEmail => Letter {
                before: vec![
                    "You want to use this address for your Callboard account from now on. This link leads to the button that does it.",
                ],
                button: Some(("Use this address", secret)),
                after: vec!["Until then the old address stays. The link works once, for 24 hours."],
                why: "You get this mail because somebody gave this as the new address of their Callboard account. If it was not you, \
                      delete it: nothing changes without the link.",
                ..Letter::default()
            },
            AccountMailKind::EmailChanged => Letter {
                before: vec![
                    "Your Callboard account has another address now. You sign in with that one, and no further mail comes to this one.",
                ],
                after: vec![
                    "If you did not do this, somebody knows your password. Tell whoever runs this Callboard for you, so that they can \
                     stop it.",
                ],
                why: "You get this mail because this was the address of your Callboard account until now.",
                ..Letter::default()
            },
            AccountMailKind::PasswordChanged => Letter {
                before: vec![
                    "The password of your Callboard account was changed. Other browsers that were signed in have to do so again.",
                ],
                button: Some(("It was not you? Set a new one", forgot)),
                after: vec!["If it was you, there is nothing to do."],
                why: "You get this mail because this is the address of your Callboard account.",
                ..Letter::default()
            },
        }
    }
}

/// Longest name that is greeted: names are short, and messages are not.
const MAX_GREETED: usize = 40;

/// "Hello Mira," for a name that can be nothing else. What mail programs would make a link of is not repeated, and nothing
/// long: both would let strangers write in our name.
fn greeting(name: &str) -> String {
    let name = line(name);
    let mut letters = name.chars().peekable();
    let mut leads_somewhere = name.contains(['/', '@', ':', '<', '>', '\\']);
    while let Some(letter) = letters.next() {
        leads_somewhere |= letter == '.' && letters.peek().is_some_and(|next| !next.is_whitespace());
    }
    if name.is_empty() || leads_somewhere || name.chars().count() > MAX_GREETED {
        return "Hello,".to_owned();
    }
    format!("Hello {name},")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_greeted_and_a_message_is_not() {
        for name in ["Mira Okafor", "Dr. Zoë O’Neil Jr.", "نورة", "李 小龍"] {
            assert_eq!(greeting(name), format!("Hello {name},"));
        }
        let long = "x".repeat(41);
        for message in
            ["", " ", "win at evil.example", "https://evil", "a@b", "a/b", "<b>", &long, "evil\u{202e}.example", "w:w"]
        {
            assert_eq!(greeting(message), "Hello,", "{message}");
        }
    }

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        for kind in AccountMailKind::ALL {
            assert_eq!(AccountMailKind::from_code(kind.code()), Some(kind));
        }
    }
}
