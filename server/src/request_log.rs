//! One line for each request, and the reference that ties its other lines to it.
//!
//! Never logs a path as it came: it may hold a share link's token. The route's template says enough.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::http::header::HeaderName;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::secret;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub async fn record(request: Request, next: Next) -> Response {
    let id = secret::short_reference();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let span = tracing::info_span!("request", id);

    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let ms = started.elapsed().as_secs_f64() * 1_000.0;

    let (status, route) = (response.status().as_u16(), route.as_ref().map_or("unmatched", MatchedPath::as_str));
    span.in_scope(|| {
        if response.status().is_server_error() {
            tracing::warn!(%method, route, status, ms, "A request failed.");
        } else if is_routine(route) {
            tracing::debug!(%method, route, status, ms, "A request was answered.");
        } else {
            tracing::info!(%method, route, status, ms, "A request was answered.");
        }
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// What machines ask thousands of times; providers' events have log lines of their own.
fn is_routine(route: &str) -> bool {
    ["/pkg", "/webhooks/", "/healthz", "/readyz"].iter().any(|machines| route.starts_with(machines))
}
