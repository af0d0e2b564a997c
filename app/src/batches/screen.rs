//! "Email several": whom to send to, or how a batch fares, and the batches there were. Plain forms throughout: the page works
//! without scripts, and with them follows what others do.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use leptos_router::params::ParamsMap;

use super::chooser::chooser;
use super::progress::{list, progress};
use super::{BatchRow, Choice, LoadBatch, LoadBatchChoice, LoadBatches, Who};
use crate::domain::ids::{BatchId, EventId};
use crate::error::AppError;
use crate::lazy_screens::lazy_screens;
use crate::live::{Live, Topic, Update};
use crate::paths;
use crate::planner::{CrewRow, EventHeader, LinkKind};
use crate::ui::{ErrorNotice, PageTitle, dynamic, keep_focus, query_view};
use crate::wire::Query;

lazy_screens! { asking_screens, preload_batch_screens, BatchScreen: BATCH_SCREEN => Batches }

/// News that come in this time are read together.
const GATHER: Duration = Duration::from_millis(400);

#[component]
fn Batches() -> impl IntoView {
    let params = use_params_map();
    // Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
    let event = Memo::new(move |_| {
        params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()).unwrap_or(EventId(0)))
    });
    let query = use_query_map();
    let batch = Memo::new(move |_| query.with(batch_of));
    let part = move || match batch.get() {
        Some(batch) => shown(event, batch),
        None => chosen(event),
    };
    view! {
        <PageTitle text=|| "Email several".into() />
        <div class="head">
            <div>
                <a class="back" href=move || paths::planner(event.get())>"Back to the event"</a>
                <h1>"Email several"</h1>
            </div>
        </div>
        {dynamic(part)}
    }
}

fn batch_of(query: &ParamsMap) -> Option<BatchId> {
    query.get_str(paths::BATCH).map(|id| id.parse().unwrap_or(BatchId(0)))
}

/// What the form in the address chose; `None` before that.
fn choice_of(query: &ParamsMap) -> Option<Choice> {
    let who = Who::from_code(query.get_str("who")?)?;
    let kind = if query.get_str("kind") == Some(LinkKind::Rsvp.code()) { LinkKind::Rsvp } else { LinkKind::Share };
    // What is ticked beside another choice means nothing, and the page says so.
    let rows = if who == Who::Rows { ticked_of(query) } else { String::new() };
    Some(Choice { kind, who, rows })
}

/// The people who are ticked in the address.
fn ticked_of(query: &ParamsMap) -> String {
    query.get_all("crew").unwrap_or_default().join(",")
}

fn chosen(event: Memo<EventId>) -> AnyView {
    let query = use_query_map();
    let choice = Memo::new(move |_| query.with(choice_of));
    let people = Query::new(move || LoadBatchChoice { event: event.get(), choice: choice.get() });
    let batches = Query::new(move || LoadBatches { event: event.get() });
    // What is being ticked is not drawn anew; the list below is.
    follow(event, move || batches.refetch());
    view! {
        {query_view(people, 6, move |answer| match answer {
            Ok((LoadBatchChoice { choice, .. }, people)) => {
                chooser(&people, choice.as_ref(), &query.with_untracked(ticked_of))
            }
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
        {query_view(batches, 2, |answer| answer.map_or_else(|_| ().into_any(), |(_, batches)| list(&batches)))}
    }
    .into_any()
}

fn shown(event: Memo<EventId>, batch: BatchId) -> AnyView {
    let page = Query::new(move || LoadBatch { event: event.get(), batch });
    follow(event, move || {
        keep_focus();
        page.refetch();
    });
    query_view(page, 6, |answer| match answer {
        Ok((_, page)) => progress(&page),
        Err(AppError::NotFound) => gone(),
        Err(error) => view! { <ErrorNotice error /> }.into_any(),
    })
}

/// In the place of a batch whose event somebody has deleted meanwhile.
fn gone() -> AnyView {
    view! {
        <p class="notice" data-kind="warning" role="status">
            "This is not here any more. If its event was deleted, nothing more goes out; deleted events wait under "
            <a class="text" href="/deleted">"Recently deleted"</a> "."
        </p>
    }
    .into_any()
}

/// Reads anew when a batch, somebody's invite or the event itself has changed, whoever changed it.
fn follow(event: Memo<EventId>, read: impl Fn() + Copy + 'static) {
    let is_due = StoredValue::new(false);
    let on_update = move |update: &Update| {
        let concerns = update.is_snapshot
            || update.rows_of::<BatchRow>().next().is_some()
            || update.rows_of::<CrewRow>().next().is_some()
            || update.rows_of::<EventHeader>().next().is_some()
            || !update.gone.is_empty();
        if concerns && is_due.try_update_value(|due| std::mem::replace(due, true)) == Some(false) {
            set_timeout(
                move || {
                    // The screen may be gone.
                    if is_due.try_update_value(|due| std::mem::replace(due, false)) == Some(true) {
                        read();
                    }
                },
                GATHER,
            );
        }
    };
    Live::expect().subscribe(move || Some(Topic::Event(event.get())), || 0, on_update);
}
