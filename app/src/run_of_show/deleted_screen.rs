//! "Recently deleted": the items of an event that can be restored.

use leptos::prelude::*;

use super::item_screen::event_of_route;
use super::{DeletedItem, DeletedItems, LoadDeletedItems, RestoreItem};
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};
use crate::ui::{ErrorNotice, InlineError, PageTitle, query_view};
use crate::wire::Query;

#[component]
pub fn Deleted() -> impl IntoView {
    let event = event_of_route();
    let page = Query::new(move || LoadDeletedItems { event: event.get() });
    query_view(page, 6, |answer| match answer {
        Ok((_, page)) => whole(page),
        Err(error) => view! { <PageTitle text=|| "Recently deleted".into() /> <ErrorNotice error /> }.into_any(),
    })
}

fn whole(page: DeletedItems) -> AnyView {
    let event = page.event;
    let title = format!("Recently deleted · {}", page.event_name);
    let refused = RefusedForm::of::<RestoreItem>();
    let none = page.items.is_empty();
    let row = |item: &DeletedItem| {
        let restore = PostForm::of::<RestoreItem>(paths::deleted_items(event)).with("item", item.id.to_string());
        let label = format!("Restore “{}”", item.title);
        let button = view! { <button class="button" aria-label=label>"Restore"</button> };
        view! {
            <li>
                <span>
                    <a class="name" href=paths::item(event, item.id)>{item.title.clone()}</a>
                    <br />
                    <span class="fine">
                        {format!(
                            "{}, {} · deleted by {} on {}, {}",
                            item.starts.day, item.starts.clock, item.who, item.deleted.day, item.deleted.clock,
                        )}
                    </span>
                </span>
                {restore.plain(button.into_any())}
            </li>
        }
        .into_any()
    };
    let rows = page.items.iter().map(row).collect_view();
    view! {
        <PageTitle text=move || title.clone() />
        <div class="head">
            <div>
                <a class="back" href=paths::planner(event)>{page.event_name.clone()}</a>
                <h1>"Recently deleted"</h1>
            </div>
        </div>
        {refused.map(|refused| view! { <InlineError title="Not restored." error=refused.error /> }.into_any())}
        <section class="card">
            {none.then(|| view! {
                <div class="empty">
                    <h2>"Nothing was deleted here"</h2>
                    <p>"Items that are deleted from the run of show stand here for 30 days, to be restored."</p>
                </div>
            }
            .into_any())}
            <ol class="history">{rows}</ol>
        </section>
    }
    .into_any()
}
