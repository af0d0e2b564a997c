//! By which name, and over what, Callboard is asked.
//!
//! A name that is not ours may be a stranger's that leads to this machine: in its pages a browser would take our answers for
//! that stranger's own (DNS rebinding). And where the public address is https, a browser that came by plain http keeps none
//! of our cookies, so signing in would go round in circles.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::config::{Config, HostName};
use crate::seldom::Seldom;
use crate::text::plain;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
/// Asked by machines that know this one by its number, or by no name.
const BY_ANY_NAME: [&str; 2] = ["/healthz", "/readyz"];
/// Providers prove themselves by signature, and an event that was refused is an event lost.
const WEBHOOKS: &str = "/webhooks/";
const MAX_LOGGED_NAME: usize = 80;

static UNKNOWN: Seldom = Seldom::new();

/// The request came from a proxy that we trust. `security` puts it in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct FromTrustedProxy;

pub async fn guard(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if BY_ANY_NAME.contains(&path) || path.starts_with(WEBHOOKS) {
        return next.run(request).await;
    }
    if !is_known(&config, &request) {
        if let Some(left_out) = UNKNOWN.left_out() {
            let name = request.headers().get(header::HOST).map_or(&[][..], |name| name.as_bytes());
            let name = plain(&String::from_utf8_lossy(name), MAX_LOGGED_NAME);
            tracing::warn!(
                name,
                left_out,
                "A request by a name that is not ours was refused. CALLBOARD_ALLOWED_HOSTS allows names."
            );
        }
        return refused(
            StatusCode::MISDIRECTED_REQUEST,
            "Not by this name",
            "Callboard does not answer to this name. Open it by its public address. If the name is yours, whoever runs this \
             Callboard can add it to CALLBOARD_ALLOWED_HOSTS, or let the proxy in front pass the name on (the Host header).",
            None,
        );
    }
    if config.is_https() && is_plain_http(&request) {
        return refused(
            StatusCode::BAD_REQUEST,
            "Open this by https",
            "This came by plain http, but Callboard is set up for https, and nobody can be signed in without it.",
            Some(&config.base_url),
        );
    }
    next.run(request).await
}

/// Every name that a request gives must be ours; a request of HTTP/1.1 gives one (RFC 9112, section 3.2).
fn is_known(config: &Config, request: &Request) -> bool {
    let headers = request.headers().get_all(header::HOST).into_iter().map(|name| name.to_str().ok());
    let mut names = headers.chain(request.uri().authority().map(|authority| Some(authority.as_str()))).peekable();
    names.peek().is_some()
        && names.all(|name| name.and_then(HostName::parse).is_some_and(|name| config.answers_to(&name)))
}

/// A browser says by which scheme it asks when it sends a form; before that only the proxy in front knows.
fn is_plain_http(request: &Request) -> bool {
    let headers = request.headers();
    let by_origin = headers.get(header::ORIGIN).is_some_and(|origin| origin.as_bytes().starts_with(b"http://"));
    by_origin || (request.extensions().get::<FromTrustedProxy>().is_some() && forwarded_proto(headers) == Some(b"http"))
}

/// What the proxy nearest to us said, which is the last.
fn forwarded_proto(headers: &HeaderMap) -> Option<&[u8]> {
    let last = headers.get_all(FORWARDED_PROTO).into_iter().next_back()?.as_bytes();
    last.rsplit(|byte| *byte == b',').next().map(<[u8]>::trim_ascii)
}

/// A page in plain words, without anything that would have to be fetched by the same name.
fn refused(status: StatusCode, title: &str, sentence: &str, link: Option<&str>) -> Response {
    #[derive(askama::Template)]
    #[template(
        ext = "html",
        source = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{{ title }} · Callboard</title></head>\
                  <body><h1>{{ title }}</h1><p>{{ sentence }}</p>\
                  {% if let Some(link) = link %}<p><a href=\"{{ link }}\">{{ link }}</a></p>{% endif %}</body></html>"
    )]
    struct Page<'p> {
        title: &'p str,
        sentence: &'p str,
        link: Option<&'p str>,
    }
    let page = askama::Template::render(&Page { title, sentence, link });
    (status, Html(page.unwrap_or_else(|_| sentence.to_owned()))).into_response()
}
