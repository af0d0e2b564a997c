//! Who listens to what. Sending never waits: a listener that cannot keep up is told to catch up by a fresh snapshot.
//!
//! Guarantees: a message sent after `subscribe` returned reaches the listener or marks it as lagging.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use app::backend::Caller;
use app::domain::ids::{AccountId, MemberId};
use app::domain::time::Timestamp;
use app::live::{ServerMessage, Topic};
use axum::body::Bytes;
use tokio::sync::{Notify, mpsc};

use super::open_pages::OpenPages;

/// Messages that may wait for one socket before it counts as lagging.
const BACKLOG: usize = 128;

/// A message, serialised once for all its listeners.
pub type Published = Bytes;

#[derive(Clone, Default)]
pub struct Hub(Arc<Shared>);

#[derive(Default)]
struct Shared {
    next_listener: AtomicU64,
    pages: OpenPages,
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
    account: AccountId,
    member: MemberId,
    queue: mpsc::Sender<Published>,
    /// When the session runs out.
    ends_at: AtomicI64,
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
    /// Messages may have been lost, and with them the end of the session: look whether it holds, then send fresh
    /// snapshots of every topic.
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
    /// A socket of this caller, unless the session has `most` open already.
    pub fn join_within(&self, caller: &Caller, most: usize) -> Option<Subscriber> {
        let joined = self.join(caller);
        let open = self.state().sessions.get(&caller.session).map_or(0, Vec::len);
        (open <= most).then_some(joined)
    }

    /// A socket of this caller.
    pub fn join(&self, caller: &Caller) -> Subscriber {
        let (sender, queue) = mpsc::channel(BACKLOG);
        let listener = Arc::new(Listener {
            id: self.0.next_listener.fetch_add(1, Ordering::Relaxed),
            account: caller.account,
            member: caller.member,
            queue: sender,
            ends_at: AtomicI64::new(i64::MAX),
            lagging: AtomicBool::new(false),
            session_ended: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            wake: Notify::new(),
        });
        let mut state = self.state();
        listener.closing.store(state.closing, Ordering::Release);
        state.sessions.entry(caller.session.clone()).or_default().push(Arc::clone(&listener));
        drop(state);
        Subscriber { hub: self.clone(), session: caller.session.clone(), listener, topics: Vec::new(), queue }
    }

    /// Those of the topics that somebody listens to.
    pub fn listened(&self, topics: impl IntoIterator<Item = Topic>) -> Vec<Topic> {
        let state = self.state();
        topics.into_iter().filter(|topic| state.topics.contains_key(topic)).collect()
    }

    /// Whether anybody has an event open.
    pub fn has_events(&self) -> bool {
        self.state().topics.keys().any(|topic| matches!(topic, Topic::Event(_)))
    }

    /// Sends a message to everybody who listens to this topic.
    pub fn send(&self, topic: Topic, message: &ServerMessage) {
        let state = self.state();
        let Some(listeners) = state.topics.get(&topic) else { return };
        let frame = frame(message);
        for listener in listeners {
            if listener.queue.try_send(frame.clone()).is_err() {
                listener.raise(&listener.lagging);
            }
        }
    }

    /// Has everybody who listens to this topic catch up.
    pub fn catch_up(&self, topic: Topic) {
        for listener in self.state().topics.get(&topic).into_iter().flatten() {
            listener.raise(&listener.lagging);
        }
    }

    /// The open pages that the server alone draws.
    pub fn pages(&self) -> &OpenPages {
        &self.0.pages
    }

    /// Has every socket catch up: nobody knows what was missed.
    pub fn catch_up_all(&self) {
        self.0.pages.doubt_all();
        for listener in self.state().sessions.values().flatten() {
            listener.raise(&listener.lagging);
        }
    }

    /// Has the sockets of a member in an account look whether they may stay.
    pub fn membership_changed(&self, account: AccountId, member: MemberId) {
        let state = self.state();
        let theirs = |listener: &&Arc<Listener>| listener.account == account && listener.member == member;
        for listener in state.sessions.values().flatten().filter(theirs) {
            listener.raise(&listener.lagging);
        }
    }

    /// Closes every socket of a session that ended.
    pub fn session_ended(&self, session: &str) {
        for listener in self.state().sessions.get(session).into_iter().flatten() {
            listener.raise(&listener.session_ended);
        }
    }

    /// The sessions that have a socket open.
    pub fn sessions(&self) -> Vec<String> {
        self.state().sessions.keys().cloned().collect()
    }

