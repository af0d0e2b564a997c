//! The session cookie, and the layer that turns it into a `Caller` on every request.
//!
//! Access is looked up anew each time: a session that ended, or a member who left the account, is nobody from the next
//! request on. App pages send nobody to sign-in before anything is rendered.

use app::auth::Role;
use app::backend::{Caller, Devices, RETRY_AFTER, Unverified};
use app::domain::ids::{AccountId, MemberId};
use app::error::AppError;
use app::paths::{self, Audience};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::store::{self, SESSION_MS};
use super::{cookies, device};
use crate::accounts;
use crate::config::Config;
use crate::core::Core;
use crate::db::column;
use crate::error::StoreError;
use crate::secret;

/// `__Host-` binds the cookie to this host and to https.
const fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-callboard_session" } else { "callboard_session" }
}

/// The `Set-Cookie` value that keeps a session.
pub fn cookie(config: &Config, token: &str) -> String {
    set_cookie(config, token, SESSION_MS / 1_000)
}

/// The `Set-Cookie` value that makes the browser forget its session.
pub fn forget_cookie(config: &Config) -> String {
    set_cookie(config, "", 0)
}

fn set_cookie(config: &Config, value: &str, max_age: i64) -> String {
    let https = config.is_https();
    let secure = if https { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}", cookie_name(https))
}

/// Resolves the cookie and puts the `Caller` into the request's extensions.
pub async fn resolve(State(core): State<Core>, mut request: Request, next: Next) -> Response {
    let caller = match caller(&core, request.headers()).await {
        Ok(caller) => caller,
        Err(error) => return unavailable(error, &request),
    };
    let looks = matches!(*request.method(), Method::GET | Method::HEAD);
    if looks && caller.is_none() && asks_to_sign_in(&request) && accounts::waits_for_the_first(&core).await {
        return Redirect::to(paths::SIGN_UP).into_response();
    }
    if looks && let Some(elsewhere) = redirect(&request, caller.is_some()) {
        return elsewhere.into_response();
    }
    if let Some((caller, is_verified)) = caller {
        request.extensions_mut().insert(caller);
        if !is_verified {
            request.extensions_mut().insert(Unverified);
        }
    }
    if *request.method() == Method::POST {
        let name = device::cookie_name(core.config.is_https());
        let devices = Devices(cookies::values(request.headers(), name));
        request.extensions_mut().insert(devices);
    }
    next.run(request).await
}

/// Who is asking, and whether they proved their address.
async fn caller(core: &Core, headers: &HeaderMap) -> Result<Option<(Caller, bool)>, StoreError> {
    // A browser may send several of the name, set for another path or domain: one that opens is enough.
    for token in cookies::values(headers, cookie_name(core.config.is_https())) {
        let session = secret::token_hash(&token);
        let Some(holder) = store::session_holder(&core.db, &session, core.clock.now()).await? else { continue };
        let caller = Caller {
            member: MemberId(holder.member_id),
            account: AccountId(holder.account_id),
            role: column::code("role", &holder.role, Role::from_code, Role::Handler),
            name: holder.name,
            session,
        };
        return Ok(Some((caller, holder.verified_at.is_some())));
    }
    Ok(None)
}

/// Whether the request leads to sign-in, where nobody who has no account gets on.
fn asks_to_sign_in(request: &Request) -> bool {
    let path = request.uri().path();
    path == paths::SIGN_IN || paths::page_at(path).is_some_and(|page| page.audience == Audience::Members)
}

/// Where a visit to a page goes instead, before anything is rendered.
fn redirect(request: &Request, signed_in: bool) -> Option<Redirect> {
    let path = request.uri().path();
    match paths::page_at(path)?.audience {
        Audience::SignedOut if signed_in => Some(Redirect::to(paths::HOME)),
        Audience::Members if signed_in => (path == "/").then(|| Redirect::to(paths::HOME)),
        Audience::Members => {
            let wanted = request.uri().path_and_query().map_or(path, |wanted| wanted.as_str());
            let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
            Some(Redirect::to(&format!("{}?next={next}", paths::SIGN_IN)))
        }
        Audience::SignedOut | Audience::Everybody => None,
    }
}

const RETRY: (header::HeaderName, HeaderValue) = (header::RETRY_AFTER, RETRY_AFTER);

/// Nobody can tell who is asking while the database is away. Server functions answer in their own form, but to a browser
/// that posts a form by itself.
fn unavailable(error: StoreError, request: &Request) -> Response {
    let error = AppError::from(error);
    let accepts = request.headers().get(header::ACCEPT).and_then(|accepts| accepts.to_str().ok());
    if request.uri().path().starts_with("/api/") && !accepts.is_some_and(|accepts| accepts.contains("text/html")) {
        let body = serde_json::to_string(&error).expect("an error is plain data");
        let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json")), RETRY];
        return (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, [RETRY], error.to_string()).into_response()
}
