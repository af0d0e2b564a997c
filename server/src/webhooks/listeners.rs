//! Whose webhooks are listened to: providers with a secret, since without one nothing can be believed.

use std::sync::Arc;

use crate::core::Core;
use crate::provider::{self, Provider, Verifier, Webhooks};

/// A provider that is listened to.
pub struct Listener {
    /// Its code.
    pub provider: &'static str,
    pub webhooks: &'static Webhooks,
    pub verifier: Verifier,
}

/// Clones are the same listeners.
#[derive(Clone)]
pub struct Listeners(Arc<[Listener]>);

impl Listeners {
    /// By the configuration, and with the sandbox's own secret where the sandbox plays the provider.
    pub fn new(core: &Core) -> Self {
        let config = &core.config;
        let listener = |(provider, webhooks): (&'static Provider, &'static Webhooks)| {
            let mut secrets = config.webhook_secrets.get(provider.code).cloned().unwrap_or_default();
            if config.sandbox && provider.code == config.provider.code {
                secrets.push(core.key.sandbox_webhook_secret());
            }
            let verifier = (webhooks.verifier)(&secrets).expect("the configuration was checked");
            (!secrets.is_empty()).then_some(Listener { provider: provider.code, webhooks, verifier })
        };
        Self(provider::reporting().filter_map(listener).collect())
    }

    /// The codes of those that are listened to.
    pub fn providers(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|listener| listener.provider)
    }

    pub fn find(&self, provider: &str) -> Option<&Listener> {
        self.0.iter().find(|listener| listener.provider == provider)
    }
}
