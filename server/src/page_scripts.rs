//! The scripts of pages that load no client: small, and nothing of anybody's is in them.

use app::page_script::PageScript;
use app::share_page::{GUEST_SCRIPT, GUEST_WORKER};
use app::{notes, share_page};
use axum::Router;
use axum::extract::OriginalUri;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::state::AppState;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route(share_page::SCRIPT, get(async |asked| script(&GUEST_SCRIPT, asked)))
        .route(notes::SCRIPT, get(async |asked| script(&notes::NOTES_SCRIPT, asked)))
        .route(share_page::WORKER, get(worker))
}

/// Kept for ever under the name of its content, which pages ask for.
fn script(script: &'static PageScript, OriginalUri(asked): OriginalUri) -> Response {
    let is_this = asked.to_string().ends_with(script.address());
    let how = if is_this { "public, max-age=31536000, immutable" } else { "no-cache" };
    ([(CONTENT_TYPE, JAVASCRIPT), (CACHE_CONTROL, how)], script.text()).into_response()
}

/// The browser asks for it anew, and starts another one when it differs.
async fn worker() -> Response {
    ([(CONTENT_TYPE, JAVASCRIPT), (CACHE_CONTROL, "no-cache")], GUEST_WORKER.as_str()).into_response()
}
