//! What is done to every page on its way out, and to the links that lead to guests' pages on their way in.
//!
//! Guarantees: a page without scripts carries no data for scripts; a page that answers 404 carries no data at all; no search
//! engine keeps a guest's page; a guest's link opens also as mail programs leave it.

use std::sync::Arc;

use app::paths::{self, Audience, PAGES};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;

use crate::router;
use crate::state::AppState;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
const END: &[u8] = b"</html>";

/// Where the page's own HTML ends, Leptos writes what the page asked for, for the client to take up.
pub async fn finish(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(link) = mended_link(path)
    {
        return not_kept(Redirect::to(&link).into_response());
    }
    let page = paths::page_at(path);
    let is_guests = is_guests(path);
    // The sandbox shows mails as they are; a form that was refused comes back with its page, which is there.
    let is_app = !path.starts_with(paths::SANDBOX) && !path.starts_with("/api/");
    let mut response = next.run(request).await;
    if is_app && is_html(&response) {
        let is_missing = response.status() == StatusCode::NOT_FOUND;
        if is_missing && page.is_some_and(|page| page.audience == Audience::Members) {
            response = router::nothing_here(&state).await;
        }
        if is_missing || page.is_none_or(|page| !page.scripts) {
            response = without_data(response).await;
        }
    }
    if is_guests { not_kept(response) } else { response }
}

/// Guests' pages and calendars are for whoever has the link, and so not for search engines; and their address is told to nobody, not even
/// in our own requests. (`strict-origin` leaves forms their `Origin`, which `no-referrer` does not.)
fn not_kept(mut response: Response) -> Response {
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex, nofollow"));
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    response
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

async fn without_data(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(body) = body.collect().await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let body = body.to_bytes();
    let end = body.windows(END.len()).rposition(|part| part == END);
    let body = end.map_or(body.clone(), |start| body.slice(..start + END.len()));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

/// What stands before the tokens of guests' pages: `/v/`.
fn guests() -> impl Iterator<Item = &'static str> {
    let guests = PAGES.iter().filter(|page| page.audience == Audience::Everybody);
    guests.filter_map(|page| page.path.strip_suffix("{token}"))
}

fn is_guests(path: &str) -> bool {
    path.starts_with(paths::CALENDAR) || guests().any(|before| path.starts_with(before))
}

/// Returns the link that was meant, for a path with more around its token than belongs there: mail programs take the dot, the
/// bracket or the slash that follows a link for a part of it.
fn mended_link(path: &str) -> Option<String> {
    let before = guests().find(|before| path.starts_with(before))?;
    let raw = &path[before.len()..];
    let text = percent_decode_str(raw).decode_utf8_lossy();
    let text = text.trim_start_matches(|c: char| !is_of_token(c));
    let (token, rest) = text.split_at(text.find(|c: char| !is_of_token(c)).unwrap_or(text.len()));
    // What goes on below the token is another address.
    let goes_on = rest.contains('/') && rest.contains(is_of_token);
    (!token.is_empty() && token != raw && !goes_on).then(|| format!("{before}{token}"))
}

/// Tokens are base64 for URLs (RFC 4648, section 5).
fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d14_a_link_opens_as_mail_programs_leave_it() {
        for end in
            ["/", ".", ")", ",", ">", "%3E", "&gt;", "%29.", "%22", "'", "%C2%A0", "%E2%80%8B", "//", "!", ";", "%0A"]
        {
            assert_eq!(mended_link(&format!("/v/a-Tok_en{end}")).as_deref(), Some("/v/a-Tok_en"), "{end}");
        }
        assert_eq!(mended_link("/v/%3Ca-Tok_en%3E").as_deref(), Some("/v/a-Tok_en"));
        for plain in ["/v/a-Tok_en", "/v/", "/v/.", "/v", "/events/7.", "/v/a-Tok_en/more", "/"] {
            assert_eq!(mended_link(plain), None, "{plain}");
        }
    }
}
