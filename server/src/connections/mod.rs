//! Connections from outside: how many there may be, and how long each may keep us waiting.
//!
//! Guarantees: nobody holds a place by saying nothing, or half of something, or by not taking what was asked for; above the
//! limit a newcomer is told to come back and whoever is there is served on. TLS is the proxy's.

mod descriptors;
mod paced;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{sleep, timeout};
use tower_service::Service as _;

use crate::seldom::Seldom;
use descriptors::Spare;
use paced::{Pace, Paced};

pub use descriptors::raise_limit;

/// Request lines and headers together; more is 431 (RFC 6585, section 5).
const LARGEST_HEAD: usize = 64 * 1024;
/// What a newcomer above the limit is told.
const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nretry-after: 5\r\n\
    cache-control: no-store\r\nconnection: close\r\ncontent-length: 69\r\n\r\n\
    Callboard has more visitors than it can serve. Try again in a moment.";
/// How long a newcomer above the limit may take to hear so.
const TURNING_AWAY: Duration = Duration::from_millis(500);
/// After the system refused us a connection.
const PAUSE: Duration = Duration::from_millis(50);

static FULL: Seldom = Seldom::new();
static REFUSED: Seldom = Seldom::new();

/// How many connections there may be, and how patient we are with each.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte of a request, or from the connection's beginning, until the end of its headers.
    pub head: Duration,
    /// Between two requests. Longer than proxies keep theirs (60 s for many), so that it is they who end a connection: one that
    /// we end just as they ask again is an error to somebody.
    pub idle: Duration,
    /// Without taking a byte of the answer.
    pub write: Duration,
    /// Open at the same time.
    pub connections: usize,
    /// Above these, waited for at the same time until they have heard that they should come back.
    pub turned_away: usize,
}

impl Limits {
    /// As many connections as the process may have open files, less what it needs itself.
    pub fn of_this_process() -> Self {
        let (connections, turned_away) = descriptors::room();
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(90),
            write: Duration::from_secs(30),
            connections,
            turned_away,
        }
    }
}

/// Serves until `leaving` turns true; then takes no more connections and finishes the requests under way.
pub async fn serve(listener: TcpListener, routes: Router, limits: Limits, mut leaving: watch::Receiver<bool>) {
    let (under_way, mut all_done) = mpsc::channel::<()>(1);
    let seats = Arc::new(Semaphore::new(limits.connections));
    let turned_away = Arc::new(Semaphore::new(limits.turned_away));
    let mut spare = Spare::default();
    loop {
        let accepted = tokio::select! {
            // An error means that nobody is left who could say so, which is a reason to leave as well.
            _ = leaving.wait_for(|leave| *leave) => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) if is_of_the_other_side(&error) => continue,
            Err(error) => {
                if let Some(left_out) = REFUSED.left_out() {
                    tracing::error!(%error, left_out, "The system gives no more connections. Newcomers are told to come back.");
                }
                if let Some(stream) = spare.accept(&listener).await {
                    turn_away(stream).await;
                }
                sleep(PAUSE).await;
                continue;
            }
        };
        // Pages leave in small writes, which Nagle's algorithm would hold back.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "A connection stays without TCP_NODELAY.");
        }
        let Ok(seat) = Arc::clone(&seats).try_acquire_owned() else {
            if let Some(left_out) = FULL.left_out() {
                let most = limits.connections;
                tracing::warn!(most, left_out, "All connections are taken. Newcomers are told to come back.");
            }
            let Ok(place) = Arc::clone(&turned_away).try_acquire_owned() else {
                // In a crowd nobody is waited for: most hear it, some only that the connection ends. What came already is read,
                // or else it would be a reset for all.
                let _ = stream.try_write(BUSY);
                let _ = stream.try_read(&mut [0; 4096]);
                continue;
            };
            tokio::spawn(async move {
                turn_away(stream).await;
                drop(place);
            });
            continue;
        };
        let pace = Pace::default();
        let service = Routed { routes: routes.clone(), peer, pace: pace.clone() };
        let stream = Paced::new(stream, pace, limits, seat);
        let mut http = http1::Builder::new();
        // Hyper's own timer takes an idle connection for one with half-sent headers; `Paced` tells them apart.
        http.header_read_timeout(None).max_buf_size(LARGEST_HEAD);
        let (connection, leaving, under_way) =
            (http.serve_connection(TokioIo::new(stream), service).with_upgrades(), leaving.clone(), under_way.clone());
        tokio::spawn(async move {
            if let Err(error) = converse(connection, leaving).await {
                tracing::debug!(%error, "A connection ended.");
            }
            drop(under_way);
        });
    }
    drop((listener, under_way));
    // Nothing is ever sent: the channel ends with the last connection.
    let _ = all_done.recv().await;
}

/// One connection until its end, or until an upgrade takes it away from HTTP.
async fn converse(
    connection: http1::UpgradeableConnection<TokioIo<Paced>, Routed>,
    mut leaving: watch::Receiver<bool>,
) -> hyper::Result<()> {
    let mut connection = pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return ended,
        _ = leaving.wait_for(|leave| *leave) => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}

/// A connection that was gone before we took it.
fn is_of_the_other_side(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionRefused
            | ErrorKind::Interrupted
    )
}

/// Says that we are busy. What was sent is read, or else the words might be lost to a reset (RFC 9112, section 9.6).
async fn turn_away(mut stream: TcpStream) {
    let told = async {
        stream.write_all(BUSY).await?;
        stream.shutdown().await?;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    // Whoever does not listen has missed it.
    let _ = timeout(TURNING_AWAY, told).await;
}

/// The routes as one connection asks them.
struct Routed {
    routes: Router,
    peer: SocketAddr,
    pace: Pace,
}

impl hyper::service::Service<Request<Incoming>> for Routed {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        self.pace.asked();
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let (answer, pace) = (self.routes.clone().call(request), self.pace.clone());
        Box::pin(async move {
            let answer = answer.await?;
            if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                pace.upgraded();
            } else {
                pace.answered();
            }
            Ok(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e20_the_words_for_newcomers_are_as_long_as_they_say() {
        let text = std::str::from_utf8(BUSY).expect("ASCII");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head");
        assert!(
            head.contains(&format!("content-length: {}\r", body.len()))
                || head.ends_with(&format!("content-length: {}", body.len()))
        );
    }
}
