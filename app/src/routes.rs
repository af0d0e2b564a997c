//! The paths of the app, and what stands behind each.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

use crate::auth::SignInPage;
use crate::contacts::{
    ContactDetailsRoute, ContactEmailsRoute, ContactEventsRoute, ContactRoute, ContactsRoute, NewContactRoute,
};
use crate::domain::ids::{ContactId, EventId};
use crate::events::EventsRoute;
use crate::frame::{Frame, NotFound};
use crate::live::Live;
use crate::planner::PlannerRoute;
use crate::share_page::SharePage;
use crate::ui::{Announcer, Now};

pub const HOME: &str = "/events";
pub const SIGN_IN: &str = "/sign-in";
pub const EVENTS: &str = "/events";
pub const CONTACTS: &str = "/contacts";
pub const NEW_CONTACT: &str = "/contacts/new";
/// Served by the sandbox itself, outside the app.
pub const SANDBOX: &str = "/sandbox";

pub fn planner(event: EventId) -> String {
    format!("/events/{event}")
}

pub fn contact(contact: ContactId) -> String {
    format!("/contacts/{contact}")
}

pub fn contact_events(contact: ContactId) -> String {
    format!("/contacts/{contact}/events")
}

pub fn contact_emails(contact: ContactId) -> String {
    format!("/contacts/{contact}/emails")
}

/// Pages that are finished as the server sends them: they load no script at all.
pub fn is_plain(path: &str) -> bool {
    path.starts_with("/v/") || path == SIGN_IN
}

/// A `next` that stays on this site; anything else goes home, so that a crafted link cannot send people elsewhere.
pub fn local_or_home(next: &str) -> &str {
    // Browsers read a backslash as a slash and drop tabs; a header takes nothing beyond ASCII.
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let local = plain && next.starts_with('/') && !next.starts_with("//");
    if local { next } else { HOME }
}

/// The whole app. Everything a page needs is in its first HTML (`SsrMode::Async`), so a 404 is a 404; every screen is a
/// chunk of its own.
#[component]
pub fn App() -> impl IntoView {
    Now::provide();
    Announcer::provide();
    Live::provide();
    let (routing, set_routing) = signal(false);
    view! {
        <Router set_is_routing=set_routing>
            <div class="routing" aria-hidden="true" data-active=move || routing.get().then_some("")></div>
            <Routes fallback=NotFound>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=|| view! { <Redirect path=HOME /> } />
                    <Route path=path!("events") view={Lazy::<EventsRoute>::new()} />
                    <Route path=path!("events/:id") view={Lazy::<PlannerRoute>::new()} />
                    <Route path=path!("contacts") view={Lazy::<ContactsRoute>::new()} />
                    <Route path=path!("contacts/new") view={Lazy::<NewContactRoute>::new()} />
                    <ParentRoute path=path!("contacts/:id") view={Lazy::<ContactRoute>::new()}>
                        <Route path=path!("") view={Lazy::<ContactDetailsRoute>::new()} />
                        <Route path=path!("events") view={Lazy::<ContactEventsRoute>::new()} />
                        <Route path=path!("emails") view={Lazy::<ContactEmailsRoute>::new()} />
                    </ParentRoute>
                </ParentRoute>
                <Route path=path!("sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("v/:token") view=SharePage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_never_leaves_the_site() {
        assert_eq!(local_or_home("/contacts/4?x=1"), "/contacts/4?x=1");
        for elsewhere in ["", "https://evil.example", "//evil.example", "/\\evil.example", "events", "/a\r\nb"] {
            assert_eq!(local_or_home(elsewhere), HOME);
        }
    }
}
