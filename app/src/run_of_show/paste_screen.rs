//! Rows pasted from a spreadsheet: first how they are read, then added at once. Plain posts, so it works without scripts.

use leptos::prelude::*;

use super::item_screen::event_of_route;
use super::{LoadPaste, PasteItems, PastePreview, PastedRow};
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, new_key};
use crate::ui::raw_text::text_of_textarea;
use crate::ui::{ErrorNotice, Notice, NoticeKind, PageTitle, query_view};
use crate::wire::Query;

#[component]
pub fn Paste() -> impl IntoView {
    let event = event_of_route();
    let posted = RefusedForm::of::<PasteItems>();
    let text = posted.as_ref().and_then(|posted| posted.field("text")).unwrap_or_default().to_owned();
    let key = posted.as_ref().and_then(|posted| posted.field("key")).map_or_else(new_key, ToOwned::to_owned);
    let refusal = posted.as_ref().map(|posted| posted.error.to_string());
    // That the preview is to be seen first is no refusal to speak of.
    let is_preview = posted
        .as_ref()
        .is_none_or(|posted| matches!(&posted.error, AppError::Invalid { field, .. } if field == "preview"));
    let asked = text.clone();
    let page = Query::new(move || LoadPaste { event: event.get(), text: asked.clone() });
    query_view(page, 6, move |answer| match answer {
        Ok((_, preview)) => whole(preview, text.clone(), key.clone(), refusal.clone(), is_preview),
        Err(error) => view! { <PageTitle text=|| "Paste rows".into() /> <ErrorNotice error /> }.into_any(),
    })
}

fn whole(preview: PastePreview, text: String, key: String, refusal: Option<String>, is_preview: bool) -> AnyView {
    let event = preview.event;
    let here = paths::paste_items(event);
    let read = PostForm { class: "form card", ..PostForm::of::<PasteItems>(here.clone()) };
    let read = read.with("event", event.to_string()).with("key", key.clone());
    let fields = view! {
        <div class="field">
            <label for="text">"Rows from your spreadsheet"</label>
            <textarea id="text" name="text" rows="8" required aria-describedby="text-note">{text_of_textarea(&text)}</textarea>
            <p id="text-note" class="hint">
                "Copy the cells there and paste them here. Columns may stand in any order; a first row like “Start, End, Title, Where, Responsible” names them."
            </p>
        </div>
        <div class="actions">
            <button class="button" data-kind=if preview.rows.is_empty() { "primary" } else { "" }>"Read the rows"</button>
            <a class="button" data-kind="plain" href=paths::planner(event)>"Back to the run of show"</a>
        </div>
    };
    let read = read.plain(fields.into_any());
    let title = format!("Paste rows · {}", preview.event_name);
    let shown = (!preview.rows.is_empty()).then(|| self::preview(&preview, here, text, key));
    let refusal = refusal.filter(|_| preview.rows.is_empty() || !is_preview);
    view! {
        <PageTitle text=move || title.clone() />
        <div class="head">
            <div>
                <a class="back" href=paths::planner(event)>{preview.event_name}</a>
                <h1>"Paste rows"</h1>
            </div>
        </div>
        {refusal.map(|sentence| view! { <Notice kind=NoticeKind::Error><p>{sentence}</p></Notice> }.into_any())}
        {shown}
        {read}
    }
    .into_any()
}

fn preview(preview: &PastePreview, here: String, text: String, key: String) -> AnyView {
    let add = PostForm::of::<PasteItems>(here)
        .with("event", preview.event.to_string())
        .with("key", key)
        .with("text", text)
        .with("confirmed", "true".into());
    let label = match preview.good {
        1 => "Add 1 item".to_owned(),
        good => format!("Add {good} items"),
    };
    let can = preview.good > 0 && preview.refusal.is_none();
    let add = can.then(|| add.plain(view! { <button class="button" data-kind="primary">{label}</button> }.into_any()));
    let columns =
        preview.columns.iter().map(|column| view! { <li class="chip">{column.clone()}</li> }.into_any()).collect_view();
    let rows = preview.rows.iter().map(row).collect_view();
    view! {
        <section class="card" aria-labelledby="preview">
            <header>
                <h2 id="preview">"How it was read"</h2>
                <span class="end">{add}</span>
            </header>
            <div class="pad">
                <p role="status">{preview.summary.clone()}</p>
                {preview.refusal.clone().map(|refusal| view! { <p class="error" role="alert">{refusal}</p> }.into_any())}
                <ul class="cluster" aria-label="Columns">{columns}</ul>
            </div>
            <div class="wide" tabindex="0" role="region" aria-label="Rows">
                <table class="sheet">
                    <thead>
                        <tr><th>"Row"</th><th>"Start"</th><th>"Length"</th><th>"Title"</th><th>"Where"</th><th>"Responsible"</th></tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(row: &PastedRow) -> AnyView {
    let problem = row.problem.clone().or_else(|| row.note.clone());
    view! {
        <tr data-problem=row.problem.is_some().then_some("")>
            <td>{row.line.to_string()}</td>
            <td>{row.starts.clone()}</td>
            <td>{row.minutes.map(|minutes| format!("{minutes} min")).unwrap_or_default()}</td>
            <td>
                {row.title.clone()}
                {problem.map(|problem| view! { <span class="error">" " {problem}</span> }.into_any())}
            </td>
            <td>{row.location.clone()}</td>
            <td>{row.who.clone()}</td>
        </tr>
    }
    .into_any()
}
