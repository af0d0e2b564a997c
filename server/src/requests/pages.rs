//! What members see of an event's requests: a constant number of statements, however much is asked and answered.

use std::collections::{BTreeSet, HashMap};

use app::backend::Caller;
use app::domain::ids::{CrewId, EventId, RequestId, UploadId};
use app::domain::requests::{RequestKind, Untold, UploadState, size_in_words};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::requests::{
    AnswerRow, Asked, DeletedRequest, ReferenceFile, RequestForm, RequestFormPage, RequestRow, RequestsPage, UploadRow,
};

use super::guests::state;
use super::page_store::{self, StoredAnswer, StoredFile, StoredRow};
use super::store::{self, StoredRequest};
use super::tidying::KEPT_MS;
use crate::contacts::display_name;
use crate::core::Core;
use crate::db::column;
use crate::emails::row::revision;
use crate::zone::Zone;

/// The most pixels of a picture that a list shows: a browser needs four bytes for each.
const PREVIEWED_PIXELS: i64 = 50_000_000;

/// A stored kind. One that is not known is answered in words.
pub fn kind(code: &str) -> RequestKind {
    column::code("kind of request", code, RequestKind::from_code, RequestKind::Text)
}

/// Who is asked, from the columns of an outer join.
pub fn asked(crew: Option<i64>, first_name: Option<&str>, last_name: Option<&str>) -> Option<Asked> {
    Some(Asked { crew: CrewId(crew?), name: display_name(first_name?, last_name?) })
}

pub async fn form(core: &Core, caller: &Caller, request: RequestId) -> Result<RequestFormPage, AppError> {
    let found = store::find(&mut *core.db.reader().await?, caller.account, request).await?;
    let found = found.filter(|found| found.deleted_at.is_none()).ok_or(AppError::NotFound)?;
    Ok(RequestFormPage {
        event: EventId(found.event_id),
        person: asked(found.crew_id, found.first_name.as_deref(), found.last_name.as_deref()),
        form: form_of(&found),
        file: reference_file(found.file_name, found.file_size),
        revision: revision(found.revision),
        name: found.event_name,
    })
}

/// The file that hangs on a request, from the columns of an outer join.
pub fn reference_file(name: Option<String>, size: Option<i64>) -> Option<ReferenceFile> {
    let size = size_in_words(column::number("size of a file", size?));
    Some(ReferenceFile { name: name?, size })
}

/// A request as its form shows it.
pub fn form_of(stored: &StoredRequest) -> RequestForm {
    RequestForm {
        label: stored.label.clone(),
        kind: kind(&stored.kind),
        description: stored.description.clone(),
        choices: stored.choices.clone(),
        reference: stored.reference.clone(),
        required: stored.required == 1,
    }
}

pub async fn page(
    core: &Core,
    caller: &Caller,
    event: EventId,
    crew: Option<CrewId>,
) -> Result<RequestsPage, AppError> {
    let (db, account, now) = (&core.db, caller.account, core.clock.now());
    // Read first: what is read after it is at least as new as this revision says.
    let (name, event_revision, zone, people) =
        page_store::event(db, account, event).await?.ok_or(AppError::NotFound)?;
    let person = match crew {
        None => None,
        Some(crew) => {
            let (first, last) = page_store::person(db, account, event, crew).await?.ok_or(AppError::NotFound)?;
            Some(Asked { crew, name: display_name(&first, &last) })
        }
    };
    let zone = Zone::named(&zone);
    let mut answers: HashMap<i64, Vec<AnswerRow>> = HashMap::new();
    for stored in page_store::answers(db, event, crew).await? {
        answers.entry(stored.request_id).or_default().push(answer_row(stored, &zone, now));
    }
    let mut uploads: HashMap<i64, Vec<UploadRow>> = HashMap::new();
    for stored in page_store::files(db, event, crew).await? {
        uploads.entry(stored.request_id).or_default().push(upload_row(stored, &zone, now));
    }
    let rows = page_store::rows(db, account, event, crew).await?.into_iter().map(|stored| {
        let (answers, uploads) = (answers.remove(&stored.id), uploads.remove(&stored.id));
        let everybody = if crew.is_some() { 1 } else { column::number("count of people", people) };
        request_row(stored, everybody, answers.unwrap_or_default(), uploads.unwrap_or_default())
    });
    let requests = rows.collect();
    let deleted = page_store::deleted(db, account, event, now.plus_ms(-KEPT_MS)).await?;
    let deleted = deleted.into_iter().map(|(id, label)| DeletedRequest { id: RequestId(id), label }).collect();
    Ok(RequestsPage { event, name, revision: revision(event_revision), person, requests, deleted })
}

fn request_row(stored: StoredRow, everybody: u32, answers: Vec<AnswerRow>, uploads: Vec<UploadRow>) -> RequestRow {
    let sent = uploads.iter().filter(|upload| upload.state != UploadState::Rejected).map(|upload| upload.person.crew);
    let answered: BTreeSet<CrewId> = answers.iter().map(|answer| answer.person.crew).chain(sent).collect();
    let person = asked(stored.crew_id, stored.first_name.as_deref(), stored.last_name.as_deref());
    RequestRow {
        id: RequestId(stored.id),
        kind: kind(&stored.kind),
        label: stored.label,
        description: stored.description,
        required: stored.required == 1,
        asked: if person.is_some() { 1 } else { everybody },
        answered: u32::try_from(answered.len()).unwrap_or(u32::MAX),
        person,
        answers,
        uploads,
    }
}

fn answer_row(stored: StoredAnswer, zone: &Zone, now: Timestamp) -> AnswerRow {
    let name = display_name(&stored.first_name, &stored.last_name);
    AnswerRow {
        person: Asked { crew: CrewId(stored.crew_id), name },
        text: stored.text,
        at: zone.moment(Timestamp(stored.answered_at), now),
    }
}

fn upload_row(stored: StoredFile, zone: &Zone, now: Timestamp) -> UploadRow {
    let name = display_name(&stored.first_name, &stored.last_name);
    let state = state(&stored.state);
    UploadRow {
        id: UploadId(stored.id),
        person: Asked { crew: CrewId(stored.crew_id), name },
        name: stored.file_name,
        size: size_in_words(column::number("size of a file", stored.size)),
        at: zone.moment(Timestamp(stored.stored_at), now),
        preview: stored.pixels > 0 && stored.pixels <= PREVIEWED_PIXELS,
        state,
        note: stored.note,
        by: stored.reviewer.filter(|_| state != UploadState::Unreviewed).unwrap_or_default(),
        untold: stored.untold.as_deref().and_then(Untold::from_code),
        revision: revision(stored.revision),
    }
}
