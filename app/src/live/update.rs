//! What the live channel says about a topic, as the lists take it in.

use super::row::{AnyRow, LiveRow, typed};
use super::{Gone, Row, ServerMessage, Topic};
use crate::wire::{DecodeError, decode};

/// News of a topic.
pub struct Update {
    pub topic: Topic,
    /// The rows are a snapshot: all that the topic shows, as of one moment.
    pub is_snapshot: bool,
    pub rows: Vec<AnyRow>,
    pub gone: Vec<Gone>,
}

impl Update {
    /// Returns what a frame says; `None` when that is about no row.
    ///
    /// # Errors
    /// The server is of another version.
    pub fn read(frame: &[u8]) -> Result<Option<Self>, DecodeError> {
        Ok(match decode(frame)? {
            ServerMessage::Snapshot { topic, rows } => Some(Self::new(topic, true, rows, Vec::new())),
            ServerMessage::Changed { topic, rows, gone } => Some(Self::new(topic, false, rows, gone)),
            ServerMessage::Refused { .. } | ServerMessage::Pong => None,
        })
    }

    fn new(topic: Topic, is_snapshot: bool, rows: Vec<Row>, gone: Vec<Gone>) -> Self {
        Self { topic, is_snapshot, rows: rows.into_iter().map(Row::erased).collect(), gone }
    }

    /// The rows of one kind.
    pub fn rows_of<R: LiveRow>(&self) -> impl Iterator<Item = &R> {
        self.rows.iter().filter_map(|row| typed(&**row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts::ContactHeader;
    use crate::domain::ids::{ContactId, EmailId};
    use crate::emails::EmailRow;
    use crate::live::RowId;
    use crate::wire::encode;

    #[test]
    fn a_frame_is_news_of_a_topic_or_of_no_row() {
        let topic = Topic::Contact(ContactId(1));
        let header = ContactHeader {
            id: ContactId(1),
            name: "Luis".into(),
            organisation: String::new(),
            role: String::new(),
            address: None,
            blocked: None,
            events: 1,
            emails: 1,
            revision: 2,
            details_revision: 1,
        };
        let gone = vec![Gone { id: RowId::Email(EmailId(4)), revision: 2 }];
        let message = ServerMessage::Changed { topic, rows: vec![Row::Contact(header.clone())], gone: gone.clone() };
        let Ok(Some(update)) = Update::read(&encode(&message)) else { panic!("news") };
        assert_eq!((update.topic, update.is_snapshot, &update.gone), (topic, false, &gone));
        assert_eq!(update.rows_of::<ContactHeader>().collect::<Vec<_>>(), [&header]);
        assert_eq!(update.rows_of::<EmailRow>().count(), 0);
        assert!(matches!(Update::read(&encode(&ServerMessage::Refused { topic })), Ok(None)));
        assert!(Update::read(&[250]).is_err());
    }
}
