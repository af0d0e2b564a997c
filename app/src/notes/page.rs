//! Where members keep an event's notes and files: plain forms, finished as the server sends them. A small script has the page follow what
//! others do. What is `data-own` it leaves as it is.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::script::NOTES_SCRIPT;
use super::text::with_links;
use super::{
    Audience, CreateNote, DeleteEventFile, DeleteNote, Deleted, DeletedRow, EventNotes, MoveEventFile, NOTE_FIELDS,
    NoteForm, NoteRow, RestoreEventFile, RestoreNote, SaveNote, files,
};
use crate::accounts::asked;
use crate::backend;
use crate::domain::ids::EventId;
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{FormField, PostForm, RefusedForm, form_field, form_key, not_saved};
use crate::print::id_of_address;
use crate::ui::{ErrorNotice, InlineError, Notice, NoticeKind, PageTitle};

#[component]
pub fn NotesPage() -> impl IntoView {
    let event = id_of_address("id").map_or(EventId(0), EventId);
    let removed = use_query_map().with_untracked(|query| query.get(paths::REMOVED)).unwrap_or_default();
    asked(async move {
        match read(event).await {
            Ok(notes) => page(notes, &removed),
            Err(error) => view! { <PageTitle text=|| "Notes and files".into() /> <ErrorNotice error /> }.into_any(),
        }
    })
}

async fn read(event: EventId) -> Result<EventNotes, AppError> {
    let (caller, backend) = backend::enter().await?;
    backend.notes.page(&caller, event).await.map_err(backend::report)
}

fn page(EventNotes { event, name, notes, files, deleted, more_deleted }: EventNotes, removed: &str) -> AnyView {
    let nothing = (notes.is_empty() && files.is_empty()).then(|| {
        view! {
            <section class="card">
                <div class="empty">
                    <h2>"Nothing is noted yet"</h2>
                    <p>
                        "Write what everybody on the event has to know, or add a plan of the house: it stands on their own pages, above the run of show. What is for members only stays here."
                    </p>
                </div>
            </section>
        }
        .into_any()
    });
    let notes = notes.into_iter().map(|row| note(event, row)).collect_view();
    view! {
        <PageTitle text=|| "Notes and files".into() />
        <div class="head">
            <div>
                <a class="back" href=paths::planner(event) rel="external">{name}</a>
                <h1>"Notes and files"</h1>
            </div>
            // What the page's script says for itself; without it none of this is there.
            <span class="pill" id="pill" data-own="" role="status" hidden></span>
        </div>
        <p class="visually-hidden" id="said" data-own="" aria-live="polite"></p>
        {refused_button()}
        {nothing}
        {notes}
        {new_note(event)}
        {files::list(event, files)}
        {files::new_files(event)}
        {recently_deleted(event, deleted, more_deleted, removed)}
        <script src=NOTES_SCRIPT.address() defer></script>
    }
    .into_any()
}

/// Why a button by itself did nothing. (What is gone is told above every page.)
fn refused_button() -> Option<AnyView> {
    let buttons =
        [DeleteNote::PATH, RestoreNote::PATH, MoveEventFile::PATH, DeleteEventFile::PATH, RestoreEventFile::PATH];
    let refused = buttons.into_iter().find_map(RefusedForm::posted_to)?;
    let error = Some(refused.error).filter(|error| *error != AppError::NotFound)?;
    Some(view! { <InlineError title="That did not work." error /> }.into_any())
}

/// The refused form of one row of several that have the same one.
pub(super) fn refused_of<F: ServerFn>(field: &str, id: i64) -> Option<RefusedForm> {
    RefusedForm::of::<F>().filter(|refused| refused.field(field) == Some(id.to_string().as_str()))
}

/// The fields of a form, with why it came back. `revision` is the stored one, of what was there before.
pub(super) fn fields(
    table: &[FormField],
    prefix: &str,
    refused: Option<&RefusedForm>,
    stored: &[String],
    revision: Option<u32>,
) -> AnyView {
    let notice = match (refused, revision) {
        (Some(refused), Some(theirs)) if refused.error == AppError::Conflict => Some(changed_meanwhile(theirs)),
        _ => not_saved(table, refused),
    };
    let fields = table.iter().zip(stored).map(|(field, value)| form_field(field, prefix, refused, value));
    view! {
        {notice}
        {fields.collect_view()}
    }
    .into_any()
}

