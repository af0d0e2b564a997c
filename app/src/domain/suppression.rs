//! Why an address is refused. The list is per address and for the whole installation.

use serde::{Deserialize, Serialize};

/// Ordered by seriousness: a more serious cause replaces a lesser one, never the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionCause {
    /// An operator listed it.
    Manual,
    /// The provider refuses it from a list of its own.
    ProviderSuppressed,
    /// The receiving server refused it for good.
    Bounce,
    /// The recipient reported a mail as spam.
    Complaint,
}

impl SuppressionCause {
    pub const ALL: [Self; 4] = [Self::Manual, Self::ProviderSuppressed, Self::Bounce, Self::Complaint];

    /// As the database stores it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::ProviderSuppressed => "provider_suppressed",
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.code() == code)
    }
}
