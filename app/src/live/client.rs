//! The browser's end of the live channel: one socket a tab, opened again for ever, with every subscription renewed.
//!
//! A frame is read once and given to the subscribers of its topic. After every (re)connection the server sends snapshots,
//! so what was missed is made good. Effects never run on the server, so nothing here does either.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::policy::{self, Beat, Failures, SocketState};
use super::{ClientMessage, Topic, Update};
use crate::auth::load_session;
use crate::error::AppError;
use crate::ui::after_hydration;
use crate::wire::{DecodeError, LIVE, encode};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveStatus {
    Connecting,
    Live,
    /// Several attempts failed, or the device says that it has no network.
    Offline,
}

/// The live channel of this tab.
#[derive(Clone, Copy)]
pub struct Live(RwSignal<LiveStatus>);

/// What the server closes with when the session ended, or this page is of another version: both are for a fresh page.
const FRESH_PAGE_NEEDED: [u16; 2] = [4401, 4406];
const HEARTBEAT: Duration = Duration::from_secs(15);

thread_local! {
    static CONNECTION: RefCell<Connection> = RefCell::new(Connection::default());
}

type ReadFrame = fn(&[u8]) -> Result<Option<Update>, DecodeError>;

#[derive(Default)]
struct Connection {
    socket: Option<OpenSocket>,
    subscriptions: Vec<Rc<Subscription>>,
    /// Comes with the first subscription: what rows look like inside is known to the screens' chunks alone.
    read: Option<ReadFrame>,
    next_id: u64,
    failures: Failures,
    heard_at: f64,
    retry: Option<TimeoutHandle>,
    opened: bool,
    /// The handshake of `socket` succeeded.
    accepted: bool,
    /// Counts the attempts to connect.
    attempt: u64,
}

