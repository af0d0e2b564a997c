//! The form of a space, for a new one and for one that is changed. The browser posts it in any case.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{CreateSpace, DeleteSpace, FIELDS, LoadSpace, SaveSpace, SpaceFormPage};
use crate::domain::ids::SpaceId;
use crate::error::AppError;
use crate::events::CONTACTS;
use crate::paths;
use crate::plain_form::{
    PostForm, RefusedForm, forget_on_click, form_field, form_key, keep_draft, not_saved, suggestions,
};
use crate::ui::{ErrorNotice, Notice, NoticeKind, PageTitle, query_view};
use crate::wire::Query;

/// The id of the form.
const FORM: &str = "space-form";

#[component]
pub(super) fn NewSpace() -> impl IntoView {
    let page = Query::new(|| LoadSpace { space: None });
    view! {
        <PageTitle text=|| "New space".into() />
        <div class="head">
            <div>
                <a class="back" href=paths::SPACES>"Spaces"</a>
                <h1>"New space"</h1>
            </div>
        </div>
        {query_view(page, 6, |answer| match answer {
            Ok((_, page)) => new_form(&page),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
}

fn new_form(page: &SpaceFormPage) -> AnyView {
    let refused = RefusedForm::of::<CreateSpace>();
    let form = PostForm { class: "form card", ..PostForm::of::<CreateSpace>(paths::NEW_SPACE.into()) };
    let form = PostForm { id: Some(FORM.into()), ..form };
    let (kept, _) = keep_draft(FORM.into(), paths::NEW_SPACE.into(), refused.is_some());
    let fields = view! {
        {form_key()}
        {kept}
        {not_saved(&FIELDS, refused.as_ref())}
        {fields(page, refused.as_ref())}
        <div class="actions">
            <button class="button" data-kind="primary">"Create space"</button>
            <a class="button" data-kind="plain" href=paths::SPACES on:click=forget_on_click(paths::NEW_SPACE.into())>"Cancel"</a>
        </div>
    };
    form.plain(fields.into_any())
}

#[component]
pub(super) fn Space() -> impl IntoView {
    let params = use_params_map();
    // Ids begin at 1, so what is no id finds nothing on the server, and is a 404.
    let space = move || params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()).unwrap_or(SpaceId(0)));
    let page = Query::new(move || LoadSpace { space: Some(space()) });
    query_view(page, 6, |answer| match answer {
        Ok((question, page)) => edit_form(question.space.unwrap_or(SpaceId(0)), &page),
        Err(error) => view! { <PageTitle text=|| "Space".into() /> <ErrorNotice error /> }.into_any(),
    })
}

fn edit_form(space: SpaceId, page: &SpaceFormPage) -> AnyView {
    let refused = RefusedForm::of::<SaveSpace>();
    let refused = refused.as_ref();
    let is_saved = refused.is_none() && use_query_map().with_untracked(|query| query.get(paths::SAVED).is_some());
    let notice = match refused {
        Some(refused) if refused.error == AppError::Conflict => Some(changed_meanwhile(space, page.revision)),
        None if is_saved => Some(
            view! {
                <Notice kind=NoticeKind::Success>
                    <p><b>"Saved."</b></p>
                </Notice>
            }
            .into_any(),
        ),
        refused => not_saved(&FIELDS, refused),
    };
    // What was typed into an older version is not to replace this one unseen.
    let known = refused.and_then(|refused| refused.field("revision")).map(ToOwned::to_owned);
    let here = paths::space(space);
    let form = PostForm { class: "form card", id: Some(FORM.into()), ..PostForm::of::<SaveSpace>(here.clone()) };
    let (kept, _) = keep_draft(FORM.into(), here.clone(), refused.is_some());
    let form =
        form.with("space", space.to_string()).with("revision", known.unwrap_or_else(|| page.revision.to_string()));
    let delete = PostForm::of::<DeleteSpace>(paths::space(space)).with("space", space.to_string());
    let button = view! { <button class="button" data-kind="danger">"Delete space"</button> }.into_any();
    let name = page.form.name.clone();
    let title = name.clone();
    let fields = view! {
        {kept}
        {notice}
        {fields(page, refused)}
        <div class="actions">
            <button class="button" data-kind="primary">"Save"</button>
            <a class="button" data-kind="plain" href=paths::SPACES on:click=forget_on_click(here)>"Cancel"</a>
        </div>
    };
    view! {
        <PageTitle text=move || title.clone() />
        <div class="head">
            <div>
                <a class="back" href=paths::SPACES>"Spaces"</a>
                <h1>{name}</h1>
            </div>
        </div>
        {form.plain(fields.into_any())}
        <section class="card event-action">
            <h2>"Delete"</h2>
            <p class="fine">"Its events go on without a space. It can be restored for 30 days, and then is theirs again."</p>
            {delete.plain(button)}
        </section>
    }
    .into_any()
}

/// Somebody else saved while this form was open: both versions stand there, and one is chosen.
fn changed_meanwhile(space: SpaceId, theirs: u32) -> AnyView {
    let here = paths::space(space);
    view! {
        <Notice kind=NoticeKind::Warning>
            <p>
                <b>"Not saved: somebody else changed this space meanwhile."</b>
                " Beside each field that differs stands what they saved."
            </p>
            <button class="button" name="over" value=theirs.to_string()>"Save mine instead"</button>
            <a class="button" href=here.clone() rel="external" on:click=forget_on_click(here)>"Keep theirs"</a>
        </Notice>
    }
    .into_any()
}

fn fields(page: &SpaceFormPage, refused: Option<&RefusedForm>) -> AnyView {
    let values = page.form.values();
    let fields = FIELDS.iter().zip(&values).map(|(field, value)| form_field(field, "", refused, value));
    view! {
        {fields.collect_view()}
        {suggestions(CONTACTS, page.contacts.clone())}
    }
    .into_any()
}
