//! The files of an event on its members' page: which there are, in which order and for whom, and the form that adds some.

use leptos::prelude::*;

use super::page::{chip, fields, known, refused_of};
use super::{Audience, DeleteEventFile, FILE_FIELDS, FileRow, MoveEventFile, SaveEventFile};
use crate::domain::ids::EventId;
use crate::domain::requests::{ACCEPTED_FILES, MAX_FILE_BYTES};
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};

pub(super) fn list(event: EventId, files: Vec<FileRow>) -> Option<AnyView> {
    if files.is_empty() {
        return None;
    }
    let rows = files.into_iter().enumerate().map(|(place, file)| row(event, place > 0, file)).collect_view();
    Some(
        view! {
            <section class="card" id="files">
                <header><h2>"Files"</h2></header>
                <ul class="answers">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn row(event: EventId, can_rise: bool, FileRow { id, form, size, position, revision }: FileRow) -> AnyView {
    let refused = refused_of::<SaveEventFile>("file", id.0);
    let refused = refused.as_ref();
    let here = paths::notes_files(event);
    let hidden = format!(" {}", form.name);
    let rise = can_rise.then(|| {
        let form = PostForm::of::<MoveEventFile>(here.clone());
        let form = form.with("file", id.to_string()).with("position", position.to_string());
        let button = view! {
            <button class="button" data-kind="plain">"Move up" <span class="visually-hidden">{hidden.clone()}</span></button>
        };
        form.plain(button.into_any())
    });
    let save = PostForm { class: "form", ..PostForm::of::<SaveEventFile>(here.clone()) };
    let save = save.with("file", id.to_string()).with("revision", known(refused, revision));
    let inside = view! {
        {fields(&FILE_FIELDS, &format!("file-{id}-"), refused, &form.values(), Some(revision))}
        <div class="actions">
            <button class="button" data-kind="primary">"Save"</button>
        </div>
    };
    let delete = PostForm::of::<DeleteEventFile>(here).with("file", id.to_string());
    let button = view! {
        <button class="button" data-kind="danger">"Delete" <span class="visually-hidden">{hidden.clone()}</span></button>
    };
    view! {
        <li id=format!("file-{id}") data-row="">
            <a class="text name" href=paths::event_file(event, id) rel="external" download>{form.name}</a>
            <span class="fine">{size}</span>
            {chip(form.audience)}
            {rise}
            <details open=refused.is_some()>
                <summary class="button">"Edit" <span class="visually-hidden">{hidden}</span></summary>
                {save.plain(inside.into_any())}
                {delete.plain(button.into_any())}
            </details>
        </li>
    }
    .into_any()
}

/// Two buttons and no choice before them: for whom the files are is what is pressed.
pub(super) fn new_files(event: EventId) -> AnyView {
    let refused = RefusedForm::posted_to(&paths::add_files(event));
    let problem = refused.as_ref().map(|refused| {
        let sentence = match &refused.error {
            AppError::Unavailable => {
                "The file could not be stored just now, and nothing of it was kept. Add it again in a moment."
                    .to_owned()
            }
            error => error.to_string(),
        };
        view! { <p class="error" role="alert">{sentence}</p> }.into_any()
    });
    let to = |audience: Audience| format!("{}?{}={}", paths::add_files(event), paths::FOR, audience.code());
    view! {
        <details class="accordion card" id="add-files" data-own="" open=refused.is_some()>
            <summary>
                <h2>"Add files"</h2>
                <span class="fine">"a floor plan, directions, a menu"</span>
            </summary>
            <div class="body">
                <form method="post" enctype="multipart/form-data" action=to(Audience::Members) class="field send" data-upload=MAX_FILE_BYTES.to_string()>
                    {problem}
                    <label for="new-files">"Files"</label>
                    <input id="new-files" type="file" name="files" accept=ACCEPTED_FILES multiple required aria-describedby="new-files-note" />
                    <p id="new-files-note" class="hint">"PDF, PNG, JPEG or WebP, up to 10 MB each, ten at once."</p>
                    <div class="actions">
                        <button class="button" data-kind="primary" formaction=to(Audience::Everybody)>"Add for everybody"</button>
                        <button class="button">"Add for members only"</button>
                    </div>
                </form>
            </div>
        </details>
    }
    .into_any()
}
