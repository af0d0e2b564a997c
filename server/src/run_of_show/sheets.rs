//! A pasted sheet: how it would be read, and its rows as one edit.

use app::backend::Caller;
use app::domain::ids::{ContactId, EditId, EventId, IdempotencyKey, ItemId};
use app::error::AppError;
use app::run_of_show::{PastePreview, PastedRow, Taken};

use super::edits::{EditKind, last_tie};
use super::facts::{Facts, Item};
use super::paste::{self, Sheet};
use super::service::{RunOfShowService, has_room};
use super::{edit_store, item_store, pages, typed};
use crate::receipts::Claim;
use crate::zone::Zone;

/// The event that a sheet is pasted into.
struct PasteTarget {
    event: EventId,
    event_name: String,
    zone: Zone,
    people: Vec<(ContactId, String)>,
    /// How many there are already.
    items: usize,
}

impl RunOfShowService {
    async fn read_sheet(&self, caller: &Caller, event: EventId, text: &str) -> Result<(PasteTarget, Sheet), AppError> {
        let event = pages::event(&self.core, caller, event).await?;
        let zone = Zone::named(&event.time_zone);
        let people = pages::people(&self.core, caller, event.id).await?;
        let people: Vec<_> = people.into_iter().map(|person| (person.contact, person.name)).collect();
        let items = item_store::items_of(&self.core.db, event.id).await?;
        let from = items.last().map_or(event.starts_at, |last| pages::following(&last.facts));
        let day = zone.wall_clock(event.starts_at).date();
        let sheet =
            paste::read(text, &paste::Into { zone: &zone, day, from, near: typed::near(&event), people: &people });
        Ok((PasteTarget { event: event.id, event_name: event.name, zone, people, items: items.len() }, sheet))
    }

    pub(super) async fn preview_sheet(
        &self,
        caller: &Caller,
        event: EventId,
        text: String,
    ) -> Result<PastePreview, AppError> {
        let refusal = paste::is_too_long(&text).then(|| "This is too long to be pasted at once.".to_owned());
        let text = if refusal.is_some() { String::new() } else { text };
        let (target, sheet) = self.read_sheet(caller, event, &text).await?;
        let now = self.core.clock.now();
        let name = |id: &ContactId| target.people.iter().find(|(known, _)| known == id).map(|(_, name)| name.clone());
        let rows: Vec<_> = sheet
            .rows
            .into_iter()
            .map(|row| match row.read {
                Ok(facts) => {
                    let starts = target.zone.moment(facts.starts_at, now);
                    PastedRow {
                        line: row.line,
                        starts: format!("{}, {}", starts.day, starts.clock),
                        minutes: facts.minutes,
                        title: facts.title,
                        location: facts.location,
                        who: facts.responsible.iter().filter_map(name).collect::<Vec<_>>().join(", "),
                        problem: None,
                        note: row.note,
                    }
                }
                Err(problem) => PastedRow {
                    line: row.line,
                    starts: String::new(),
                    minutes: None,
                    title: row.title,
                    location: String::new(),
                    who: String::new(),
                    problem: Some(problem),
                    note: None,
                },
            })
            .collect();
        let good = rows.iter().filter(|row| row.problem.is_none()).count();
        let full = has_room(target.items, good).err().map(|error| error.to_string());
        Ok(PastePreview {
            event: target.event,
            event_name: target.event_name,
            columns: sheet.columns.into_iter().map(|(name, column)| column_label(&name, column)).collect(),
            good: u32::try_from(good).unwrap_or(u32::MAX),
            summary: summary(good, rows.len() - good),
            refusal: refusal.or(full),
            rows,
        })
    }

    pub(super) async fn add_sheet(
        &self,
        caller: &Caller,
        event: EventId,
        text: &str,
        confirmed: bool,
        key: Option<IdempotencyKey>,
    ) -> Result<Taken, AppError> {
        if paste::is_too_long(text) {
            return Err(AppError::invalid("text", "This is too long to be pasted at once."));
        }
        let (target, sheet) = self.read_sheet(caller, event, text).await?;
        let facts: Vec<Facts> = sheet.rows.into_iter().filter_map(|row| row.read.ok()).collect();
        if facts.is_empty() {
            return Err(AppError::invalid(
                "text",
                "There is no row here that can be added: paste rows with at least a title.",
            ));
        }
        if !confirmed {
            return Err(AppError::invalid("preview", "This is how the rows were read. Nothing is added yet."));
        }
        let mut write = self.core.db.write().await?;
        let mut editing = self.begin(&mut write, caller, target.event).await?;
        let receipt = match self.claim(editing.write, caller, "paste_items", key.as_ref(), &(event, text)).await? {
            Some(Claim::Made(edit)) => {
                let items = edit_store::changes(editing.write, EditId(edit)).await?.len();
                return Ok(Taken { edit: EditId(edit), items: u32::try_from(items).unwrap_or(u32::MAX) });
            }
            Some(Claim::New(receipt)) => Some(receipt),
            None => None,
        };
        let mut items = editing.items().await?;
        has_room(items.len(), facts.len())?;
        let mut pasted = Vec::with_capacity(facts.len());
        for facts in facts {
            let tie = last_tie(&items, facts.starts_at);
            let on_event = editing.people_among(&facts.responsible).await?;
            let facts = Facts { tie, responsible: on_event, ..facts };
            items.push(Item { id: ItemId(0), facts: facts.clone() });
            pasted.push(facts);
        }
        let (edit, added) = editing.add(EditKind::Paste, pasted).await?;
        if let Some(receipt) = receipt {
            receipt.settle(editing.write, edit.0).await?;
        }
        write.commit().await?;
        Ok(Taken { edit, items: u32::try_from(added.len()).unwrap_or(u32::MAX) })
    }
}

fn column_label(name: &str, column: Option<paste::Column>) -> String {
    match (column, name) {
        (Some(column), _) => column.label().to_owned(),
        (None, "") => "left out".to_owned(),
        (None, name) => format!("“{name}” is left out"),
    }
}

/// How many rows were read, and how many are left out.
fn summary(good: usize, left_out: usize) -> String {
    let rows = if good == 1 { "1 row was read".to_owned() } else { format!("{good} rows were read") };
    let read = match left_out {
        0 => format!("{rows}, and none is left out."),
        1 => format!("{rows}; one is left out and says why."),
        _ => format!("{rows}; {left_out} are left out and say why."),
    };
    format!("{read} Nothing is added yet.")
}
