//! What an event asks of everybody, or of one person, and what came of it; live.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::form::new_form;
use super::upload::upload;
use super::{AnswerRow, DeletedRequest, LoadRequests, RequestRow, RequestsPage, RestoreRequest, load_requests};
use crate::domain::ids::{CrewId, EventId};
use crate::domain::requests::RequestKind;
use crate::live::{self, Live, Topic};
use crate::paths;
use crate::plain_form::PostForm;
use crate::planner::EventHeader;
use crate::ui::{ErrorNotice, PageTitle, dotted, dynamic, for_each_id, query_view};
use crate::wire::Query;

#[component]
pub(super) fn EventRequests() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    // Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
    let event = Memo::new(move |_| {
        params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()).unwrap_or(EventId(0)))
    });
    let crew = Memo::new(move |_| query.with(|query| query.get_str(paths::OF_CREW).and_then(|id| id.parse().ok())));
    let shown = RwSignal::new(None::<RequestsPage>);
    follow(event, shown);
    let page = Query::new(move || LoadRequests { event: event.get(), crew: crew.get() });
    query_view(page, 8, move |answer| match answer {
        Ok((LoadRequests { event, crew }, page)) => {
            shown.try_update_untracked(|shown| *shown = Some(page));
            loaded(event, crew, shown)
        }
        Err(error) => view! { <PageTitle text=|| "Requests".into() /> <ErrorNotice error /> }.into_any(),
    })
}

/// Reads the page anew when something of the event changed since.
fn follow(event: Memo<EventId>, shown: RwSignal<Option<RequestsPage>>) {
    let on_update = move |update: &live::Update| {
        let Some(Some(known)) = shown.try_with_untracked(|shown| shown.as_ref().map(|page| page.revision)) else {
            return;
        };
        if update.rows_of::<EventHeader>().all(|header| header.revision <= known) {
            return;
        }
        let asked = shown.with_untracked(|shown| {
            shown.as_ref().map(|page| (page.event, page.person.as_ref().map(|person| person.crew)))
        });
        let Some((event, crew)) = asked else { return };
        spawn_local(async move {
            if let Ok(new) = load_requests(event, crew).await {
                let _ = shown.try_update(|shown| {
                    let of = |page: &RequestsPage| (page.event, page.person.as_ref().map(|person| person.crew));
                    // Another page was opened meanwhile, or a later answer was faster.
                    if shown.as_ref().is_some_and(|old| of(old) == of(&new) && old.revision <= new.revision) {
                        *shown = Some(new);
                    }
                });
            }
        });
    };
    Live::expect().subscribe(move || Some(Topic::Event(event.get())), || 0, on_update);
}

fn loaded(event: EventId, crew: Option<CrewId>, shown: RwSignal<Option<RequestsPage>>) -> AnyView {
    let of = move |what: fn(&RequestsPage) -> String| shown.with(|page| page.as_ref().map(what)).unwrap_or_default();
    let person = move || of(|page| page.person.as_ref().map(|person| person.name.clone()).unwrap_or_default());
    let title = move || if person().is_empty() { "Requests".to_owned() } else { format!("Requests to {}", person()) };
    let removed = use_query_map().with_untracked(|query| query.get(paths::REMOVED));
    let ids = move || shown.with(|page| page.iter().flat_map(|page| &page.requests).map(|one| one.id.0).collect());
    let none = move || shown.with(|page| page.as_ref().is_some_and(|page| page.requests.is_empty()));
    let none = Memo::new(move |_| none());
    let deleted = move || {
        let rows = shown.with(|page| page.as_ref().map(|page| page.deleted.clone())).unwrap_or_default();
        (!rows.is_empty()).then(|| recently_deleted(event, rows, removed.as_deref()))
    };
    view! {
        <PageTitle text=title />
        <div class="head">
            <div>
                <a class="back" href=paths::planner(event)>{move || of(|page| page.name.clone())}</a>
                <h1>{title}</h1>
            </div>
            <div class="end">
                {crew.is_some().then(|| view! { <a class="button" href=paths::requests(event, None)>"All requests"</a> }.into_any())}
            </div>
        </div>
        {dynamic(move || none.get().then(|| view! {
            <section class="card">
                <div class="empty">
                    <h2>"Nothing is asked for yet"</h2>
                    <p>"What you ask for stands on people’s own pages, above the run of show. Their answers come in here."</p>
                </div>
            </section>
        }.into_any()))}
        {for_each_id(ids, move |id| request(event, shown, id))}
        {new_form(event, crew)}
        {dynamic(deleted)}
    }
    .into_any()
}

