//! What stands behind each path of the app.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Redirect, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};

use crate::accounts::{AccountRoute, ChangeEmailPage, ForgotPage, ResetPage, SignUpPage, VerifyPage};
use crate::auth::SignInPage;
use crate::batches::BatchRoute;
use crate::contacts::{
    ContactDetailsRoute, ContactEmailsRoute, ContactEventsRoute, ContactRoute, ContactsRoute, NewContactRoute,
};
use crate::events::{EditEventRoute, Events, NewEventRoute, RecentlyDeletedRoute, TemplatesRoute};
use crate::frame::{Frame, NotFound};
use crate::live::Live;
use crate::paths::HOME;
use crate::people::PeopleRoute;
use crate::plain_form::RefusedForm;
use crate::planner::PlannerRoute;
use crate::print::{LinkCodePage, NameTagsPage, PeopleListPage, RunSheetPage};
use crate::requests::{EventRequestsRoute, RequestOverviewRoute, RequestRoute};
use crate::rsvp::RsvpPage;
use crate::run_of_show::{DeletedRoute, EditItemRoute, NewItemRoute, PasteRoute};
use crate::share_page::SharePage;
use crate::spaces::{NewSpaceRoute, SpaceRoute, SpacesRoute};
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
                    <Route path=path!("events/new") view={Lazy::<NewEventRoute>::new()} />
                    <Route path=path!("events/:id") view={Lazy::<PlannerRoute>::new()} />
                    <Route path=path!("events/:id/items/new") view={Lazy::<NewItemRoute>::new()} />
                    <Route path=path!("events/:id/items/:item") view={Lazy::<EditItemRoute>::new()} />
                    <Route path=path!("events/:id/paste") view={Lazy::<PasteRoute>::new()} />
                    <Route path=path!("events/:id/deleted") view={Lazy::<DeletedRoute>::new()} />
                    <Route path=path!("events/:id/edit") view={Lazy::<EditEventRoute>::new()} />
                    <Route path=path!("templates") view={Lazy::<TemplatesRoute>::new()} />
                    <Route path=path!("spaces") view={Lazy::<SpacesRoute>::new()} />
                    <Route path=path!("spaces/new") view={Lazy::<NewSpaceRoute>::new()} />
                    <Route path=path!("spaces/:id") view={Lazy::<SpaceRoute>::new()} />
                    <Route path=path!("deleted") view={Lazy::<RecentlyDeletedRoute>::new()} />
                    <Route path=path!("events/:id/people") view={Lazy::<PeopleRoute>::new()} />
                    <Route path=path!("events/:id/requests") view={Lazy::<EventRequestsRoute>::new()} />
                    <Route path=path!("events/:id/requests/:request") view={Lazy::<RequestRoute>::new()} />
                    <Route path=path!("requests") view={Lazy::<RequestOverviewRoute>::new()} />
                    <Route path=path!("events/:id/batch") view={Lazy::<BatchRoute>::new()} />
                    <Route path=path!("contacts") view={Lazy::<ContactsRoute>::new()} />
                    <Route path=path!("contacts/new") view={Lazy::<NewContactRoute>::new()} />
                    <ParentRoute path=path!("contacts/:id") view={Lazy::<ContactRoute>::new()}>
                        <Route path=path!("") view={Lazy::<ContactDetailsRoute>::new()} />
                        <Route path=path!("events") view={Lazy::<ContactEventsRoute>::new()} />
                        <Route path=path!("emails") view={Lazy::<ContactEmailsRoute>::new()} />
                    </ParentRoute>
                    <Route path=path!("account") view={Lazy::<AccountRoute>::new()} />
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
                <Route path=path!("rsvp/:token") view=RsvpPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}
