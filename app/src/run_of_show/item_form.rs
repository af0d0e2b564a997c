//! The form of one item, on a page of its own and in the planner. What stands in its fields is read when it is sent, so
//! nothing that was typed before the page was hydrated is lost.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::{AddItem, Edited, ItemForm, ItemPage, SaveItem, add_item, load_item, save_item};
use crate::domain::ids::{ContactId, IdempotencyKey, ItemId};
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, new_key};
use crate::planner::Person;
use crate::ui::raw_text::text_of_textarea;
use crate::ui::{Announcer, InlineError, Notice, NoticeKind, dynamic, focus_soon};

/// What becomes of an item once it was added or saved.
pub type Done = Arc<dyn Fn(Edited) + Send + Sync>;
/// What closes the form without saving.
pub type Cancel = Arc<dyn Fn() + Send + Sync>;

/// Where the form stands.
#[derive(Clone)]
pub struct Place {
    /// Begins the ids of its elements, which differ from those of other forms on the page.
    pub prefix: String,
    pub done: Done,
    pub leave: Leave,
}

/// How the form is left without saving.
#[derive(Clone)]
pub enum Leave {
    /// By a link back to the run of show.
    Link,
    Close(Cancel),
    /// It stays.
    Stays,
}

/// What the form does.
#[derive(Clone)]
struct Asking {
    page: Arc<ItemPage>,
    place: Place,
    pending: RwSignal<bool>,
    refused: RwSignal<Option<AppError>>,
    announcer: Announcer,
}

const FORM: &str = "form";
/// What an error speaks of when somebody else changed the same.
const CONFLICT: &str = "conflict";

/// The form of an item, or of a new one.
pub fn item_form(page: ItemPage, place: Place) -> AnyView {
    let posted = if page.item.is_some() { RefusedForm::of::<SaveItem>() } else { RefusedForm::of::<AddItem>() };
    let typed = posted.as_ref().map_or_else(|| page.form.clone(), |posted| typed_into(posted, &page.form));
    let refused = RwSignal::new(posted.as_ref().map(|posted| posted.error.clone()));
    let first_key = posted.as_ref().and_then(|posted| posted.field("key")).map_or_else(new_key, ToOwned::to_owned);
    let (event, item) = (page.event, page.item);
    let form = match item {
        Some(item) => PostForm::of::<SaveItem>(paths::item(event, item)).with("item", item.to_string()),
        None => PostForm::of::<AddItem>(paths::new_item(event, None)).with("event", event.to_string()),
    };
    let prefix = place.prefix.clone();
    let form = PostForm { id: Some(prefix.clone()), class: "form item", ..form };
    let people = page.people.clone();
    // What was typed was typed into an older reading; only a refusal that tells of a change makes this one known.
    let told = match refused.with_untracked(|error| error.as_ref().and_then(field_of).map(ToOwned::to_owned)) {
        Some(field) if field == CONFLICT => page.seen.clone(),
        _ => posted.as_ref().and_then(|posted| posted.field("told")).unwrap_or_default().to_owned(),
    };
    let seen = posted.as_ref().and_then(|posted| posted.field("seen")).unwrap_or(&page.seen).to_owned();
    let asking = Asking {
        page: Arc::new(page),
        place: place.clone(),
        pending: RwSignal::new(false),
        refused,
        announcer: Announcer::expect(),
    };
    let Asking { pending, .. } = asking;
    let hidden = match item {
        Some(_) => view! {
            <input type="hidden" name="seen" id=id(&prefix, "seen") value=seen />
            <input type="hidden" name="told" id=id(&prefix, "told") value=told />
        }
        .into_any(),
        None => view! { <input type="hidden" name="key" id=id(&prefix, "key") value=first_key /> }.into_any(),
    };
    let field = |name, label, value: String| text_field(&prefix, name, label, value, refused);
    let leave = place.leave.clone();
    let fields = view! {
        {hidden}
        {dynamic(move || refused.get().and_then(notice))}
        <div class="times">
            {day_field(&prefix, typed.day, refused)}
            {field("starts", "Start", typed.starts)}
            {field("minutes", "Length", typed.minutes)}
            {field("ends", "End", typed.ends)}
        </div>
        {field("title", "Title", typed.title)}
        <div class="pair">
            {field("location", "Where", typed.location)}
            {text_area(&prefix, typed.details, refused)}
        </div>
        {responsible(&prefix, &people, &typed.responsible, refused)}
        <div class="cluster">
            {check(&prefix, "private", "Private: only those responsible see it", typed.private)}
            {check(&prefix, "pinned", "Pinned: no push moves it", typed.pinned)}
        </div>
        <div class="actions">
            <button class="button" data-kind="primary" aria-busy=move || pending.get().then_some("true")>
                {if item.is_some() { "Save" } else { "Add item" }}
            </button>
            {match leave {
                Leave::Stays => ().into_any(),
                Leave::Close(cancel) => view! {
                    <button type="button" class="button" data-kind="plain" on:click=move |_| cancel()>"Cancel"</button>
                    {item.map(|item| view! {
                        <a class="button end" data-kind="plain" href=paths::item(event, item)>"History, duplicate, delete"</a>
                    }
                    .into_any())}
                }
                .into_any(),
                Leave::Link => view! {
                    <a class="button" data-kind="plain" href=paths::planner(event)>"Back to the run of show"</a>
                }
                .into_any(),
            }}
        </div>
    };
    form.view(move || asking.send(), fields.into_any())
}

