//! What a transaction changed that somebody may be looking at, by ids alone.
//!
//! A change says where to look again, never what is there: whoever hears of it reads the rows, so hearing twice, late or in
//! another order does no harm.

use app::domain::ids::{AccountId, BatchId, ContactId, CrewId, EmailId, EventId, ItemId, MemberId};
use serde::{Deserialize, Serialize};

/// One thing to look at again. A row that is not there any more was deleted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Change {
    /// An event's own facts: name, date, status.
    Event(EventId),
    /// A line of the run of show.
    Item(ItemId, EventId),
    /// Somebody's place on an event: role, link, newest invite.
    Crew(CrewId, EventId),
    /// What one person on an event is asked for, and what they answered: no business of the others on it. The event's own row counts it.
    Asked(CrewId, EventId),
    /// A contact: name, address, block, counts. Its crew rows show some of that and are looked at too.
    Contact(ContactId),
    /// A tracked email, and the crew row that it was sent from.
    Email(EmailId, ContactId, Option<(CrewId, EventId)>),
    /// Mails to many people of an event: how many were sent, left out, taken back.
    Batch(BatchId, EventId),
    /// A mail waits to be handed over.
    OutboxJob,
    /// The session with this token hash ended.
    Session(String),
    /// Somebody's place in an account changed or ended.
    Membership(AccountId, MemberId),
}

/// The longest text of one NOTIFY: PostgreSQL takes less than 8,000 bytes ("NOTIFY" in its manual).
const MAX_PAYLOAD: usize = 7_000;

/// The changes as the texts of notifications, each beginning with who sends it.
pub(super) fn payloads(origin: &str, changes: &[Change]) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for change in changes {
        let change = serde_json::to_string(change).expect("ids are plain data");
        match payloads.last_mut().filter(|payload| payload.len() + change.len() < MAX_PAYLOAD) {
            Some(payload) => {
                payload.push('\n');
                payload.push_str(&change);
            }
            None => payloads.push(format!("{origin}\n{change}")),
        }
    }
    payloads
}

/// The changes that a notification of another process holds; `None` for our own, and for one that this version cannot
/// read (`Some` of nothing is never returned for a text that holds changes).
pub(super) fn of_others(origin: &str, payload: &str) -> Result<Option<Vec<Change>>, serde_json::Error> {
    let mut lines = payload.lines();
    if lines.next() == Some(origin) {
        return Ok(None);
    }
    lines.map(serde_json::from_str).collect::<Result<_, _>>().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Change> {
        vec![
            Change::Event(EventId(1)),
            Change::Item(ItemId(2), EventId(1)),
            Change::Crew(CrewId(3), EventId(1)),
            Change::Asked(CrewId(3), EventId(1)),
            Change::Contact(ContactId(4)),
            Change::Email(EmailId(5), ContactId(4), Some((CrewId(3), EventId(1)))),
            Change::Email(EmailId(6), ContactId(4), None),
            Change::Batch(BatchId(9), EventId(1)),
            Change::OutboxJob,
            Change::Session("hash".into()),
            Change::Membership(AccountId(7), MemberId(8)),
        ]
    }

    #[test]
    fn what_one_process_writes_another_reads_and_itself_passes_over() {
        let payloads = payloads("me", &all());
        assert_eq!(payloads.len(), 1);
        assert_eq!(of_others("you", &payloads[0]).expect("readable"), Some(all()));
        assert_eq!(of_others("me", &payloads[0]).expect("readable"), None);
        assert!(of_others("you", "me\n{\"Launch\":1}").is_err(), "from a newer version");
    }

    #[test]
    fn a_long_list_is_cut_into_texts_that_fit() {
        let many: Vec<Change> = (0..2_000).map(|id| Change::Email(EmailId(id), ContactId(id), None)).collect();
        let payloads = payloads("me", &many);
        assert!(payloads.len() > 1 && payloads.iter().all(|payload| payload.len() < 8_000));
        let heard: Vec<Change> = payloads
            .iter()
            .flat_map(|payload| of_others("you", payload).expect("readable").unwrap_or_default())
            .collect();
        assert_eq!(heard, many);
        assert!(super::payloads("me", &[]).is_empty());
    }
}
