//! A person on the event as data: their links, their answer and their newest invite.

use serde::{Deserialize, Serialize};

use crate::domain::cursor::NameCursor;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::email_kind::EmailKind;
use crate::domain::ids::{ContactId, CrewId, IdempotencyKey, LinkId};
use crate::domain::rsvp::Rsvp;
use crate::domain::send_rules::wait_until;
use crate::domain::suppression::SuppressionCause;
use crate::domain::time::{Moment, Timestamp};
use crate::emails::EmailRow;
use crate::live::{LiveRow, Place, RowId};

/// A contact on the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrewRow {
    pub id: CrewId,
    pub contact: ContactId,
    pub name: String,
    /// What the crew is sorted by.
    pub sort_name: String,
    pub role: String,
    /// Timeline items they own on this event.
    pub items: u32,
    /// The contact's address now.
    pub address: Option<String>,
    /// Why that address is refused, if it is.
    pub blocked: Option<SuppressionCause>,
    /// Rises with each visible change of name, address or block.
    pub contact_revision: u32,
    pub link: LinkState,
    /// The link by which they answer without seeing the run of show.
    pub rsvp_link: LinkState,
    pub rsvp: Rsvp,
    /// When and how the answer came; `None` without one.
    pub answer: Option<Box<Answer>>,
    /// Rises with each change of role, links or answer, and when the person is taken off or brought back, so a late "made" never undoes a "revoked".
    pub revision: u32,
    /// The newest share-link email or RSVP invite of this person on this event.
    pub invite: Option<EmailRow>,
}

impl LiveRow for CrewRow {
    fn id(&self) -> RowId {
        RowId::Crew(self.id)
    }

    fn place(&self) -> Place {
        NameCursor { name: self.sort_name.clone(), id: self.id.0 }.into()
    }

    fn revision(&self) -> u32 {
        self.revision
    }

    /// The row's own part, the contact's and the invite each have a revision.
    fn merge(&mut self, other: &Self) -> bool {
        let before = self.clone();
        if other.revision >= self.revision {
            self.role.clone_from(&other.role);
            self.items = other.items;
            self.link = other.link.clone();
            self.rsvp_link = other.rsvp_link.clone();
            self.rsvp = other.rsvp;
            self.answer.clone_from(&other.answer);
            self.revision = other.revision;
        }
        if other.contact_revision >= self.contact_revision {
            self.name.clone_from(&other.name);
            self.sort_name.clone_from(&other.sort_name);
            self.address.clone_from(&other.address);
            self.blocked = other.blocked;
            self.contact_revision = other.contact_revision;
        }
        let read = |row: &Self| row.invite.as_ref().map(|invite| (invite.id, invite.revision));
        if read(other) >= read(self) {
            self.invite.clone_from(&other.invite);
        }
        *self != before
    }

    /// A person who is new has no badge that flipped, and gave no answer before our eyes.
    fn stands_out(&self, before: Option<&Self>) -> bool {
        let badge = |row: &Self| row.invite.as_ref().map(|invite| (invite.status, invite.reason.clone()));
        before.is_some_and(|before| badge(before) != badge(self) || before.rsvp != self.rsvp)
    }
}

/// How an answer came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub at: Moment,
    /// "by their link", "set by Dana"
    pub how: String,
    /// The person's own words.
    pub note: String,
}

/// What a person's link opens. Each has a token of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The run of show.
    #[default]
    Share,
    /// The question whether they come, and nothing else.
    Rsvp,
}

impl LinkKind {
    /// As forms and the database spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Rsvp => "rsvp",
        }
    }
}

/// A link of a crew row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// None was made yet, or the last one was revoked.
    None,
    /// `url` is absolute.
    Live { id: LinkId, url: String },
}

impl CrewRow {
    /// Until when no mail of this kind about the event may go to `address` again, whatever became of the link. The server
    /// decides; this lets the button say so, as far as the newest invite tells. After a failure there is no wait, and waiting
    /// would not help a blocked address.
    pub fn wait_until(&self, kind: EmailKind, address: &str) -> Option<Timestamp> {
        let invite = self.invite.as_ref()?;
        let counts = invite.kind == kind
            && !invite.status.is_some_and(|status| status == DeliveryStatus::Failed || status.blocks_address())
            && invite.recipient.eq_ignore_ascii_case(address.trim());
        counts.then(|| wait_until(invite.sent_at.at))
    }

    /// The idempotency key of the next send: whoever presses a button on the same sight of the row, and however often, it is
    /// one send to one address.
    pub fn send_key(&self) -> IdempotencyKey {
        IdempotencyKey(format!("row-{}-{}", self.id, self.invite.as_ref().map_or(0, |invite| invite.id.0)))
    }

