//! `GET /v/{token}/live`: one websocket for each open page of a guest. It is closed when its link ends.

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::open_pages::{OpenPage, PageSignal, Shown};
use super::page_socket::{Reader, converse};
use super::store;
use crate::core::Core;
use crate::secret::token_hash;

/// Pages of one link: a guest's telephone, what they have at home, and some that are gone without a word.
const MAX_PAGES: usize = 32;

pub async fn upgrade_guest(
    State(core): State<Core>,
    Path(token): Path<String>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let hash = token_hash(&token);
    let guest = match store::guest(&core.db, &hash).await {
        Ok(Some(guest)) => guest,
        Ok(None) => return (StatusCode::NOT_FOUND, "Link not active.").into_response(),
        Err(error) => {
            tracing::warn!(%error, "Whose link it is cannot be told just now; the page comes back for it.");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let Ok(upgrade) = upgrade else {
        return (StatusCode::UPGRADE_REQUIRED, "Only Callboard's own pages ask here, by websocket.").into_response();
    };
    let Some(page) = core.hub.pages().join_within(Shown::Guest(guest), MAX_PAGES) else {
        tracing::info!(link = %guest.link, "A link that is open in many places was refused one more live channel.");
        return (StatusCode::TOO_MANY_REQUESTS, "This link is open in too many places.").into_response();
    };
    converse(upgrade, GuestReader { core, hash, page })
}

struct GuestReader {
    core: Core,
    /// Of its token.
    hash: String,
    page: OpenPage,
}

impl Reader for GuestReader {
    async fn next(&mut self) -> PageSignal {
        self.page.next().await
    }

    async fn may_read(&mut self) -> bool {
        !matches!(store::guest(&self.core.db, &self.hash).await, Ok(None))
    }
}
