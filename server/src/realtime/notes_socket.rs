//! `GET /events/{id}/notes/live`: one websocket for each open page of an event's notes and files. It is closed when its session ends.

use app::backend::Caller;
use app::domain::ids::EventId;
use app::live::Topic;
use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::hub::{Closing, Signal, Subscriber};
use super::open_pages::{OpenPage, PageSignal, Shown};
use super::page_socket::{Reader, converse};
use super::socket::MAX_SOCKETS;
use super::store;
use crate::core::Core;

pub async fn upgrade_notes(
    State(core): State<Core>,
    caller: Option<Extension<Caller>>,
    Path(event): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Some(Extension(caller)) = caller else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    // Ids begin at 1, so what is no id finds nothing.
    let event = EventId(event.parse().unwrap_or(0));
    match store::may_see(&core.db, &caller, Topic::Event(event)).await {
        Ok(true) => {}
        Ok(false) => return (StatusCode::NOT_FOUND, "There is no such event.").into_response(),
        Err(error) => {
            tracing::warn!(%error, "Whose event it is cannot be told just now; the page comes back for it.");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    let Ok(upgrade) = upgrade else {
        return (StatusCode::UPGRADE_REQUIRED, "Only Callboard's own pages ask here, by websocket.").into_response();
    };
    let Some(session) = core.hub.join_within(&caller, MAX_SOCKETS) else {
        tracing::info!(account = %caller.account, "A session that has many live channels open was refused one more.");
        return (StatusCode::TOO_MANY_REQUESTS, "Callboard is open in too many tabs of this browser.").into_response();
    };
    let page = core.hub.pages().join(Shown::Notes(event));
    converse(upgrade, NotesReader { core, caller, event, session, page })
}

struct NotesReader {
    core: Core,
    caller: Caller,
    event: EventId,
    /// Listens to no topic, but to the end of the session.
    session: Subscriber,
    page: OpenPage,
}

impl Reader for NotesReader {
    async fn next(&mut self) -> PageSignal {
        tokio::select! {
            signal = self.page.next() => signal,
            signal = self.session.next() => match signal {
                Signal::Close(Closing::SessionEnded) => PageSignal::Ended,
                Signal::Close(Closing::ShuttingDown) => PageSignal::Close,
                Signal::CatchUp | Signal::Send(_) => PageSignal::Doubted,
            },
        }
    }

    async fn may_read(&mut self) -> bool {
        match store::session_end(&self.core.db, &self.caller.session, self.core.clock.now()).await {
            Ok(Some(end)) => self.session.ends_at(end),
            Ok(None) => return false,
            Err(_) => return true,
        }
        store::may_see(&self.core.db, &self.caller, Topic::Event(self.event)).await.unwrap_or(true)
    }
}
