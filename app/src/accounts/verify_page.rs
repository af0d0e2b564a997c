//! The page where a new member types the code from the mail. It bars no way: everything works without it but a new password
//! for who forgot theirs.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::plain::{Kind, PlainField, Refusal, asked, card, done, trouble};
use super::{Profile, SendCode, VerifyEmail};
use crate::backend;
use crate::paths;
use crate::plain_form::PostForm;

const TITLE: &str = "Verify your email";

#[component]
pub fn VerifyPage() -> impl IntoView {
    let refusal = Refusal::of::<VerifyEmail>();
    let unsent = Refusal::of::<SendCode>();
    let sent = use_query_map().with_untracked(|query| query.get("sent").is_some());
    asked(async move {
        let profile = match backend::enter().await {
            Ok((caller, backend)) => backend.accounts.profile(&caller).await,
            Err(error) => Err(error),
        };
        match profile {
            Ok(profile) if profile.verified => verified(profile),
            Ok(profile) => card(TITLE, form(profile, &refusal, &unsent, sent)),
            Err(error) => trouble(TITLE, error),
        }
    })
}

fn form(Profile { email, .. }: Profile, refusal: &Refusal, unsent: &Refusal, sent: bool) -> AnyView {
    let code = PlainField::new("code", "Code", "one-time-code", Kind::Code).first().view(refusal);
    let verify = PostForm { class: "form", ..PostForm::of::<VerifyEmail>(paths::VERIFY.into()) };
    let verify = verify.plain(
        view! {
            {code}
            <button class="button" data-kind="primary" data-wide>"Verify"</button>
        }
        .into_any(),
    );
    let resend = view! { <button class="button" data-wide>"Send another code"</button> };
    let resend = PostForm::of::<SendCode>(paths::VERIFY.into()).plain(resend.into_any());
    view! {
        {sent.then(|| done("A new code is on its way. Earlier ones no longer work.".into()))}
        {refusal.above(&["code"])}
        {unsent.above(&[])}
        <p>"We have sent a mail with six digits to " <b><bdi>{email}</bdi></b> ". They work for 30 minutes."</p>
        {verify}
        {resend}
        <p class="fine">
            "You can do this later, too: until then you cannot set a new password should you forget yours. "
            <a class="text" href=paths::HOME>"Go to your events"</a>
        </p>
    }
    .into_any()
}

fn verified(Profile { email, .. }: Profile) -> AnyView {
    let rest = view! {
        <p>"Mail to " <b><bdi>{email}</bdi></b> " arrives. Should you ever forget your password, you can have a new one."</p>
        <p><a class="button" data-kind="primary" data-wide href=paths::HOME>"Go to your events"</a></p>
    };
    card("Your email is verified", rest.into_any())
}
