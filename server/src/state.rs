//! Everything the routes and workers share.

use std::sync::Arc;

use app::backend::Backend;
use app::client_files::ClientFiles;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use crate::auth::AuthService;
use crate::clock::Clock;
use crate::config::{Config, Provider};
use crate::contacts::ContactsService;
use crate::db::Db;
use crate::emails::EmailsService;
use crate::events::EventsService;
use crate::planner::PlannerService;
use crate::realtime::Hub;
use crate::secret::SecretKey;
use crate::share_page::SharePageService;
use crate::site;

/// What every service is built from.
#[derive(Clone)]
pub struct Core {
    pub db: Db,
    pub clock: Clock,
    pub hub: Hub,
    pub key: SecretKey,
    pub config: Arc<Config>,
    /// Told after each commit that left a job, so that a click is handed over at once and not at the next poll.
    pub outbox_wake: Arc<tokio::sync::Notify>,
}

#[derive(Clone)]
pub struct AppState {
    pub core: Core,
    pub backend: Backend,
    pub ingest: crate::webhooks::Ingest,
    pub leptos: LeptosOptions,
    pub client: Arc<ClientFiles>,
}

impl AppState {
    pub fn new(core: Core, ingest: crate::webhooks::Ingest) -> Self {
        let client = site::client_files(&core.config.site).into();
        Self { backend: backend(&core), leptos: leptos_options(&core.config), client, core, ingest }
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
        auth: Arc::new(AuthService::new(core.clone())),
        contacts: Arc::new(ContactsService::new(core.clone())),
        emails: Arc::new(EmailsService::new(core.clone())),
        events: Arc::new(EventsService::new(core.clone())),
        planner: Arc::new(PlannerService::new(core.clone())),
        share_page: Arc::new(SharePageService::new(core.clone())),
        sandbox: core.config.provider == Provider::Sandbox,
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