    /// Whether the address has to be corrected before anything can arrive.
    pub fn needs_fixing(&self) -> bool {
        let refused = self.invite.as_ref().and_then(|invite| invite.status).is_some_and(DeliveryStatus::blocks_address);
        self.blocked.is_some() || refused
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::ids::{EmailId, EventId};
    use crate::emails::EventRef;
    use crate::planner::DeliveryGroup;

    fn email(id: i64, revision: u32, status: Option<DeliveryStatus>) -> EmailRow {
        EmailRow {
            id: EmailId(id),
            contact: ContactId(2),
            event: EventRef { id: Some(EventId(3)), name: "Gala".into() },
            crew: Some(CrewId(1)),
            link: Some(LinkId(7)),
            kind: EmailKind::ShareLink,
            subject: "Gala: your run of show".into(),
            recipient: "ann@venue.example".into(),
            sent_at: Moment { at: Timestamp(1_000), day: "1 Jan".into(), clock: "00:00".into() },
            status,
            reason: None,
            revision,
        }
    }

    pub(crate) fn row() -> CrewRow {
        CrewRow {
            id: CrewId(1),
            contact: ContactId(2),
            name: "Ann".into(),
            sort_name: "ann".into(),
            role: String::new(),
            items: 0,
            address: Some("ann@venue.example".into()),
            blocked: None,
            contact_revision: 1,
            link: LinkState::Live { id: LinkId(7), url: "u".into() },
            rsvp_link: LinkState::None,
            rsvp: Rsvp::NoReply,
            answer: None,
            revision: 1,
            invite: None,
        }
    }

    fn invited(invite: EmailRow) -> CrewRow {
        CrewRow { invite: Some(invite), ..row() }
    }

    #[test]
    fn an_older_invite_or_revision_never_replaces_a_newer_one() {
        let mut row = row();
        assert!(row.merge(&invited(email(5, 2, Some(DeliveryStatus::Delivered)))));
        assert!(!row.merge(&invited(email(5, 1, None))));
        assert!(!row.merge(&invited(email(4, 9, Some(DeliveryStatus::Bounced)))));
        assert!(row.merge(&invited(email(6, 1, None))));
        assert_eq!(row.delivery_group(), DeliveryGroup::Waiting);
    }

    #[test]
    fn only_a_badge_that_flips_stands_out() {
        let sent = invited(email(5, 1, Some(DeliveryStatus::Sent)));
        let delivered = invited(email(5, 2, Some(DeliveryStatus::Delivered)));
        let renamed = CrewRow { role: "Host".into(), ..sent.clone() };
        assert!(delivered.stands_out(Some(&sent)) && sent.stands_out(Some(&row())));
        assert!(!renamed.stands_out(Some(&sent)) && !sent.stands_out(None));
        assert!(CrewRow { rsvp: Rsvp::Declined, ..sent.clone() }.stands_out(Some(&sent)), "or an answer that came");
    }

    #[test]
    fn a_late_made_never_undoes_a_revoked() {
        let mut row = row();
        let linked = |link, revision| CrewRow { link, revision, ..self::row() };
        assert!(row.merge(&linked(LinkState::None, 3)));
        assert!(!row.merge(&linked(LinkState::Live { id: LinkId(8), url: "v".into() }, 2)));
        assert_eq!(row.link, LinkState::None);
    }

    #[test]
    fn a_late_no_reply_never_undoes_an_answer() {
        let mut row = row();
        assert!(row.merge(&CrewRow { rsvp: Rsvp::Accepted, revision: 3, ..self::row() }));
        assert!(!row.merge(&CrewRow { revision: 2, ..self::row() }));
        assert_eq!(row.rsvp, Rsvp::Accepted);
    }

    #[test]
    fn each_part_is_the_newest_one_read() {
        let mut row = row();
        let corrected = CrewRow { address: Some("ann@home.example".into()), contact_revision: 2, ..self::row() };
        let renamed = CrewRow { role: "Host".into(), revision: 2, ..self::row() };
        assert!(row.merge(&corrected) && row.merge(&renamed) && !row.merge(&self::row()));
        assert_eq!((row.role.as_str(), row.address.as_deref()), ("Host", Some("ann@home.example")));
    }

    #[test]
    fn e21_the_wait_is_for_the_address_whatever_the_link_and_not_after_a_failure_or_a_block() {
        let mut row = row();
        row.merge(&invited(email(5, 1, None)));
        assert_eq!(row.wait_until(EmailKind::ShareLink, " ANN@venue.example "), Some(wait_until(Timestamp(1_000))));
        assert_eq!(row.wait_until(EmailKind::ShareLink, "bob@venue.example"), None);
        assert_eq!(row.wait_until(EmailKind::RsvpInvite, "ann@venue.example"), None, "the other kind may go");
        for link in [LinkState::None, LinkState::Live { id: LinkId(8), url: "v".into() }] {
            let row = CrewRow { link, ..row.clone() };
            assert_eq!(row.wait_until(EmailKind::ShareLink, "ann@venue.example"), Some(wait_until(Timestamp(1_000))));
        }
        for status in [DeliveryStatus::Failed, DeliveryStatus::Bounced, DeliveryStatus::SpamReported] {
            let revision = 1 + row.invite.as_ref().map_or(0, |invite| invite.revision);
            row.merge(&invited(email(5, revision, Some(status))));
            assert_eq!(row.wait_until(EmailKind::ShareLink, "ann@venue.example"), None, "{status:?}");
        }
    }
}
