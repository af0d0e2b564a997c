//! How often signing in may be tried. An attempt is counted before its password is looked at, so that a burst of parallel
//! guesses counts in full, and given back when it turns out right.
//!
//! The limits keep guessers out and let nobody lock out anybody else:
//!
//! - **A device that the member signed in on before** (`device`) has a counter of its own, five wrong tries, and no other
//!   counter matters to it. Whatever happens elsewhere, the right person gets in there. Only that device can fill it.
//! - **From everywhere else** wrong tries are counted for the address and the network together: five. So a network can only
//!   use up its own tries. Whoever is new to a device and shares a network with a guesser waits with them, at most ten
//!   minutes; that much cannot be told apart.
//! - **A network** has twenty wrong tries over all addresses, so that it cannot go through a list of them. IPv6 hands a
//!   household a whole /64 and a company a /48, so the latter is a network too, with a wider limit.
//! - **An address that many networks guess at** is slowed down, never locked: above twenty wrong tries from unknown devices
//!   in all, each network has two instead of five. One network alone cannot bring that about, since it stops counting at
//!   its own five.
//!
//! Signing up and asking for a new password are counted in the same way, each apart: they make mail. So does a member who
//! asks for a change of address, and is counted wherever they are: five times, whichever the addresses.
//!
//! All of it is forgotten after ten minutes, and known addresses are counted like unknown ones, so that no answer tells
//! which exist.

use std::net::{IpAddr, Ipv6Addr};

use app::domain::ids::MemberId;
use app::domain::time::{MINUTE_MS, Timestamp};

use super::device::Device;
use super::store;
use crate::db::{Db, Write};
use crate::error::StoreError;
use crate::secret::token_hash;

/// Failures are counted within this time, and a lock lasts as long.
pub const WINDOW_MS: i64 = 10 * MINUTE_MS;
const PER_DEVICE: i64 = 5;
const PER_ADDRESS_AND_NETWORK: i64 = 5;
const PER_NETWORK: i64 = 20;
const PER_WIDE_NETWORK: i64 = 60;
/// Wrong tries for one address, from unknown devices everywhere, until each network has fewer.
const UNDER_FIRE: i64 = 20;
const PER_NETWORK_UNDER_FIRE: i64 = 2;

/// A post that somebody else may have to bear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    SignUp,
    Forgot,
    /// Counted for the member who asks, and not for the address that they type.
    ChangeEmail,
}

impl Sending {
    const fn prefix(self) -> &'static str {
        match self {
            Self::SignUp => "sign up, ",
            Self::Forgot => "forgot, ",
            Self::ChangeEmail => "change email, ",
        }
    }
}

/// The counters that one attempt falls under.
pub enum Attempt {
    /// On a device that the member signed in on before.
    Known { device: String },
    Unknown {
        /// The network, and the wider one around it, each with its limit.
        networks: Vec<(String, i64)>,
        address_and_network: String,
        address: String,
    },
}

impl Attempt {
    /// By this member on a device that knows them.
    pub fn on(device: &Device, member: MemberId) -> Self {
        Self::Known { device: device.counter(member) }
    }

    /// From anywhere else. `address` is folded; it is counted whether or not an account has it.
    pub fn from(peer: Option<IpAddr>, address: &str) -> Self {
        Self::counted("", peer, address)
    }

    /// A post that sends mail to an address or makes an account for it: as often as wrong passwords may be tried, and counted
    /// apart from them. It is never given back. `address` may be whatever else the post is counted for.
    pub fn to(what: Sending, peer: Option<IpAddr>, address: &str) -> Self {
        Self::counted(what.prefix(), peer, address)
    }

    /// Of a member's present password, by whoever is signed in as that member.
    pub fn of_present_password(member: MemberId) -> Self {
        Self::Known { device: token_hash(&format!("present password of {member}")) }
    }

    fn counted(prefix: &str, peer: Option<IpAddr>, address: &str) -> Self {
        let networks = networks(peer);
        let own = networks.first().map_or_else(String::new, |(network, _)| network.clone());
        Self::Unknown {
            networks: networks
                .iter()
                .map(|(name, limit)| (token_hash(&format!("{prefix}peer {name}")), *limit))
                .collect(),
            address_and_network: token_hash(&format!("{prefix}address {address} from {own}")),
            address: token_hash(&format!("{prefix}address {address}")),
        }
    }

    /// Counts the attempt; `false` when it has to wait.
    pub async fn begin(&self, db: &Db, now: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = db.write().await?;
        let allowed = self.count(&mut transaction, now).await?;
        transaction.commit().await?;
        Ok(allowed)
    }

    /// As `begin`, together with what else the transaction does. It has to be committed also when the answer is `false`.
    ///
    /// What has to wait by a narrower counter is not counted by a wider one.
    pub async fn count(&self, transaction: &mut Write, now: Timestamp) -> Result<bool, StoreError> {
        match self {
            Self::Known { device } => Ok(count(transaction, device, PER_DEVICE, now).await? <= PER_DEVICE),
            Self::Unknown { networks, address_and_network, address } => {
                for (network, limit) in networks {
                    if count(transaction, network, *limit, now).await? > *limit {
                        return Ok(false);
                    }
                }
                let here = count(transaction, address_and_network, PER_ADDRESS_AND_NETWORK, now).await?;
                if here > PER_ADDRESS_AND_NETWORK {
                    return Ok(false);
                }
                let everywhere = count(transaction, address, UNDER_FIRE, now).await?;
                Ok(everywhere <= UNDER_FIRE || here <= PER_NETWORK_UNDER_FIRE)
            }
        }
    }

    /// It was the right password: what it was counted under starts afresh, or gets this attempt back where others are
    /// counted too.
    pub async fn succeeded(&self, transaction: &mut Write) -> Result<(), StoreError> {
        match self {
            Self::Known { device } => store::forget_attempts(transaction, device).await,
            Self::Unknown { networks, address_and_network, address } => {
                for (network, limit) in networks {
                    store::give_attempt_back(transaction, network, *limit).await?;
                }
                store::give_attempt_back(transaction, address, UNDER_FIRE).await?;
                store::forget_attempts(transaction, address_and_network).await
            }
        }
    }
}

async fn count(transaction: &mut Write, key: &str, limit: i64, now: Timestamp) -> Result<i64, StoreError> {
    store::count_attempt(transaction, key, limit, WINDOW_MS, now).await
}

/// The networks that a peer belongs to, the narrowest first, each with its limit.
fn networks(peer: Option<IpAddr>) -> Vec<(String, i64)> {
    match peer.map(|peer| peer.to_canonical()) {
        None => Vec::new(),
        Some(IpAddr::V4(peer)) => vec![(peer.to_string(), PER_NETWORK)],
        Some(IpAddr::V6(peer)) => {
            let [a, b, c, d, ..] = peer.segments();
            let narrow = Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0);
            let wide = Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0);
            vec![(narrow.to_string(), PER_NETWORK), (format!("{wide}/48"), PER_WIDE_NETWORK)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d16_a_household_is_one_network_and_a_company_another() {
        let of = |ip: &str| networks(ip.parse().ok()).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(of("203.0.113.7"), ["203.0.113.7"]);
        assert_eq!(of("::ffff:203.0.113.7"), ["203.0.113.7"]);
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), ["2001:db8:1:2::", "2001:db8:1::/48"]);
        assert_eq!(of("2001:db8:1:9::1")[1], of("2001:db8:1:2::1")[1]);
        assert!(networks(None).is_empty());
    }
}