impl Asking {
    fn send(&self) {
        if self.pending.get_untracked() {
            return;
        }
        let values = Values::of(&self.place.prefix, &self.page.people);
        self.pending.set(true);
        self.refused.set(None);
        let this = self.clone();
        spawn_local(async move {
            let answer = match this.page.item {
                Some(item) => save_item(item, values.text("seen"), Some(values.text("told")), values.form()).await,
                None => add_item(this.page.event, values.form(), Some(IdempotencyKey(values.text("key")))).await,
            };
            if this.pending.is_disposed() {
                return;
            }
            this.pending.set(false);
            match answer {
                Ok(edited) => {
                    this.announcer.say(if this.page.item.is_some() { "Saved" } else { "Added" });
                    if this.page.item.is_none() {
                        next(&this.place.prefix, this.page.people.len(), &edited);
                    }
                    (this.place.done)(edited);
                }
                Err(error) => {
                    if let (Some(item), Some(CONFLICT)) = (this.page.item, field_of(&error)) {
                        this.see(item).await;
                    }
                    if let Some(field) = field_of(&error) {
                        focus_soon(id(&this.place.prefix, field));
                    }
                    this.refused.try_set(Some(error));
                }
            }
        });
    }

    /// Takes note of what the item is now, which the person is told, so that the next save is made knowing it.
    async fn see(&self, item: ItemId) {
        if let Ok(page) = load_item(self.page.event, Some(item), None).await {
            set_value(&self.place.prefix, "told", &page.seen);
        }
    }
}

/// Empties the form for the item that follows.
fn next(prefix: &str, people: usize, added: &Edited) {
    for name in ["minutes", "ends", "title", "details"] {
        set_value(prefix, name, "");
    }
    let item = &added.item;
    set_value(prefix, "day", &added.next_day);
    set_value(prefix, "starts", item.ends.as_deref().unwrap_or(&item.starts.clock));
    set_value(prefix, "key", &new_key());
    let people = (0..people).map(person);
    for name in ["private", "pinned"].map(ToOwned::to_owned).into_iter().chain(people) {
        if let Some(element) = element(prefix, &name) {
            element.set_checked(false);
        }
    }
    focus_soon(id(prefix, "title"));
}

fn element(prefix: &str, name: &str) -> Option<web_sys::HtmlInputElement> {
    // A text area has its value under the same name.
    document().get_element_by_id(&id(prefix, name)).map(JsCast::unchecked_into)
}

fn set_value(prefix: &str, name: &str, value: &str) {
    if let Some(element) = element(prefix, name) {
        element.set_value(value);
    }
}

/// What stands in the form now.
struct Values {
    prefix: String,
    checked: Vec<ContactId>,
}

impl Values {
    fn of(prefix: &str, people: &[Person]) -> Self {
        let is_checked = |index: usize| element(prefix, &person(index)).is_some_and(|element| element.checked());
        let chosen = people.iter().enumerate().filter(|(index, _)| is_checked(*index));
        Self { prefix: prefix.to_owned(), checked: chosen.map(|(_, person)| person.contact).collect() }
    }

    fn text(&self, name: &str) -> String {
        element(&self.prefix, name).map(|element| element.value()).unwrap_or_default()
    }

    fn is_checked(&self, name: &str) -> bool {
        element(&self.prefix, name).is_some_and(|element| element.checked())
    }

    fn form(&self) -> ItemForm {
        ItemForm {
            day: self.text("day"),
            starts: self.text("starts"),
            minutes: self.text("minutes"),
            ends: self.text("ends"),
            title: self.text("title"),
            details: self.text("details"),
            location: self.text("location"),
            private: self.is_checked("private"),
            pinned: self.is_checked("pinned"),
            responsible: self.checked.clone(),
        }
    }
}

/// What a refused post had typed.
fn typed_into(posted: &RefusedForm, form: &ItemForm) -> ItemForm {
    let text = |name: &str, instead: &String| posted.field(&format!("{FORM}[{name}]")).unwrap_or(instead).to_owned();
    let is_checked = |name: &str| posted.field(&format!("{FORM}[{name}]")).is_some();
    let chosen = posted.fields.iter().filter(|(name, _)| name.starts_with("form[responsible]"));
    ItemForm {
        day: text("day", &form.day),
        starts: text("starts", &form.starts),
        minutes: text("minutes", &form.minutes),
        ends: text("ends", &form.ends),
        title: text("title", &form.title),
        details: text("details", &form.details),
        location: text("location", &form.location),
        private: is_checked("private"),
        pinned: is_checked("pinned"),
        responsible: chosen.filter_map(|(_, id)| id.parse().ok()).collect(),
    }
}

