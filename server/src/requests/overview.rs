//! What is asked for over all events of an account that are not over.

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId, RequestId, UploadId};
use app::domain::time::Timestamp;
use app::requests::{Asked, OverviewPage, OverviewRow, RejectedRow};

use super::page_store::{self, LIMIT, StoredOverview, StoredRejected};
use super::pages::asked;
use crate::contacts::display_name;
use crate::core::Core;
use crate::db::column;
use crate::error::StoreError;
use crate::zone::Zone;

pub async fn page(core: &Core, caller: &Caller) -> Result<OverviewPage, StoreError> {
    let now = core.clock.now();
    let mut stored = page_store::overview(&core.db, caller.account, now).await?;
    let mut rejected = page_store::rejected(&core.db, caller.account, now).await?;
    let more = stored.len() == LIMIT || rejected.len() == LIMIT;
    stored.truncate(LIMIT - 1);
    rejected.truncate(LIMIT - 1);
    let (pending, answered) = stored.into_iter().map(row).partition(|row: &OverviewRow| row.answered < row.asked);
    Ok(OverviewPage { pending, answered, rejected: rejected.into_iter().map(rejected_row).collect(), more })
}

fn row(stored: StoredOverview) -> OverviewRow {
    OverviewRow {
        id: RequestId(stored.id),
        event: EventId(stored.event_id),
        event_name: stored.event_name,
        date: Zone::named(&stored.time_zone).date(Timestamp(stored.starts_at)),
        person: asked(stored.crew_id, stored.first_name.as_deref(), stored.last_name.as_deref()),
        label: stored.label,
        required: stored.required == 1,
        asked: column::number("count of people", stored.asked),
        answered: column::number("count of answers", stored.answered),
        unreviewed: column::number("count of files", stored.unreviewed),
    }
}

fn rejected_row(stored: StoredRejected) -> RejectedRow {
    let name = display_name(&stored.first_name, &stored.last_name);
    RejectedRow {
        id: UploadId(stored.id),
        request: RequestId(stored.request_id),
        event: EventId(stored.event_id),
        event_name: stored.event_name,
        person: Asked { crew: CrewId(stored.crew_id), name },
        label: stored.label,
        file: stored.file_name,
        note: stored.note,
    }
}
