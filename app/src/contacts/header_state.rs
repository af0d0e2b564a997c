//! The head of a contact as one tab holds it: as it was loaded, and what the live channel said since.
//!
//! A revision orders address and name. The count of emails has none: it is the snapshot's, and each email that the
//! snapshot did not hold yet adds one.

use super::ContactHeader;
use crate::domain::ids::EmailId;
use crate::live::ServerMessage;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderState {
    header: ContactHeader,
    /// Emails that `header.emails` counts, as far as they are known; `None` before the first snapshot.
    counted: Option<Vec<EmailId>>,
}

impl HeaderState {
    pub fn new(header: ContactHeader) -> Self {
        Self { header, counted: None }
    }

    pub fn header(&self) -> &ContactHeader {
        &self.header
    }

    /// Takes in what the live channel says, if it is about this contact; says whether the head changed.
    pub fn take(&mut self, message: &ServerMessage) -> bool {
        match message {
            ServerMessage::ContactSnapshot(snapshot) if snapshot.header.id == self.header.id => {
                let emails = snapshot.header.emails;
                if snapshot.header.revision >= self.header.revision {
                    self.header = snapshot.header.clone();
                }
                self.header.emails = emails;
                self.counted = Some(snapshot.emails.iter().map(|row| row.id).collect());
                true
            }
            ServerMessage::EmailAdded(row) if row.contact == self.header.id => {
                // Before the first snapshot there is nothing to do: it will count this one.
                let counted = self.counted.as_mut().filter(|counted| !counted.contains(&row.id));
                let new = counted.map(|counted| counted.push(row.id)).is_some();
                self.header.emails += u64::from(new);
                new
            }
            ServerMessage::AddressChanged(change) if change.contact == self.header.id => {
                // The same revision may tell that the address became blocked.
                let current = change.contact_revision >= self.header.revision;
                if current {
                    self.header.name.clone_from(&change.name);
                    self.header.address.clone_from(&change.address);
                    self.header.blocked = change.blocked;
                    self.header.revision = change.contact_revision;
                }
                current
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::ContactSnapshot;
    use crate::domain::email_kind::EmailKind;
    use crate::domain::ids::ContactId;
    use crate::domain::suppression::SuppressionCause;
    use crate::domain::time::{Moment, Timestamp};
    use crate::emails::{EmailRow, EventRef};
    use crate::planner::AddressChange;

    fn header(emails: u64, revision: u32) -> ContactHeader {
        ContactHeader {
            id: ContactId(1),
            name: "Luis".into(),
            organisation: String::new(),
            role: String::new(),
            address: Some("luis@gmial.com".into()),
            blocked: None,
            events: 1,
            emails,
            revision,
        }
    }

    fn email(id: i64, contact: i64) -> EmailRow {
        EmailRow {
            id: EmailId(id),
            contact: ContactId(contact),
            event: EventRef { id: None, name: "Gala".into() },
            crew: None,
            link: None,
            kind: EmailKind::ShareLink,
            subject: "Gala: your run of show".into(),
            recipient: "luis@gmial.com".into(),
            sent_at: Moment { at: Timestamp(id), day: "23 Nov".into(), clock: "14:00".into() },
            status: None,
            reason: None,
            revision: 1,
        }
    }

    fn snapshot(emails: u64, revision: u32, ids: &[i64]) -> ServerMessage {
        ServerMessage::ContactSnapshot(ContactSnapshot {
            header: header(emails, revision),
            emails: ids.iter().map(|id| email(*id, 1)).collect(),
        })
    }

    fn address(revision: u32, address: &str, blocked: Option<SuppressionCause>) -> ServerMessage {
        ServerMessage::AddressChanged(AddressChange {
            contact: ContactId(1),
            name: "Luis".into(),
            address: Some(address.into()),
            blocked,
            contact_revision: revision,
        })
    }

    #[test]
    fn each_email_counts_once_however_it_becomes_known() {
        let mut state = HeaderState::new(header(4, 1));
        state.take(&ServerMessage::EmailAdded(email(5, 1)));
        assert_eq!(state.header().emails, 4, "the snapshot to come counts it");
        state.take(&snapshot(5, 1, &[5, 4, 3]));
        assert!(!state.take(&ServerMessage::EmailAdded(email(5, 1))));
        assert!(state.take(&ServerMessage::EmailAdded(email(6, 1))));
        assert!(!state.take(&ServerMessage::EmailAdded(email(6, 1))));
        assert_eq!(state.header().emails, 6);
    }

    #[test]
    fn other_contacts_emails_do_not_count() {
        let mut state = HeaderState::new(header(4, 1));
        state.take(&snapshot(4, 1, &[4]));
        assert!(!state.take(&ServerMessage::EmailAdded(email(9, 2))));
        assert_eq!(state.header().emails, 4);
    }

    #[test]
    fn an_older_address_never_replaces_a_newer_one() {
        let mut state = HeaderState::new(header(1, 3));
        assert!(!state.take(&address(2, "old@example.com", None)));
        assert!(state.take(&address(4, "luis@gmail.com", None)));
        state.take(&snapshot(2, 3, &[]));
        assert_eq!(state.header().address.as_deref(), Some("luis@gmail.com"));
        assert_eq!(state.header().emails, 2);
    }

    #[test]
    fn a_bounce_blocks_the_address_without_a_new_revision() {
        let mut state = HeaderState::new(header(1, 3));
        state.take(&address(3, "luis@gmial.com", Some(SuppressionCause::Bounce)));
        assert_eq!(state.header().blocked, Some(SuppressionCause::Bounce));
    }
}
