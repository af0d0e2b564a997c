//! What a person says when they are asked whether they come, and what becomes of an earlier answer.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rsvp {
    #[default]
    NoReply,
    Accepted,
    Declined,
}

impl Rsvp {
    pub const ALL: [Self; 3] = [Self::NoReply, Self::Accepted, Self::Declined];

    pub const fn label(self) -> &'static str {
        match self {
            Self::NoReply => "no reply",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }

    /// As forms, addresses and the database spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoReply => "no_reply",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rsvp| rsvp.code() == code)
    }
}

/// Longest note that a guest can leave, in characters.
pub const MAX_NOTE: usize = 500;

/// Who gave an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RsvpSource {
    /// Whoever holds the person's link.
    Link,
    /// A member, for the person.
    Member,
}

impl RsvpSource {
    pub const ALL: [Self; 2] = [Self::Link, Self::Member];

    /// As the database spells it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Member => "member",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.code() == code)
    }
}

/// A person's answer as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub rsvp: Rsvp,
    /// `None` as long as there is no answer.
    pub source: Option<RsvpSource>,
    /// The person's own words, about this answer.
    pub note: String,
}

impl Reply {
    /// What it is after the holder of the link answered; `None` when that is what it was, so that a repeated post is one answer.
    #[must_use]
    pub fn after_guest(&self, rsvp: Rsvp, note: &str) -> Option<Self> {
        let after = Self { rsvp, source: Some(RsvpSource::Link), note: note.to_owned() };
        (after != *self).then_some(after)
    }

    /// What it is after a member set it; `None` when that is what it was. The note goes with the answer that it was about.
    #[must_use]
    pub fn after_member(&self, rsvp: Rsvp) -> Option<Self> {
        let source = (rsvp != Rsvp::NoReply).then_some(RsvpSource::Member);
        (rsvp != self.rsvp).then(|| Self { rsvp, source, note: String::new() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Guest(Rsvp, String),
        Member(Rsvp),
    }

    fn step() -> impl Strategy<Value = Step> {
        let guest = (prop_oneof![Just(Rsvp::Accepted), Just(Rsvp::Declined)], "[a-b]{0,2}");
        let member = prop_oneof![Just(Rsvp::NoReply), Just(Rsvp::Accepted), Just(Rsvp::Declined)];
        prop_oneof![guest.prop_map(|(rsvp, note)| Step::Guest(rsvp, note)), member.prop_map(Step::Member)]
    }

    fn after(reply: &Reply, step: &Step) -> Option<Reply> {
        match step {
            Step::Guest(rsvp, note) => reply.after_guest(*rsvp, note),
            Step::Member(rsvp) => reply.after_member(*rsvp),
        }
    }

    #[test]
    fn a_note_goes_with_the_answer_it_was_about() {
        let said = Reply::default().after_guest(Rsvp::Declined, "in Rome").expect("a change");
        assert_eq!(said.after_member(Rsvp::Declined), None, "the person's own words stay");
        let set = said.after_member(Rsvp::Accepted).expect("a change");
        assert_eq!((set.note.as_str(), set.source), ("", Some(RsvpSource::Member)));
        assert_eq!(set.after_member(Rsvp::NoReply), Some(Reply::default()));
        assert_eq!(set.after_guest(Rsvp::Accepted, "").and_then(|said| said.source), Some(RsvpSource::Link));
    }

    #[test]
    fn codes_are_read_as_they_are_written() {
        assert!(Rsvp::ALL.into_iter().all(|rsvp| Rsvp::from_code(rsvp.code()) == Some(rsvp)));
        assert!(RsvpSource::ALL.into_iter().all(|source| RsvpSource::from_code(source.code()) == Some(source)));
        assert_eq!((Rsvp::from_code("perhaps"), RsvpSource::from_code("")), (None, None));
    }

    proptest! {
        /// The last one to answer is right, a repetition changes nothing, and without an answer nothing is left of one.
        #[test]
        fn the_last_answer_holds_and_a_repetition_is_none(steps in prop::collection::vec(step(), 0..12)) {
            let mut reply = Reply::default();
            for step in &steps {
                if let Some(changed) = after(&reply, step) {
                    prop_assert_ne!(&changed, &reply);
                    reply = changed;
                }
                prop_assert_eq!(after(&reply, step), None);
                let (Step::Guest(rsvp, _) | Step::Member(rsvp)) = step;
                prop_assert_eq!(reply.rsvp, *rsvp);
                prop_assert_eq!(reply.source.is_none(), reply.rsvp == Rsvp::NoReply);
                prop_assert!(reply.note.is_empty() || reply.source == Some(RsvpSource::Link));
            }
        }
    }
}