/// Draws the request with this number.
fn request(event: EventId, shown: RwSignal<Option<RequestsPage>>, id: i64) -> AnyView {
    let with = move |of: &dyn Fn(&RequestRow) -> AnyView| {
        shown.with(|page| page.iter().flat_map(|page| &page.requests).find(|one| one.id.0 == id).map(of))
    };
    let head = move || with(&|row| head(event, row));
    let answers = move || with(&|row| answers(&row.answers));
    let uploads = move || {
        shown.with(|page| {
            let row = page.iter().flat_map(|page| &page.requests).find(|one| one.id.0 == id);
            row.map(|row| row.uploads.iter().map(|upload| upload.id.0).collect::<Vec<_>>()).unwrap_or_default()
        })
    };
    let some = Memo::new(move |_| !uploads().is_empty());
    view! {
        <section class="card request" id=format!("request-{id}")>
            {dynamic(head)}
            {dynamic(answers)}
            <ul class="uploads" hidden=move || !some.get()>{for_each_id(uploads, move |id| upload(shown, id))}</ul>
        </section>
    }
    .into_any()
}

fn head(event: EventId, row: &RequestRow) -> AnyView {
    let whom = match &row.person {
        Some(person) => person.name.clone(),
        None => format!("everybody: {} of {} answered", row.answered, row.asked),
    };
    let kind = match row.kind {
        RequestKind::File => "files",
        RequestKind::Text => "in words",
        RequestKind::Choice => "a choice",
    };
    let facts = dotted(&[&whom, kind, if row.required { "required" } else { "optional" }]);
    let nothing = (row.answers.is_empty() && row.uploads.is_empty())
        .then(|| view! { <p class="body fine">"No answer yet."</p> }.into_any());
    let edit = format!(" {}", row.label);
    view! {
        <header>
            <div>
                <h2>{row.label.clone()}</h2>
                <span class="fine">{facts}</span>
            </div>
            <a class="button" href=paths::request(event, row.id)>"Edit" <span class="visually-hidden">{edit}</span></a>
        </header>
        {(!row.description.is_empty()).then(|| view! { <p class="body description">{row.description.clone()}</p> }.into_any())}
        {nothing}
    }
    .into_any()
}

fn answers(rows: &[AnswerRow]) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let rows = rows.iter().map(|row| {
        let at = format!("{}, {}", row.at.day, row.at.clock);
        view! {
            <li>
                <span class="name">{row.person.name.clone()}</span>
                <span class="answer">{row.text.clone()}</span>
                <span class="fine">{at}</span>
            </li>
        }
        .into_any()
    });
    view! { <ul class="answers">{rows.collect_view()}</ul> }.into_any()
}

fn recently_deleted(event: EventId, rows: Vec<DeletedRequest>, removed: Option<&str>) -> AnyView {
    let is_open = removed.is_some();
    let rows = rows.into_iter().map(|row| {
        let button = view! {
            <button class="button">"Restore" <span class="visually-hidden">" " {row.label.clone()}</span></button>
        };
        let form = PostForm::of::<RestoreRequest>(paths::requests(event, None)).with("request", row.id.to_string());
        let is_it = removed == Some(row.id.to_string().as_str());
        view! {
            <li>
                <span class="name">{row.label}</span>
                <span class="fine" role=is_it.then_some("status")>{if is_it { "was just deleted" } else { "" }}</span>
                {form.plain(button.into_any())}
            </li>
        }
        .into_any()
    });
    view! {
        <details class="accordion card" open=is_open>
            <summary>
                <h2>"Recently deleted"</h2>
                <span class="fine">"kept for 30 days"</span>
            </summary>
            <ul class="answers">{rows.collect_view()}</ul>
        </details>
    }
    .into_any()
}
