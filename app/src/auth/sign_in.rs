//! The page to sign in: plain HTML, no script. It opens in any browser, at once.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::SignIn;
use crate::accounts::{SignUpAccess, asked, sign_up_access};
use crate::paths;
use crate::plain_form::{PAGE, RefusedForm};
use crate::ui::{Notice, NoticeKind, PageTitle};

/// Said of every address.
const SIGNED_UP: &str = "If this address is new here, your account is ready: sign in with the password that you chose. If it has \
                         an account already, a mail tells its owner so.";

#[component]
pub fn SignInPage() -> impl IntoView {
    let posted = RefusedForm::of::<SignIn>();
    let typed = |field| posted.as_ref().and_then(|posted| posted.field(field)).map(ToOwned::to_owned);
    let asked_for = use_query_map().with_untracked(|query| query.get("next"));
    let next = typed("next").or(asked_for).unwrap_or_default();
    let email = typed("email");
    let known = email.is_some();
    let refusal = posted.as_ref().map(|posted| posted.error.to_string());
    let asked_by = use_query_map();
    let came_from = |what| asked_by.with_untracked(|query| query.get(what).is_some());
    let done = match () {
        () if came_from("signed-up") => Some(SIGNED_UP),
        () if came_from("reset") => Some("Your new password is set. Sign in with it."),
        () => None,
    };
    let done = done.filter(|_| refusal.is_none());
    let sign_up = asked(async {
        let is_open = matches!(sign_up_access().await, Ok(SignUpAccess::Open));
        is_open
            .then(|| view! { <p class="fine">"New here? " <a class="text" href=paths::SIGN_UP>"Create an account"</a></p> })
            .into_any()
    });
    view! {
        <PageTitle text=|| "Sign in".into() />
        <main class="sign-in" id="main">
            <span class="brand">"Callboard"</span>
            <section class="card">
                <h1>"Sign in"</h1>
                {refusal.map(|sentence| view! { <Notice kind=NoticeKind::Error><p>{sentence}</p></Notice> })}
                {done.map(|sentence| view! { <Notice kind=NoticeKind::Success><p>{sentence}</p></Notice> })}
                <form class="form" method="post" action=SignIn::PATH>
                    <input type="hidden" name=PAGE value=paths::sign_in_then(&next) />
                    <input type="hidden" name="next" value=next />
                    <div class="field">
                        <label for="email">"Email"</label>
                        <input
                            id="email"
                            name="email"
                            type="text"
                            inputmode="email"
                            autocapitalize="none"
                            spellcheck="false"
                            autocomplete="username"
                            required
                            autofocus=!known
                            value=email
                        />
                    </div>
                    <div class="field">
                        <label for="password">"Password"</label>
                        <input
                            id="password"
                            name="password"
                            type="password"
                            autocomplete="current-password"
                            required
                            autofocus=known
                        />
                    </div>
                    <p class="fine"><a class="text" href=paths::FORGOT>"Forgot password?"</a></p>
                    <button class="button" data-kind="primary" data-wide>"Sign in"</button>
                </form>
                {sign_up}
            </section>
        </main>
    }
}
