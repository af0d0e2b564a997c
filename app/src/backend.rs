//! What the server functions need from the server: one port per feature, and who is asking.

use std::sync::Arc;

use http::request::Parts;
use leptos::prelude::{expect_context, use_context};

use crate::accounts::AccountsPort;
use crate::auth::{AuthPort, Role};
use crate::batches::BatchesPort;
use crate::contacts::ContactsPort;
use crate::domain::ids::{AccountId, MemberId};
use crate::domain::time::Timestamp;
use crate::emails::EmailsPort;
use crate::error::AppError;
use crate::events::EventsPort;
use crate::notes::NotesPort;
use crate::people::PeoplePort;
use crate::planner::PlannerPort;
use crate::portal::PortalPort;
use crate::print::PrintPort;
use crate::public_page::PublicPagePort;
use crate::requests::RequestsPort;
use crate::rsvp::RsvpPort;
use crate::run_of_show::RunOfShowPort;
use crate::share_page::SharePagePort;
use crate::spaces::SpacesPort;

/// The ports, as the server implements them. In the context of every render and every server function.
#[derive(Clone)]
pub struct Backend {
    pub accounts: Arc<dyn AccountsPort>,
    pub auth: Arc<dyn AuthPort>,
    pub batches: Arc<dyn BatchesPort>,
    pub contacts: Arc<dyn ContactsPort>,
    pub emails: Arc<dyn EmailsPort>,
    pub events: Arc<dyn EventsPort>,
    pub notes: Arc<dyn NotesPort>,
    pub people: Arc<dyn PeoplePort>,
    pub planner: Arc<dyn PlannerPort>,
    pub portal: Arc<dyn PortalPort>,
    pub print: Arc<dyn PrintPort>,
    pub public_page: Arc<dyn PublicPagePort>,
    pub requests: Arc<dyn RequestsPort>,
    pub run_of_show: Arc<dyn RunOfShowPort>,
    pub rsvp: Arc<dyn RsvpPort>,
    pub share_page: Arc<dyn SharePagePort>,
    pub spaces: Arc<dyn SpacesPort>,
    /// The server's clock, which browsers reckon with.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// Whether mail goes to the sandbox, which the banner says.
    pub sandbox: bool,
}

/// The member who asks, and the account they act in. The session layer puts it in the request's extensions.
#[derive(Clone, Debug)]
pub struct Caller {
    pub member: MemberId,
    pub account: AccountId,
    /// What the member is in that account.
    pub role: Role,
    pub name: String,
    /// Hash of the session token, to end just this session.
    pub session: String,
}

/// The caller and the ports; `Unauthenticated` when nobody is signed in.
#[expect(clippy::unused_async, reason = "server functions read as: enter, then ask")]
pub async fn enter() -> Result<(Caller, Backend), AppError> {
    let caller = caller().ok_or_else(|| report(AppError::Unauthenticated))?;
    Ok((caller, expect_context::<Backend>()))
}

/// The ports alone, for what guests may do.
pub fn enter_as_guest() -> Backend {
    expect_context::<Backend>()
}

pub fn caller() -> Option<Caller> {
    use_context::<Parts>()?.extensions.get::<Caller>().cloned()
}

/// Sets the HTTP status that belongs to an error, then hands it on.
pub fn report(error: AppError) -> AppError {
    use http::StatusCode;
    let status = match &error {
        AppError::Unauthenticated => StatusCode::UNAUTHORIZED,
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::Conflict => StatusCode::CONFLICT,
        AppError::Invalid { .. } | AppError::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::VersionMismatch => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        AppError::Internal(_) | AppError::Unreachable => StatusCode::INTERNAL_SERVER_ERROR,
        AppError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(status);
        if error == AppError::Unavailable {
            response.insert_header(http::header::RETRY_AFTER, RETRY_AFTER);
        }
    }
    error
}

/// When to try again what was answered with 503, in seconds (RFC 9110, 10.2.3).
pub const RETRY_AFTER: http::HeaderValue = http::HeaderValue::from_static("5");

/// The address the request came from, as the server saw it.
pub fn peer() -> Option<std::net::IpAddr> {
    use_context::<Parts>()?.extensions.get::<Peer>().map(|peer| peer.0)
}

/// The client's address; the server's outermost layer puts it in the request's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub std::net::IpAddr);

/// Where a browser that posted a form by itself goes after a success, instead of back to the form.
pub fn lead_to(path: &str) {
    leptos_axum::redirect(path);
}

/// The values of the cookies by which the browser was known at earlier sign-ins.
pub fn devices() -> Vec<String> {
    use_context::<Parts>()
        .and_then(|parts| parts.extensions.get::<Devices>().cloned())
        .map_or_else(Vec::new, |devices| devices.0)
}

/// What the server's session layer puts in the request's extensions, for [`devices`].
#[derive(Clone, Debug)]
pub struct Devices(pub Vec<String>);

/// Whether the caller has yet to prove their address.
pub fn is_unverified() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.extensions.get::<Unverified>().is_some())
}

/// The server's session layer puts it in the request's extensions, for [`is_unverified`].
#[derive(Clone, Copy, Debug)]
pub struct Unverified;

/// Adds a `Set-Cookie` header to the response under way.
pub fn set_cookie(cookie: &str) {
    if let (Some(response), Ok(value)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(cookie))
    {
        response.append_header(http::header::SET_COOKIE, value);
    }
}
