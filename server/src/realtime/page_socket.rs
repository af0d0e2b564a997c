//! The websocket of an open page that the server alone draws. All that is said on it is that something changed; the page reads itself
//! anew. It is closed once its reader may not see the page any more, in whatever process that happens.

use std::ops::ControlFlow;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use tokio::time::{Instant, interval_at, timeout};

use super::budget::{Ask, Budget};
use super::open_pages::PageSignal;
use super::socket::{PATIENCE, PING_EVERY, READ_BUFFER, SILENCE};

/// The one thing that is said.
const CHANGED: Utf8Bytes = Utf8Bytes::from_static("changed");
/// Nothing is heard but signs of life.
const MAX_MESSAGE: usize = 1024;
const WRITE_BUFFER: usize = 256;

/// Whose page it is: what they are to hear of, and whether they may see it still.
pub(super) trait Reader: Send + 'static {
    /// Waits for the next thing to do. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = PageSignal> + Send;

    /// A database that cannot be asked ends nothing: the page asks by itself.
    fn may_read(&mut self) -> impl Future<Output = bool> + Send;
}

/// Why we end a conversation.
enum End {
    /// Nobody is there any more.
    Gone,
    Close(u16, &'static str),
}

const NOT_ACTIVE: End = End::Close(4404, "not active");
const GOING_AWAY: End = End::Close(1001, "shutting down");
const NOT_UNDERSTOOD: End = End::Close(1008, "not understood");

type Step = ControlFlow<End>;

/// Begins the conversation with a page.
pub(super) fn converse(upgrade: WebSocketUpgrade, reader: impl Reader) -> Response {
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(move |socket| async move {
            let (heard, budget) = (Instant::now(), Budget::new());
            let mut open = Open { reader, socket, heard, budget };
            if let End::Close(code, reason) = open.listen().await {
                open.close(code, reason).await;
            }
        })
}

/// One open page.
struct Open<R> {
    reader: R,
    socket: WebSocket,
    heard: Instant,
    budget: Budget,
}

impl<R: Reader> Open<R> {
    async fn listen(&mut self) -> End {
        // It may have ended between the request and now, from when on it is told.
        if !Box::pin(self.reader.may_read()).await {
            return NOT_ACTIVE;
        }
        let mut pings = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
        loop {
            let step = tokio::select! {
                signal = self.reader.next() => self.follow(signal).await,
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

    async fn follow(&mut self, signal: PageSignal) -> Step {
        match signal {
            PageSignal::Close => return Step::Break(GOING_AWAY),
            PageSignal::Ended => return Step::Break(NOT_ACTIVE),
            PageSignal::Doubted if !Box::pin(self.reader.may_read()).await => return Step::Break(NOT_ACTIVE),
            PageSignal::Doubted | PageSignal::Changed => {}
        }
        self.write(Message::Text(CHANGED)).await
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
