//! What stands around every signed-in page: the bar on top, the sandbox banner, the live region.

use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

use crate::auth::{LoadSession, Session, SignOut};
use crate::emails::badge;
use crate::live::{self, Live, LivePill};
use crate::plain_form::{PostForm, RefusedForm};
use crate::ui::{self, AnnouncementRegion, Avatar, ErrorNotice, InlineError, PageTitle, query_view};
use crate::wire::Query;
use crate::{paths, planner};

/// Names what most screens need, so that it is in the main module of the client. Otherwise there is a piece of it for each set of
/// screens that share it, and whoever goes to one of them fetches them all.
fn keep_in_main() {
    live::keep_in_main();
    ui::keep_in_main();
    planner::keep_in_main();
    std::hint::black_box((PostForm::erased as fn(_, _, _) -> _, badge as fn(&_, _, _) -> _));
}

/// The frame of the signed-in pages. It keeps the live channel open.
#[component]
pub fn Frame() -> impl IntoView {
    keep_in_main();
    Live::expect().keep_open();
    let session = Query::new(|| LoadSession {});
    let refused = RefusedForm::error_of_no_form();
    view! {
        <a class="skip-link" href="#main">"Skip to the page"</a>
        {query_view(session, 1, |answer| match answer {
            Ok((_, session)) => view! { <TopBar session /> }.into_any(),
            Err(error) => view! { <ErrorNotice error /> }.into_any(),
        })}
        <main id="main" class="page">
            {refused.map(|error| view! { <InlineError title="That did not work." error /> }.into_any())}
            <Outlet />
        </main>
        <AnnouncementRegion />
    }
}

/// Addresses are written out here: what holds no expression is taken over as it is, without code for its elements.
#[component]
fn TopBar(session: Session) -> impl IntoView {
    let button = view! { <button class="button" data-kind="plain">"Sign out"</button> };
    let sign_out = PostForm::of::<SignOut>(paths::HOME.into()).plain(button.into_any());
    view! {
        <header class="top">
            <a href="/events" class="brand">"Callboard"</a>
            <nav aria-label="Main">
                <A href=paths::EVENTS>"Events"</A>
                <A href=paths::CONTACTS>"Contacts"</A>
                <A href=paths::SPACES>"Spaces"</A>
                <A href=paths::REQUESTS>"Requests"</A>
            </nav>
            <div class="end">
                <LivePill />
                <details class="menu">
                    <summary>
                        <Avatar name=session.member_name.clone() />
                        <span class="visually-hidden">{format!("Account of {}", session.member_name)}</span>
                    </summary>
                    <div>
                        <p class="fine">{session.member_name}</p>
                        <a class="button" data-kind="plain" href="/account" rel="external">"Your account"</a>
                        {sign_out}
                    </div>
                </details>
            </div>
        </header>
        {session.sandbox.then(|| view! {
            <aside class="sandbox" aria-label="Sandbox">
                "Sandbox: no mail leaves this machine. "
                <a class="text" href="/sandbox" rel="external">"Open the mailbox"</a>
            </aside>
        }
        .into_any())}
        {session.unverified.then(|| view! {
            <aside class="sandbox" data-quiet="" aria-label="Your address">
                "Confirm your address, so that you get back in if you forget your password. "
                <a class="text" href="/verify" rel="external">"Enter the code"</a>
            </aside>
        }
        .into_any())}
    }
}

/// A path that leads nowhere.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <PageTitle text=|| "Not found".into() />
        <main class="errorpage" id="main">
            <p class="code">"404"</p>
            <h1>"There is no page here"</h1>
            <p>"The address may be mistyped, or the page was moved."</p>
            <p><a class="button" data-kind="primary" href="/events" rel="external">"Go to your events"</a></p>
        </main>
    }
}

#[cfg(test)]
mod tests {
    use crate::paths;

    #[test]
    fn addresses_that_are_written_out_are_right() {
        assert_eq!(
            [paths::SANDBOX, paths::HOME, paths::ACCOUNT, paths::VERIFY, paths::DELETED],
            ["/sandbox", "/events", "/account", "/verify", "/deleted"]
        );
    }
}
