//! From what was committed to what open pages show: follows the feed of changes, reads the rows they name once, and sends
//! them to everybody who listens.
//!
//! What waits is taken together, so that a burst costs a few statements and not one for each change. Rows are read only
//! where somebody listens. A row that is not there any more was deleted, and is sent as gone, with the revision that a restored one
//! has to exceed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use app::live::{RowId, ServerMessage, Topic};
use tokio::sync::mpsc;

use super::hub::Hub;
use super::rows;
use crate::core::Core;
use crate::db::{Change, News};
use crate::error::StoreError;
use crate::workers::{Stop, Workers};

/// News taken together.
const BATCH: usize = 256;

/// Starts to publish what is committed from this call on. Started again after it died, it has every page catch up.
pub fn start(core: &Core, workers: &mut Workers) {
    let (core, first) = (core.clone(), Mutex::new(Some(core.db.follow())));
    workers.run("live publisher", move |stop| {
        let first = first.lock().unwrap_or_else(PoisonError::into_inner).take();
        publish(core.clone(), first.unwrap_or_else(|| core.db.follow()), stop)
    });
}

async fn publish(core: Core, mut feed: mpsc::UnboundedReceiver<News>, mut stop: Stop) {
    let mut news = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => return,
            count = feed.recv_many(&mut news, BATCH) => {
                if count == 0 {
                    // Somebody else follows the feed now.
                    return;
                }
            }
        }
        let mut changes = BTreeSet::new();
        for news in news.drain(..) {
            match news {
                News::Changed(more) => changes.extend(more),
                News::Gap => core.hub.catch_up_all(),
            }
        }
        publish_changes(&core, changes).await;
    }
}

async fn publish_changes(core: &Core, changes: BTreeSet<Change>) {
    for change in &changes {
        core.hub.pages().follow(change);
    }
    let (wanted, contacts) = look(&core.hub, changes);
    let wanted = match with_crew_rows_of(core, wanted, &contacts).await {
        Ok(wanted) => wanted,
        Err(error) => {
            tracing::warn!(%error, "What changed could not be read; every page catches up.");
            core.hub.catch_up_all();
            return;
        }
    };
    if wanted.is_empty() {
        return;
    }
    let ids: BTreeSet<RowId> = wanted.values().flatten().copied().collect();
    match rows::read(core, &ids).await {
        Ok(read) => {
            for (topic, ids) in wanted {
                let rows = ids.iter().filter_map(|id| read.rows.get(id)).cloned().collect();
                let gone = ids.iter().filter_map(|id| read.gone.get(id)).copied().collect();
                core.hub.send(topic, &ServerMessage::Changed { topic, rows, gone });
            }
        }
        Err(error) => {
            tracing::warn!(%error, "What changed could not be read; the pages that show it catch up.");
            for topic in wanted.into_keys() {
                core.hub.catch_up(topic);
            }
        }
    }
}

/// Rows by the topic that shows them.
type Wanted = BTreeMap<Topic, BTreeSet<RowId>>;

/// Ends what has to end, and says which rows somebody shows; and the contacts whose crew rows have to be looked for.
fn look(hub: &Hub, changes: BTreeSet<Change>) -> (Wanted, Vec<i64>) {
    let mut wanted = Wanted::new();
    let mut contacts = Vec::new();
    for change in changes {
        for (topic, id) in rows::shown(&change) {
            wanted.entry(topic).or_default().insert(id);
        }
        match change {
            Change::Contact(contact) => contacts.push(contact.0),
            Change::Session(session) => hub.session_ended(&session),
            Change::Membership(account, member) => hub.membership_changed(account, member),
            _ => {}
        }
    }
    keep_listened(hub, &mut wanted);
    (wanted, contacts)
}

fn keep_listened(hub: &Hub, wanted: &mut Wanted) {
    let listened: BTreeSet<Topic> = hub.listened(wanted.keys().copied()).into_iter().collect();
    wanted.retain(|topic, _| listened.contains(topic));
}

/// A contact's name, address and block also stand in its crew rows.
async fn with_crew_rows_of(core: &Core, mut wanted: Wanted, contacts: &[i64]) -> Result<Wanted, StoreError> {
    if !contacts.is_empty() && core.hub.has_events() {
        for (crew, event) in rows::crew_of_contacts(core, contacts).await? {
            wanted.entry(Topic::Event(event)).or_default().insert(RowId::Crew(crew));
        }
        keep_listened(&core.hub, &mut wanted);
    }
    Ok(wanted)
}
