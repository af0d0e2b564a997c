//! What every provider's webhook is normalised to.

use app::domain::delivery::DeliveryEvent;
use app::domain::suppression::SuppressionCause;

/// One webhook, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// The provider's name for what happened, for the log.
    pub kind: String,
    /// Empty when there is nothing we want to know: the provider is answered 200 and nothing is stored.
    pub events: Vec<ProviderEvent>,
}

/// A fact about one email, not yet matched to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEvent {
    /// Unique per provider, and the same in every repetition.
    pub key: String,
    /// Our own reference as the provider echoed it: trusted first.
    pub reference: Option<String>,
    /// The provider's id of the message: trusted second.
    pub provider_message_id: Option<String>,
    /// RFC 5322 Message-ID without brackets: trusted third.
    pub message_id: Option<String>,
    pub event: DeliveryEvent,
    /// Set exactly when the address the email went to is refused from now on.
    pub suppress: Option<SuppressionCause>,
}

impl ProviderEvent {
    /// Whether it names any message at all.
    pub fn can_be_matched(&self) -> bool {
        self.reference.is_some() || self.provider_message_id.is_some() || self.message_id.is_some()
    }
}
