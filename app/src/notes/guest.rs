//! What an event tells everybody on it, on a guest's own page: plain HTML, without a script.

use leptos::prelude::*;

use super::text::with_links;
use super::{GuestFile, GuestNotes};
use crate::paths;

/// The files and the notes; nothing when there are none. `token` is the guest's own, by which they fetch files.
pub fn event_notes(token: &str, GuestNotes { notes, files }: GuestNotes) -> AnyView {
    let files = (!files.is_empty()).then(|| {
        let rows = files.into_iter().map(|file| row(token, file)).collect_view();
        card("files", "Files", rows.into_any())
    });
    let notes = (!notes.is_empty()).then(|| {
        let rows = notes.into_iter().map(|text| view! { <li><p class="note">{with_links(&text)}</p></li> });
        card("notes", "Notes", rows.collect_view().into_any())
    });
    view! {
        {files}
        {notes}
    }
    .into_any()
}

fn row(token: &str, GuestFile { id, name, size }: GuestFile) -> AnyView {
    let href = paths::shared_file(token, id);
    view! {
        <li>
            <a class="text" href=href download>{name}</a>
            <span class="fine">{size}</span>
        </li>
    }
    .into_any()
}

fn card(id: &'static str, title: &'static str, rows: AnyView) -> AnyView {
    let label = format!("{id}-title");
    view! {
        <section class="card requests" id=id aria-labelledby=label.clone()>
            <header><h2 id=label.clone()>{title}</h2></header>
            <ul>{rows}</ul>
        </section>
    }
    .into_any()
}
