//! The page to ask for a new password. What it answers is the same for every address.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::ForgotPassword;
use super::plain::{Kind, PlainField, Refusal, card};
use crate::paths;
use crate::plain_form::PostForm;

const TITLE: &str = "Forgot your password?";

#[component]
pub fn ForgotPage() -> impl IntoView {
    if use_query_map().with_untracked(|query| query.get("sent").is_some()) {
        return sent();
    }
    let refusal = Refusal::of::<ForgotPassword>();
    let email = PlainField::new("email", "Email", "username", Kind::Address).first().view(&refusal);
    let form = PostForm { class: "form", ..PostForm::of::<ForgotPassword>(paths::FORGOT.into()) };
    let form = form.plain(
        view! {
            {refusal.above(&["email"])}
            {email}
            <button class="button" data-kind="primary" data-wide>"Send reset link"</button>
        }
        .into_any(),
    );
    let rest = view! {
        <p>"Enter the address of your account. A mail with a link to a new password comes to it."</p>
        {form}
        <p class="fine"><a class="text" href=paths::SIGN_IN>"Back to sign-in"</a></p>
    };
    card(TITLE, rest.into_any())
}

fn sent() -> AnyView {
    let rest = view! {
        <p>"If the address belongs to an account and was verified, a mail with a link is on its way. The link works once, for 24 hours; a newer one takes its place."</p>
        <p>"Nothing comes? Look into the spam folder and at the spelling. To an address that was never verified no link is sent: ask whoever runs this Callboard."</p>
        <p><a class="button" data-kind="primary" data-wide href=paths::SIGN_IN>"Back to sign-in"</a></p>
    };
    card("Look into your mail", rest.into_any())
}
