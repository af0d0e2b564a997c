//! The head of a contact as one tab holds it: as it was loaded, and what the live channel said since.

use super::ContactHeader;
use crate::live::{Row, ServerMessage};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderState {
    header: ContactHeader,
}

impl HeaderState {
    pub fn new(header: ContactHeader) -> Self {
        Self { header }
    }

    pub fn header(&self) -> &ContactHeader {
        &self.header
    }

    /// Takes in what the live channel says, if it is about this contact; says whether the head changed.
    pub fn take(&mut self, message: &ServerMessage) -> bool {
        let (ServerMessage::Snapshot { rows, .. } | ServerMessage::Changed { rows, .. }) = message else {
            return false;
        };
        let newest = rows.iter().find_map(|row| match row {
            Row::Contact(row) if row.id == self.header.id && row.revision >= self.header.revision => Some(row),
            _ => None,
        });
        let changed = newest.is_some_and(|row| *row != self.header);
        if let Some(row) = newest {
            self.header.clone_from(row);
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ContactId;
    use crate::live::Topic;

    fn header(contact: i64, emails: u64, revision: u32) -> ContactHeader {
        ContactHeader {
            id: ContactId(contact),
            name: "Luis".into(),
            organisation: String::new(),
            role: String::new(),
            address: Some("luis@gmial.com".into()),
            blocked: None,
            events: 1,
            emails,
            revision,
            details_revision: 1,
        }
    }

    fn changed(header: ContactHeader) -> ServerMessage {
        ServerMessage::Changed { topic: Topic::Contact(header.id), rows: vec![Row::Contact(header)], gone: Vec::new() }
    }

    #[test]
    fn the_newest_head_of_this_contact_stays() {
        let mut state = HeaderState::new(header(1, 4, 3));
        assert!(!state.take(&changed(header(1, 3, 2))));
        assert!(!state.take(&changed(header(2, 9, 9))));
        assert!(state.take(&changed(header(1, 5, 4))));
        assert_eq!(state.header().emails, 5);
    }
}
