//! The page to sign up, while it is open to newcomers; else whom to ask.

use leptos::html::Input;
use leptos::prelude::*;

use super::plain::{Kind, PlainField, Refusal, asked, card, show_passwords, sign_up_access, trouble};
use super::{SignUp, SignUpAccess};
use crate::paths;
use crate::plain_form::{FormKey, PostForm};

const TITLE: &str = "Create your account";
const FIELDS: [&str; 4] = ["name", "venue", "email", "password"];

#[component]
pub fn SignUpPage() -> impl IntoView {
    // What was posted is read before anything is waited for.
    let refusal = Refusal::of::<SignUp>();
    asked(async move {
        match sign_up_access().await {
            Ok(SignUpAccess::Open) => card(TITLE, form(&refusal)),
            Ok(SignUpAccess::Closed { owner }) => closed(owner),
            Err(error) => trouble(TITLE, error),
        }
    })
}

fn form(refusal: &Refusal) -> AnyView {
    let form = PostForm { class: "form", ..PostForm::of::<SignUp>(paths::SIGN_UP.into()) };
    let fields = [
        PlainField::new("name", "Your name", "name", Kind::Text).first(),
        PlainField::new("venue", "Venue or company", "organization", Kind::Text)
            .hint("Guests and crew read it in the mails that you send."),
        PlainField::new("email", "Email", "username", Kind::Address),
        PlainField::new("password", "Password", "new-password", Kind::Password)
            .hint("8 characters or more. Any will do, but not one that everybody would try."),
    ];
    let fields = fields.map(|field| field.view(refusal)).into_iter().collect_view();
    let key = NodeRef::<Input>::new();
    let children = view! {
        {refusal.above(&FIELDS)}
        <FormKey field=key first=refusal.typed("key") />
        {fields}
        {show_passwords()}
        <button class="button" data-kind="primary" data-wide>"Create account"</button>
    };
    view! {
        {form.plain(children.into_any())}
        <p class="fine">"You have an account already? " <a class="text" href=paths::SIGN_IN>"Sign in"</a></p>
    }
    .into_any()
}

fn closed(owner: Option<String>) -> AnyView {
    let whom = match owner {
        Some(venue) => view! { "It belongs to " <bdi>{venue}</bdi> ": ask there for an account." }.into_any(),
        None => view! { "Ask whoever runs it for an account." }.into_any(),
    };
    let rest = view! {
        <p>"Nobody can sign up at this Callboard any more. " {whom}</p>
        <p><a class="button" data-kind="primary" data-wide href=paths::SIGN_IN>"Sign in"</a></p>
    };
    card("Sign-up is closed", rest.into_any())
}
