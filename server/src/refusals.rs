//! What a request is told that no route took: our own words in place of a library's, or of none.
//!
//! Below `/api/` that is an `AppError` in the encoding that the request came in, so that scripts and our own client read it
//! as they read any other refusal. Everywhere else, and for a form without scripts, it is one plain sentence.

use app::error::AppError;
use app::wire::{MEDIA_TYPE, encode};
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::secret;

/// What the media types of our own client begin with, in any version.
const OUR_CLIENT: &[u8] = b"application/vnd.callboard.";

/// How a refusal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Sentence,
    Json,
    Postcard,
}

/// Gives a refusal without words of ours its words.
pub async fn in_our_words(request: Request, next: Next) -> Response {
    let form = form(request.uri().path(), request.headers());
    let is_for_provider = request.uri().path().starts_with("/webhooks/");
    let response = next.run(request).await;
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_ours(&response, form) {
        return response;
    }
    // A provider reads no sentences, and whoever forges its webhooks gets no hint.
    if is_for_provider && matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    let (kind, body) = written(&error(status), form);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Response::from_parts(parts, Body::from(body)).into_response()
}

fn form(path: &str, headers: &HeaderMap) -> Form {
    let contains = |name, part: &[u8]| {
        headers.get(name).is_some_and(|value: &HeaderValue| value.as_bytes().windows(part.len()).any(|w| w == part))
    };
    if !path.starts_with("/api/") || contains(header::ACCEPT, b"text/html") {
        Form::Sentence
    } else if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(OUR_CLIENT)) {
        Form::Postcard
    } else {
        Form::Json
    }
}

/// Whether a route of ours has said what there is to say. Limits speak in a library's words.
fn is_ours(response: &Response, form: Form) -> bool {
    if response.body().size_hint().exact() == Some(0) || response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return false;
    }
    let kind = response.headers().get(header::CONTENT_TYPE).map_or(&[][..], HeaderValue::as_bytes);
    match form {
        Form::Sentence => true,
        Form::Json | Form::Postcard => kind == b"application/json" || kind.starts_with(OUR_CLIENT),
    }
}

fn error(status: StatusCode) -> AppError {
    let sentence = match status {
        StatusCode::NOT_FOUND => return AppError::NotFound,
        StatusCode::UNAUTHORIZED => return AppError::Unauthenticated,
        StatusCode::FORBIDDEN => "This request came from another site, so it was refused.",
        StatusCode::MISDIRECTED_REQUEST => "Callboard does not answer to this name. Ask it by its public address.",
        StatusCode::METHOD_NOT_ALLOWED => "This address cannot be asked in that way; the header Allow says in which.",
        StatusCode::REQUEST_TIMEOUT => "The request took too long to arrive. Check the connection, then try again.",
        StatusCode::PAYLOAD_TOO_LARGE => "That is more than can be taken at once. Send less.",
        StatusCode::SERVICE_UNAVAILABLE => "Callboard is too busy to answer just now. Try again in a moment.",
        status if status.is_server_error() => {
            let reference = secret::short_reference();
            tracing::error!(reference, status = status.as_u16(), "A request failed without a word.");
            return AppError::Internal(reference);
        }
        _ => AppError::NOT_UNDERSTOOD,
    };
    AppError::invalid("", sentence)
}

fn written(error: &AppError, form: Form) -> (&'static str, Vec<u8>) {
    match form {
        Form::Sentence => ("text/plain; charset=utf-8", error.to_string().into_bytes()),
        Form::Json => ("application/json", serde_json::to_vec(error).expect("an error is plain data")),
        Form::Postcard => (MEDIA_TYPE, encode(&Err::<(), _>(error))),
    }
}
