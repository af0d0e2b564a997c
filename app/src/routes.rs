//! What stands behind each path of the app.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::accounts::{ACCOUNT_SCREEN, ChangeEmailPage, ForgotPage, ResetPage, SignUpPage, VerifyPage};
use crate::auth::SignInPage;
use crate::batches::BATCH_SCREEN;
use crate::contacts::{
    CONTACT_DETAILS_SCREEN, CONTACT_EMAILS_SCREEN, CONTACT_EVENTS_SCREEN, CONTACT_SCREEN, CONTACTS_SCREEN,
    NEW_CONTACT_SCREEN,
};
use crate::events::{EDIT_EVENT_SCREEN, Events, NEW_EVENT_SCREEN, RECENTLY_DELETED_SCREEN, TEMPLATES_SCREEN};
use crate::frame::{Frame, NotFound};
use crate::live::Live;
use crate::notes::NotesPage;
use crate::paths::HOME;
use crate::people::PEOPLE_SCREEN;
use crate::plain_form::RefusedForm;
use crate::planner::PLANNER_SCREEN;
use crate::portal::PortalPage;
use crate::print::{LinkCodePage, NameTagsPage, PeopleListPage, RunSheetPage};
use crate::public_page::{PublicLinkPage, PublicPage};
use crate::requests::{EVENT_REQUESTS_SCREEN, REQUEST_OVERVIEW_SCREEN, REQUEST_SCREEN};
use crate::rsvp::RsvpPage;
use crate::run_of_show::{DELETED_SCREEN, EDIT_ITEM_SCREEN, NEW_ITEM_SCREEN, PASTE_SCREEN};
use crate::share_page::SharePage;
use crate::spaces::{NEW_SPACE_SCREEN, SPACE_SCREEN, SPACES_SCREEN};
use crate::ui::{Announcer, Now};

/// The whole app. Everything a page needs is in its first HTML (`SsrMode::Async`), so a 404 is a 404; every screen is a
/// chunk of its own.
#[component]
pub fn App() -> impl IntoView {
    RefusedForm::provide();
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
                    <Route path=path!("events") view=Events />
                    <Route path=path!("events/new") view=NEW_EVENT_SCREEN />
                    <Route path=path!("events/:id") view=PLANNER_SCREEN />
                    <Route path=path!("events/:id/items/new") view=NEW_ITEM_SCREEN />
                    <Route path=path!("events/:id/items/:item") view=EDIT_ITEM_SCREEN />
                    <Route path=path!("events/:id/paste") view=PASTE_SCREEN />
                    <Route path=path!("events/:id/deleted") view=DELETED_SCREEN />
                    <Route path=path!("events/:id/edit") view=EDIT_EVENT_SCREEN />
                    <Route path=path!("templates") view=TEMPLATES_SCREEN />
                    <Route path=path!("spaces") view=SPACES_SCREEN />
                    <Route path=path!("spaces/new") view=NEW_SPACE_SCREEN />
                    <Route path=path!("spaces/:id") view=SPACE_SCREEN />
                    <Route path=path!("deleted") view=RECENTLY_DELETED_SCREEN />
                    <Route path=path!("events/:id/people") view=PEOPLE_SCREEN />
                    <Route path=path!("events/:id/requests") view=EVENT_REQUESTS_SCREEN />
                    <Route path=path!("events/:id/requests/:request") view=REQUEST_SCREEN />
                    <Route path=path!("requests") view=REQUEST_OVERVIEW_SCREEN />
                    <Route path=path!("events/:id/notes") view=NotesPage />
                    <Route path=path!("events/:id/public") view=PublicLinkPage />
                    <Route path=path!("events/:id/batch") view=BATCH_SCREEN />
                    <Route path=path!("contacts") view=CONTACTS_SCREEN />
                    <Route path=path!("contacts/new") view=NEW_CONTACT_SCREEN />
                    <ParentRoute path=path!("contacts/:id") view=CONTACT_SCREEN>
                        <Route path=path!("") view=CONTACT_DETAILS_SCREEN />
                        <Route path=path!("events") view=CONTACT_EVENTS_SCREEN />
                        <Route path=path!("emails") view=CONTACT_EMAILS_SCREEN />
                    </ParentRoute>
                    <Route path=path!("account") view=ACCOUNT_SCREEN />
                </ParentRoute>
                <Route path=path!("events/:id/print") view=RunSheetPage ssr=SsrMode::Async />
                <Route path=path!("events/:id/print/people") view=PeopleListPage ssr=SsrMode::Async />
                <Route path=path!("events/:id/print/tags") view=NameTagsPage ssr=SsrMode::Async />
                <Route path=path!("events/:id/qr/:crew") view=LinkCodePage ssr=SsrMode::Async />
                <Route path=path!("verify") view=VerifyPage ssr=SsrMode::Async />
                <Route path=path!("sign-up") view=SignUpPage ssr=SsrMode::Async />
                <Route path=path!("forgot") view=ForgotPage ssr=SsrMode::Async />
                <Route path=path!("reset/:token") view=ResetPage ssr=SsrMode::Async />
                <Route path=path!("change-email/:token") view=ChangeEmailPage ssr=SsrMode::Async />
                <Route path=path!("sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("v/:token") view=SharePage ssr=SsrMode::Async />
                <Route path=path!("r/:token") view=PublicPage ssr=SsrMode::Async />
                <Route path=path!("c/:token") view=PortalPage ssr=SsrMode::Async />
                <Route path=path!("rsvp/:token") view=RsvpPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
