//! `GET /v/{token}/live`: one websocket for each open page of a guest. All that is said on it is that something changed; the page reads
//! itself anew. It is closed when its link ends, in whatever process that happens.

use std::ops::ControlFlow;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::time::{Instant, interval_at, timeout};

use super::budget::{Ask, Budget};
use super::guests::{GuestSignal, OpenPage};
use super::socket::{PATIENCE, PING_EVERY, READ_BUFFER, SILENCE};
use super::store;
use crate::core::Core;
use crate::secret::token_hash;

/// The one thing that is said.
const CHANGED: Utf8Bytes = Utf8Bytes::from_static("changed");
/// Nothing is heard but signs of life.
const MAX_MESSAGE: usize = 1024;
const WRITE_BUFFER: usize = 256;
/// Pages of one link: a guest's telephone, what they have at home, and some that are gone without a word.
const MAX_PAGES: usize = 32;

/// Why we end a conversation.
enum End {
    /// Nobody is there any more.
    Gone,
    Close(u16, &'static str),
}

const NOT_ACTIVE: End = End::Close(4404, "link not active");
const GOING_AWAY: End = End::Close(1001, "shutting down");
const NOT_UNDERSTOOD: End = End::Close(1008, "not understood");

type Step = ControlFlow<End>;

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
    let Some(page) = core.hub.guests().join_within(guest, MAX_PAGES) else {
        tracing::info!(link = %guest.link, "A link that is open in many places was refused one more live channel.");
        return (StatusCode::TOO_MANY_REQUESTS, "This link is open in too many places.").into_response();
    };
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(move |socket| async move {
            let (heard, budget) = (Instant::now(), Budget::new());
            let mut open = Open { core, hash, page, socket, heard, budget };
            if let End::Close(code, reason) = open.listen().await {
                open.close(code, reason).await;
            }
        })
}

/// One open page.
struct Open {
    core: Core,
    /// Of its token.
    hash: String,
    page: OpenPage,
    socket: WebSocket,
    heard: Instant,
    budget: Budget,
}

impl Open {
    async fn listen(&mut self) -> End {
        // It may have ended between the request and now, from when on it is told.
        if !Box::pin(self.is_live()).await {
            return NOT_ACTIVE;
        }
        let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        loop {
            let step = tokio::select! {
                signal = self.page.next() => self.follow(signal).await,
                message = self.socket.recv(), if !self.budget.is_spent() => match message {
                    Some(Ok(message)) => self.hear(&message),
                    Some(Err(_)) | None => Step::Break(End::Gone),
                },
                () = self.budget.restored(), if self.budget.is_spent() => Step::Continue(()),
                _ = pings.tick() => self.beat().await,
            };
            if let ControlFlow::Break(end) = step {
                return end;
            }
        }
    }

    async fn follow(&mut self, signal: GuestSignal) -> Step {
        match signal {
            GuestSignal::Close => return Step::Break(GOING_AWAY),
            GuestSignal::Doubted if !Box::pin(self.is_live()).await => return Step::Break(NOT_ACTIVE),
            GuestSignal::Doubted | GuestSignal::Changed => {}
        }
        self.write(Message::Text(CHANGED)).await
    }

    /// A database that cannot be asked ends nothing: the page asks by itself.
    async fn is_live(&mut self) -> bool {
        !matches!(store::guest(&self.core.db, &self.hash).await, Ok(None))
    }

    fn hear(&mut self, message: &Message) -> Step {
        self.heard = Instant::now();
        self.budget.spend(Ask::Word);
        match message {
            Message::Ping(_) | Message::Pong(_) => Step::Continue(()),
            Message::Close(_) => Step::Break(End::Gone),
            Message::Text(_) | Message::Binary(_) => Step::Break(NOT_UNDERSTOOD),
        }
    }

    async fn beat(&mut self) -> Step {
        if self.heard.elapsed() > SILENCE {
            return Step::Break(End::Gone);
        }
        self.write(Message::Ping(Bytes::new())).await
    }

    async fn write(&mut self, message: Message) -> Step {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Step::Continue(()),
            Ok(Err(_)) | Err(_) => Step::Break(End::Gone),
        }
    }

    /// Says why, and waits a moment for the answer so that the words arrive.
    async fn close(&mut self, code: u16, reason: &'static str) {
        let words = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
        if self.write(words).await.is_continue() {
            let _ =
                timeout(Duration::from_secs(1), async { while let Some(Ok(_)) = self.socket.recv().await {} }).await;
        }
    }
}
