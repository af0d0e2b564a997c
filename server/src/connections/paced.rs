//! A connection that does not wait for ever.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep_until};

use super::Limits;

/// Where a connection stands between two requests. Shared by the stream, which sees bytes, and the service, which sees
/// requests.
#[derive(Clone, Debug, Default)]
pub struct Pace(Arc<AtomicU8>);

/// The headers of a request are due.
const HEAD: u8 = 0;
/// A request is being answered; what the routes allow it counts.
const ASKED: u8 = 1;
/// The answer is made: it is being taken, or the next request may come.
const ANSWERED: u8 = 2;
/// Something else is spoken here now, with limits of its own.
const UPGRADED: u8 = 3;

impl Pace {
    pub fn asked(&self) {
        self.set(ASKED);
    }

    pub fn answered(&self) {
        self.set(ANSWERED);
    }

    pub fn upgraded(&self) {
        self.set(UPGRADED);
    }

    fn set(&self, stand: u8) {
        self.0.store(stand, Ordering::Release);
    }

    fn get(&self) -> u8 {
        self.0.load(Ordering::Acquire)
    }
}

/// A stream that fails with `TimedOut` where its peer keeps us waiting longer than the limits allow. It holds a seat among
/// all connections as long as it lives.
#[derive(Debug)]
pub struct Paced {
    stream: TcpStream,
    pace: Pace,
    limits: Limits,
    /// The headers that are due have been so since then.
    head_since: Instant,
    /// The last byte in either direction.
    moved_at: Instant,
    /// We have been waiting since then for bytes to be taken.
    stuck_since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
    _seat: OwnedSemaphorePermit,
}

impl Paced {
    pub fn new(stream: TcpStream, pace: Pace, limits: Limits, seat: OwnedSemaphorePermit) -> Self {
        let now = Instant::now();
        Self { stream, pace, limits, head_since: now, moved_at: now, stuck_since: None, timer: None, _seat: seat }
    }

    fn deadline(&self) -> Option<Instant> {
        let waits = match self.pace.get() {
            HEAD => Some(self.head_since + self.limits.head),
            ANSWERED => Some(self.moved_at + self.limits.idle),
            _ => None,
        };
        let stuck = self.stuck_since.map(|since| since + self.limits.write);
        waits.into_iter().chain(stuck).min()
    }

    /// Fails when it is too late. Else whoever polls will be woken in time. The timer is not set anew with each byte: it fires
    /// early and looks again.
    fn is_late(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            let Some(deadline) = self.deadline() else { return Poll::Pending };
            if Instant::now() >= deadline {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if timer.deadline() > deadline || timer.is_elapsed() {
                timer.as_mut().reset(deadline);
            }
            std::task::ready!(timer.as_mut().poll(cx));
        }
    }

    fn has_written<T>(&mut self, written: &Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Error> {
        match written {
            Poll::Ready(_) => {
                self.stuck_since = None;
                self.moved_at = Instant::now();
                // Still the answer to the request before: the time for the next one's headers begins when it is out.
                if self.pace.get() == HEAD {
                    self.head_since = self.moved_at;
                }
                Poll::Pending
            }
            Poll::Pending => {
                self.stuck_since.get_or_insert_with(Instant::now);
                self.is_late(cx)
            }
        }
    }
}

impl AsyncRead for Paced {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_pending() {
            return self.is_late(cx).map(Err);
        }
        if buf.filled().len() > before {
            self.moved_at = Instant::now();
            // What follows an answer is the next request.
            if self.pace.get() == ANSWERED {
                self.pace.set(HEAD);
                self.head_since = self.moved_at;
            }
        }
        // A peer that sends byte after byte is never waited for, and late all the same.
        match self.is_late(cx) {
            Poll::Ready(error) => Poll::Ready(Err(error)),
            Poll::Pending => read,
        }
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        match self.has_written(&written, cx) {
            Poll::Ready(error) => Poll::Ready(Err(error)),
            Poll::Pending => written,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        match self.has_written(&written, cx) {
            Poll::Ready(error) => Poll::Ready(Err(error)),
            Poll::Pending => written,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// TCP has nothing to flush, and its end needs nobody to take it.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
