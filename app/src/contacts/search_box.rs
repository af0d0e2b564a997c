//! What stands in a search field and what was asked: two things, because asking waits until typing pauses.
//!
//! The address bar carries the question. A question of ours that comes back from there must not overwrite what was
//! typed since; one that came by "back" or a link must replace it.

use std::time::Duration;

/// How long typing pauses before the question is asked.
pub const PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchBox {
    typed: String,
    asked: String,
}

impl SearchBox {
    pub fn new(asked: &str) -> Self {
        Self { typed: asked.into(), asked: asked.into() }
    }

    /// Notes what was typed; says whether there is something new to ask.
    pub fn type_in(&mut self, text: &str) -> bool {
        text.clone_into(&mut self.typed);
        self.typed.trim() != self.asked
    }

    /// The question to ask now, if it is not the one that was asked last.
    pub fn ask(&mut self) -> Option<String> {
        let question = self.typed.trim();
        (question != self.asked).then(|| {
            question.clone_into(&mut self.asked);
            self.asked.clone()
        })
    }

    /// Takes note of the question in the address bar; returns the text that the field must show from now on, if it was
    /// not our own question coming back.
    pub fn follow(&mut self, question: &str) -> Option<String> {
        (question != self.asked).then(|| {
            *self = Self::new(question);
            question.to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::SearchBox;

    #[test]
    fn a_question_is_asked_once_and_without_the_spaces_around_it() {
        let mut search = SearchBox::new("");
        assert!(search.type_in("luis "));
        assert_eq!(search.ask(), Some("luis".into()));
        assert_eq!(search.ask(), None);
        assert!(!search.type_in(" luis"));
        assert_eq!(search.ask(), None);
    }

    #[test]
    fn our_own_question_coming_back_leaves_what_was_typed_since() {
        let mut search = SearchBox::new("");
        search.type_in("lu");
        search.ask();
        search.type_in("luis");
        assert_eq!(search.follow("lu"), None);
        assert_eq!(search.ask(), Some("luis".into()));
    }

    #[test]
    fn going_back_replaces_what_was_typed() {
        let mut search = SearchBox::new("");
        search.type_in("luis");
        search.ask();
        assert_eq!(search.follow(""), Some(String::new()));
        assert_eq!(search.ask(), None);
    }

    #[test]
    fn clearing_the_field_asks_for_everybody() {
        let mut search = SearchBox::new("luis");
        assert!(search.type_in(""));
        assert_eq!(search.ask(), Some(String::new()));
    }
}
