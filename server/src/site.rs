//! The built client's files, precompressed by the build. Nothing here needs a session or the database.

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::Path;

use app::client_files::ClientFiles;
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

/// The names of the client's files, to be read once: the build leaves their hashes in `hash.txt` beside the binary, and in the
/// client's folder a list of its parts. Without hashes the names are plain.
pub fn client_files(site: &Path) -> ClientFiles {
    let hashes =
        std::env::current_exe().ok().and_then(|binary| std::fs::read_to_string(binary.with_file_name("hash.txt")).ok());
    named(&hashes.unwrap_or_default(), |manifest| std::fs::read_to_string(site.join("pkg").join(manifest)).ok())
}

fn named(hashes: &str, read: impl Fn(&str) -> Option<String>) -> ClientFiles {
    let hashes: HashMap<&str, &str> =
        hashes.lines().filter_map(|line| line.split_once(':')).map(|(what, hash)| (what.trim(), hash.trim())).collect();
    let name =
        |stem: &str, what: &str| hashes.get(what).map_or_else(|| stem.to_owned(), |hash| format!("{stem}.{hash}"));
    let parts = read(&format!("{}.json", name("__wasm_split_manifest", "manifest")))
        .and_then(|manifest| serde_json::from_str::<HashMap<String, Vec<String>>>(&manifest).ok())
        .unwrap_or_default();
    let module = |file: String| format!("/pkg/{}.wasm", file.trim_end_matches(".wasm"));
    ClientFiles {
        stylesheet: format!("/pkg/{}.css", name("callboard", "css")),
        script: format!("/pkg/{}.js", name("callboard", "js")),
        module: format!("/pkg/{}.wasm", name("callboard", "wasm")),
        loader: hashes.get("split").map(|hash| format!("/pkg/__wasm_split.{hash}.js")),
        parts: parts.into_iter().map(|(part, files)| (part, files.into_iter().map(module).collect())).collect(),
    }
}

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
    fn names_are_as_the_build_left_them() {
        let plain = named("", |_| None);
        assert_eq!((&*plain.stylesheet, &*plain.module), ("/pkg/callboard.css", "/pkg/callboard.wasm"));
        assert_eq!((plain.loader, plain.parts.len()), (None, 0));

        let hash_file = "js: A\nwasm: B\ncss: C\nmanifest: D\nsplit: E\n";
        let hashed = named(hash_file, |file| {
            assert_eq!(file, "__wasm_split_manifest.D.json");
            Some(r#"{"events_screens":["chunk_0.F","split_events.G"]}"#.into())
        });
        assert_eq!((&*hashed.script, &*hashed.module), ("/pkg/callboard.A.js", "/pkg/callboard.B.wasm"));
        assert_eq!(hashed.loader.as_deref(), Some("/pkg/__wasm_split.E.js"));
        assert_eq!(hashed.parts["events_screens"], ["/pkg/chunk_0.F.wasm", "/pkg/split_events.G.wasm"]);
    }

    #[test]
    fn only_a_hash_in_the_name_makes_a_file_immutable() {
        assert!(carries_hash("/pkg/callboard.2IV0fEOFaIANFMj3bGp6cg.wasm"));
        assert!(carries_hash("/__wasm_split.QrziOu7my0VU8-ajVo_H0w.js"));
        for plain in ["/pkg/callboard.js", "/pkg/snippets/leptos-1a2b3c/inline0.js", "/2IV0fEOFaIANFMj3bGp6cg", "/"] {
            assert!(!carries_hash(plain), "{plain}");
        }
    }
}
