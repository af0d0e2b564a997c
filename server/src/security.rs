//! What every request must pass and every response carries, whatever route it is for.
//!
//! Holds no routes and knows no feature. Guarantees: a browser on another site can neither change anything here nor open
//! the live channel; nothing that holds data is cached; no page runs a script that we did not send.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use app::backend::Peer;
use app::csp::content_security_policy;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::config::Config;
use crate::hosts::FromTrustedProxy;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What the address of every live channel ends with.
const LIVE: &str = "/live";
const WEBHOOKS: &str = "/webhooks/";

/// Refuses what a page of another site makes a browser send: writes, and the live channels. Providers' webhooks come from
/// no browser and prove themselves by signature.
pub async fn csrf_guard(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    if comes_from_elsewhere(&config, &request) {
        tracing::warn!(method = %request.method(), "A request from another site was refused.");
        return (StatusCode::FORBIDDEN, "This request came from another site, so it was refused.").into_response();
    }
    next.run(request).await
}

fn comes_from_elsewhere(config: &Config, request: &Request) -> bool {
    let (path, headers) = (request.uri().path(), request.headers());
    if path.ends_with(LIVE) {
        // Browsers always name the origin of a websocket, so one without is no browser of ours.
        return !headers.get(header::ORIGIN).is_some_and(|origin| is_own(config, headers, origin));
    }
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads || path.starts_with(WEBHOOKS) {
        return false;
    }
    match headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes) {
        Some(site) => site != b"same-origin" && site != b"none",
        // Neither header: no browser, so nobody's cookies ride along unasked.
        None => headers.get(header::ORIGIN).is_some_and(|origin| !is_own(config, headers, origin)),
    }
}

/// Our public address, or the host that was asked: a proxy in front may have rewritten one but not the other.
fn is_own(config: &Config, headers: &HeaderMap, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    origin == config.base_url || (origin_host.is_some() && origin_host == host)
}

/// Puts the client's address into the request's extensions. Only a proxy we trust may speak for others, and only its own
/// entry, the last, is believed.
pub async fn client_ip(State(config): State<Arc<Config>>, mut request: Request, next: Next) -> Response {
    let socket =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(addr)| addr.ip().to_canonical());
    if let Some(socket) = socket {
        let is_trusted = config.trusted_proxies.contains(&socket);
        let forwarded = is_trusted.then(|| forwarded_for(request.headers())).flatten();
        if is_trusted {
            request.extensions_mut().insert(FromTrustedProxy);
        }
        request.extensions_mut().insert(Peer(forwarded.unwrap_or(socket)));
    }
    next.run(request).await
}

fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    // The entries before it may be anything that a client made up.
    let last = headers.get_all(FORWARDED_FOR).into_iter().next_back()?.as_bytes();
    let last = last.rsplit(|byte| *byte == b',').next()?;
    std::str::from_utf8(last).ok()?.trim().parse().ok()
}

/// Adds what a response does not say itself.
pub async fn security_headers(State(config): State<Arc<Config>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: HeaderValue| {
        headers.entry(name).or_insert(value);
    };
    let policy = HeaderValue::try_from(content_security_policy(None)).expect("the policy is ASCII");
    default(header::CONTENT_SECURITY_POLICY, policy);
    default(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Share links are addresses: other sites must never see them. Ours may, because
    // `no-referrer` makes browsers send `Origin: null`.
    default(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    default(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    default(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
    default(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    default(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if config.is_https() {
        default(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000"));
    }
    response
}