/// The socket with the closures it calls, which live as long as it does.
struct OpenSocket {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

struct Subscription {
    id: u64,
    topic: Topic,
    rows: Rc<dyn Fn() -> u32>,
    on_update: Rc<dyn Fn(&Update)>,
}

impl Live {
    pub fn provide() {
        provide_context(Self(RwSignal::new(LiveStatus::Connecting)));
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn status(self) -> Signal<LiveStatus> {
        self.0.into()
    }

    /// Keeps the channel open while the calling component lives.
    pub fn keep_open(self) {
        after_hydration(move || {
            let first = with(|connection| !std::mem::replace(&mut connection.opened, true));
            if first {
                self.connect();
                let beat = set_interval_with_handle(move || self.beat(), HEARTBEAT);
                let online = window_event_listener(leptos::ev::online, move |_| self.reconnect_now());
                let offline = window_event_listener(leptos::ev::offline, move |_| {
                    self.0.set(LiveStatus::Offline);
                    drop_socket();
                });
                // A phone that slept wakes up with a dead socket that nobody told us about.
                let visible = window_event_listener(leptos::ev::visibilitychange, move |_| self.beat());
                on_cleanup(move || {
                    if let Ok(beat) = beat {
                        beat.clear();
                    }
                    online.remove();
                    offline.remove();
                    visible.remove();
                    drop_socket();
                    with(|connection| {
                        connection.opened = false;
                        if let Some(retry) = connection.retry.take() {
                            retry.clear();
                        }
                    });
                });
            }
        });
    }

    /// Hears everything of `topic` while the calling component lives, and again when the topic changes. `rows` is how
    /// many emails the snapshot of a contact must cover.
    pub fn subscribe(
        self,
        topic: impl Fn() -> Option<Topic> + 'static,
        rows: impl Fn() -> u32 + 'static,
        on_update: impl Fn(&Update) + 'static,
    ) {
        subscribe(Box::new(topic), Rc::new(rows), Rc::new(on_update));
    }

    fn connect(self) {
        let Ok(socket) = WebSocket::new(LIVE) else {
            self.retry_later();
            return;
        };
        let on_open = Closure::new(move || {
            with(|connection| {
                connection.accepted = true;
                connection.failures = Failures::default();
                connection.heard_at = js_sys::Date::now();
            });
            self.0.set(LiveStatus::Live);
            subscribe_again();
        });
        let on_message = Closure::new(move |ev: MessageEvent| {
            let Ok(frame) = ev.data().dyn_into::<js_sys::ArrayBuffer>() else { return };
            let frame = js_sys::Uint8Array::new(&frame).to_vec();
            with(|connection| connection.heard_at = js_sys::Date::now());
            hear(&frame);
        });
        let on_close = Closure::new(move |ev: CloseEvent| {
            let accepted = with(|connection| {
                connection.socket = None;
                std::mem::take(&mut connection.accepted)
            });
            if FRESH_PAGE_NEEDED.contains(&ev.code()) {
                reload();
            } else {
                self.retry_later();
                if !accepted {
                    spawn_local(reload_if_signed_out());
                }
            }
        });
        socket.set_binary_type(BinaryType::Arraybuffer);
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        let attempt = with(|connection| {
            connection.socket =
                Some(OpenSocket { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close });
            connection.attempt += 1;
            connection.attempt
        });
        set_timeout(move || self.give_up(attempt), policy::HANDSHAKE);
    }

    /// The time for the handshake of this attempt is over.
    fn give_up(self, attempt: u64) {
        if policy::is_given_up(socket_state(), attempt, with(|connection| connection.attempt)) {
            drop_socket();
            self.retry_later();
        }
    }

    fn retry_later(self) {
        let failures = with(|connection| {
            connection.failures.add();
            connection.failures
        });
        self.0.set(failures.status());
        let retry = set_timeout_with_handle(
            move || {
                with(|connection| connection.retry = None);
                self.connect();
            },
            failures.wait(js_sys::Math::random()),
        );
        with(|connection| connection.retry = retry.ok());
    }

    fn reconnect_now(self) {
        let waiting = with(|connection| {
            connection.failures = Failures::default();
            if let Some(retry) = connection.retry.take() {
                retry.clear();
            }
            connection.socket.is_none()
        });
        if waiting {
            self.0.set(LiveStatus::Connecting);
            self.connect();
        }
    }

    fn beat(self) {
        let silent_ms = with(|connection| js_sys::Date::now() - connection.heard_at);
        match policy::beat(socket_state(), silent_ms) {
            Beat::Ping => send(&ClientMessage::Ping),
            Beat::Reconnect => {
                drop_socket();
                self.reconnect_now();
            }
            Beat::Wait => {}
        }
    }
}

fn socket_state() -> SocketState {
    with(|connection| match &connection.socket {
        None => SocketState::None,
        Some(open) if open.socket.ready_state() == WebSocket::OPEN => SocketState::Open,
        Some(_) => SocketState::Busy,
    })
}

fn with<T>(f: impl FnOnce(&mut Connection) -> T) -> T {
    CONNECTION.with_borrow_mut(f)
}

pub(super) fn subscribe(
    topic: Box<dyn Fn() -> Option<Topic>>,
    rows: Rc<dyn Fn() -> u32>,
    on_update: Rc<dyn Fn(&Update)>,
) {
    Effect::new(move |_| {
        let Some(topic) = topic() else { return };
        let subscription = with(|connection| {
            connection.read = Some(Update::read);
            connection.next_id += 1;
            let subscription = Rc::new(Subscription {
                id: connection.next_id,
                topic,
                rows: Rc::clone(&rows),
                on_update: Rc::clone(&on_update),
            });
            connection.subscriptions.push(Rc::clone(&subscription));
            subscription
        });
        send(&ClientMessage::Subscribe { topic, rows: (subscription.rows)() });
        let id = subscription.id;
        let cleanup = move || {
            let last = with(|connection| {
                connection.subscriptions.retain(|held| held.id != id);
                connection.subscriptions.iter().all(|held| held.topic != topic)
            });
            if last {
                send(&ClientMessage::Unsubscribe { topic });
            }
        };
        on_cleanup(cleanup);
    });
}

/// Hands a frame to the subscribers of its topic.
fn hear(frame: &[u8]) {
    let Some(read) = with(|connection| connection.read) else { return };
    match read(frame) {
        Ok(Some(update)) => {
            // Cloned out first: a subscriber may subscribe or unsubscribe.
            let subscriptions = with(|connection| connection.subscriptions.clone());
            for subscription in subscriptions.iter().filter(|held| held.topic == update.topic) {
                (subscription.on_update)(&update);
            }
        }
        Ok(None) => {}
        // A server newer than this page: reload to speak its language.
        Err(DecodeError) => reload(),
    }
}

fn subscribe_again() {
    let subscriptions = with(|connection| connection.subscriptions.clone());
    for (topic, rows) in policy::wanted(subscriptions.iter().map(|held| (held.topic, (held.rows)()))) {
        send(&ClientMessage::Subscribe { topic, rows });
    }
}

fn drop_socket() {
    let held = with(|connection| {
        connection.accepted = false;
        connection.socket.take()
    });
    if let Some(held) = held {
        held.socket.set_onclose(None);
        held.socket.set_onmessage(None);
        held.socket.set_onopen(None);
        // Closing a closed socket is no error worth telling.
        let _ = held.socket.close();
    }
}

fn send(message: &ClientMessage) {
    let frame = encode(message);
    with(|connection| {
        if let Some(held) = &connection.socket
            && held.socket.ready_state() == WebSocket::OPEN
        {
            // A socket that dies in this moment renews every subscription when it is back.
            let _ = held.socket.send_with_u8_array(&frame);
        }
    });
}

/// A refused handshake does not say why; a session that ended while there was no connection is one reason.
async fn reload_if_signed_out() {
    if matches!(load_session().await, Err(AppError::Unauthenticated)) {
        reload();
    }
}

fn reload() {
    let _ = window().location().reload();
}
