//! Answers to forms that the browser posted by itself: before the page was hydrated, without scripts, after a page died.
//!
//! Scripts, and people with curl, get what a server function answers. A browser gets a page: after a success it is sent on
//! (303, so that reloading posts nothing again); after a refusal it gets the page that the form stands on, with what was
//! typed and why it was refused. The page is named by the form, never by the Referer, and is one of ours.

use std::error::Error;

use app::backend::RETRY_AFTER;
use app::error::AppError;
use app::paths;
use app::{RefusedForm, plain_form};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::LengthLimitError;
use tower::ServiceExt;

/// A page that is reloaded posts its form again, which counts once.
const AWAY: &str = "Callboard cannot reach its data just now. Reload this page in a few seconds: what you typed is sent again, and counts once.";
const FORM: &str = "application/x-www-form-urlencoded";
/// What `leptos_axum` adds to a redirect for its own client.
const SERVER_FN_REDIRECT: HeaderName = HeaderName::from_static("serverfnredirect");

/// Wraps the server functions. `pages` are the pages that forms stand on, `limit` is that of a request's body.
pub async fn answer(pages: Router, limit: usize, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with("/api/") || !accepts_html(request.headers()) {
        return next.run(request).await;
    }
    if *request.method() == Method::GET {
        // Somebody asks for the address that a refused form left in the address bar.
        return Redirect::to(paths::HOME).into_response();
    }
    if !is_form(request.headers()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = match to_bytes(body, limit).await {
        Ok(body) => body,
        Err(error) if is_too_long(&error) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let page = fields.iter().find(|(name, _)| name == plain_form::PAGE).and_then(|(_, page)| FormPage::parse(page));

    let mut call = Request::from_parts(parts.clone(), Body::from(body));
    // So that it answers as it answers scripts, and looks at no Referer.
    call.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    call.headers_mut().remove(header::REFERER);
    let answer = next.run(call).await;

    if answer.status().is_success() || answer.status().is_redirection() {
        return sent_on(answer, page.as_ref());
    }
    let status = answer.status();
    let retry_after = answer.headers().get(header::RETRY_AFTER).cloned();
    let Some(error) = refusal(answer, limit).await else {
        return when(retry_after, (status, "This did not work. Go back, then try again.").into_response());
    };
    let Some(page) = page else { return when(retry_after, (status, error.to_string()).into_response()) };
    if error == AppError::Unauthenticated {
        return Redirect::to(&paths::sign_in_then(&page.to_return_to)).into_response();
    }
    let refused = RefusedForm { function: parts.uri.path().to_owned(), fields: without_secrets(fields), error };
    let shown = page_again(pages, page, (parts.headers, parts.extensions), refused, status).await;
    when(retry_after, shown)
}

/// A form that no server function took comes back with its page, which is a path on this site.
pub async fn shown_again(pages: Router, page: &str, asker: (HeaderMap, Extensions), refused: RefusedForm) -> Response {
    let status = match &refused.error {
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let Some(page) = FormPage::parse(page) else { return (status, refused.error.to_string()).into_response() };
    let retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(RETRY_AFTER);
    when(retry_after, page_again(pages, page, asker, refused, status).await)
}

/// The page that a form stands on, with what was refused.
async fn page_again(
    pages: Router,
    page: FormPage,
    (headers, extensions): (HeaderMap, Extensions),
    refused: RefusedForm,
    status: StatusCode,
) -> Response {
    let mut again = Request::new(Body::empty());
    *again.uri_mut() = page.uri;
    *again.headers_mut() = headers;
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::REFERER] {
        again.headers_mut().remove(name);
    }
    *again.extensions_mut() = extensions;
    again.extensions_mut().insert(refused);
    let Ok(mut shown) = pages.oneshot(again).await;
    if shown.status() == StatusCode::OK {
        *shown.status_mut() = status;
    } else if status == StatusCode::SERVICE_UNAVAILABLE {
        // The page needs what is away, too; the browser still has the post.
        shown = (status, AWAY).into_response();
    }
    shown
}

/// Says when to try again, if the function did.
fn when(retry_after: Option<HeaderValue>, mut response: Response) -> Response {
    if let Some(retry_after) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after);
    }
    response
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The page that a form stands on.
struct FormPage {
    /// With its fragment, for the browser.
    to_return_to: String,
    uri: Uri,
}

impl FormPage {
    /// `None` for what is not a page with forms of this site.
    fn parse(text: &str) -> Option<Self> {
        let local = paths::local_or_home(text);
        let uri: Uri = local.split('#').next()?.parse().ok()?;
        let page = paths::page_at(uri.path())?;
        // The sandbox has no forms.
        let known = local == text && !page.path.starts_with(paths::SANDBOX);
        known.then(|| Self { to_return_to: text.to_owned(), uri })
    }
}

/// Returns a redirect to where the function leads, else back to the page.
fn sent_on(answer: Response, page: Option<&FormPage>) -> Response {
    let mut response = answer.map(|_| Body::empty());
    let home = || HeaderValue::from_static(paths::HOME);
    let back = page.and_then(|page| HeaderValue::from_str(&page.to_return_to).ok()).unwrap_or_else(home);
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(SERVER_FN_REDIRECT);
    headers.entry(header::LOCATION).or_insert(back);
    response
}

/// What the server function said, if it was that which refused.
async fn refusal(answer: Response, limit: usize) -> Option<AppError> {
    let body: Bytes = to_bytes(answer.into_body(), limit).await.ok()?;
    serde_json::from_slice(&body).ok()
}

/// The page shows what was typed, but never a password.
fn without_secrets(mut fields: Vec<(String, String)>) -> Vec<(String, String)> {
    fields.retain(|(name, _)| !name.contains("password"));
    fields
}

/// Whether a browser asks, which shows its user what it is answered.
pub fn accepts_html(headers: &HeaderMap) -> bool {
    mentions(headers, &header::ACCEPT, b"text/html")
}

fn is_form(headers: &HeaderMap) -> bool {
    mentions(headers, &header::CONTENT_TYPE, FORM.as_bytes())
}

fn mentions(headers: &HeaderMap, name: &HeaderName, what: &[u8]) -> bool {
    let all = headers.get_all(name).into_iter();
    all.flat_map(|value| value.as_bytes().windows(what.len())).any(|part| part.eq_ignore_ascii_case(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a01_a_form_leads_back_to_pages_of_this_site_alone() {
        let page = FormPage::parse("/events/7?more=3#more-3").expect("a page");
        assert_eq!((page.uri.to_string(), &*page.to_return_to), ("/events/7?more=3".into(), "/events/7?more=3#more-3"));
        for elsewhere in ["https://evil.example/events", "//evil.example", "/nowhere", "/sandbox/1/html", "", "events"]
        {
            assert!(FormPage::parse(elsewhere).is_none(), "{elsewhere}");
        }
    }

    #[test]
    fn a01_a_password_is_never_shown_again() {
        let fields = ["email", "password", "new_password"].map(|name| (name.to_owned(), "x".to_owned()));
        assert_eq!(without_secrets(fields.into()), [("email".to_owned(), "x".to_owned())]);
    }
}
