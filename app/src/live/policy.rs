//! When the live channel is opened again, when it counts as dead, and what is asked for then. Pure: time, chance and the
//! socket are the caller's.

use std::time::Duration;

use super::{LiveStatus, Topic};

const FIRST_RETRY_MS: u32 = 300;
const LONGEST_RETRY_MS: u32 = 15_000;
/// After so many failures in a row the reader is told.
const OFFLINE_AFTER: u32 = 3;
/// The server answers each `Ping`; longer silence means that the connection is dead.
const SILENCE_MS: f64 = 40_000.0;

/// The attempts to connect that failed in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures(u32);

impl Failures {
    pub fn add(&mut self) {
        self.0 = self.0.saturating_add(1);
    }

    pub fn status(self) -> LiveStatus {
        if self.0 > OFFLINE_AFTER { LiveStatus::Offline } else { LiveStatus::Connecting }
    }

    /// Returns how long to wait before the next attempt. `chance`, from 0 to 1, decides about half of it: a restarted
    /// server is not met by everybody at once.
    pub fn wait(self, chance: f64) -> Duration {
        let longest = FIRST_RETRY_MS.saturating_mul(1 << self.0.min(10)).min(LONGEST_RETRY_MS);
        Duration::from_secs_f64(f64::from(longest) * (0.5 + chance / 2.0) / 1_000.0)
    }
}

/// A handshake that is not answered within this time never will be: the network took it and says nothing.
pub const HANDSHAKE: Duration = Duration::from_secs(8);

/// Whether an attempt to connect is given up when its time for the handshake is over. `attempt` is the one whose time it is,
/// `current` the one whose socket there is now.
pub fn is_given_up(socket: SocketState, attempt: u64, current: u64) -> bool {
    attempt == current && socket == SocketState::Busy
}

/// How the socket stands when it is looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketState {
    /// There is none; an attempt may be waiting for its time.
    None,
    /// Being opened or closed.
    Busy,
    Open,
}

/// What to do at a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    Ping,
    Reconnect,
    Wait,
}

/// Returns what to do when nothing was heard for so long.
pub fn beat(socket: SocketState, silent_ms: f64) -> Beat {
    match socket {
        SocketState::Open if silent_ms > SILENCE_MS => Beat::Reconnect,
        SocketState::Open => Beat::Ping,
        SocketState::Busy => Beat::Wait,
        SocketState::None => Beat::Reconnect,
    }
}

/// Each topic once, with as many rows as the neediest of its subscribers wants: one snapshot serves all of them.
pub fn wanted(subscriptions: impl Iterator<Item = (Topic, u32)>) -> Vec<(Topic, u32)> {
    let mut wanted: Vec<(Topic, u32)> = Vec::new();
    for (topic, rows) in subscriptions {
        match wanted.iter_mut().find(|(known, _)| *known == topic) {
            Some((_, most)) => *most = rows.max(*most),
            None => wanted.push((topic, rows)),
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ContactId, EventId};

    #[test]
    fn it_tries_again_ever_less_often_and_for_ever() {
        let mut failures = Failures::default();
        let mut waits = Vec::new();
        for _ in 0..100 {
            failures.add();
            waits.push((failures.wait(0.0).as_millis(), failures.wait(1.0).as_millis()));
        }
        assert_eq!(waits[..3], [(300, 600), (600, 1_200), (1_200, 2_400)]);
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "{waits:?}");
        assert_eq!(waits[99], (7_500, 15_000));
    }

    #[test]
    fn the_reader_is_told_after_three_failures() {
        let mut failures = Failures::default();
        let told: Vec<bool> = (0..5)
            .map(|_| {
                failures.add();
                failures.status() == LiveStatus::Offline
            })
            .collect();
        assert_eq!(told, [false, false, false, true, true]);
    }

    #[test]
    fn a_socket_that_says_nothing_for_too_long_is_dead() {
        assert_eq!(beat(SocketState::Open, 39_000.0), Beat::Ping);
        assert_eq!(beat(SocketState::Open, 41_000.0), Beat::Reconnect);
        assert_eq!(beat(SocketState::None, 0.0), Beat::Reconnect);
        // A phone's clock that jumped while the socket is being opened cuts nothing off.
        assert_eq!(beat(SocketState::Busy, 1e12), Beat::Wait);
        // Nor does one that was set back.
        assert_eq!(beat(SocketState::Open, -1e12), Beat::Ping);
    }

    #[test]
    fn e20_an_unanswered_handshake_is_given_up_and_no_other_attempt() {
        assert!(is_given_up(SocketState::Busy, 3, 3));
        assert!(!is_given_up(SocketState::Open, 3, 3), "it was answered in time");
        assert!(!is_given_up(SocketState::None, 3, 3), "it failed before, and the next waits for its turn");
        assert!(!is_given_up(SocketState::Busy, 3, 4), "a later attempt has its own time");
        assert_eq!(HANDSHAKE.as_secs(), 8);
    }

    #[test]
    fn one_snapshot_serves_all_that_listen_to_a_topic() {
        let (event, contact) = (Topic::Event(EventId(1)), Topic::Contact(ContactId(1)));
        let asked = wanted([(contact, 25), (event, 0), (contact, 75), (contact, 50)].into_iter());
        assert_eq!(asked, [(contact, 75), (event, 0)]);
    }
}
