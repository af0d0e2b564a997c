//! What the pages around an account are made of. They load no client; one line of script shows a password to who types it,
//! where scripts run.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::SignUpAccess;
use crate::backend;
use crate::error::AppError;
use crate::plain_form::RefusedForm;
use crate::ui::{Notice, NoticeKind, PageTitle};

/// The page's card under the name of the product.
pub(super) fn card(title: &'static str, children: AnyView) -> AnyView {
    view! {
        <PageTitle text=move || title.into() />
        <main class="sign-in" id="main">
            <span class="brand">"Callboard"</span>
            <section class="card">
                <h1>{title}</h1>
                {children}
            </section>
        </main>
    }
    .into_any()
}

/// What a page shows once the server knows.
pub(crate) fn asked(view: impl Future<Output = AnyView> + Send + 'static) -> AnyView {
    view! { <Suspense>{Suspend::new(view)}</Suspense> }.into_any()
}

/// Whether somebody may sign up. A page that has more to show does so also while the database is away.
pub(crate) async fn sign_up_access() -> Result<SignUpAccess, AppError> {
    let accounts = backend::enter_as_guest().accounts;
    accounts.sign_up_access().await
}

/// A dead end, answered with its status, and the way on.
pub(super) fn dead_end(title: &'static str, why: &'static str, href: &'static str, label: &'static str) -> AnyView {
    let _ = backend::report(AppError::NotFound);
    let rest = view! {
        <p>{why}</p>
        <p><a class="button" data-kind="primary" data-wide href=href>{label}</a></p>
    };
    card(title, rest.into_any())
}

/// That a page cannot be shown.
pub(super) fn trouble(title: &'static str, error: AppError) -> AnyView {
    let error = backend::report(error);
    card(title, above(error.to_string()))
}

fn above(sentence: String) -> AnyView {
    view! { <Notice kind=NoticeKind::Error><p>{sentence}</p></Notice> }.into_any()
}

pub(super) fn done(sentence: String) -> AnyView {
    view! { <Notice kind=NoticeKind::Success><p>{sentence}</p></Notice> }.into_any()
}

/// A form that was refused, if one was: what was typed, and why.
pub(super) struct Refusal(Option<RefusedForm>);

impl Refusal {
    pub(super) fn of<F: ServerFn>() -> Self {
        Self(RefusedForm::of::<F>())
    }

    pub(super) fn typed(&self, field: &str) -> Option<String> {
        self.0.as_ref()?.field(field).map(ToOwned::to_owned)
    }

    pub(super) fn at(&self, name: &str) -> Option<String> {
        match &self.0.as_ref()?.error {
            AppError::Invalid { field, message } if field == name => Some(message.clone()),
            _ => None,
        }
    }

    /// What stands above the form: what no field of it is to blame for.
    pub(super) fn above(&self, fields: &[&str]) -> Option<AnyView> {
        let error = &self.0.as_ref()?.error;
        let at_a_field = matches!(error, AppError::Invalid { field, .. } if fields.contains(&field.as_str()));
        (!at_a_field).then(|| above(error.to_string()))
    }
}

/// A labelled field of a page without the client.
pub(super) struct PlainField {
    pub name: &'static str,
    pub label: &'static str,
    pub hint: &'static str,
    /// What password managers and browsers fill in.
    pub autocomplete: &'static str,
    pub kind: Kind,
    pub autofocus: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// Not the type `email`: browsers rewrite and refuse addresses by rules of their own.
    Address,
    Code,
    Password,
}

impl PlainField {
    pub(super) fn new(name: &'static str, label: &'static str, autocomplete: &'static str, kind: Kind) -> Self {
        Self { name, label, hint: "", autocomplete, kind, autofocus: false }
    }

    pub(super) fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    pub(super) fn first(self) -> Self {
        Self { autofocus: true, ..self }
    }

    pub(super) fn view(self, refusal: &Refusal) -> AnyView {
        let Self { name, label, hint, autocomplete, kind, autofocus } = self;
        let error = refusal.at(name);
        let wrong = error.is_some();
        let autofocus = wrong || autofocus && refusal.0.is_none();
        let note = format!("{name}-note");
        let described = (wrong || !hint.is_empty()).then(|| note.clone());
        let value = refusal.typed(name).filter(|_| kind != Kind::Password);
        let (text, class) = error.map_or((hint.to_owned(), "hint"), |error| (error, "error"));
        let plain = matches!(kind, Kind::Address | Kind::Password);
        view! {
            <div class="field">
                <label for=name>{label}</label>
                <input
                    id=name
                    name=name
                    type=if kind == Kind::Password { "password" } else { "text" }
                    class=(kind == Kind::Code).then_some("code")
                    inputmode=match kind { Kind::Address => Some("email"), Kind::Code => Some("numeric"), _ => None }
                    autocapitalize=plain.then_some("none")
                    spellcheck=plain.then_some("false")
                    autocomplete=autocomplete
                    required
                    autofocus=autofocus
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=described.clone()
                    value=value
                />
                {described.map(|note| view! { <p id=note class=class>{text}</p> })}
            </div>
        }
        .into_any()
    }
}

const SHOW: &str = r#"{const check=document.currentScript.previousElementSibling;check.hidden=false;check.onchange=({target})=>{for(const field of target.form.querySelectorAll("[autocomplete$=-password]"))field.type=target.checked?"text":"password"}}"#;

/// Shows the passwords of its form while they are typed. Without scripts it is not there: nothing else could show them.
pub(super) fn show_passwords() -> AnyView {
    view! {
        <label class="check" hidden>
            <input type="checkbox" name="shown" />
            <span>"Show password"</span>
        </label>
        <script nonce=use_nonce()>{SHOW}</script>
    }
    .into_any()
}

/// The address that a password belongs to, for password managers and for whoever reads.
pub(super) fn whose(email: String) -> AnyView {
    view! {
        <div class="field">
            <label for="email">"Email"</label>
            <input id="email" type="text" readonly autocomplete="username" value=email />
        </div>
    }
    .into_any()
}