    /// Closes every socket whose session has run out at `now`.
    pub fn end_expired(&self, now: Timestamp) {
        for listener in self.state().sessions.values().flatten() {
            if listener.ends_at.load(Ordering::Relaxed) <= now.0 {
                listener.raise(&listener.session_ended);
            }
        }
    }

    /// Closes every socket, and those that still come, for a graceful shutdown.
    pub fn close(&self) {
        self.0.pages.close();
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

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One message as the content of a frame.
pub fn frame(message: &ServerMessage) -> Published {
    app::wire::encode(message).into()
}

impl Subscriber {
    /// Notes when the session runs out.
    pub fn ends_at(&self, end: Timestamp) {
        self.listener.ends_at.store(end.0, Ordering::Relaxed);
    }

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
    use app::domain::ids::EventId;

    use super::*;

    const TOPIC: Topic = Topic::Event(EventId(1));

    fn caller(session: &str) -> Caller {
        Caller {
            member: MemberId(1),
            account: AccountId(2),
            role: app::auth::Role::Owner,
            name: "M".into(),
            session: session.to_owned(),
        }
    }

    #[tokio::test]
    async fn a_message_reaches_those_who_listen_to_its_topic() {
        let hub = Hub::default();
        let (mut tab, mut other) = (hub.join(&caller("one")), hub.join(&caller("two")));
        tab.subscribe(TOPIC);
        other.subscribe(Topic::Event(EventId(2)));
        assert_eq!(hub.listened([TOPIC, Topic::Event(EventId(3))]), [TOPIC]);
        hub.send(TOPIC, &ServerMessage::Pong);
        assert!(matches!(tab.next().await, Signal::Send(heard) if heard == frame(&ServerMessage::Pong)));
        assert!(tab.next_waiting().is_none() && other.next_waiting().is_none());
    }

    #[tokio::test]
    async fn one_who_cannot_keep_up_is_told_to_catch_up() {
        let hub = Hub::default();
        let mut tab = hub.join(&caller("session"));
        tab.subscribe(TOPIC);
        for _ in 0..=BACKLOG {
            hub.send(TOPIC, &ServerMessage::Pong);
        }
        assert!(matches!(tab.next().await, Signal::CatchUp));
        assert!(tab.next_waiting().is_none(), "what waited is older than the snapshot");
        hub.send(TOPIC, &ServerMessage::Pong);
        assert!(matches!(tab.next().await, Signal::Send(_)), "and then it goes on");
    }

    #[tokio::test]
    async fn an_ended_session_closes_its_own_sockets_alone() {
        let hub = Hub::default();
        let (mut mine, mut theirs) = (hub.join(&caller("mine")), hub.join(&caller("theirs")));
        hub.session_ended("mine");
        assert!(matches!(mine.next().await, Signal::Close(Closing::SessionEnded)));
        hub.close();
        assert!(matches!(theirs.next().await, Signal::Close(Closing::ShuttingDown)));
        let mut late = hub.join(&caller("late"));
        assert!(matches!(late.next().await, Signal::Close(Closing::ShuttingDown)));
    }

    #[tokio::test]
    async fn a_changed_membership_concerns_one_member_of_one_account() {
        let hub = Hub::default();
        let mut theirs = hub.join(&caller("theirs"));
        let elsewhere = Caller { account: AccountId(9), ..caller("elsewhere") };
        let mut elsewhere = hub.join(&elsewhere);
        hub.membership_changed(AccountId(2), MemberId(1));
        assert!(matches!(theirs.next().await, Signal::CatchUp));
        elsewhere.subscribe(TOPIC);
        hub.send(TOPIC, &ServerMessage::Pong);
        assert!(matches!(elsewhere.next().await, Signal::Send(_)));
    }

    #[test]
    fn e20_a_session_has_so_many_sockets_and_others_have_theirs() {
        let hub = Hub::default();
        let open: Vec<_> = (0..3).filter_map(|_| hub.join_within(&caller("mine"), 3)).collect();
        assert_eq!(open.len(), 3);
        assert!(hub.join_within(&caller("mine"), 3).is_none());
        assert!(hub.join_within(&caller("theirs"), 3).is_some());
        assert_eq!(hub.listeners(), 3, "who was refused left nothing behind");
        drop(open);
        assert!(hub.join_within(&caller("mine"), 3).is_some());
    }

    #[test]
    fn a_dropped_subscriber_leaves_nothing_behind() {
        let hub = Hub::default();
        let mut tab = hub.join(&caller("session"));
        tab.subscribe(TOPIC);
        assert_eq!(hub.listeners(), 1);
        drop(tab);
        assert_eq!(hub.listeners(), 0);
        assert!(hub.state().topics.is_empty() && hub.state().sessions.is_empty());
    }
}
