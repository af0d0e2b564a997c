//! The built client's files, precompressed by the build. Nothing here needs a session or the database.

use std::convert::Infallible;
use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue};
use axum::middleware::{Next, from_fn, map_response};
use axum::response::Response;
use axum::routing::MethodRouter;
use tower_http::services::ServeDir;

/// Length of the hash of the content that `cargo leptos` puts into a file's name: 128 bits in base64.
const HASH_LEN: usize = 22;

/// What lies below `/pkg`. A browser keeps for ever what names its own content and asks again for the rest.
pub fn client(site: &Path) -> Router {
    Router::new()
        .fallback_service(ServeDir::new(site.join("pkg")).precompressed_br().precompressed_gzip())
        .layer(from_fn(cache_by_name))
}

/// Files beside the client, such as the icon; then whatever `otherwise` says.
pub fn files(site: &Path, otherwise: MethodRouter<(), Infallible>) -> Router {
    let files = ServeDir::new(site)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(otherwise);
    Router::new().fallback_service(files).layer(map_response(async |response| cached(response, "public, max-age=3600")))
}

async fn cache_by_name(request: Request, next: Next) -> Response {
    let how = if carries_hash(request.uri().path()) { "public, max-age=31536000, immutable" } else { "no-cache" };
    cached(next.run(request).await, how)
}

/// `name.HASH.ext`
fn carries_hash(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit('.').nth(1).is_some_and(|hash| {
        hash.len() == HASH_LEN && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}

/// Files may be cached; what stands in for a missing one may not.
fn cached(mut response: Response, how: &'static str) -> Response {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(how));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hash_in_the_name_makes_a_file_immutable() {
        assert!(carries_hash("/pkg/callboard.2IV0fEOFaIANFMj3bGp6cg.wasm"));
        assert!(carries_hash("/__wasm_split.QrziOu7my0VU8-ajVo_H0w.js"));
        for plain in ["/pkg/callboard.js", "/pkg/snippets/leptos-1a2b3c/inline0.js", "/2IV0fEOFaIANFMj3bGp6cg", "/"] {
            assert!(!carries_hash(plain), "{plain}");
        }
    }
}
