//! The settings with the webhooks' secrets: one for each provider that reports, by the registry of providers.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

use super::{ConfigErrors, list};
use crate::provider;

/// What the names of these settings begin with.
const PREFIX: &str = "CALLBOARD_WEBHOOK_SECRET_";

/// The secrets as they were given, not yet checked.
#[derive(Debug, Clone, Default)]
pub struct WebhookSecrets {
    /// By the provider's code.
    given: BTreeMap<&'static str, String>,
    /// Settings that name no provider we know.
    unknown: Vec<String>,
}

impl WebhookSecrets {
    /// Those of one provider, comma-separated.
    pub fn of(provider: &'static str, secrets: impl Into<String>) -> Self {
        Self { given: BTreeMap::from([(provider, secrets.into())]), unknown: Vec::new() }
    }

    /// Returns the secrets by the provider's code, each with one at least. All that cannot be used is an error.
    pub(super) fn check(&self, errors: &mut ConfigErrors) -> BTreeMap<&'static str, Vec<String>> {
        for setting in &self.unknown {
            let known: Vec<&str> = provider::reporting().map(|(_, webhooks)| webhooks.setting).collect();
            errors.add(PREFIX, format!("expected one of {}, got {setting}", known.join(", ")));
        }
        let mut checked = BTreeMap::new();
        for (provider, webhooks) in provider::reporting() {
            let secrets = list(self.given.get(provider.code).map(String::as_str));
            if let Err(error) = (webhooks.verifier)(&secrets) {
                errors.add(webhooks.setting, error.to_string());
            }
            if !secrets.is_empty() {
                checked.insert(provider.code, secrets);
            }
        }
        checked
    }
}

impl Args for WebhookSecrets {
    fn augment_args(command: Command) -> Command {
        provider::reporting().fold(command, |command, (_, webhooks)| {
            let argument = Arg::new(webhooks.flag).long(webhooks.flag).env(webhooks.setting).help(webhooks.help);
            command.arg(argument.global(true).hide_env_values(true).value_name("SECRETS"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for WebhookSecrets {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut secrets = Self::default();
        secrets.update_from_arg_matches(matches)?;
        Ok(secrets)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for (provider, webhooks) in provider::reporting() {
            if let Some(secrets) = matches.get_one::<String>(webhooks.flag) {
                self.given.insert(provider.code, secrets.clone());
            }
        }
        self.unknown = std::env::vars_os()
            .filter_map(|(name, _)| name.into_string().ok())
            .filter(|name| name.starts_with(PREFIX))
            .filter(|name| provider::reporting().all(|(_, webhooks)| webhooks.setting != name))
            .collect();
        self.unknown.sort_unstable();
        Ok(())
    }
}
