//! Who listens to what. Publishing never waits: a listener that cannot keep up is told to catch up by a fresh snapshot.
//!
//! Guarantees: a message published after `subscribe` returned reaches the listener or marks it as lagging. No order is
//! promised between publishers; revisions decide.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use app::domain::ids::EventId;
use app::emails::{EmailChange, EmailRow};
use app::live::{ServerMessage, Topic};
use app::planner::{AddressChange, LinkChange};
use axum::body::Bytes;
use tokio::sync::{Notify, mpsc};

/// Messages that may wait for one socket before it counts as lagging.
const BACKLOG: usize = 128;

/// A message, serialised once for all its listeners.
pub type Published = Bytes;

#[derive(Clone, Default)]
pub struct Hub(Arc<Shared>);

#[derive(Default)]
struct Shared {
    next_listener: AtomicU64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    topics: HashMap<Topic, Vec<Arc<Listener>>>,
    /// Every open socket by the session it was opened with.
    sessions: HashMap<String, Vec<Arc<Listener>>>,
    /// The server is going down: whoever joins now is closed at once.
    closing: bool,
}

struct Listener {
    id: u64,
    queue: mpsc::Sender<Published>,
    lagging: AtomicBool,
    session_ended: AtomicBool,
    closing: AtomicBool,
    wake: Notify,
}

impl Listener {
    /// Sets a flag and wakes the socket to look at it.
    fn raise(&self, flag: &AtomicBool) {
        flag.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

/// One socket's end: its queue, and its subscriptions, which end when it is dropped.
pub struct Subscriber {
    hub: Hub,
    session: String,
    listener: Arc<Listener>,
    topics: Vec<Topic>,
    queue: mpsc::Receiver<Published>,
}

/// What a socket has to do next.
pub enum Signal {
    Send(Published),
    /// Messages were lost: send fresh snapshots of every topic.
    CatchUp,
    Close(Closing),
}

/// Why a socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// Whoever opened it is signed out.
    SessionEnded,
    /// The server goes down; another one may be up soon.
    ShuttingDown,
}

impl Hub {
    /// A socket opened by the session with this hash.
    pub fn join(&self, session: &str) -> Subscriber {
        let (sender, queue) = mpsc::channel(BACKLOG);
        let listener = Arc::new(Listener {
            id: self.0.next_listener.fetch_add(1, Ordering::Relaxed),
            queue: sender,
            lagging: AtomicBool::new(false),
            session_ended: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            wake: Notify::new(),
        });
        let mut state = self.state();
        listener.closing.store(state.closing, Ordering::Release);
        state.sessions.entry(session.to_owned()).or_default().push(Arc::clone(&listener));
        drop(state);
        Subscriber { hub: self.clone(), session: session.to_owned(), listener, topics: Vec::new(), queue }
    }

    pub fn email_added(&self, row: &EmailRow) {
        let topics = row.event.id.map(Topic::Event).into_iter().chain([Topic::Contact(row.contact)]);
        self.publish(topics, || ServerMessage::EmailAdded(row.clone()));
    }

    pub fn email_changed(&self, change: &EmailChange) {
        let topics = change.event.map(Topic::Event).into_iter().chain([Topic::Contact(change.contact)]);
        self.publish(topics, || ServerMessage::EmailChanged(change.clone()));
    }

    pub fn link_changed(&self, change: &LinkChange) {
        self.publish([Topic::Event(change.event)], || ServerMessage::LinkChanged(change.clone()));
    }

    /// `events` are those the contact is on.
    pub fn address_changed(&self, change: &AddressChange, events: &[EventId]) {
        let topics = events.iter().copied().map(Topic::Event).chain([Topic::Contact(change.contact)]);
        self.publish(topics, || ServerMessage::AddressChanged(change.clone()));
    }

    /// Closes every socket of a session that ended.
    pub fn session_ended(&self, session: &str) {
        for listener in self.state().sessions.get(session).into_iter().flatten() {
            listener.raise(&listener.session_ended);
        }
    }

    /// Closes every socket, and those that still come, for a graceful shutdown.
    pub fn close(&self) {
        let mut state = self.state();
        state.closing = true;
        for listener in state.sessions.values().flatten() {
            listener.raise(&listener.closing);
        }
    }

    /// How many sockets are open.
    pub fn listeners(&self) -> usize {
        self.state().sessions.values().map(Vec::len).sum()
    }

