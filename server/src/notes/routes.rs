//! The routes that an event's files pass through: members add and get them, guests get those for everybody. All are streamed.

use std::sync::Arc;

use app::RefusedForm;
use app::backend::Caller;
use app::domain::ids::{EventFileId, EventId};
use app::error::AppError;
use app::notes::Audience;
use app::{paths, plain_form};
use async_trait::async_trait;
use axum::extract::multipart::Field;
use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, request::Parts};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};
use serde::Deserialize;

use super::file_store::{self, KeptFile};
use super::{checked, receiving};
use crate::auth::session;
use crate::core::Core;
use crate::requests::{FormPages, TakesFile, as_attachment, sending, take_files};
use crate::secret::token_hash;
use crate::state::AppState;
use crate::{pages, plain_forms};

/// The routes. `form_pages` are those that the forms stand on.
pub fn routes(form_pages: Router, state: &AppState) -> Router<AppState> {
    let with_session = from_fn_with_state(state.core.clone(), session::resolve);
    let add = Router::new().route("/events/{id}/files", get(back_to_the_page).post(add_files));
    let members =
        sending(add, form_pages, state).route("/events/{id}/files/{file}", get(of_member)).layer(with_session);
    let guests = Router::new()
        .route("/v/{token}/shared/{file}", get(of_guest))
        .layer(from_fn_with_state(Arc::new(state.clone()), pages::finish));
    members.merge(guests)
}

/// Ids begin at 1, so what is no id finds nothing.
fn id(text: &str) -> i64 {
    text.parse().unwrap_or(0)
}

/// Somebody asks for the address that a refused form left in the address bar.
async fn back_to_the_page(caller: Option<Extension<Caller>>, Path(event): Path<String>) -> Redirect {
    let page = paths::event_notes(EventId(id(&event)));
    Redirect::to(&if caller.is_some() { page } else { paths::sign_in_then(&page) })
}

/// For whom the files are, as the button says that was pressed. What is not understood is for nobody outside.
#[derive(Deserialize)]
struct ForWhom {
    #[serde(default)]
    r#for: String,
}

async fn add_files(
    State(core): State<Core>,
    Extension(FormPages(form_pages)): Extension<FormPages>,
    caller: Option<Extension<Caller>>,
    Path(event): Path<String>,
    Query(ForWhom { r#for }): Query<ForWhom>,
    form: Request,
) -> Response {
    let event = EventId(id(&event));
    let page = paths::notes_files(event);
    let Some(Extension(caller)) = caller else {
        if plain_forms::accepts_html(form.headers()) {
            return Redirect::to(&paths::sign_in_then(&page)).into_response();
        }
        return (StatusCode::UNAUTHORIZED, AppError::Unauthenticated.to_string()).into_response();
    };
    let (parts, body) = form.into_parts();
    let form = Request::from_parts(parts.clone(), body);
    let audience = Audience::from_code(&r#for).unwrap_or_default();
    let error = match take_files(&core, &ForEvent { caller, event, audience }, form).await {
        Ok(()) => return Redirect::to(&page).into_response(),
        Err(error) => error,
    };
    let fields = vec![(plain_form::PAGE.to_owned(), page.clone())];
    let refused = RefusedForm { function: paths::add_files(event), fields, error };
    let Parts { headers, extensions, .. } = parts;
    plain_forms::shown_again(form_pages, &page, (headers, extensions), refused).await
}

struct ForEvent {
    caller: Caller,
    event: EventId,
    audience: Audience,
}

#[async_trait]
impl TakesFile for ForEvent {
    async fn take(&self, core: &Core, name: &str, file: Field<'_>) -> Result<(), AppError> {
        receiving::receive(core, &self.caller, self.event, self.audience, name, file).await.map(drop)
    }
}

async fn of_member(
    State(core): State<Core>,
    caller: Option<Extension<Caller>>,
    Path((event, file)): Path<(String, String)>,
) -> Response {
    let (event, file) = (EventId(id(&event)), EventFileId(id(&file)));
    let Some(Extension(caller)) = caller else {
        return Redirect::to(&paths::sign_in_then(&paths::event_file(event, file))).into_response();
    };
    let found = file_store::kept(&core.db, caller.account, event, file).await;
    answer(&core, file, found.map_err(AppError::from)).await
}

/// The token is looked at anew for each file: once the link is revoked, none is given.
async fn of_guest(State(core): State<Core>, Path((token, file)): Path<(String, String)>) -> Response {
    let file = EventFileId(id(&file));
    let found = file_store::shared(&core.db, &token_hash(&token), file).await;
    answer(&core, file, found.map_err(AppError::from)).await
}

async fn answer(core: &Core, file: EventFileId, found: Result<Option<KeptFile>, AppError>) -> Response {
    let open = async {
        let KeptFile { name, file_name, media_type, object_key } = found?.ok_or(AppError::NotFound)?;
        let name = checked::name_to_save(&name, &file_name);
        as_attachment(core, file, (&name, &media_type), &object_key).await
    };
    match open.await {
        Ok(response) => response,
        Err(AppError::NotFound) => {
            let sentence = "This file is not here any more. Reload the page that it stood on to see what is.";
            (StatusCode::NOT_FOUND, sentence).into_response()
        }
        Err(AppError::Unavailable) => {
            (StatusCode::SERVICE_UNAVAILABLE, AppError::Unavailable.to_string()).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
