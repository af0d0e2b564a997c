//! Calendars that other programs read: a guest's own items under an address they can subscribe to, and a whole event for a
//! member to keep.
//!
//! A guest's address is made from their share link but opens the calendar alone, since services that keep calendars keep their
//! addresses too. It ends when the link is revoked. A calendar holds no address of a person and nobody's name.

mod feed;
mod lines;
mod store;

use app::backend::{Caller, RETRY_AFTER};
use app::domain::ids::{EventId, LinkId};
use app::error::AppError;
use app::paths;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRef, Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Extension, Router};

use crate::core::Core;
use crate::secret;

/// Routes over any state that gives the core. Who is signed in has been found out before.
pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Core: FromRef<S>,
{
    Router::new()
        .route("/calendar/{token}/run-of-show.ics", get(guests))
        .route("/events/{id}/calendar.ics", get(members))
}

/// Returns where a calendar program subscribes to what is the holder's of this share link, with the public address in front.
pub fn address(core: &Core, link: LinkId, token: &str) -> String {
    let mark = core.key.calendar_mark(&secret::token_hash(token));
    format!("{}{}", core.config.base_url, paths::guest_calendar(&format!("{link}-{mark}")))
}

/// The event and the items of whoever was given the address with this token. Unknown and revoked both give `NotFound`.
pub async fn of_guest(core: &Core, token: &str) -> Result<String, AppError> {
    let (link, mark) = token.split_once('-').ok_or(AppError::NotFound)?;
    let link = link.parse().map(LinkId).map_err(|_| AppError::NotFound)?;
    let holder = store::holder(&core.db, link).await?.ok_or(AppError::NotFound)?;
    if !core.key.is_calendar_mark(&holder.token_hash, mark) {
        return Err(AppError::NotFound);
    }
    let items = store::items_of(&core.db, holder.event.id, holder.contact_id).await?;
    Ok(feed::text(core, &holder.event, &items))
}

/// The event and all of its items, private ones too.
pub async fn of_event(core: &Core, caller: &Caller, event: EventId) -> Result<String, AppError> {
    let event = store::event(&core.db, caller.account, event).await?.ok_or(AppError::NotFound)?;
    let items = store::items(&core.db, event.id).await?;
    Ok(feed::text(core, &event, &items))
}

async fn guests(State(core): State<Core>, path: Result<Path<String>, PathRejection>) -> Response {
    // A path that is no text names no link.
    let token = path.map(|Path(token)| token).unwrap_or_default();
    answer(of_guest(&core, &token).await)
}

/// To keep, once: a program that came again would not be signed in.
async fn members(
    State(core): State<Core>,
    caller: Option<Extension<Caller>>,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    // Ids begin at 1, so what is no id finds nothing.
    let event = EventId(path.ok().and_then(|Path(id)| id.parse().ok()).unwrap_or(0));
    let Some(Extension(caller)) = caller else {
        return Redirect::to(&paths::sign_in_then(&paths::event_calendar(event))).into_response();
    };
    let mut response = answer(of_event(&core, &caller, event).await);
    if response.status() == StatusCode::OK {
        let keep = HeaderValue::from_static("attachment; filename=\"run-of-show.ics\"");
        response.headers_mut().insert(header::CONTENT_DISPOSITION, keep);
    }
    response
}

fn answer(calendar: Result<String, AppError>) -> Response {
    let error = match calendar {
        Ok(text) => return ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response(),
        Err(error) => error,
    };
    let sentence = error.to_string();
    match error {
        AppError::NotFound => (StatusCode::NOT_FOUND, sentence).into_response(),
        AppError::Unavailable => {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY_AFTER)], sentence).into_response()
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response(),
    }
}