/// Somebody else saved while this form was open: both versions stand there, and one is chosen.
fn changed_meanwhile(theirs: u32) -> AnyView {
    view! {
        <Notice kind=NoticeKind::Warning>
            <p>
                <b>"Not saved: somebody else changed this meanwhile."</b>
                " Beside each field that differs stands what they saved. To keep theirs, leave this page."
            </p>
            <button class="button" name="over" value=theirs.to_string()>"Save mine instead"</button>
        </Notice>
    }
    .into_any()
}

/// What was typed into an older version is not to replace the new one unseen.
pub(super) fn known(refused: Option<&RefusedForm>, stored: u32) -> String {
    let typed = refused.and_then(|refused| refused.field("revision"));
    typed.map_or_else(|| stored.to_string(), ToOwned::to_owned)
}

pub(super) fn chip(audience: Audience) -> AnyView {
    view! { <span class="chip">{audience.label()}</span> }.into_any()
}

fn note(event: EventId, NoteRow { id, form, revision }: NoteRow) -> AnyView {
    let refused = refused_of::<SaveNote>("note", id.0);
    let refused = refused.as_ref();
    let here = paths::note(event, id);
    let anchor = format!("note-{id}");
    let start = start_of(&form.text);
    let save = PostForm { class: "form", ..PostForm::of::<SaveNote>(here.clone()) };
    let save = save.with("note", id.to_string()).with("revision", known(refused, revision));
    let inside = view! {
        {fields(&NOTE_FIELDS, &format!("{anchor}-"), refused, &form.values(), Some(revision))}
        <div class="actions">
            <button class="button" data-kind="primary">"Save"</button>
        </div>
    };
    let delete = PostForm::of::<DeleteNote>(here).with("note", id.to_string());
    let button = view! {
        <button class="button" data-kind="danger">"Delete" <span class="visually-hidden">{format!(" note “{start}”")}</span></button>
    };
    view! {
        <section class="card event-action request" id=anchor.clone() data-row="">
            {chip(form.audience)}
            <p class="description">{with_links(&form.text)}</p>
            <details open=refused.is_some()>
                <summary class="button">"Edit" <span class="visually-hidden">{format!(" note “{start}”")}</span></summary>
                {save.plain(inside.into_any())}
            </details>
            {delete.plain(button.into_any())}
        </section>
    }
    .into_any()
}

/// As much of a note as tells it from others.
fn start_of(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let start: String = line.chars().take(40).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

fn new_note(event: EventId) -> AnyView {
    let refused = RefusedForm::of::<CreateNote>();
    let refused = refused.as_ref();
    let form = PostForm { class: "form", ..PostForm::of::<CreateNote>(paths::event_notes(event)) };
    let first = NoteForm { text: String::new(), audience: Audience::Everybody };
    let inside = view! {
        {form_key()}
        {fields(&NOTE_FIELDS, "new-", refused, &first.values(), None)}
        <div class="actions">
            <button class="button" data-kind="primary">"Add note"</button>
        </div>
    };
    view! {
        <details class="accordion card" id="write-note" data-own="" open=refused.is_some()>
            <summary>
                <h2>"Write a note"</h2>
                <span class="fine">"for everybody, or for members only"</span>
            </summary>
            <div class="body">{form.with("event", event.to_string()).plain(inside.into_any())}</div>
        </details>
    }
    .into_any()
}

fn recently_deleted(event: EventId, rows: Vec<DeletedRow>, more: bool, removed: &str) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let here = paths::event_notes(event);
    let rows = rows.into_iter().map(|DeletedRow { what, label }| {
        let (form, name) = match what {
            Deleted::Note(id) => {
                (PostForm::of::<RestoreNote>(here.clone()).with("note", id.to_string()), format!("note-{id}"))
            }
            Deleted::File(id) => {
                (PostForm::of::<RestoreEventFile>(here.clone()).with("file", id.to_string()), format!("file-{id}"))
            }
        };
        let is_it = name == removed;
        let label = start_of(&label);
        let button =
            view! { <button class="button">"Restore" <span class="visually-hidden">" " {label.clone()}</span></button> };
        view! {
            <li id=format!("deleted-{name}")>
                <span class="name">{label}</span>
                <span class="fine" role=is_it.then_some("status")>{if is_it { "was just deleted" } else { "" }}</span>
                {form.plain(button.into_any())}
            </li>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    Some(
        view! {
            <details class="accordion card" id="recently-deleted" open=!removed.is_empty()>
                <summary>
                    <h2>"Recently deleted"</h2>
                    <span class="fine">"kept for 30 days"</span>
                </summary>
                <ul class="answers">{rows}</ul>
                {more.then(|| view! {
                    <p class="body fine">"More was deleted before these. It is listed as soon as some of these are restored."</p>
                })}
            </details>
        }
        .into_any(),
    )
}
