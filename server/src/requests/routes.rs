//! The two routes that files of requests pass through, each in one direction: guests send, members get. Both are streamed; what other
//! files go through is made of the same parts.
//!
//! Sending has limits of its own: the only body above two megabytes, and the only one that may take minutes, is a form of files. A form that is refused comes back with its page, as every form does.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use app::RefusedForm;
use app::backend::Caller;
use app::domain::ids::{RequestId, UploadId};
use app::domain::requests::MAX_FILE_BYTES;
use app::error::AppError;
use app::{paths, plain_form};
use async_trait::async_trait;
use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, OriginalUri, Path, Request, State};
use axum::http::header::{self, HeaderValue};
use axum::http::{StatusCode, request::Parts};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::receiving::{FIELD, receive};
use super::reference_store::KeptFile;
use super::{reference_routes, upload_store};
use crate::auth::session;
use crate::core::Core;
use crate::error::StoreError;
use crate::state::AppState;
use crate::{pages, plain_forms};

/// Files of one form.
const MAX_AT_ONCE: usize = 10;
/// One file more than that, so that somebody who sends one that is too large hears why, and what stands around files in a form.
#[expect(clippy::cast_possible_truncation, reason = "a hundred megabytes fit everywhere")]
const BODY_LIMIT: usize = (MAX_AT_ONCE + 1) * MAX_FILE_BYTES as usize;
/// The longest pause within a form.
const BODY_PAUSE: Duration = Duration::from_secs(10);
/// Slow telephones need some minutes for ten megabytes.
const PATIENCE: Duration = Duration::from_mins(30);

/// After a backup was restored without its files.
const MISSING: &str = "This file is listed, but it is not where files are kept any more. It has to be sent again.";

/// The routes. `guests_pages` are the pages that the forms stand on.
pub fn routes(guests_pages: Router, state: &AppState) -> Router<AppState> {
    let form = Router::new().route("/v/{token}/files/{request}", get(back_to_the_page).post(send_files));
    let for_guests = Router::new()
        .route("/v/{token}/reference/{request}", get(reference_routes::for_a_guest))
        .layer(from_fn_with_state(Arc::new(state.clone()), pages::finish));
    // The page of a member's form has scripts, and keeps the data for them.
    let reference = get(reference_routes::for_a_member).post(reference_routes::send);
    let reference = limited(Router::new().route("/requests/{request}/reference", reference), guests_pages.clone());
    let of_members = Router::new()
        .route("/uploads/{id}", get(file))
        .merge(reference)
        .layer(from_fn_with_state(state.core.clone(), session::resolve));
    sending(form, guests_pages, state).merge(for_guests).merge(of_members)
}

/// Gives routes that take forms of files the limits of those, and the pages that the forms stand on.
pub fn sending(routes: Router<AppState>, pages: Router, state: &AppState) -> Router<AppState> {
    limited(routes, pages).layer(from_fn_with_state(Arc::new(state.clone()), pages::finish))
}

fn limited(routes: Router<AppState>, pages: Router) -> Router<AppState> {
    routes
        .layer(Extension(FormPages(pages)))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE))
        .layer(RequestBodyLimitLayer::new(BODY_LIMIT))
}

/// The pages that forms of files stand on.
#[derive(Clone)]
pub struct FormPages(pub Router);

/// Where the files of a form go, one after the other.
#[async_trait]
pub trait TakesFile: Sync {
    /// Fails with a sentence at [`FIELD`] for one file that is refused, and with another error when no further one is to come.
    async fn take(&self, core: &Core, name: &str, file: Field<'_>) -> Result<(), AppError>;
}

/// What a guest is asked for.
struct ForRequest<'a> {
    token: &'a str,
    request: RequestId,
}

#[async_trait]
impl TakesFile for ForRequest<'_> {
    async fn take(&self, core: &Core, name: &str, file: Field<'_>) -> Result<(), AppError> {
        receive(core, self.token, self.request, name, file).await
    }
}

/// Somebody asks for the address that a refused form left in the address bar.
async fn back_to_the_page(OriginalUri(asked): OriginalUri) -> Redirect {
    // As it was asked for: what is no token may be no header either.
    Redirect::to(asked.path().rsplit_once("/files/").map_or(paths::HOME, |(page, _)| page))
}

async fn send_files(
    State(core): State<Core>,
    Extension(FormPages(guests_pages)): Extension<FormPages>,
    Path((token, request)): Path<(String, String)>,
    form: Request,
) -> Response {
    // Ids begin at 1, so what is no id is not asked for.
    let request = RequestId(request.parse().unwrap_or(0));
    let page = format!("{}#request-{request}", paths::share_page(&token));
    let (parts, body) = form.into_parts();
    let form = Request::from_parts(parts.clone(), body);
    let error = match take_files(&core, &ForRequest { token: &token, request }, form).await {
        Ok(()) => return Redirect::to(&page).into_response(),
        Err(error) => error,
    };
    let refused = RefusedForm {
        function: paths::send_files(&token, request),
        fields: vec![(plain_form::PAGE.to_owned(), page.clone())],
        error,
    };
    let Parts { headers, extensions, .. } = parts;
    plain_forms::shown_again(guests_pages, &page, (headers, extensions), refused).await
}

