//! The page behind a link that proves a new address. Opening it changes nothing; the button does.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::plain::{Refusal, asked, card, dead_end, trouble};
use super::{AccountLink, ConfirmEmail};
use crate::backend;
use crate::paths;
use crate::plain_form::PostForm;

const TITLE: &str = "Use this address?";

#[component]
pub fn ChangeEmailPage() -> impl IntoView {
    let refusal = Refusal::of::<ConfirmEmail>();
    let token = use_params_map().with_untracked(|params| params.get("token").unwrap_or_default());
    asked(async move {
        let accounts = backend::enter_as_guest().accounts;
        let dead = |why| dead_end("This link does not work", why, paths::ACCOUNT, "Go to your account");
        match accounts.email_link(token.clone()).await {
            Ok(AccountLink::Live(email)) => card(TITLE, form(&refusal, email, token)),
            Ok(AccountLink::Used) => dead("It was used already: your account shows which address it has now."),
            Ok(AccountLink::Expired) => dead("It is older than 24 hours. Ask for a new one under “Your account”."),
            Ok(AccountLink::Unknown) => dead(
                "It was replaced by a newer one, or not copied whole. Use the newest, or ask for another one under “Your account”.",
            ),
            Err(error) => trouble(TITLE, error),
        }
    })
}

fn form(refusal: &Refusal, email: String, token: String) -> AnyView {
    let form = PostForm { class: "form", ..PostForm::of::<ConfirmEmail>(paths::change_email(&token)) };
    let button = view! { <button class="button" data-kind="primary" data-wide>"Use this address"</button> };
    view! {
        {refusal.above(&[])}
        <p>"From now on you sign in with " <b><bdi>{email}</bdi></b> ", and mail about your account goes there."</p>
        {form.with("token", token).plain(button.into_any())}
    }
    .into_any()
}
