//! The way of the file that hangs on a request: a member sends it by a form and gets it back, and so does whoever is asked.

use app::backend::Caller;
use app::domain::ids::{EventId, RequestId};
use app::error::AppError;
use app::{RefusedForm, paths, plain_form};
use async_trait::async_trait;
use axum::Extension;
use axum::extract::multipart::Field;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};

use super::reference::{receive_reference, reference_of_guest, reference_of_member};
use super::routes::{FormPages, TakesFile, answer, refusal, take_files};
use super::store;
use crate::core::Core;
use crate::plain_forms;

/// Ids begin at 1, so what is no id finds nothing.
fn id(text: &str) -> RequestId {
    RequestId(text.parse().unwrap_or(0))
}

/// The file, for whoever is asked.
pub async fn for_a_guest(State(core): State<Core>, Path((token, request)): Path<(String, String)>) -> Response {
    let request = id(&request);
    answer(&core, request, reference_of_guest(&core, &token, request).await).await
}

/// The file, for whoever is signed in.
pub async fn for_a_member(
    State(core): State<Core>,
    caller: Option<Extension<Caller>>,
    Path(request): Path<String>,
) -> Response {
    let request = id(&request);
    let Some(Extension(caller)) = caller else {
        return Redirect::to(&paths::sign_in_then(&paths::reference(request))).into_response();
    };
    answer(&core, request, reference_of_member(&core, &caller, request).await).await
}

/// Takes the file of the form on a request's page.
pub async fn send(
    State(core): State<Core>,
    Extension(FormPages(form_pages)): Extension<FormPages>,
    caller: Option<Extension<Caller>>,
    Path(request): Path<String>,
    form: Request,
) -> Response {
    let request = id(&request);
    let Some(Extension(caller)) = caller else {
        // Where the form stood is not known to whoever is not signed in.
        return if plain_forms::accepts_html(form.headers()) {
            Redirect::to(&paths::sign_in_then(paths::REQUESTS)).into_response()
        } else {
            refusal(&AppError::Unauthenticated)
        };
    };
    let event = async {
        let found = store::find(&mut *core.db.reader().await?, caller.account, request).await?;
        let found = found.filter(|found| found.deleted_at.is_none()).ok_or(AppError::NotFound)?;
        Ok(EventId(found.event_id))
    };
    let event = match event.await {
        Ok(event) => event,
        Err(error) => return refusal(&error),
    };
    let page = format!("{}#reference", paths::request(event, request));
    let (parts, body) = form.into_parts();
    let form = Request::from_parts(parts.clone(), body);
    let error = match take_files(&core, &ForRequest { caller: &caller, request }, form).await {
        Ok(()) => return Redirect::to(&page).into_response(),
        Err(error) => error,
    };
    let fields = vec![(plain_form::PAGE.to_owned(), page.clone())];
    let refused = RefusedForm { function: paths::reference(request), fields, error };
    let Parts { headers, extensions, .. } = parts;
    plain_forms::shown_again(form_pages, &page, (headers, extensions), refused).await
}

/// What a request refers to; of several files the last one stays.
struct ForRequest<'a> {
    caller: &'a Caller,
    request: RequestId,
}

#[async_trait]
impl TakesFile for ForRequest<'_> {
    async fn take(&self, core: &Core, name: &str, file: Field<'_>) -> Result<(), AppError> {
        receive_reference(core, self.caller, self.request, name, file).await
    }
}
