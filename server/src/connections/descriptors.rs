//! How many open files the system lets this process have, of which each connection is one.

use std::fs::File;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::PAUSE;

/// However many files the system allows: so many connections are as many as one machine serves well.
const MOST: usize = 32_768;
/// Where the system does not say how many files are open, or how many may be.
const USUALLY_OPEN: usize = 40;
#[cfg(not(unix))]
const USUALLY_ALLOWED: usize = 1024;

/// Lets the process have as many open files as the system allows it; many systems begin with 1,024.
#[cfg(unix)]
pub fn raise_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "The limit of open files stays as it is.");
    }
}

#[cfg(not(unix))]
pub fn raise_limit() {}

/// Returns how many connections there is room for, and how many more to say no to. Call it when the database is open.
pub fn room() -> (usize, usize) {
    divide(allowed(), std::fs::read_dir("/proc/self/fd").map_or(USUALLY_OPEN, Iterator::count))
}

fn divide(allowed: usize, open: usize) -> (usize, usize) {
    // For files of the client, mail under way and further connections to the database; a quarter of it to say no with.
    let kept = (allowed / 8).clamp(8, 128);
    let room = allowed.saturating_sub(open + kept).max(allowed / 8).clamp(1, MOST);
    (room, kept / 4)
}

#[cfg(unix)]
fn allowed() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn allowed() -> usize {
    USUALLY_ALLOWED
}

/// An open file that is given up to take one more connection when the system gives none.
#[derive(Debug)]
pub struct Spare(Option<File>);

impl Default for Spare {
    fn default() -> Self {
        Self(Self::open())
    }
}

impl Spare {
    fn open() -> Option<File> {
        std::env::current_exe().ok().and_then(|file| File::open(file).ok())
    }

    /// Takes a connection in place of the file. Whoever calls ends the connection soon, so that the file can be had again.
    pub async fn accept(&mut self, listener: &TcpListener) -> Option<TcpStream> {
        if self.0.take().is_none() {
            self.0 = Self::open();
            return None;
        }
        let accepted = timeout(PAUSE, listener.accept()).await;
        let Ok(Ok((stream, _))) = accepted else {
            self.0 = Self::open();
            return None;
        };
        Some(stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e20_connections_leave_files_for_everything_else() {
        for (allowed, open) in [(64, 30), (256, 30), (1_024, 40), (65_536, 40)] {
            let (room, no) = divide(allowed, open);
            assert!(room + no + open < allowed, "{allowed}: {room}");
            assert!(room >= allowed / 3 && no >= 2, "{allowed}: {room} {no}");
        }
        assert_eq!(divide(usize::MAX, 40).0, MOST);
        assert!(divide(10, 40).0 >= 1, "however few there are, somebody is served");
    }
}
