//! What was deleted lately, each with a button that brings it back.

use leptos::prelude::*;

use super::{Deleted, DeletedRow, LoadDeleted, RestoreEvent};
use crate::paths;
use crate::plain_form::PostForm;
use crate::spaces::RestoreSpace;
use crate::ui::{Ago, ErrorNotice, PageTitle, query_view};
use crate::wire::Query;

#[component]
pub(super) fn RecentlyDeleted() -> impl IntoView {
    let deleted = Query::new(|| LoadDeleted {});
    view! {
        <PageTitle text=|| "Recently deleted".into() />
        <div class="head">
            <div>
                <a class="back" href=paths::EVENTS>"Events"</a>
                <h1>"Recently deleted"</h1>
            </div>
        </div>
        {query_view(deleted, 4, |answer| match answer {
            Ok((_, rows)) if rows.is_empty() => nothing(),
            Ok((_, rows)) => list(rows),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

fn nothing() -> AnyView {
    view! {
        <section class="card">
            <div class="empty">
                <h2>"Nothing was deleted lately"</h2>
                <p>"Events, templates and spaces that you delete wait here for 30 days, in case you want them back."</p>
                <a class="button" href="/events">"Go to your events"</a>
            </div>
        </section>
    }
    .into_any()
}

fn list(rows: Vec<DeletedRow>) -> AnyView {
    view! {
        <section class="card" aria-label="Recently deleted">
            <ul class="rows deleted">{rows.into_iter().map(row).collect_view()}</ul>
        </section>
        <p class="fine">"After 30 days they are gone for good. Mails that were sent stay with the contacts."</p>
    }
    .into_any()
}

fn row(row: DeletedRow) -> AnyView {
    let here = paths::DELETED.to_owned();
    let (kind, form) = match row.what {
        Deleted::Event(id) => ("Event", PostForm::of::<RestoreEvent>(here).with("event", id.to_string())),
        Deleted::Template(id) => ("Template", PostForm::of::<RestoreEvent>(here).with("event", id.to_string())),
        Deleted::Space(id) => ("Space", PostForm::of::<RestoreSpace>(here).with("space", id.to_string())),
    };
    let label = format!("Restore {}", row.name);
    let button = view! { <button class="button" aria-label=label>"Restore"</button> }.into_any();
    let at = row.deleted_at.at;
    view! {
        <li>
            <div>
                <p>{row.name} " " <span class="chip">{kind}</span></p>
                <p class="fine">
                    "Deleted "
                    <time datetime=at.to_iso()>{format!("{}, {}", row.deleted_at.day, row.deleted_at.clock)}</time>
                    " "
                    <Ago at />
                </p>
            </div>
            {form.plain(button)}
        </li>
    }
    .into_any()
}
