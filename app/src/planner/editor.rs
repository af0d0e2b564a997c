//! An item that is edited in its row, and the form for the next one below the list. Both stand in the browser alone; without
//! scripts each has a page of its own.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::TimelineItem;
use crate::domain::ids::{EditId, EventId, ItemId};
use crate::live::LiveList;
use crate::plain_form::forget_draft;
use crate::run_of_show::{Cancel, Edited, Leave, LoadItem, Place, draft_of, item_form, load_item};
use crate::ui::{InlineError, focus_soon, query_view};
use crate::wire::Query;

/// Which item is edited, and where what comes of it goes.
#[derive(Clone)]
pub struct Editor {
    pub event: EventId,
    /// `None` for the next one.
    pub item: Option<ItemId>,
    /// The item that a new one follows; the last one without.
    pub after: Option<ItemId>,
    /// What takes in the server's answers.
    pub items: LiveList<TimelineItem>,
    /// What can be undone.
    pub undo: RwSignal<Option<EditId>>,
    /// Closes the form; the one below the list stays open.
    pub close: Option<Cancel>,
}

pub fn editor(editor: Editor) -> AnyView {
    let Editor { event, item, after, items, undo, close } = editor;
    let question = Query::new(move || LoadItem { event, item, after });
    let prefix = match (item, after) {
        (Some(item), _) => format!("edit-{item}"),
        (None, Some(after)) => format!("after-{after}"),
        (None, None) => "next".to_owned(),
    };
    let draft = draft_of(event, item, after);
    let close = close.map(|close| {
        let draft = draft.clone();
        let close = move || {
            forget_draft(&draft);
            close();
        };
        Arc::new(close) as Cancel
    });
    let first_field = format!("{prefix}-title");
    let closing = close.clone();
    let on_key = move |ev: ev::KeyboardEvent| {
        if ev.key() == "Escape"
            && let Some(close) = &closing
        {
            close();
        }
    };
    let takes_focus = close.is_some();
    let gone = RwSignal::new(None);
    if let Some(item) = item {
        follow_deletion(event, item, items, gone);
    }
    let page = draft.clone();
    let form = query_view(question, 3, move |answer| match answer {
        Ok((_, page)) => {
            let close = close.clone();
            let done_close = close.clone();
            let stays = item.is_none();
            let done = move |edited: Edited| {
                items.merge(edited.item);
                undo.set(Some(edited.edit));
                if !stays && let Some(close) = &done_close {
                    close();
                }
            };
            if takes_focus {
                focus_soon(first_field.clone());
            }
            let leave = close.map_or(Leave::Stays, Leave::Close);
            item_form(page, Place { prefix: prefix.clone(), draft: draft.clone(), done: Arc::new(done), leave, gone })
        }
        Err(error) => {
            let close = close.clone().map(|close| {
                view! { <button type="button" class="button" on:click=move |_| close()>"Close"</button> }.into_any()
            });
            view! {
                <InlineError title="This could not be loaded." error />
                <p class="cluster">
                    <a class="button" href=page.clone() rel="external">"Open its page"</a>
                    {close}
                </p>
            }
            .into_any()
        }
    });
    view! { <div class="editor" on:keydown=on_key>{form}</div> }.into_any()
}

/// Finds out who deleted the item while the form stands open: what is typed stays, and can be saved all the same.
fn follow_deletion(event: EventId, item: ItemId, items: LiveList<TimelineItem>, gone: RwSignal<Option<String>>) {
    let here = Memo::new(move |_| items.has(item.0));
    Effect::new(move |_| {
        if here.get() {
            gone.set(None);
            return;
        }
        spawn_local(async move {
            let page = load_item(event, Some(item), None).await;
            // It may have come back meanwhile.
            if here.try_get_untracked() == Some(false) {
                gone.try_set(page.map_or(None, |page| page.deleted));
            }
        });
    });
}