/// The check box of somebody who can be responsible.
fn person(index: usize) -> String {
    format!("person-{index}")
}

fn id(prefix: &str, name: &str) -> String {
    format!("{prefix}-{name}")
}

const FIELDS: [&str; 8] = ["day", "starts", "minutes", "ends", "title", "details", "location", "responsible"];

fn field_of(error: &AppError) -> Option<&str> {
    match error {
        AppError::Invalid { field, .. } if field == CONFLICT || FIELDS.contains(&field.as_str()) => Some(field),
        _ => None,
    }
}

/// What is said above the fields.
fn notice(error: AppError) -> Option<AnyView> {
    match field_of(&error) {
        Some(CONFLICT) => Some(
            view! {
                <Notice kind=NoticeKind::Warning>
                    <p>
                        <b>{error.to_string()}</b>
                        " Save again to replace it with yours. To take theirs, close this without saving."
                    </p>
                </Notice>
            }
            .into_any(),
        ),
        Some(_) => None,
        None => Some(view! { <InlineError title="Not saved." error /> }.into_any()),
    }
}

type Refused = RwSignal<Option<AppError>>;

fn error_at(refused: Refused, name: &'static str) -> Option<String> {
    refused.get().filter(|error| field_of(error) == Some(name)).map(|error| error.to_string())
}

/// Label, control, and what is wrong with it.
fn labelled(prefix: &str, name: &'static str, label: &'static str, refused: Refused, control: AnyView) -> AnyView {
    let note = id(prefix, &format!("{name}-note"));
    view! {
        <div class="field" data-name=name>
            <label for=id(prefix, name)>{label}</label>
            {control}
            <p id=note class="error" hidden=move || error_at(refused, name).is_none()>
                {move || error_at(refused, name).unwrap_or_default()}
            </p>
        </div>
    }
    .into_any()
}

fn text_field(prefix: &str, name: &'static str, label: &'static str, value: String, refused: Refused) -> AnyView {
    let control = view! {
        <input
            id=id(prefix, name)
            name=format!("{FORM}[{name}]")
            autocomplete="off"
            maxlength="200"
            value=value
            aria-describedby=id(prefix, &format!("{name}-note"))
            aria-invalid=move || error_at(refused, name).map(|_| "true")
        />
    };
    labelled(prefix, name, label, refused, control.into_any())
}

fn day_field(prefix: &str, value: String, refused: Refused) -> AnyView {
    let control = view! {
        <input
            type="date"
            id=id(prefix, "day")
            name="form[day]"
            value=value
            aria-describedby=id(prefix, "day-note")
            aria-invalid=move || error_at(refused, "day").map(|_| "true")
        />
    };
    labelled(prefix, "day", "Day", refused, control.into_any())
}

fn text_area(prefix: &str, value: String, refused: Refused) -> AnyView {
    let control = view! {
        <textarea
            id=id(prefix, "details")
            name="form[details]"
            rows="2"
            maxlength="2000"
            aria-describedby=id(prefix, "details-note")
            aria-invalid=move || error_at(refused, "details").map(|_| "true")
        >
            {text_of_textarea(&value)}
        </textarea>
    };
    labelled(prefix, "details", "Details", refused, control.into_any())
}

fn check(prefix: &str, name: &'static str, label: &'static str, checked: bool) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" id=id(prefix, name) name=format!("{FORM}[{name}]") value="true" checked=checked />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

/// Who is responsible: everybody on the event, to be ticked.
fn responsible(prefix: &str, people: &[Person], chosen: &[ContactId], refused: Refused) -> AnyView {
    let boxes = people.iter().enumerate().map(|(index, person)| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    id=id(prefix, &self::person(index))
                    name=format!("{FORM}[responsible][{index}]")
                    value=person.contact.to_string()
                    checked=chosen.contains(&person.contact)
                />
                <span>{person.name.clone()}</span>
            </label>
        }
        .into_any()
    });
    let boxes = boxes.collect_view();
    let nobody = people.is_empty();
    let count = match chosen.len() {
        0 => String::new(),
        count => count.to_string(),
    };
    view! {
        <details class="field people" id=id(prefix, "responsible")>
            <summary class="toggle">"Responsible " <span class="count">{count}</span></summary>
            {nobody.then(|| view! { <p class="hint">"Put people on the event first; then they can be chosen here."</p> }.into_any())}
            <div class="cluster">{boxes}</div>
        </details>
        <p class="error" hidden=move || error_at(refused, "responsible").is_none()>
            {move || error_at(refused, "responsible").unwrap_or_default()}
        </p>
    }
    .into_any()
}
