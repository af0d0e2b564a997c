//! The listener: one task a connection, a bounded number of them, each ended by the stop.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;

use super::session;
use crate::core::Core;

/// Conversations at the same time.
const MAX_SESSIONS: usize = 64;

pub async fn listen(core: Core, listener: TcpListener, wake: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    let free = Arc::new(Semaphore::new(MAX_SESSIONS));
    let mut sessions = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            Some(_) = sessions.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (Ok((stream, _)), Ok(permit)) = (accepted, Arc::clone(&free).try_acquire_owned()) else {
            continue;
        };
        let (core, wake) = (core.clone(), Arc::clone(&wake));
        sessions.spawn(async move {
            let _permit = permit;
            // A client that goes away in the middle needs no answer.
            let _ = session::converse(&core, stream, &wake).await;
        });
    }
}
