//! `GET /live`: one websocket a tab. Authorised at each subscription, closed when its session ends.
//!
//! A subscription starts before its snapshot is read, so that nothing falls between the two; revisions sort out what
//! arrives twice. A tab that cannot keep up gets fresh snapshots instead of what it missed.

use std::ops::ControlFlow;
use std::time::Duration;

use app::backend::Caller;
use app::live::{ClientMessage, ServerMessage, Topic};
use app::wire::{LIVE, decode};
use axum::Extension;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::SinkExt;
use tokio::time::{Instant, interval_at, timeout};

use super::budget::{Ask, Budget};
use super::hub::{Closing, Published, Signal, Subscriber, frame};
use super::{rows, store};
use crate::core::Core;
use crate::state::AppState;

/// What tabs say is short.
pub(super) const READ_BUFFER: usize = 1024;
/// Deltas that go out together share a write of this size.
const WRITE_BUFFER: usize = 4 * 1024;
const MAX_MESSAGE: usize = 16 * 1024;
const MAX_TOPICS: usize = 16;
/// Sockets of one session, of whatever page: tabs, and some that are gone without a word.
pub(super) const MAX_SOCKETS: usize = 128;
const MAX_ROWS: u32 = 500;

pub(super) const PING_EVERY: Duration = Duration::from_secs(25);
/// A live tab answers every ping.
pub(super) const SILENCE: Duration = Duration::from_mins(1);
/// A tab that takes nothing for so long is gone, whatever its connection says.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Why we end a conversation.
enum End {
    /// Nobody is there any more.
    Gone,
    Close(u16, &'static str),
}

const SESSION_ENDED: End = End::Close(4401, "session ended");
/// The page is of another version than the server.
const VERSION_MISMATCH: End = End::Close(4406, "outdated");
const GOING_AWAY: End = End::Close(1001, "shutting down");
const DECODE_ERROR: End = End::Close(1008, "not understood");
const TRY_AGAIN: End = End::Close(1011, "try again");

type Step = ControlFlow<End>;

pub async fn upgrade(
    State(state): State<AppState>,
    caller: Option<Extension<Caller>>,
    RawQuery(query): RawQuery,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Some(Extension(caller)) = caller else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let core = state.core;
    let Some(subscriber) = core.hub.join_within(&caller, MAX_SOCKETS) else {
        tracing::info!(account = %caller.account, "A session that has many live channels open was refused one more.");
        return (StatusCode::TOO_MANY_REQUESTS, "Callboard is open in too many tabs of this browser.").into_response();
    };
    match upgrade {
        Ok(upgrade) => upgrade
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_message_size(MAX_MESSAGE)
            .max_frame_size(MAX_MESSAGE)
            .on_upgrade(move |socket| async move {
                let current = LIVE.split_once('?').map(|(_, query)| query) == query.as_deref();
                converse(core, caller, subscriber, socket, current).await;
            }),
        Err(_) => (StatusCode::UPGRADE_REQUIRED, "Only Callboard's own pages ask here, by websocket.").into_response(),
    }
}

async fn converse(core: Core, caller: Caller, subscriber: Subscriber, socket: WebSocket, current: bool) {
    let (heard, budget) = (Instant::now(), Budget::new());
    let mut tab = Tab { core, caller, socket, subscriber, topics: Vec::new(), heard, budget };
    let end = if current { tab.listen().await } else { VERSION_MISMATCH };
    if let End::Close(code, reason) = end {
        tab.close(code, reason).await;
    }
}

/// One open tab.
struct Tab {
    core: Core,
    caller: Caller,
    socket: WebSocket,
    subscriber: Subscriber,
    /// What it listens to, and how many emails of a contact it shows.
    topics: Vec<(Topic, u32)>,
    heard: Instant,
    budget: Budget,
}

impl Tab {
    async fn listen(&mut self) -> End {
        // It may have ended between the request and the subscription to its end.
        if let ControlFlow::Break(end) = Box::pin(self.check_session()).await {
            return end;
        }
        let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        loop {
            let step = tokio::select! {
                signal = self.subscriber.next() => self.follow(signal).await,
                // What is not read waits on the other side, and costs nobody here anything.
                message = self.socket.recv(), if !self.budget.is_spent() => match message {
                    Some(Ok(message)) => self.hear(message).await,
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

    async fn follow(&mut self, signal: Signal) -> Step {
        match signal {
            Signal::Send(message) => self.send(message).await,
            // Boxed, as all that is seldom done: a socket that only waits keeps no room for it.
            Signal::CatchUp => Box::pin(self.catch_up()).await,
            Signal::Close(Closing::SessionEnded) => Step::Break(SESSION_ENDED),
            Signal::Close(Closing::ShuttingDown) => Step::Break(GOING_AWAY),
        }
    }

    /// Shows everything anew.
    async fn catch_up(&mut self) -> Step {
        self.check_session().await?;
        for (topic, rows) in self.topics.clone() {
            self.send_snapshot(topic, rows).await?;
        }
        Step::Continue(())
    }

    async fn hear(&mut self, message: Message) -> Step {
        self.heard = Instant::now();
        self.budget.spend(Ask::Word);
        match message {
            Message::Binary(message) => match decode(&message) {
                Ok(ClientMessage::Subscribe { topic, rows }) => {
                    self.budget.spend(Ask::Subscription);
                    Box::pin(self.subscribe(topic, rows)).await
                }
                Ok(ClientMessage::Unsubscribe { topic }) => {
                    self.forget(topic);
                    Step::Continue(())
                }
                Ok(ClientMessage::Ping) => self.send(frame(&ServerMessage::Pong)).await,
                Err(_) => Step::Break(DECODE_ERROR),
            },
            Message::Text(_) => Step::Break(DECODE_ERROR),
            // The websocket layer answers pings itself.
            Message::Ping(_) | Message::Pong(_) => Step::Continue(()),
            Message::Close(_) => Step::Break(End::Gone),
        }
    }

    async fn beat(&mut self) -> Step {
        if self.heard.elapsed() > SILENCE {
            return Step::Break(End::Gone);
        }
        self.write(Message::Ping(axum::body::Bytes::new())).await
    }

    /// A database that cannot be asked ends nothing: the next look will tell.
    async fn check_session(&mut self) -> Step {
        match store::session_end(&self.core.db, &self.caller.session, self.core.clock.now()).await {
            Ok(Some(end)) => {
                self.subscriber.ends_at(end);
                Step::Continue(())
            }
            Ok(None) => Step::Break(SESSION_ENDED),
            Err(_) => Step::Continue(()),
        }
    }

    /// Authorise, then listen, then show what there is: in this order nothing is missed and nothing leaks.
    async fn subscribe(&mut self, topic: Topic, rows: u32) -> Step {
        let mut rows = rows.min(MAX_ROWS);
        self.check_session().await?;
        match store::may_see(&self.core.db, &self.caller, topic).await {
            Ok(true) => {}
            Ok(false) => {
                self.forget(topic);
                return self.refuse(topic).await;
            }
            Err(error) => {
                tracing::warn!(%error, "A live subscription could not be checked.");
                return Step::Break(TRY_AGAIN);
            }
        }
        if let Some((_, shown)) = self.topics.iter_mut().find(|(held, _)| *held == topic) {
            // Two parts of a page may listen to the same topic: a snapshot covers the one that shows more.
            *shown = rows.max(*shown);
            rows = *shown;
        } else if self.topics.len() < MAX_TOPICS {
            self.topics.push((topic, rows));
            self.subscriber.subscribe(topic);
        } else {
            return self.refuse(topic).await;
        }
        self.send_snapshot(topic, rows).await
    }

    fn forget(&mut self, topic: Topic) {
        self.topics.retain(|(held, _)| *held != topic);
        self.subscriber.unsubscribe(topic);
    }

    async fn refuse(&mut self, topic: Topic) -> Step {
        self.send(frame(&ServerMessage::Refused { topic })).await
    }

    async fn send_snapshot(&mut self, topic: Topic, rows: u32) -> Step {
        match rows::snapshot(&self.core, &self.caller, topic, rows).await {
            Ok(Some(rows)) => self.send(frame(&ServerMessage::Snapshot { topic, rows })).await,
            Ok(None) => {
                self.forget(topic);
                self.refuse(topic).await
            }
            Err(error) => {
                tracing::warn!(%error, "A live snapshot could not be read; the tab comes back for it.");
                Step::Break(TRY_AGAIN)
            }
        }
    }

    /// Sends a message, and with it whatever else waits: one write for a burst.
    async fn send(&mut self, message: Published) -> Step {
        let (socket, subscriber) = (&mut self.socket, &mut self.subscriber);
        let burst = async {
            socket.feed(Message::Binary(message)).await?;
            while let Some(next) = subscriber.next_waiting() {
                socket.feed(Message::Binary(next)).await?;
            }
            socket.flush().await
        };
        match timeout(PATIENCE, burst).await {
            Ok(Ok(())) => Step::Continue(()),
            Ok(Err(_)) | Err(_) => Step::Break(End::Gone),
        }
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
