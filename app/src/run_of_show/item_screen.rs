//! A page for one item: its form, what can be done with it, and its history. Works without scripts.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map, use_query_map};

use super::item_form::{Leave, Place, draft_of, item_form};
use super::{DeleteItem, DuplicateItem, HistoryEntry, ItemPage, LoadItem, MoveItem, PutBack, RestoreItem, SaveItem};
use crate::domain::ids::{EventId, ItemId};
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm, has_draft, new_key};
use crate::ui::{ErrorNotice, InlineError, Notice, NoticeKind, PageTitle, query_view};
use crate::wire::Query;

/// Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
pub(super) fn event_of_route() -> Memo<EventId> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()).unwrap_or(EventId(0))))
}

#[component]
pub fn NewItem() -> impl IntoView {
    let (event, query) = (event_of_route(), use_query_map());
    let after = Memo::new(move |_| query.with(|query| query.get_str(paths::AFTER).and_then(|id| id.parse().ok())));
    shown(Query::new(move || LoadItem { event: event.get(), item: None, after: after.get() }))
}

#[component]
pub fn EditItem() -> impl IntoView {
    let (event, params) = (event_of_route(), use_params_map());
    let item = Memo::new(move |_| params.with(|params| params.get_str("item").and_then(|id| id.parse().ok())));
    shown(Query::new(move || LoadItem { event: event.get(), item: item.get().or(Some(ItemId(0))), after: None }))
}

fn shown(page: Query<LoadItem>) -> AnyView {
    query_view(page, 6, |answer| match answer {
        Ok((LoadItem { after, .. }, page)) => whole(page, after),
        Err(error) => view! { <PageTitle text=|| "Item".into() /> <ErrorNotice error /> }.into_any(),
    })
}

fn whole(page: ItemPage, after: Option<ItemId>) -> AnyView {
    let (event, item) = (page.event, page.item);
    let draft = draft_of(event, item, after);
    let heading = if item.is_some() { page.form.title.clone() } else { "New item".to_owned() };
    let title = format!("{heading} · {}", page.event_name);
    let navigate = use_navigate();
    // A new item leaves the form open for the next one.
    let done = move |edited: super::Edited| {
        if item.is_some() {
            navigate(&paths::planner_after(event, edited.edit), NavigateOptions::default());
        }
    };
    let added = item.is_none() && use_query_map().with_untracked(|query| query.get(paths::SAVED).is_some());
    // Of what was deleted the form is shown when something was typed into it.
    let typed = RefusedForm::of::<SaveItem>().is_some() || has_draft(&draft);
    let shown = page.deleted.is_none() || typed;
    let gone = RwSignal::new(page.deleted.clone());
    let place = Place { prefix: "item".into(), draft, done: Arc::new(done), leave: Leave::Link, gone };
    let zone = format!("Times are in {}.", page.time_zone.replace('_', " "));
    let rest = item.map(|item| around(event, item, &page, typed));
    view! {
        <PageTitle text=move || title.clone() />
        <div class="head">
            <div>
                <a class="back" href=paths::planner(event)>{page.event_name.clone()}</a>
                <h1>{heading}</h1>
                <p class="fine">{zone}</p>
            </div>
        </div>
        {added.then(|| view! {
            <Notice kind=NoticeKind::Success><p><b>"Added."</b> " The next one begins where it ends."</p></Notice>
        }
        .into_any())}
        {shown.then(|| view! { <section class="card pad">{item_form(page, place)}</section> }.into_any())}
        {rest}
    }
    .into_any()
}

/// A refused post of one of the buttons below.
fn refusal() -> Option<AnyView> {
    let refused = RefusedForm::of::<DeleteItem>()
        .or_else(RefusedForm::of::<DuplicateItem>)
        .or_else(RefusedForm::of::<MoveItem>)
        .or_else(RefusedForm::of::<PutBack>)
        .or_else(RefusedForm::of::<RestoreItem>)?;
    let error: AppError = refused.error;
    Some(view! { <InlineError title="That did not work." error /> }.into_any())
}

fn around(event: EventId, item: ItemId, page: &ItemPage, typed: bool) -> AnyView {
    let here = paths::item(event, item);
    let button = |label: &'static str, kind: &'static str| {
        view! { <button class="button" data-kind=kind>{label}</button> }.into_any()
    };
    let with_item = |form: PostForm| form.with("item", item.to_string());
    if let Some(who) = page.deleted.clone() {
        let restore = with_item(PostForm::of::<RestoreItem>(here)).plain(button("Restore it", "primary"));
        return view! {
            {(!typed).then(|| view! {
                <Notice kind=NoticeKind::Warning>
                    <p><b>{who}</b> " It can be restored for 30 days."</p>
                    {restore}
                </Notice>
            }
            .into_any())}
            {refusal()}
            {history(event, item, &page.history)}
        }
        .into_any();
    }
    let move_to = |label, before: Option<ItemId>| {
        let form = with_item(PostForm::of::<MoveItem>(here.clone()));
        let form = match before {
            Some(before) => form.with("before", before.to_string()),
            None => form,
        };
        form.plain(button(label, "plain"))
    };
    let up = page.up.map(|before| move_to("Move up", Some(before)));
    let down = page.down.map(|before| move_to("Move down", Some(before)));
    let down = down.or_else(|| page.before_last.then(|| move_to("Move down", None)));
    let duplicate = with_item(PostForm::of::<DuplicateItem>(here.clone())).with("key", new_key());
    let delete = with_item(PostForm::of::<DeleteItem>(here.clone()));
    view! {
        {refusal()}
        <div class="cluster">
            {up}
            {down}
            <a class="button" data-kind="plain" href=paths::new_item(event, Some(item))>"Add one after it"</a>
            {duplicate.plain(button("Duplicate", "plain"))}
            {delete.plain(button("Delete", "danger"))}
        </div>
        {history(event, item, &page.history)}
    }
    .into_any()
}

fn history(event: EventId, item: ItemId, entries: &[HistoryEntry]) -> AnyView {
    let here = paths::item(event, item);
    let entry = |entry: &HistoryEntry| {
        let put_back = || {
            let form = PostForm::of::<PutBack>(here.clone()).with("change", entry.change.to_string());
            let what = format!(": {} {}", entry.field, entry.from);
            let button = view! {
                <button class="button" data-kind="plain">"Put back" <span class="visually-hidden">{what}</span></button>
            };
            form.plain(button.into_any())
        };
        let what = entry.can_be_put_back.then(|| {
            view! { ": " <span class="old">{entry.from.clone()}</span> " → " <span>{entry.to.clone()}</span> }
                .into_any()
        });
        view! {
            <li>
                <span>
                    <b>{entry.field.clone()}</b>
                    {what}
                    <br />
                    <span class="fine">
                        {format!("{} · {}, {}", entry.who, entry.at.day, entry.at.clock)}
                    </span>
                </span>
                {entry.can_be_put_back.then(put_back)}
            </li>
        }
        .into_any()
    };
    let rows = entries.iter().map(entry).collect_view();
    let none = entries.is_empty();
    view! {
        <section class="card" aria-labelledby="history">
            <header><h2 id="history">"History"</h2></header>
            {none.then(|| view! { <p class="fine pad">"Nobody has changed it since it was made."</p> }.into_any())}
            <ol class="history">{rows}</ol>
        </section>
    }
    .into_any()
}
