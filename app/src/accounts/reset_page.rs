//! The page behind a link to a new password. Opening it changes nothing, so whoever looks at links in mails may.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::plain::{Kind, PlainField, Refusal, asked, card, dead_end, show_passwords, trouble, whose};
use super::{AccountLink, ResetPassword};
use crate::backend;
use crate::paths;
use crate::plain_form::PostForm;

const TITLE: &str = "Set a new password";

#[component]
pub fn ResetPage() -> impl IntoView {
    let refusal = Refusal::of::<ResetPassword>();
    let token = use_params_map().with_untracked(|params| params.get("token").unwrap_or_default());
    asked(async move {
        let accounts = backend::enter_as_guest().accounts;
        let dead = |why| dead_end("This link does not work", why, paths::FORGOT, "Ask for a new link");
        match accounts.reset_link(token.clone()).await {
            Ok(AccountLink::Live(email)) => card(TITLE, form(&refusal, email, token)),
            Ok(AccountLink::Used) => {
                dead("It was used already. If that was you, sign in with the new password. Else ask for a new link.")
            }
            Ok(AccountLink::Expired) => dead("It is older than 24 hours. Ask for a new one."),
            Ok(AccountLink::Unknown) => {
                dead("It was replaced by a newer one, or not copied whole. Use the newest, or ask for another one.")
            }
            Err(error) => trouble(TITLE, error),
        }
    })
}

fn form(refusal: &Refusal, email: String, token: String) -> AnyView {
    let password = PlainField::new("new_password", "New password", "new-password", Kind::Password)
        .hint("8 characters or more. Any will do, but not one that everybody would try.")
        .first();
    let form = PostForm { class: "form", ..PostForm::of::<ResetPassword>(paths::reset(&token)) };
    let children = view! {
        {refusal.above(&["new_password"])}
        {whose(email)}
        {password.view(refusal)}
        {show_passwords()}
        <p class="fine">"Wherever you are signed in, you will have to sign in again."</p>
        <button class="button" data-kind="primary" data-wide>"Set password"</button>
    };
    form.with("token", token).plain(children.into_any())
}
