//! Blocked addresses: one list for the whole installation, by folded address, whoever the mail was from.
//!
//! Nothing here decides whether a mail goes out (`send_rules` does), and no screen can lift a block: only an operator.

mod store;

use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;

pub use store::{add, find, lift, list};

use crate::db::column;

/// An address to be refused from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSuppression {
    /// Folded, as `AddressKey` and `address::fold` give it.
    pub address_key: String,
    pub cause: SuppressionCause,
    /// The receiving server's words.
    pub reason: Option<String>,
    /// The email that brought it about; none when an operator listed the address.
    pub email_id: Option<i64>,
    /// Who reported it: a provider's code.
    pub provider: String,
}

/// An address that is refused now, as the operator's list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    pub address_key: String,
    pub cause: SuppressionCause,
    pub reason: Option<String>,
    pub last_seen_at: Timestamp,
}

/// The order of causes as the database compares them: a more serious one replaces a lesser one.
pub fn seriousness(cause: SuppressionCause) -> i64 {
    match cause {
        SuppressionCause::Manual => 10,
        SuppressionCause::ProviderSuppressed => 20,
        SuppressionCause::Bounce => 30,
        SuppressionCause::Complaint => 40,
    }
}

/// A stored cause; `None` where there is no suppression. One that is not known blocks like any other.
pub(crate) fn cause(code: Option<&str>) -> Option<SuppressionCause> {
    code.map(|code| column::code("suppression cause", code, SuppressionCause::from_code, SuppressionCause::Manual))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_orders_causes_as_the_domain_does() {
        for pair in SuppressionCause::ALL.windows(2) {
            assert!(pair[0] < pair[1] && seriousness(pair[0]) < seriousness(pair[1]));
        }
    }
}
