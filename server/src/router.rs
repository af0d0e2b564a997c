//! Every route, and the layers around them, outermost last.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use app::backend::Backend;
use app::csp::content_security_policy;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};

use crate::auth::session;
use crate::db::Db;
use crate::state::AppState;
use crate::workers::Health;
use crate::{
    calendar, hosts, notes, page_scripts, pages, plain_forms, realtime, refusals, request_log, requests, sandbox,
    security, site, webhooks,
};

/// Webhooks and files have limits of their own.
const BODY_LIMIT: usize = 2 * 1024 * 1024;
/// The longest pause within a body.
const BODY_PAUSE: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(30);
const READY_WITHIN: Duration = Duration::from_secs(2);

/// The paths of the app, read off it once: while Leptos does that, it lets no page of the process load its data, and
/// pages under way would wait for ever. It matters where a process has several routers, which only the tests have.
static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(app::App));

pub fn router(state: AppState) -> Router {
    let config = Arc::clone(&state.core.config);
    let with_session = from_fn_with_state(state.core.clone(), session::resolve);

    let mut members = Router::new()
        .leptos_routes_with_context(&state, ROUTES.clone(), backend_context(&state.backend), {
            let (options, client) = (state.leptos.clone(), Arc::clone(&state.client));
            move || app::shell(options.clone(), Arc::clone(&client))
        })
        .route("/live", get(realtime::upgrade))
        .route("/v/{token}/live", get(realtime::upgrade_guest))
        .route("/events/{id}/notes/live", get(realtime::upgrade_notes))
        .merge(calendar::routes())
        .merge(page_scripts::routes());
    if config.sandbox {
        members = members.merge(sandbox::routes());
    }
    let members = members.layer(with_session.clone());
    let with_forms: Router = members.clone().with_state(state.clone());
    let files = requests::routes(with_forms.clone(), &state).merge(notes::routes(with_forms.clone(), &state));
    let members = members
        .layer(from_fn(move |request, next| plain_forms::answer(with_forms.clone(), BODY_LIMIT, request, next)))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT));

    let not_found = any(not_found).layer(with_session).with_state(state.clone());

    Router::new()
        .merge(members)
        .route("/healthz", get(async || "ok"))
        .route("/readyz", get(readyz(state.core.db.clone(), state.workers.clone())))
        .nest_service("/pkg", site::client(&config.site))
        .fallback_service(site::files(&config.site, not_found))
        // Shared, since a copy of it for each request would cost as much as the request.
        .layer(from_fn_with_state(Arc::new(state.clone()), pages::finish))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        // Answered to machines, by the thousand: no page, and nothing to compress.
        .merge(webhooks::routes())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        // Files take as long as the line is slow.
        .merge(files)
        .layer(from_fn_with_state(Arc::clone(&config), security::csrf_guard))
        .layer(from_fn_with_state(Arc::clone(&config), hosts::guard))
        .layer(from_fn_with_state(Arc::clone(&config), security::client_ip))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(refusals::in_our_words))
        .layer(from_fn_with_state(config, security::security_headers))
        .layer(from_fn(request_log::record))
        .with_state(state)
}

/// What every render and server function finds: the ports. A page also gets the policy that lets its own scripts run;
/// set here, no page can be without it.
fn backend_context(backend: &Backend) -> impl Fn() + Clone + Send + Sync + 'static {
    let backend = backend.clone();
    move || {
        provide_context(backend.clone());
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) {
            let policy = HeaderValue::try_from(content_security_policy(Some(&nonce)));
            response.insert_header(header::CONTENT_SECURITY_POLICY, policy.expect("a nonce is base64"));
        }
    }
}

async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) || request.uri().path().starts_with("/api/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    render_nowhere(&state, request).await
}

/// The page of a path that leads nowhere, for whoever asked for something that is not there, or is not theirs.
pub async fn nothing_here(state: &AppState) -> Response {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static("/404");
    render_nowhere(state, request).await
}

async fn render_nowhere(state: &AppState, request: Request) -> Response {
    let (options, client) = (state.leptos.clone(), Arc::clone(&state.client));
    let page = leptos_axum::render_app_async_with_context(backend_context(&state.backend), move || {
        app::shell(options.clone(), Arc::clone(&client))
    });
    let mut response = page(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// Whether requests would be answered and the workers run. Logs once each time the database stops or starts to answer.
fn readyz(db: Db, workers: Health) -> impl Handler<((),), AppState> {
    let was_there = Arc::new(AtomicBool::new(true));
    move || {
        let (db, workers, was_there) = (db.clone(), workers.clone(), Arc::clone(&was_there));
        async move {
            let fault = match tokio::time::timeout(READY_WITHIN, db.ping()).await {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error.to_string()),
                Err(_) => Some("no answer within 2 s".to_owned()),
            };
            let is_there = fault.is_none();
            let before = was_there.swap(is_there, Ordering::AcqRel);
            match fault {
                None if !before => tracing::info!("The database answers again."),
                Some(error) if before => {
                    tracing::error!(%error, "The database does not answer; requests that need it fail until it does.");
                }
                _ => {}
            }
            let database = (!is_there).then(|| "the database does not answer".to_owned());
            let down = workers.down().into_iter().map(|name| format!("{name} is down"));
            let faults: Vec<_> = database.into_iter().chain(down).collect();
            if faults.is_empty() {
                (StatusCode::OK, "ready".to_owned())
            } else {
                (StatusCode::SERVICE_UNAVAILABLE, faults.join("\n"))
            }
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    tracing::error!(cause = text.unwrap_or("unknown"), "A request panicked.");
    (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong on our side. Try again.").into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use app::paths;

    use super::*;

    #[test]
    fn the_app_has_the_pages_of_the_table() {
        let routed: BTreeSet<_> = ROUTES.iter().map(AxumRouteListing::path).collect();
        let in_table = paths::PAGES.iter().map(|page| page.path);
        let in_app: BTreeSet<_> = in_table.filter(|path| !path.starts_with(paths::SANDBOX)).collect();
        assert_eq!(routed, in_app);
    }
}
