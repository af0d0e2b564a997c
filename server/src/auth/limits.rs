//! How often signing in may be tried. An attempt is counted before its password is looked at, so that a burst of parallel
//! guesses counts in full, and given back when it turns out right.

use std::net::IpAddr;

use app::domain::time::{MINUTE_MS, Timestamp};

use super::store;
use crate::db::{Db, Write};
use crate::error::StoreError;
use crate::secret::token_hash;

/// Failures are counted within this time, and a lock lasts as long.
pub const WINDOW_MS: i64 = 10 * MINUTE_MS;
const PER_ADDRESS: i64 = 5;
const PER_PEER: i64 = 20;

/// The counters that one attempt falls under.
pub struct Attempt {
    address: String,
    peer: Option<String>,
}

impl Attempt {
    /// `address` is folded; it is counted whether or not an account has it.
    pub fn new(address: &str, peer: Option<IpAddr>) -> Self {
        Self {
            address: token_hash(&format!("address {address}")),
            peer: peer.map(|ip| token_hash(&format!("peer {}", network(ip)))),
        }
    }

    /// Counts the attempt; `false` when it has to wait. A peer that has to wait cannot lock addresses either.
    pub async fn begin(&self, db: &Db, now: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = db.write().await?;
        let allowed = self.count(&mut transaction, now).await?;
        transaction.commit().await?;
        Ok(allowed)
    }

    async fn count(&self, transaction: &mut Write, now: Timestamp) -> Result<bool, StoreError> {
        if let Some(peer) = &self.peer
            && store::count_attempt(transaction, peer, PER_PEER, WINDOW_MS, now).await? > PER_PEER
        {
            return Ok(false);
        }
        Ok(store::count_attempt(transaction, &self.address, PER_ADDRESS, WINDOW_MS, now).await? <= PER_ADDRESS)
    }

    /// It was the right password: the address starts afresh, the peer gets this attempt back.
    pub async fn succeeded(&self, transaction: &mut Write) -> Result<(), StoreError> {
        if let Some(peer) = &self.peer {
            store::give_attempt_back(transaction, peer, PER_PEER).await?;
        }
        store::forget_attempts(transaction, &self.address).await
    }
}

/// One household or server counts as one: IPv6 hands each of them a whole /64.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
