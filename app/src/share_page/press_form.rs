//! The buttons at a guest's own items: each a form, which the page's script sends too, and keeps while there is no network.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{GuestItem, PressItem};
use crate::domain::progress::Progress;
use crate::error::AppError;
use crate::plain_form::{PAGE, RefusedForm, form_key};

/// What the guest can press at an item; `None` when that is nothing. `page` is the page it stands on.
pub(super) fn press_forms(token: &str, page: &str, item: &GuestItem) -> Option<AnyView> {
    let forms = item.steps.iter().enumerate().map(|(place, to)| form(token, page, item, *to, place == 0));
    let forms = forms.collect_view();
    (!item.steps.is_empty()).then(|| view! { <div class="do">{forms}</div> }.into_any())
}

fn form(token: &str, page: &str, item: &GuestItem, to: Progress, is_first: bool) -> AnyView {
    let (id, from) = (item.id, item.progress);
    let label = from.press(to);
    let kind = match label {
        "Undo" => Some("plain"),
        _ => is_first.then_some("primary"),
    };
    view! {
        <form id=format!("press-{id}-{}", to.label()) method="post" action=PressItem::PATH data-keep="">
            <input type="hidden" name=PAGE value=format!("{page}#item-{id}") />
            <input type="hidden" name="token" value=token.to_owned() />
            <input type="hidden" name="item" value=id.to_string() />
            <input type="hidden" name="from" value=from.label() />
            <input type="hidden" name="to" value=to.label() />
            {form_key()}
            <button class="button" data-kind=kind>
                {label} <span class="visually-hidden">{format!(" {}", item.title)}</span>
            </button>
        </form>
    }
    .into_any()
}

/// Why a press did not count, if the page comes back with one.
pub(super) fn refusal(items: &[GuestItem]) -> Option<String> {
    let refused = RefusedForm::of::<PressItem>()?;
    let item = items.iter().find(|item| refused.field("item") == Some(item.id.to_string().as_str()));
    let sentence = match refused.error {
        AppError::NotFound => "This is not on your list any more.".to_owned(),
        error => error.to_string(),
    };
    Some(item.map_or_else(|| sentence.clone(), |item| format!("{}: {sentence}", item.title)))
}
