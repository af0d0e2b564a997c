//! The form of a request, for a new one and for one that is changed. The browser posts it in any case.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    CreateRequest, DeleteRequest, FIELDS, LoadRequest, ReferenceFile, RemoveReference, RequestForm, RequestFormPage,
    SaveRequest,
};
use crate::domain::ids::{CrewId, EventId, RequestId};
use crate::domain::requests::ACCEPTED_FILES;
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, form_field, form_key, not_saved};
use crate::ui::{ErrorNotice, Notice, NoticeKind, PageTitle, query_view};
use crate::wire::Query;

/// Asks everybody on an event, or one person, for something new.
pub(super) fn new_form(event: EventId, crew: Option<CrewId>) -> AnyView {
    let refused = RefusedForm::of::<CreateRequest>();
    let is_open = refused.is_some();
    let page = paths::requests(event, crew);
    let form = PostForm { class: "form", ..PostForm::of::<CreateRequest>(page) }.with("event", event.to_string());
    let form = match crew {
        Some(crew) => form.with("crew", crew.to_string()),
        None => form,
    };
    let fields = view! {
        {form_key()}
        {not_saved(&FIELDS, refused.as_ref())}
        {fields(&RequestForm::default(), refused.as_ref())}
        <div class="actions">
            <button class="button" data-kind="primary">"Ask for it"</button>
        </div>
    };
    view! {
        <details class="accordion card" open=is_open>
            <summary>
                <h2>{if crew.is_some() { "Ask them for something" } else { "Ask everybody for something" }}</h2>
                <span class="fine">"a file, words or a choice"</span>
            </summary>
            <div class="body">{form.plain(fields.into_any())}</div>
        </details>
    }
    .into_any()
}

#[component]
pub(super) fn Request() -> impl IntoView {
    let params = use_params_map();
    // Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
    let request =
        move || params.with(|params| params.get_str("request").and_then(|id| id.parse().ok()).unwrap_or(RequestId(0)));
    let page = Query::new(move || LoadRequest { request: request() });
    query_view(page, 6, |answer| match answer {
        Ok((LoadRequest { request }, page)) => edit_form(request, &page),
        Err(error) => view! { <PageTitle text=|| "Request".into() /> <ErrorNotice error /> }.into_any(),
    })
}

fn edit_form(request: RequestId, page: &RequestFormPage) -> AnyView {
    let refused = RefusedForm::of::<SaveRequest>();
    let refused = refused.as_ref();
    let event = page.event;
    let here = paths::request(event, request);
    let notice = match refused {
        Some(refused) if refused.error == AppError::Conflict => Some(changed_meanwhile(&here, page.revision)),
        refused => not_saved(&FIELDS, refused),
    };
    // What was typed into an older version is not to replace this one unseen.
    let known = refused.and_then(|refused| refused.field("revision")).map(ToOwned::to_owned);
    let form = PostForm { class: "form card", ..PostForm::of::<SaveRequest>(here.clone()) };
    let form =
        form.with("request", request.to_string()).with("revision", known.unwrap_or_else(|| page.revision.to_string()));
    let delete = PostForm::of::<DeleteRequest>(here).with("request", request.to_string());
    let button = view! { <button class="button" data-kind="danger">"Delete request"</button> }.into_any();
    let back = paths::requests(event, page.person.as_ref().map(|person| person.crew));
    let whom =
        page.person.as_ref().map_or("Everybody is asked.".to_owned(), |person| format!("{} is asked.", person.name));
    let title = page.form.label.clone();
    let fields = view! {
        {notice}
        {fields(&page.form, refused)}
        <div class="actions">
            <button class="button" data-kind="primary">"Save"</button>
            <a class="button" data-kind="plain" href=back.clone()>"Cancel"</a>
        </div>
    };
    view! {
        <PageTitle text={ let title = title.clone(); move || title.clone() } />
        <div class="head">
            <div>
                <a class="back" href=back>{format!("Requests of {}", page.name)}</a>
                <h1>{title}</h1>
                <p class="fine">{whom}</p>
            </div>
        </div>
        {form.plain(fields.into_any())}
        {reference(event, request, page.file.clone())}
        <section class="card event-action">
            <h2>"Delete"</h2>
            <p class="fine">"It goes from the guests’ pages at once. It can be restored for 30 days, with all that was answered and sent."</p>
            {delete.plain(button)}
        </section>
    }
    .into_any()
}

/// The file to look at first, and the form that sends one.
fn reference(event: EventId, request: RequestId, file: Option<ReferenceFile>) -> AnyView {
    let action = paths::reference(request);
    let problem = RefusedForm::posted_to(&action).map(|refused| match refused.error {
        AppError::Unavailable => "The file could not be stored just now. Add it again in a moment.".to_owned(),
        error => error.to_string(),
    });
    let (add, class) = (
        if file.is_some() { "Replace the file" } else { "Add the file" },
        if problem.is_some() { "error" } else { "hint" },
    );
    let role = problem.is_some().then_some("alert");
    let there = file.map(|ReferenceFile { name, size }| {
        let remove =
            PostForm::of::<RemoveReference>(paths::request(event, request)).with("request", request.to_string());
        let button = view! { <button class="button">"Remove the file"</button> }.into_any();
        view! {
            <p><a class="text" href=action.clone() rel="external">{name}</a> " " <span class="fine">{size}</span></p>
            {remove.plain(button)}
        }
        .into_any()
    });
    view! {
        <section class="card event-action" id="reference">
            <h2>"File to look at first"</h2>
            <p class="fine">"Whoever is asked finds it beside the request. It takes the place of the link, as a link takes that of the file."</p>
            {there}
            <form class="field" method="post" enctype="multipart/form-data" action=action.clone()>
                <label for="reference-file">"File"</label>
                <input id="reference-file" type="file" name="files" accept=ACCEPTED_FILES required aria-describedby="reference-file-note" />
                <p id="reference-file-note" class=class role=role>
                    {problem.unwrap_or_else(|| "PDF, PNG, JPEG or WebP, up to 10 MB.".into())}
                </p>
                <button class="button">{add}</button>
            </form>
        </section>
    }
    .into_any()
}

/// Somebody else saved while this form was open: both versions stand there, and one is chosen.
fn changed_meanwhile(here: &str, theirs: u32) -> AnyView {
    let here = here.to_owned();
    view! {
        <Notice kind=NoticeKind::Warning>
            <p>
                <b>"Not saved: somebody else changed this request meanwhile."</b>
                " Beside each field that differs stands what they saved."
            </p>
            <button class="button" name="over" value=theirs.to_string()>"Save mine instead"</button>
            <a class="button" href=here rel="external">"Keep theirs"</a>
        </Notice>
    }
    .into_any()
}

fn fields(form: &RequestForm, refused: Option<&RefusedForm>) -> AnyView {
    let values = form.values();
    FIELDS.iter().zip(&values).map(|(field, value)| form_field(field, "", refused, value)).collect_view().into_any()
}
