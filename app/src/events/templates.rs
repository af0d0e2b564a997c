//! Templates: runs of show to start events from.

use leptos::prelude::*;

use super::actions::{copy_form, name_form};
use super::{CopyEvent, DeleteEvent, LoadTemplates, RenameTemplate, TemplateRow};
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};
use crate::ui::{ErrorNotice, PageTitle, dotted, query_view};
use crate::wire::Query;

#[component]
pub(super) fn Templates() -> impl IntoView {
    let templates = Query::new(|| LoadTemplates {});
    view! {
        <PageTitle text=|| "Templates".into() />
        <div class="head">
            <div>
                <a class="back" href=paths::EVENTS>"Events"</a>
                <h1>"Templates"</h1>
            </div>
        </div>
        {query_view(templates, 4, |answer| match answer {
            Ok((_, templates)) if templates.is_empty() => none_yet(),
            Ok((_, templates)) => templates.into_iter().map(card).collect_view().into_any(),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

fn none_yet() -> AnyView {
    view! {
        <section class="card">
            <div class="empty">
                <h2>"No templates yet"</h2>
                <p>"A template is a run of show to start events from: save one from an event that went well, under Edit."</p>
                <a class="button" href="/events">"Choose an event"</a>
            </div>
        </section>
    }
    .into_any()
}

fn card(template: TemplateRow) -> AnyView {
    let TemplateRow { id, name, place, items } = template;
    let count = if items == 1 { "1 item".to_owned() } else { format!("{items} items") };
    let facts = dotted(&[&count, place.as_deref().unwrap_or_default()]);
    let delete = PostForm::of::<DeleteEvent>(paths::TEMPLATES.into()).with("event", id.to_string());
    let button = view! { <button class="button" data-kind="danger">"Delete template"</button> }.into_any();
    let refused = RefusedForm::of::<CopyEvent>();
    let is_this = |refused: &RefusedForm| refused.field("event") == Some(id.to_string().as_str());
    let is_refused = refused.is_some_and(|refused| is_this(&refused));
    let renaming = RefusedForm::of::<RenameTemplate>().filter(is_this);
    let rename = PostForm { class: "form", ..PostForm::of::<RenameTemplate>(paths::TEMPLATES.into()) };
    let rename = name_form(rename, id, renaming.as_ref(), format!("rename-{id}"), name.clone(), "Save the name");
    view! {
        <section class="card event-action">
            <h2>{name.clone()} " " <span class="chip">"Template"</span></h2>
            <p class="fine">{facts}</p>
            <details open=is_refused>
                <summary class="button">"Start an event"</summary>
                {copy_form(id, paths::TEMPLATES.into(), &name, "Create event")}
            </details>
            <details open=renaming.is_some()>
                <summary class="button">"Rename"</summary>
                {rename}
            </details>
            {delete.plain(button)}
        </section>
    }
    .into_any()
}