/// Takes in every file of a form, one after the other. Those that are refused leave the others alone.
pub async fn take_files(core: &Core, taker: &dyn TakesFile, form: Request) -> Result<(), AppError> {
    let too_slow =
        || AppError::invalid(FIELD, "The files took too long to arrive. Send one at a time, or from another network.");
    tokio::time::timeout(PATIENCE, take_all(core, taker, form)).await.unwrap_or_else(|_| Err(too_slow()))
}

async fn take_all(core: &Core, taker: &dyn TakesFile, form: Request) -> Result<(), AppError> {
    let broken = || {
        AppError::invalid(
            FIELD,
            "The form did not arrive whole: the connection broke, or it was larger than 100 MB. Send the files again, one at a time.",
        )
    };
    let mut form =
        Multipart::from_request(form, &()).await.map_err(|_| AppError::invalid(FIELD, AppError::NOT_UNDERSTOOD))?;
    let mut refusals = Vec::new();
    let mut count = 0;
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(_) => return Err(broken()),
        };
        if field.name() != Some(FIELD) {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        count += 1;
        if count > MAX_AT_ONCE {
            refusals.push((name, format!("Send at most {MAX_AT_ONCE} files at once.")));
            break;
        }
        match taker.take(core, &name, field).await {
            Ok(()) => {}
            Err(AppError::Invalid { field, message }) if field == FIELD => refusals.push((name, message)),
            Err(error) => return Err(error),
        }
    }
    if count == 0 {
        return Err(AppError::invalid(FIELD, "Choose a file first, then press Send."));
    }
    if refusals.is_empty() {
        return Ok(());
    }
    let message = match &refusals[..] {
        [(_, message)] if count == 1 => message.clone(),
        _ => refusals
            .iter()
            .map(|(name, message)| format!("{}: {message}", crate::text::plain(name, 60)))
            .collect::<Vec<_>>()
            .join(" "),
    };
    Err(AppError::invalid(FIELD, message))
}

/// A file, for whoever is signed in: to be saved, never to be opened as a page of ours.
async fn file(State(core): State<Core>, caller: Option<Extension<Caller>>, Path(id): Path<String>) -> Response {
    // Ids begin at 1, so what is no id finds nothing.
    let upload = UploadId(id.parse().unwrap_or(0));
    let Some(Extension(caller)) = caller else {
        return Redirect::to(&paths::sign_in_then(&paths::upload(upload))).into_response();
    };
    let found = upload_store::kept_file(&core.db, caller.account, upload).await;
    answer(&core, upload, found).await
}

/// Answers with a file that was looked for by this id, or says why not.
pub(super) async fn answer(
    core: &Core,
    id: impl Display + Send,
    found: Result<Option<KeptFile>, StoreError>,
) -> Response {
    let opened = match found {
        Ok(Some((name, media_type, object_key))) => as_attachment(core, id, (&name, &media_type), &object_key).await,
        Ok(None) => Err(AppError::NotFound),
        Err(error) => Err(error.into()),
    };
    opened.unwrap_or_else(|error| refusal(&error))
}

/// To whoever asked for a file, or sent one from no page of ours.
pub(super) fn refusal(error: &AppError) -> Response {
    let status = match error {
        AppError::Unauthenticated => StatusCode::UNAUTHORIZED,
        AppError::NotFound => StatusCode::NOT_FOUND,
        AppError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, error.to_string()).into_response()
}

/// The file with this key, streamed, to be saved under `name`. `id` is that of its row, for the log.
pub async fn as_attachment(
    core: &Core,
    id: impl Display + Send,
    (name, media_type): (&str, &str),
    object_key: &str,
) -> Result<Response, AppError> {
    let (size, bytes) = match core.files.open(object_key).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            tracing::error!(%id, "A file is listed, but is not where files are kept.");
            return Ok((StatusCode::NOT_FOUND, MISSING).into_response());
        }
        Err(error) => {
            tracing::warn!(%error, "A file could not be read.");
            return Err(AppError::Unavailable);
        }
    };
    let mut response = Response::new(Body::from_stream(bytes));
    let headers = response.headers_mut();
    // Of our own four, as it was found when the file came.
    let media_type = HeaderValue::from_str(media_type);
    let unknown = HeaderValue::from_static("application/octet-stream");
    headers.insert(header::CONTENT_TYPE, media_type.unwrap_or(unknown));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    headers.insert(header::CONTENT_DISPOSITION, attachment(name));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

/// RFC 6266: the name in full, and one that every program reads.
fn attachment(name: &str) -> HeaderValue {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ') { c } else { '_' };
    let simple: String = name.chars().map(plain).collect();
    let full = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let value = format!("attachment; filename=\"{simple}\"; filename*=UTF-8''{full}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        let header = attachment("Plan \"B\"; x=y\r\nBcc: 漢.pdf");
        let text = header.to_str().expect("ASCII");
        assert_eq!(
            text,
            "attachment; filename=\"Plan _B__ x_y__Bcc_ _.pdf\"; \
             filename*=UTF-8''Plan%20%22B%22%3B%20x%3Dy%0D%0ABcc%3A%20%E6%BC%A2%2Epdf"
        );
    }
}
