//! The page to sign in: plain HTML, no script. It opens in any browser, at once.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::error::ServerFnUrlError;
use leptos_router::hooks::use_query_map;

use super::SignIn;
use crate::error::AppError;
use crate::ui::{Notice, NoticeKind, PageTitle};

#[component]
pub fn SignInPage() -> impl IntoView {
    let (next, refusal) = use_query_map().with_untracked(|query| {
        // A refused post comes back here with the error in the query.
        let refusal = query.get("__err").map(|error| ServerFnUrlError::<AppError>::decode_err(&error).to_string());
        (query.get("next").unwrap_or_default(), refusal)
    });
    view! {
        <PageTitle text=|| "Sign in".into() />
        <main class="sign-in" id="main">
            <span class="brand">"Callboard"</span>
            <section class="card">
                <h1>"Sign in"</h1>
                {refusal.map(|sentence| view! { <Notice kind=NoticeKind::Error><p>{sentence}</p></Notice> })}
                <form class="form" method="post" action=SignIn::PATH>
                    <input type="hidden" name="next" value=next />
                    <div class="field">
                        <label for="email">"Email"</label>
                        <input id="email" name="email" type="email" autocomplete="username" required autofocus />
                    </div>
                    <div class="field">
                        <label for="password">"Password"</label>
                        <input id="password" name="password" type="password" autocomplete="current-password" required />
                    </div>
                    <button class="button" data-kind="primary" data-wide>"Sign in"</button>
                </form>
            </section>
        </main>
    }
}
