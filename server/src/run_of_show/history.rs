//! The history of an item, in words.

use std::collections::HashMap;

use app::domain::ids::{ContactId, ItemChangeId};
use app::domain::time::Timestamp;
use app::run_of_show::HistoryEntry;

use super::edits::EditKind;
use super::facts::{Field, people};
use super::pages::store::StoredHistory;
use crate::db::column;
use crate::zone::Zone;

/// Edits that make an item.
const ADDING: [EditKind; 3] = [EditKind::Add, EditKind::Duplicate, EditKind::Paste];

/// What each change was, newest first. `names` are of the people of the event.
pub fn entries(
    stored: Vec<StoredHistory>,
    names: &HashMap<ContactId, String>,
    zone: &Zone,
    now: Timestamp,
) -> Vec<HistoryEntry> {
    let entry = |stored: StoredHistory| {
        let field = column::code("field", &stored.field, |code| Field::from_code(code).map(Some), None)?;
        let label = match field {
            Field::Deleted if stored.new_value == "1" => "Deleted",
            Field::Deleted if ADDING.iter().any(|kind| kind.code() == stored.kind) => "Added",
            Field::Deleted => "Restored",
            _ => field.label()?,
        };
        let word = |value: &str| in_words(field, value, names, zone, now);
        Some(HistoryEntry {
            change: ItemChangeId(stored.id),
            who: stored.name,
            at: zone.moment(Timestamp(stored.created_at), now),
            can_be_put_back: field != Field::Deleted,
            field: label.to_owned(),
            from: word(&stored.old_value),
            to: word(&stored.new_value),
        })
    };
    stored.into_iter().filter_map(entry).collect()
}

/// Who deleted the item last, and when.
pub fn deletion(stored: &[StoredHistory], zone: &Zone, now: Timestamp) -> String {
    let is_deletion = |stored: &&StoredHistory| stored.field == Field::Deleted.code() && stored.new_value == "1";
    let Some(deletion) = stored.iter().find(is_deletion) else { return "This item was deleted.".into() };
    let at = zone.moment(Timestamp(deletion.created_at), now);
    format!("{} deleted this item on {}, {}.", deletion.name, at.day, at.clock)
}

fn in_words(field: Field, value: &str, names: &HashMap<ContactId, String>, zone: &Zone, now: Timestamp) -> String {
    match field {
        Field::Starts => value.parse().map_or_else(
            |_| value.to_owned(),
            |at| {
                let moment = zone.moment(Timestamp(at), now);
                format!("{}, {}", moment.day, moment.clock)
            },
        ),
        Field::Minutes if value.is_empty() => "no length".into(),
        Field::Minutes => format!("{value} min"),
        Field::Private | Field::Pinned | Field::Deleted => if value == "1" { "yes" } else { "no" }.into(),
        Field::Responsible => {
            let ids = people(value);
            if ids.is_empty() {
                return "nobody".into();
            }
            let name = |id: &ContactId| names.get(id).cloned().unwrap_or_else(|| "somebody who is gone".into());
            ids.iter().map(name).collect::<Vec<_>>().join(", ")
        }
        Field::Title | Field::Details | Field::Location | Field::Tie if value.is_empty() => "nothing".into(),
        Field::Title | Field::Details | Field::Location | Field::Tie => value.to_owned(),
    }
}
