//! The planner page as data, and the changes that reach it live.

use serde::{Deserialize, Serialize};

use crate::domain::delivery::DeliveryStatus;
use crate::domain::email_kind::EmailKind;
use crate::domain::ids::{ContactId, CrewId, EventId, ItemId, LinkId};
use crate::domain::send_rules::wait_until;
use crate::domain::suppression::SuppressionCause;
use crate::domain::time::{Moment, Timestamp};
use crate::emails::{EmailChange, EmailRow};
use crate::events::EventStatus;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannerPage {
    pub event: EventHeader,
    pub items: Vec<TimelineItem>,
    pub crew: Vec<CrewRow>,
    /// When the server read this, which decides what is "now" in the timeline until the browser's clock runs.
    pub now: Timestamp,
    /// The day it is in the event's zone.
    pub today: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventHeader {
    pub id: EventId,
    pub name: String,
    /// "Sat 12 Dec 2026"
    pub date: String,
    pub status: EventStatus,
    pub place: Option<String>,
    /// Guests expected.
    pub pax: Option<u32>,
    /// "Europe/Lisbon", shown where times could be doubted.
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineItem {
    pub id: ItemId,
    pub starts: Moment,
    pub minutes: Option<u32>,
    pub title: String,
    pub details: String,
    pub location: String,
    /// Hidden from other people's share links.
    pub private: bool,
    /// Who owns it.
    pub responsible: Vec<Person>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub contact: ContactId,
    pub name: String,
}

/// A contact on the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrewRow {
    pub id: CrewId,
    pub contact: ContactId,
    pub name: String,
    pub role: String,
    /// Timeline items they own on this event.
    pub items: u32,
    /// The contact's address now.
    pub address: Option<String>,
    /// Why that address is refused, if it is.
    pub blocked: Option<SuppressionCause>,
    /// The contact's revision, which orders address changes.
    pub contact_revision: u32,
    pub link: LinkState,
    pub link_revision: u32,
    /// The newest share-link email or RSVP invite of this person on this event.
    pub invite: Option<EmailRow>,
}

/// The share link of a crew row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// None was made yet, or the last one was revoked.
    None,
    /// Opens the run of show. `url` is absolute.
    Live { id: LinkId, url: String },
}

/// A link made or revoked, as it travels to every open browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkChange {
    pub event: EventId,
    pub crew: CrewId,
    pub link: LinkState,
    /// Rises with each link made or revoked, so a late "made" never undoes a "revoked".
    pub link_revision: u32,
}

/// A contact's address was changed, or became blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressChange {
    pub contact: ContactId,
    pub name: String,
    pub address: Option<String>,
    pub blocked: Option<SuppressionCause>,
    pub contact_revision: u32,
}

impl CrewRow {
    /// Takes in an email if it is this row's newest invite, or a newer state of it; says whether the row changed.
    pub fn take_email(&mut self, email: &EmailRow) -> bool {
        if email.crew != Some(self.id) || !email.kind.is_invite() {
            return false;
        }
        let known = self.invite.as_ref().map(|invite| (invite.id, invite.revision));
        let newer = known.is_none_or(|known| (email.id, email.revision) > known);
        if newer {
            self.invite = Some(email.clone());
        }
        newer
    }

    /// Takes in a change of the invite; says whether the row changed.
    pub fn take_email_change(&mut self, change: &EmailChange) -> bool {
        self.invite.as_mut().is_some_and(|invite| invite.merge(change))
    }

    pub fn take_link(&mut self, change: &LinkChange) -> bool {
        let newer = change.crew == self.id && change.link_revision > self.link_revision;
        if newer {
            self.link = change.link.clone();
            self.link_revision = change.link_revision;
        }
        newer
    }

    /// An address that becomes blocked does not raise the contact's revision, so an equal one counts too.
    pub fn take_address(&mut self, change: &AddressChange) -> bool {
        let newer = change.contact == self.contact && change.contact_revision >= self.contact_revision;
        if newer {
            self.name.clone_from(&change.name);
            self.address.clone_from(&change.address);
            self.blocked = change.blocked;
            self.contact_revision = change.contact_revision;
        }
        newer
    }

