//! What the routes share: the core, the ports over it, and the way into the store for webhooks.

use std::sync::Arc;

use app::backend::Backend;
use app::client_files::ClientFiles;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use crate::accounts::AccountsService;
use crate::auth::AuthService;
use crate::batches::BatchesService;
use crate::config::Config;
use crate::contacts::ContactsService;
use crate::core::Core;
use crate::emails::EmailsService;
use crate::events::EventsService;
use crate::notes::NotesService;
use crate::people::PeopleService;
use crate::planner::PlannerService;
use crate::portal::PortalService;
use crate::print::PrintService;
use crate::public_page::PublicPageService;
use crate::requests::RequestsService;
use crate::rsvp::RsvpService;
use crate::run_of_show::RunOfShowService;
use crate::share_page::SharePageService;
use crate::site;
use crate::spaces::SpacesService;

#[derive(Clone)]
pub struct AppState {
    pub core: Core,
    pub backend: Backend,
    pub ingest: crate::webhooks::Ingest,
    pub workers: crate::workers::Health,
    pub leptos: LeptosOptions,
    pub client: Arc<ClientFiles>,
}

impl AppState {
    pub fn new(core: Core, ingest: crate::webhooks::Ingest, workers: crate::workers::Health) -> Self {
        let client = site::client_files(&core.config.site).into();
        Self { backend: backend(&core), leptos: leptos_options(&core.config), client, core, ingest, workers }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for Arc<ClientFiles> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.client)
    }
}

impl FromRef<AppState> for Core {
    fn from_ref(state: &AppState) -> Self {
        state.core.clone()
    }
}

/// The ports of `app`, each behind the service that implements it.
pub fn backend(core: &Core) -> Backend {
    Backend {
        accounts: Arc::new(AccountsService::new(core.clone())),
        auth: Arc::new(AuthService::new(core.clone())),
        batches: Arc::new(BatchesService::new(core.clone())),
        contacts: Arc::new(ContactsService::new(core.clone())),
        emails: Arc::new(EmailsService::new(core.clone())),
        events: Arc::new(EventsService::new(core.clone())),
        notes: Arc::new(NotesService::new(core.clone())),
        people: Arc::new(PeopleService::new(core.clone())),
        planner: Arc::new(PlannerService::new(core.clone())),
        portal: Arc::new(PortalService::new(core.clone())),
        print: Arc::new(PrintService::new(core.clone())),
        public_page: Arc::new(PublicPageService::new(core.clone())),
        requests: Arc::new(RequestsService::new(core.clone())),
        run_of_show: Arc::new(RunOfShowService::new(core.clone())),
        rsvp: Arc::new(RsvpService::new(core.clone())),
        share_page: Arc::new(SharePageService::new(core.clone())),
        spaces: Arc::new(SpacesService::new(core.clone())),
        now: Arc::new({
            let clock = core.clock.clone();
            move || clock.now()
        }),
        sandbox: core.config.sandbox,
    }
}

/// What Leptos wants to know of its own accord; the files of the client are in `ClientFiles`.
fn leptos_options(config: &Config) -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("callboard")
        .site_root(config.site.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .site_addr(config.addr)
        .build()
}
