//! The scripts of guests' pages: small, and not of the client. They hold nothing of anybody's.

use app::share_page::{GUEST_SCRIPT, GUEST_WORKER, WORKER, guest_script};
use axum::Router;
use axum::extract::OriginalUri;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::state::AppState;

const SCRIPT: &str = "text/javascript; charset=utf-8";

pub fn routes() -> Router<AppState> {
    Router::new().route(SCRIPT_PATH, get(script)).route(WORKER, get(worker))
}

const SCRIPT_PATH: &str = app::share_page::SCRIPT;

/// Kept for ever under the name of its content, which pages ask for.
async fn script(OriginalUri(asked): OriginalUri) -> Response {
    let is_this = asked.to_string().ends_with(guest_script());
    let how = if is_this { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(CONTENT_TYPE, SCRIPT), (CACHE_CONTROL, how)], GUEST_SCRIPT.as_str()).into_response()
}

/// The browser asks for it anew, and starts another one when it differs.
async fn worker() -> Response {
    ([(CONTENT_TYPE, SCRIPT), (CACHE_CONTROL, "no-cache")], GUEST_WORKER.as_str()).into_response()
}
