//! The form of an event, for a new one and for one that is changed. The browser posts it in any case: it is rarely used, and
//! so costs the client little.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use wasm_bindgen::{JsCast, JsValue};

use super::actions::Actions;
use super::form_model::{CONTACTS, SPACES, ZONES};
use super::{CreateEvent, EventFormPage, FIELDS, LoadEventForm, SaveEvent};
use crate::domain::ids::EventId;
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{
    PostForm, RefusedForm, forget_on_click, form_field, form_key, keep_draft, not_saved, suggestions,
};
use crate::ui::{ErrorNotice, Notice, NoticeKind, PageTitle, after_hydration, query_view};
use crate::wire::Query;

/// The id of the form.
const FORM: &str = "event-form";

#[component]
pub(super) fn NewEvent() -> impl IntoView {
    let page = Query::new(|| LoadEventForm { event: None });
    view! {
        <PageTitle text=|| "New event".into() />
        <div class="head">
            <div>
                <a class="back" href=paths::EVENTS>"Events"</a>
                <h1>"New event"</h1>
            </div>
            <div class="end">
                <a class="button" data-kind="plain" href=paths::TEMPLATES>"Start from a template"</a>
            </div>
        </div>
        {query_view(page, 10, |answer| match answer {
            Ok((_, page)) => new_form(page),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

fn new_form(page: EventFormPage) -> AnyView {
    let refused = RefusedForm::of::<CreateEvent>();
    let form = PostForm { class: "form card", ..PostForm::of::<CreateEvent>(paths::NEW_EVENT.into()) };
    let form = PostForm { id: Some(FORM.into()), ..form };
    let (kept, restored) = keep_draft(FORM.into(), paths::NEW_EVENT.into(), refused.is_some());
    if refused.is_none() && !restored.get_untracked() {
        suggest_own_zone(page.form.time_zone.clone());
    }
    let fields = view! {
        {form_key()}
        {kept}
        {not_saved(&FIELDS, refused.as_ref())}
        {fields(&page, refused.as_ref(), false)}
        <div class="actions">
            <button class="button" data-kind="primary">"Create event"</button>
            <a class="button" data-kind="plain" href=paths::EVENTS on:click=forget_on_click(paths::NEW_EVENT.into())>"Cancel"</a>
        </div>
    };
    form.plain(fields.into_any())
}

#[component]
pub(super) fn EditEvent() -> impl IntoView {
    let params = use_params_map();
    // Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
    let event = move || params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()).unwrap_or(EventId(0)));
    let page = Query::new(move || LoadEventForm { event: Some(event()) });
    query_view(page, 10, |answer| match answer {
        Ok((question, page)) => edit_form(question.event.unwrap_or(EventId(0)), page),
        Err(error) => view! { <PageTitle text=|| "Event".into() /> <ErrorNotice error /> }.into_any(),
    })
}

fn edit_form(event: EventId, page: EventFormPage) -> AnyView {
    let refused = RefusedForm::of::<SaveEvent>();
    let refused = refused.as_ref().filter(|refused| refused.field("event") == Some(event.to_string().as_str()));
    let (name, date) = (page.form.name.clone(), page.date.clone());
    let title = name.clone();
    let is_conflict = refused.is_some_and(|refused| refused.error == AppError::Conflict);
    // What was typed into an older version is not to replace this one unseen.
    let known = refused.filter(|_| !(page.is_deleted && is_conflict)).and_then(|refused| refused.field("revision"));
    let known = known.map(ToOwned::to_owned);
    let here = paths::edit_event(event);
    let form = PostForm { class: "form card", id: Some(FORM.into()), ..PostForm::of::<SaveEvent>(here.clone()) };
    let (kept, _) = keep_draft(FORM.into(), here.clone(), refused.is_some());
    let form =
        form.with("event", event.to_string()).with("revision", known.unwrap_or_else(|| page.revision.to_string()));
    let notice = if page.is_deleted {
        Some(deleted_meanwhile())
    } else if is_conflict {
        Some(changed_meanwhile(event, page.revision))
    } else {
        not_saved(&FIELDS, refused)
    };
    let fields = view! {
        {kept}
        {notice}
        {fields(&page, refused, true)}
        <div class="actions">
            {(!page.is_deleted).then(|| view! { <button class="button" data-kind="primary">"Save"</button> }.into_any())}
            <a class="button" data-kind="plain" href=paths::planner(event) on:click=forget_on_click(here)>"Cancel"</a>
        </div>
    };
    view! {
        <PageTitle text=move || format!("{title} · Edit") />
        <div class="head">
            <div>
                <a class="back" href=paths::planner(event)>"Run of show"</a>
                <h1>{name}</h1>
                <p class="fine">{date}</p>
            </div>
        </div>
        {form.plain(fields.into_any())}
        {(!page.is_deleted).then(|| view! { <Actions event page /> }.into_any())}
    }
    .into_any()
}

/// Somebody else saved while this form was open: both versions stand there, and one is chosen.
fn changed_meanwhile(event: EventId, theirs: u32) -> AnyView {
    let here = paths::edit_event(event);
    view! {
        <Notice kind=NoticeKind::Warning>
            <p>
                <b>"Not saved: somebody else changed this event meanwhile."</b>
                " Beside each field that differs stands what they saved."
            </p>
            <button class="button" name="over" value=theirs.to_string()>"Save mine instead"</button>
            <a class="button" href=here.clone() rel="external" on:click=forget_on_click(here)>"Keep theirs"</a>
        </Notice>
    }
    .into_any()
}

fn deleted_meanwhile() -> AnyView {
    view! {
        <Notice kind=NoticeKind::Warning>
            <p><b>"This event was deleted."</b> " It can be restored, with what stands in the form below."</p>
            <button class="button" name="restore" value="true">"Restore and save"</button>
        </Notice>
    }
    .into_any()
}

fn fields(page: &EventFormPage, refused: Option<&RefusedForm>, is_there: bool) -> AnyView {
    let values = page.form.values();
    let field = |name: &str| {
        let index = FIELDS.iter().position(|field| field.name == name).unwrap_or_default();
        form_field(&FIELDS[index], "", refused, &values[index])
    };
    // Asked only where the clock shows the time twice.
    let which = |name: &str| {
        let wrong =
            matches!(refused.map(|refused| &refused.error), Some(AppError::Invalid { field, .. }) if field == name);
        let index = FIELDS.iter().position(|field| field.name == name).unwrap_or_default();
        (wrong || !values[index].is_empty()).then(|| field(name))
    };
    view! {
        {field("name")}
        <div class="pair">{field("starts")} {which("starts_which")} {field("ends")} {which("ends_which")}</div>
        {is_there.then(|| field("move_items"))}
        <div class="pair">{field("time_zone")} {field("status")}</div>
        <div class="pair">{field("space")} {field("pax")}</div>
        <div class="pair">{field("client")} {field("organiser")}</div>
        <fieldset>
            <legend>"RSVP and run of show buttons"</legend>
            {field("rsvp")}
            {field("use_start_finish")}
            {field("use_done")}
        </fieldset>
        {suggestions(ZONES, page.zones.clone())}
        {suggestions(SPACES, page.spaces.clone())}
        {suggestions(CONTACTS, page.contacts.clone())}
    }
    .into_any()
}

/// Puts the browser's own time zone into the field, unless somebody typed there already.
fn suggest_own_zone(stored: String) {
    let suggest = move || {
        let zone = own_zone();
        let field = document().get_element_by_id("time_zone").and_then(|field| field.dyn_into().ok());
        if let (Some(zone), Some(field)) = (zone, field) {
            let field: web_sys::HtmlInputElement = field;
            if field.value() == stored {
                field.set_value(&zone);
            }
        }
    };
    // A page that the browser draws by itself stands there with the next frame.
    after_hydration(move || request_animation_frame(suggest));
}

/// "Europe/Lisbon"
fn own_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone")).ok()?.as_string()
}
