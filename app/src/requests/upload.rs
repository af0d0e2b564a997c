//! A file that somebody sent, as a member sees it: what it is, what became of it, and the two buttons. What a member types into the
//! note stays while others change the row.

use leptos::prelude::*;

use super::{ApproveUpload, RejectUpload, RequestRow, RequestsPage, UploadRow};
use crate::domain::requests::{MAX_NOTE, Untold, UploadState};
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, dynamic_field};
use crate::ui::{dotted, dynamic, raw_text};

/// Draws the file with this number.
pub(super) fn upload(page: RwSignal<Option<RequestsPage>>, id: i64) -> AnyView {
    let find = move |page: &Option<RequestsPage>| {
        let mut uploads = page.iter().flat_map(|page| &page.requests).flat_map(|request: &RequestRow| &request.uploads);
        uploads.find(|upload| upload.id.0 == id).cloned()
    };
    let Some(first) = page.with_untracked(find) else { return ().into_any() };
    let here = page.with_untracked(|page| {
        page.as_ref().map(|page| {
            let crew = page.person.as_ref().map(|person| person.crew);
            format!("{}#upload-{id}", paths::requests(page.event, crew))
        })
    });
    let here = here.unwrap_or_default();
    let UploadRow { id: upload, person, name, size, at, preview, .. } = first;
    let facts = dotted(&[&person.name, &size, &format!("{}, {}", at.day, at.clock)]);
    let href = paths::upload(upload);
    let picture = preview.then(|| {
        view! { <img src=href.clone() alt="" loading="lazy" decoding="async" width="96" height="96" /> }.into_any()
    });
    let revision = move || page.with(find).map(|upload| upload.revision.to_string()).unwrap_or_default();
    let state = move || page.with(find).map(|upload| state(&upload));
    let approve = PostForm::of::<ApproveUpload>(here.clone()).with("upload", upload.to_string());
    let approve = approve.plain(
        view! {
            {dynamic_field("revision", revision)}
            <button class="button">"Approve" <span class="visually-hidden">" " {name.clone()}</span></button>
        }
        .into_any(),
    );
    let refused = RefusedForm::of::<RejectUpload>();
    let refused = refused.filter(|refused| refused.field("upload") == Some(upload.to_string().as_str()));
    let is_open = refused.is_some();
    let typed = refused.as_ref().and_then(|refused| refused.field("note")).unwrap_or_default().to_owned();
    let error = refused.map(|refused| refused.error.to_string());
    let class = if error.is_some() { "error" } else { "hint" };
    let note = format!("note-{id}");
    let reject = PostForm { class: "form", ..PostForm::of::<RejectUpload>(here) }.with("upload", upload.to_string());
    let text = raw_text(typed.trim_start_matches(['\r', '\n']));
    let reject = reject.plain(
        view! {
            {dynamic_field("revision", revision)}
            <div class="field">
                <label for=note.clone()>"Why it has to come again"</label>
                <textarea id=note.clone() name="note" rows="3" maxlength=MAX_NOTE.to_string() required=true aria-describedby=format!("{note}-note")>
                    {text}
                </textarea>
                <p id=format!("{note}-note") class=class>
                    {error.unwrap_or_else(|| "They get it by mail, and it stands on their page.".into())}
                </p>
            </div>
            <button class="button" data-kind="danger">"Reject" <span class="visually-hidden">" " {name.clone()}</span></button>
        }
        .into_any(),
    );
    view! {
        <li class="upload" id=format!("upload-{id}")>
            {picture}
            <div>
                <p class="name"><a href=href rel="external">{name}</a></p>
                <p class="fine">{facts}</p>
                {dynamic(state)}
                <div class="cluster">
                    {approve}
                    <details class="reject" open=is_open>
                        <summary class="button">"Reject…"</summary>
                        {reject}
                    </details>
                </div>
            </div>
        </li>
    }
    .into_any()
}

/// "rejected by Dana", why, and whether they were told.
fn state(upload: &UploadRow) -> AnyView {
    let status = match upload.state {
        UploadState::Unreviewed => None,
        UploadState::Approved => Some("approved"),
        UploadState::Rejected => Some("rejected"),
    };
    let by = if upload.by.is_empty() { String::new() } else { format!("by {}", upload.by) };
    let told = match (upload.state, upload.untold) {
        (UploadState::Rejected, None) => {
            Some("A mail asks them to send it again; how it fares stands under Emails of the contact.")
        }
        (UploadState::Rejected, Some(Untold::NoAddress)) => {
            Some("No mail went: they have no address. Tell them yourself.")
        }
        (UploadState::Rejected, Some(Untold::Blocked)) => {
            Some("No mail went: mail to their address is refused. Correct the address, or tell them yourself.")
        }
        (UploadState::Rejected, Some(Untold::NoLink)) => {
            Some("No mail went: their link was revoked. Send them a new one, or tell them yourself.")
        }
        (UploadState::Rejected, Some(Untold::EventCancelled)) => {
            Some("No mail went: the event is cancelled, so no file is taken for it any more.")
        }
        _ => None,
    };
    let note = (upload.state == UploadState::Rejected).then(|| {
        view! {
            <p class="note">{upload.note.clone()}</p>
            <p class="fine">{told}</p>
        }
        .into_any()
    });
    view! {
        <p role="status"><span class="chip" data-review=status>{upload.state.label()}</span> " " <span class="fine">{by}</span></p>
        {note}
    }
    .into_any()
}