    /// Takes in the whole row as somebody read it; older parts of it are passed over.
    pub fn take_row(&mut self, row: &Self) {
        self.role.clone_from(&row.role);
        self.items = row.items;
        if row.contact_revision >= self.contact_revision {
            self.name.clone_from(&row.name);
            self.address.clone_from(&row.address);
            self.blocked = row.blocked;
            self.contact_revision = row.contact_revision;
        }
        if row.link_revision >= self.link_revision {
            self.link = row.link.clone();
            self.link_revision = row.link_revision;
        }
        if let Some(invite) = &row.invite {
            self.take_email(invite);
        }
    }

    /// Until when the live link may not go to `address` again. The server decides; this lets the button say so. After a
    /// failure there is no wait, and waiting would not help a blocked address.
    pub fn wait_until(&self, address: &str) -> Option<Timestamp> {
        let invite = self.invite.as_ref()?;
        let LinkState::Live { id, .. } = &self.link else { return None };
        let counts = invite.kind == EmailKind::ShareLink
            && invite.link == Some(*id)
            && !invite.status.is_some_and(|status| status == DeliveryStatus::Failed || status.blocks_address())
            && invite.recipient.eq_ignore_ascii_case(address.trim());
        counts.then(|| wait_until(invite.sent_at.at))
    }

    /// Whether the address has to be corrected before anything can arrive.
    pub fn needs_fixing(&self) -> bool {
        let refused = self.invite.as_ref().and_then(|invite| invite.status).is_some_and(DeliveryStatus::blocks_address);
        self.blocked.is_some() || refused
    }
}

/// Which rows the crew list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Delivered,
    /// Sent or delayed: an answer is still to come.
    Waiting,
    NeedsALook,
    NotInvited,
}

impl CrewRow {
    pub fn standing(&self) -> Standing {
        match &self.invite {
            None if self.blocked.is_some() => Standing::NeedsALook,
            None => Standing::NotInvited,
            Some(invite) => match invite.status {
                Some(DeliveryStatus::Delivered) => Standing::Delivered,
                Some(status) if status.needs_a_look() => Standing::NeedsALook,
                _ => Standing::Waiting,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::EmailId;
    use crate::emails::EventRef;

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

    fn row() -> CrewRow {
        CrewRow {
            id: CrewId(1),
            contact: ContactId(2),
            name: "Ann".into(),
            role: String::new(),
            items: 0,
            address: Some("ann@venue.example".into()),
            blocked: None,
            contact_revision: 1,
            link: LinkState::Live { id: LinkId(7), url: "u".into() },
            link_revision: 1,
            invite: None,
        }
    }

    #[test]
    fn an_older_invite_or_revision_never_replaces_a_newer_one() {
        let mut row = row();
        assert!(row.take_email(&email(5, 2, Some(DeliveryStatus::Delivered))));
        assert!(!row.take_email(&email(5, 1, None)));
        assert!(!row.take_email(&email(4, 9, Some(DeliveryStatus::Bounced))));
        assert!(row.take_email(&email(6, 1, None)));
        assert_eq!(row.standing(), Standing::Waiting);
    }

    #[test]
    fn other_peoples_emails_and_upload_rejections_are_not_this_rows_invite() {
        let mut row = row();
        assert!(!row.take_email(&EmailRow { crew: Some(CrewId(9)), ..email(5, 1, None) }));
        assert!(!row.take_email(&EmailRow { kind: EmailKind::UploadRejection, ..email(5, 1, None) }));
    }

    #[test]
    fn a_late_made_never_undoes_a_revoked() {
        let mut row = row();
        let change = |link, link_revision| LinkChange { event: EventId(3), crew: CrewId(1), link, link_revision };
        assert!(row.take_link(&change(LinkState::None, 3)));
        assert!(!row.take_link(&change(LinkState::Live { id: LinkId(8), url: "v".into() }, 2)));
        assert_eq!(row.link, LinkState::None);
    }

    #[test]
    fn the_wait_is_for_this_link_and_address_and_not_after_a_failure_or_a_block() {
        let mut row = row();
        row.take_email(&email(5, 1, None));
        assert_eq!(row.wait_until(" ANN@venue.example "), Some(wait_until(Timestamp(1_000))));
        assert_eq!(row.wait_until("bob@venue.example"), None);
        for status in [DeliveryStatus::Failed, DeliveryStatus::Bounced, DeliveryStatus::SpamReported] {
            row.take_email(&email(5, 1 + row.invite.as_ref().map_or(0, |invite| invite.revision), Some(status)));
            assert_eq!(row.wait_until("ann@venue.example"), None, "{status:?}");
        }
    }
}