    fn publish(&self, topics: impl IntoIterator<Item = Topic>, message: impl FnOnce() -> ServerMessage) {
        let state = self.state();
        let mut listeners: Vec<&Arc<Listener>> =
            topics.into_iter().filter_map(|topic| state.topics.get(&topic)).flatten().collect();
        if listeners.is_empty() {
            return;
        }
        // A tab that listens to both topics hears it once.
        listeners.sort_unstable_by_key(|listener| listener.id);
        listeners.dedup_by_key(|listener| listener.id);
        let frame = frame(&message());
        for listener in listeners {
            if listener.queue.try_send(frame.clone()).is_err() {
                listener.raise(&listener.lagging);
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One message as the content of a frame.
pub fn frame(message: &ServerMessage) -> Published {
    app::wire::encode(message).into()
}

impl Subscriber {
    pub fn subscribe(&mut self, topic: Topic) {
        if !self.topics.contains(&topic) {
            self.topics.push(topic);
            self.hub.state().topics.entry(topic).or_default().push(Arc::clone(&self.listener));
        }
    }

    pub fn unsubscribe(&mut self, topic: Topic) {
        self.topics.retain(|held| *held != topic);
        forget(&mut self.hub.state().topics, &topic, self.listener.id);
    }

    /// Waits for the next thing to do. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        loop {
            if self.listener.session_ended.load(Ordering::Acquire) {
                return Signal::Close(Closing::SessionEnded);
            }
            if self.listener.closing.load(Ordering::Acquire) {
                return Signal::Close(Closing::ShuttingDown);
            }
            if self.listener.lagging.swap(false, Ordering::AcqRel) {
                // What waits is older than the snapshots that follow.
                while self.queue.try_recv().is_ok() {}
                return Signal::CatchUp;
            }
            tokio::select! {
                () = self.listener.wake.notified() => {}
                message = self.queue.recv() => {
                    return Signal::Send(message.expect("the listener holds a sender as long as this lives"));
                }
            }
        }
    }

    /// What can be sent along with a message just received, without waiting.
    pub fn next_waiting(&mut self) -> Option<Published> {
        self.queue.try_recv().ok()
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        for topic in &self.topics {
            forget(&mut state.topics, topic, self.listener.id);
        }
        forget(&mut state.sessions, &self.session, self.listener.id);
    }
}

fn forget<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Vec<Arc<Listener>>>, key: &K, id: u64) {
    if let Some(listeners) = map.get_mut(key) {
        listeners.retain(|listener| listener.id != id);
        if listeners.is_empty() {
            map.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use app::domain::ids::{ContactId, EmailId};

    use super::*;

    const EVENT: EventId = EventId(1);

    fn change(revision: u32) -> EmailChange {
        EmailChange {
            id: EmailId(7),
            contact: ContactId(3),
            event: Some(EVENT),
            crew: None,
            status: None,
            reason: None,
            revision,
        }
    }

    #[tokio::test]
    async fn a_listener_to_both_topics_hears_a_change_once() {
        let hub = Hub::default();
        let mut tab = hub.join("session");
        tab.subscribe(Topic::Event(EVENT));
        tab.subscribe(Topic::Contact(ContactId(3)));
        hub.email_changed(&change(2));
        let expected = frame(&ServerMessage::EmailChanged(change(2)));
        assert!(matches!(tab.next().await, Signal::Send(heard) if heard == expected));
        assert!(tab.next_waiting().is_none());
    }

    #[tokio::test]
    async fn one_who_cannot_keep_up_is_told_to_catch_up() {
        let hub = Hub::default();
        let mut tab = hub.join("session");
        tab.subscribe(Topic::Event(EVENT));
        for revision in 0..=u32::try_from(BACKLOG).unwrap() {
            hub.email_changed(&change(revision));
        }
        assert!(matches!(tab.next().await, Signal::CatchUp));
        assert!(tab.next_waiting().is_none(), "what waited is older than the snapshot");
        hub.email_changed(&change(500));
        assert!(matches!(tab.next().await, Signal::Send(_)), "and then it goes on");
    }

    #[tokio::test]
    async fn an_ended_session_closes_its_own_sockets_alone() {
        let hub = Hub::default();
        let (mut mine, mut theirs) = (hub.join("mine"), hub.join("theirs"));
        hub.session_ended("mine");
        assert!(matches!(mine.next().await, Signal::Close(Closing::SessionEnded)));
        hub.close();
        assert!(matches!(theirs.next().await, Signal::Close(Closing::ShuttingDown)));
        let mut late = hub.join("late");
        assert!(matches!(late.next().await, Signal::Close(Closing::ShuttingDown)));
    }

    #[test]
    fn a_dropped_subscriber_leaves_nothing_behind() {
        let hub = Hub::default();
        let mut tab = hub.join("session");
        tab.subscribe(Topic::Event(EVENT));
        assert_eq!(hub.listeners(), 1);
        drop(tab);
        assert_eq!(hub.listeners(), 0);
        assert!(hub.state().topics.is_empty() && hub.state().sessions.is_empty());
    }
}
