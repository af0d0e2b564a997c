//! A member's own account: name, password and address. Every form is one that the browser posts.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::{ChangeEmail, ChangePassword, LoadProfile, Profile, RenameMember};
use crate::error::AppError;
use crate::paths;
use crate::plain_form::{PostForm, RefusedForm};
use crate::ui::{ErrorNotice, InlineError, Notice, NoticeKind, PageTitle, hydrated, query_view};
use crate::wire::Query;

#[component]
pub fn Account() -> impl IntoView {
    let profile = Query::new(|| LoadProfile {});
    let saved = use_query_map().with_untracked(|query| query.get(paths::SAVED));
    let saved = saved
        .as_deref()
        .and_then(said)
        .map(|sentence| view! { <Notice kind=NoticeKind::Success><p>{sentence}</p></Notice> }.into_any());
    view! {
        <PageTitle text=|| "Your account".into() />
        <div class="head"><h1>"Your account"</h1></div>
        {saved}
        {query_view(profile, 6, |answer| match answer {
            Ok((_, profile)) => forms(profile),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
    }
    .into_any()
}

/// What a post that led back here has done.
fn said(what: &str) -> Option<&'static str> {
    Some(match what {
        "name" => "Your name is saved.",
        "password" => "Your password is changed. Other browsers have to sign in again.",
        "link" => "A mail with a link is on its way to the new address. Until it is used, the old one stays.",
        "email" => "Your new address is in use from now on.",
        _ => return None,
    })
}

fn forms(profile: Profile) -> AnyView {
    let Profile { name, email, verified, next_email } = profile;
    let unverified = (!verified).then(|| {
        view! {
            <Notice kind=NoticeKind::Warning>
                <p>"Your address is not verified, so you cannot set a new password should you forget yours. "
                <a class="text" href="/verify" rel="external">"Verify it"</a></p>
            </Notice>
        }
        .into_any()
    });
    let waiting = next_email.map(|next| {
        view! { <p class="fine">"A link was sent to " <b><bdi>{next}</bdi></b> ". The address changes when it is used."</p> }
            .into_any()
    });
    let for_managers = email.clone();
    view! {
        {unverified}
        {section::<RenameMember>("Name", "Save name", vec![
            ("name", "Your name", "text", "name", Some(name)),
        ], None)}
        {section::<ChangeEmail>("Email", "Change email", vec![
            ("email", "Email", "text", "email", Some(email)),
            ("present_password", "Present password", "password", "current-password", None),
        ], waiting)}
        {section::<ChangePassword>("Password", "Change password", vec![
            ("present_password", "Present password", "password", "current-password", None),
            ("new_password", "New password (8 characters or more)", "password", "new-password", None),
        ], Some(view! {
            <input type="text" name="username" autocomplete="username" readonly hidden value=for_managers />
        }.into_any()))}
    }
    .into_any()
}

/// Name, label, type, what browsers fill in, and what stands there.
type AccountField = (&'static str, &'static str, &'static str, &'static str, Option<String>);

fn section<F: ServerFn>(
    title: &'static str,
    button: &'static str,
    fields: Vec<AccountField>,
    more: Option<AnyView>,
) -> AnyView {
    let form = PostForm { class: "form card account", ..PostForm::of::<F>("/account".into()) };
    erased(form, RefusedForm::of::<F>(), title, button, fields, more)
}

/// Not generic, so that it is compiled once.
fn erased(
    form: PostForm,
    refused: Option<RefusedForm>,
    title: &'static str,
    button: &'static str,
    fields: Vec<AccountField>,
    more: Option<AnyView>,
) -> AnyView {
    let mut at = "";
    let mut message = String::new();
    let mut above = None;
    let has_new_password = fields.iter().any(|field| field.3 == "new-password");
    let shown = RwSignal::new(false);
    let (error, typed) = refused.map_or((None, Vec::new()), |refused| (Some(refused.error), refused.fields));
    match error {
        Some(AppError::Invalid { field, message: said }) => {
            message = said;
            at = fields.iter().map(|field| field.0).find(|name| *name == field).unwrap_or_default();
            if at.is_empty() {
                above = Some(AppError::Invalid { field, message: message.clone() });
            }
        }
        other => above = other,
    }
    let inputs = fields
        .into_iter()
        .map(|(name, label, kind, autocomplete, value)| {
            // Two forms of the page ask for the same thing.
            let id = format!("{}-{name}", title.to_lowercase());
            let typed = typed.iter().find(|(field, _)| field == name).map(|(_, typed)| typed.clone());
            let wrong = at == name;
            let note = format!("{id}-note");
            let error = wrong.then(|| view! { <p id=note.clone() class="error">{message.clone()}</p> }.into_any());
            view! {
                <div class="field">
                    <label for=id.clone()>{label}</label>
                    <input
                        id=id
                        name=name
                        type=move || if shown.get() && kind == "password" { "text" } else { kind }
                        autocomplete=autocomplete
                        required
                        autofocus=wrong
                        aria-invalid=wrong.then_some("true")
                        aria-describedby=wrong.then_some(note)
                        value=typed.or(value)
                    />
                    {error}
                </div>
            }
            .into_any()
        })
        .collect_view();
    form.plain(
        view! {
            <h2>{title}</h2>
            {above.map(|error| view! { <InlineError title="Not saved." error /> }.into_any())}
            {inputs}
            {has_new_password.then(|| show_passwords(shown))}
            {more}
            <div class="actions"><button class="button" data-kind="primary">{button}</button></div>
        }
        .into_any(),
    )
}

/// Not there without scripts: nothing else could show what is typed.
fn show_passwords(shown: RwSignal<bool>) -> AnyView {
    view! {
        <label class="check" hidden=move || !hydrated()>
            <input type="checkbox" name="shown" on:change=move |ev| shown.set(event_target_checked(&ev)) />
            <span>"Show passwords"</span>
        </label>
    }
    .into_any()
}
