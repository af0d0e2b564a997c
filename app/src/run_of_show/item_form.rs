//! The form of one item, on a page of its own and in the planner.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::item_fields::{CONFLICT, Refused, field_of, fields, id};
use super::typed_item::{Values, next, set_value, typed_into};
use super::{AddItem, Edited, ItemPage, SaveItem, add_item, load_item, save_item};
use crate::domain::ids::{EventId, IdempotencyKey, ItemId};
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, forget_draft, forget_on_click, keep, keep_draft, new_key};
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
    /// What is typed is kept under this name: see `draft_of`.
    pub draft: String,
    pub done: Done,
    pub leave: Leave,
    /// Who deleted the item while the form stood open, as a sentence. What is typed can be saved all the same.
    pub gone: RwSignal<Option<String>>,
}

/// The name under which is kept what is typed into the form of an item, or of a new one after another: the address of its own page,
/// wherever the form stands.
pub fn draft_of(event: EventId, item: Option<ItemId>, after: Option<ItemId>) -> String {
    item.map_or_else(|| paths::new_item(event, after), |item| paths::item(event, item))
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
    refused: Refused,
    /// Whether it is said that what was typed before is back.
    restored: RwSignal<bool>,
    announcer: Announcer,
}

/// The form of an item, or of a new one.
pub fn item_form(page: ItemPage, place: Place) -> AnyView {
    let posted = if page.item.is_some() { RefusedForm::of::<SaveItem>() } else { RefusedForm::of::<AddItem>() };
    let typed = posted.as_ref().map_or_else(|| page.form.clone(), |posted| typed_into(posted, &page.form));
    // That the item is gone is told in a sentence of its own.
    let refusal = posted.as_ref().map(|posted| posted.error.clone());
    let refusal = refusal.filter(|error| page.deleted.is_none() || *error != AppError::NotFound);
    let refused = RwSignal::new(refusal);
    let gone = place.gone;
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
    let (kept, restored) = keep_draft(prefix.clone(), place.draft.clone(), posted.is_some());
    let asking = Asking {
        page: Arc::new(page),
        place: place.clone(),
        pending: RwSignal::new(false),
        refused,
        restored,
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
    let leave = place.leave.clone();
    let form_fields = view! {
        {hidden}
        {kept}
        {dynamic(move || gone.get().map(deleted_meanwhile))}
        {dynamic(move || refused.get().and_then(notice))}
        {fields(&prefix, typed, &people, refused)}
        <div class="actions">
            <button
                class="button"
                data-kind="primary"
                name=move || gone.with(Option::is_some).then_some("restore")
                value="true"
                aria-busy=move || pending.get().then_some("true")
            >
                {move || match item {
                    Some(_) if gone.with(Option::is_some) => "Restore it with my changes",
                    Some(_) => "Save",
                    None => "Add item",
                }}
            </button>
            {match leave {
                Leave::Stays => ().into_any(),
                Leave::Close(cancel) => view! {
                    <button type="button" class="button" data-kind="plain" on:click=move |_| cancel()>
                        {move || if gone.with(Option::is_some) { "Discard" } else { "Cancel" }}
                    </button>
                    {item.map(|item| view! {
                        <a class="button end" data-kind="plain" href=paths::item(event, item)>"History, duplicate, delete"</a>
                    }
                    .into_any())}
                }
                .into_any(),
                // What is typed into a new one stands in the run of show too.
                Leave::Link if item.is_none() => view! {
                    <a class="button" data-kind="plain" href=paths::planner(event)>"Back to the run of show"</a>
                }
                .into_any(),
                Leave::Link => {
                    let leave = forget_on_click(place.draft.clone());
                    view! { <a class="button" data-kind="plain" href=paths::planner(event) on:click=leave>"Cancel"</a> }
                        .into_any()
                }
            }}
        </div>
    };
    form.view(move || asking.send(), form_fields.into_any())
}

impl Asking {
    fn send(&self) {
        if self.pending.get_untracked() {
            return;
        }
        let values = Values::of(&self.place.prefix, &self.page.people);
        self.pending.set(true);
        self.refused.set(None);
        let (this, sent) = (self.clone(), values.form());
        spawn_local(async move {
            let answer = match this.page.item {
                Some(item) => {
                    let restore = this.place.gone.with_untracked(Option::is_some);
                    save_item(item, values.text("seen"), Some(values.text("told")), sent.clone(), restore).await
                }
                None => add_item(this.page.event, sent.clone(), Some(IdempotencyKey(values.text("key")))).await,
            };
            // Also when the form is not shown any more.
            if answer.is_ok() {
                forget_draft(&this.place.draft);
            }
            if this.pending.is_disposed() {
                return;
            }
            this.pending.set(false);
            match answer {
                Ok(edited) => {
                    this.restored.set(false);
                    this.announcer.say(if this.page.item.is_some() { "Saved" } else { "Added" });
                    let Place { prefix, draft, .. } = &this.place;
                    if this.page.item.is_none() && next(prefix, &this.page.people, &sent, &edited) {
                        keep(prefix, draft);
                    }
                    (this.place.done)(edited);
                }
                Err(error) => this.tell(error).await,
            }
        });
    }

    /// Says why nothing was saved. What somebody else did is read first.
    async fn tell(&self, error: AppError) {
        let prefix = &self.place.prefix;
        let field = field_of(&error);
        let is_conflict = field == Some(CONFLICT);
        if let Some(item) = self.page.item.filter(|_| is_conflict || error == AppError::NotFound)
            && let Ok(now) = load_item(self.page.event, Some(item), None).await
            && !self.refused.is_disposed()
        {
            let is_gone = now.deleted.is_some();
            self.place.gone.try_set(now.deleted);
            if is_conflict {
                // The person is told of it, so the next save is made knowing it.
                set_value(prefix, "told", &now.seen);
            } else if is_gone {
                return;
            }
        }
        if let Some(field) = field {
            focus_soon(id(prefix, field));
        }
        self.refused.try_set(Some(error));
    }
}

/// Somebody deleted the item while the form stood open.
fn deleted_meanwhile(who: String) -> AnyView {
    view! {
        <Notice kind=NoticeKind::Warning>
            <p><b>{who}</b> " What you typed is still here."</p>
        </Notice>
    }
    .into_any()
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
