//! The configuration: environment variables and the same flags, read once. All that is wrong is reported together.

mod command_line;
mod database;
mod public_address;
mod webhook_secrets;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

pub use command_line::{Cli, Command, Settings, SuppressionsAction};
use database::{database_url, secret_key, uploads};
pub use public_address::Name as HostName;
use public_address::{allowed_hosts, answers_to, base_url, is_local};
pub use webhook_secrets::WebhookSecrets;

use crate::file_store::Bucket;
use crate::mailer::{Sender, check_smtp_url};
use crate::outbox::MailRate;
use crate::provider::{self, PROVIDERS, Provider};
use crate::secret::SecretKey;

/// Where files are kept that people send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uploads {
    Folder(PathBuf),
    Bucket(Bucket),
}

/// The provider's name for the sandbox: a real SMTP listener on loopback that plays Resend.
const SANDBOX: &str = "sandbox";

/// For how many seconds mails to many can be taken back, unless that is set; and at most.
const USUAL_UNDO_S: i64 = 60;
pub const LONGEST_UNDO_S: i64 = 3_600;

/// A configuration that can be run.
#[derive(Clone, Debug)]
pub struct Config {
    pub addr: SocketAddr,
    /// No slash at the end.
    pub base_url: String,
    pub database_url: String,
    /// Where the files are kept that people send.
    pub uploads: Uploads,
    pub demo: bool,
    pub mail_from: Sender,
    /// Who takes our mail from now on; an email keeps the one it was accepted with.
    pub provider: &'static Provider,
    /// Whether the sandbox plays that provider.
    pub sandbox: bool,
    /// Where the outbox hands over; the sandbox fills it in once it listens.
    pub smtp_url: Option<String>,
    /// How many mails a second it is given at most.
    pub mail_rate: Option<MailRate>,
    /// For how many seconds mails to many can be taken back.
    pub batch_undo_s: i64,
    /// Of each provider that is listened to, by its code.
    pub webhook_secrets: BTreeMap<&'static str, Vec<String>>,
    pub secret_key: SecretKey,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Names that it answers to besides its own.
    pub allowed_hosts: Vec<HostName>,
    pub site: PathBuf,
    pub sign_up: SignUp,
    pub log_json: bool,
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignUp {
    /// Whoever comes, each with an account of their own.
    Open,
    /// Whoever comes first, and then nobody.
    #[default]
    First,
    Closed,
}

impl SignUp {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "open" => Ok(Self::Open),
            "" | "first" => Ok(Self::First),
            "closed" => Ok(Self::Closed),
            other => Err(format!("expected open, first or closed, got “{other}”")),
        }
    }
}

/// One setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub setting: &'static str,
    pub expected: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.setting, self.expected)
    }
}

impl Config {
    /// Checks every setting. Fails with all that is wrong.
    pub fn check(settings: &Settings) -> Result<Self, Vec<ConfigError>> {
        let mut errors = ConfigErrors::default();

        let addr = errors.take(
            "CALLBOARD_ADDR",
            settings
                .addr
                .parse::<SocketAddr>()
                .map_err(|_| format!("expected an address and a port such as 127.0.0.1:3000, got “{}”", settings.addr)),
        );
        let demo = errors.take("CALLBOARD_DEMO", switch(settings.demo.as_deref())).unwrap_or(false);
        if demo && addr.is_some_and(|addr| !addr.ip().is_loopback()) {
            errors.add("CALLBOARD_DEMO", "the demo has a well-known password, so it only runs on loopback (127.0.0.1)");
        }
        let base_url = errors.take("CALLBOARD_BASE_URL", base_url(settings.base_url.as_deref(), addr));
        let is_named = settings.base_url.as_deref().is_some_and(|text| !text.is_empty());
        if demo && is_named && base_url.as_deref().is_some_and(|url| !is_local(url)) {
            errors.add(
                "CALLBOARD_BASE_URL",
                "the demo has a well-known password, so it is only for this machine: leave the public address out, or \
                 CALLBOARD_DEMO",
            );
        }
        let database_url = errors.take("DATABASE_URL", database_url(&settings.database_url));
        let uploads = database_url
            .as_deref()
            .and_then(|url| errors.take("CALLBOARD_UPLOADS", uploads(settings.uploads.as_deref(), url)));
        let mail_from = errors.take("CALLBOARD_MAIL_FROM", Sender::parse(&settings.mail_from));
        let sandbox = settings.mail_provider == SANDBOX;
        let provider = errors.take("CALLBOARD_MAIL_PROVIDER", mail_provider(&settings.mail_provider));
        if provider.is_some() && !sandbox && !is_named {
            errors.add(
                "CALLBOARD_BASE_URL",
                "expected the public address, such as https://callboard.example: links in mails begin with it, and without \
                 it they would lead the recipients to their own machine",
            );
        }
        let smtp_url = smtp_url(settings, provider.is_some() && !sandbox, &mut errors);
        let mail_rate = MailRate::parse(settings.mail_rate.as_deref().unwrap_or_default());
        let mail_rate = errors.take("CALLBOARD_MAIL_RATE", mail_rate).flatten();
        let batch_undo_s = errors.take("CALLBOARD_BATCH_UNDO", batch_undo(settings.batch_undo.as_deref()));
        let webhook_secrets = settings.webhook_secrets.check(&mut errors);
        if let Some((provider, webhooks)) = provider.and_then(|provider| Some((provider, provider.webhooks.as_ref()?)))
            && !sandbox
            && !webhook_secrets.contains_key(provider.code)
        {
            errors
                .add(webhooks.setting, "expected the webhook's signing secret; without it no delivery can be believed");
        }
        let trusted_proxies =
            errors.take("CALLBOARD_TRUSTED_PROXIES", trusted_proxies(&settings.trusted_proxies)).unwrap_or_default();
        let allowed_hosts =
            errors.take("CALLBOARD_ALLOWED_HOSTS", allowed_hosts(&settings.allowed_hosts)).unwrap_or_default();
        let sign_up = errors.take("CALLBOARD_SIGN_UP", SignUp::parse(&settings.sign_up)).unwrap_or_default();
        let log_json = errors.take(
            "CALLBOARD_LOG",
            match settings.log.as_str() {
                "text" => Ok(false),
                "json" => Ok(true),
                other => Err(format!("expected text or json, got “{other}”")),
            },
        );
        let secret_key = database_url
            .as_deref()
            .and_then(|url| errors.take("CALLBOARD_SECRET_KEY", secret_key(settings.secret_key.as_deref(), url)));

        match (addr, base_url, database_url, uploads, mail_from, provider, secret_key, log_json) {
            (
                Some(addr),
                Some(base_url),
                Some(database_url),
                Some(uploads),
                Some(mail_from),
                Some(provider),
                Some(secret_key),
                Some(log_json),
            ) if errors.0.is_empty() => Ok(Self {
                addr,
                base_url,
                database_url,
                uploads,
                demo,
                mail_from,
                provider,
                sandbox,
                smtp_url,
                mail_rate,
                batch_undo_s: batch_undo_s.unwrap_or(USUAL_UNDO_S),
                webhook_secrets,
                secret_key,
                trusted_proxies,
                allowed_hosts,
                site: settings.site.clone().unwrap_or_else(default_site),
                sign_up,
                log_json,
            }),
            _ => Err(errors.0),
        }
    }

    /// Whether a request may call us by this name.
    pub fn answers_to(&self, name: &HostName) -> bool {
        answers_to(name, &self.base_url, self.addr, &self.allowed_hosts)
    }

    /// Whether the public address is this machine's own, and so leads nobody else here.
    pub fn is_local(&self) -> bool {
        is_local(&self.base_url)
    }

    /// Cookies are `Secure` and `__Host-` exactly when the public address is https.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

/// The mail server, which every provider but the sandbox needs.
fn smtp_url(settings: &Settings, is_needed: bool, errors: &mut ConfigErrors) -> Option<String> {
    const NAME: &str = "CALLBOARD_SMTP_URL";
    let url = settings.smtp_url.clone().filter(|url| !url.is_empty());
    if let Some(Err(expected)) = url.as_deref().map(check_smtp_url) {
        errors.add(NAME, expected);
    }
    if is_needed && url.is_none() {
        errors.add(NAME, "expected the mail server, such as smtps://user:password@smtp.example.com");
    }
    url
}

#[derive(Default)]
struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    fn add(&mut self, setting: &'static str, expected: impl Into<String>) {
        self.0.push(ConfigError { setting, expected: expected.into() });
    }

    fn take<T>(&mut self, setting: &'static str, checked: Result<T, String>) -> Option<T> {
        checked.map_err(|expected| self.add(setting, expected)).ok()
    }
}

fn switch(text: Option<&str>) -> Result<bool, String> {
    match text.unwrap_or("") {
        "" | "0" | "false" => Ok(false),
        "1" | "true" => Ok(true),
        other => Err(format!("expected 1 or 0, got “{other}”")),
    }
}

/// Seconds, within reason.
fn batch_undo(text: Option<&str>) -> Result<i64, String> {
    let text = text.unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(USUAL_UNDO_S);
    }
    let seconds = text.parse().ok().filter(|seconds| (0..=LONGEST_UNDO_S).contains(seconds));
    seconds.ok_or_else(|| format!("expected seconds, from 0 to {LONGEST_UNDO_S}, got “{text}”"))
}

fn list(text: Option<&str>) -> Vec<String> {
    text.unwrap_or("").split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn trusted_proxies(text: &str) -> Result<Vec<IpAddr>, String> {
    list(Some(text))
        .iter()
        .map(|part| part.parse().map_err(|_| format!("expected IP addresses, comma-separated, got “{part}”")))
        .collect()
}

/// The sandbox counts as the provider that it plays.
fn mail_provider(name: &str) -> Result<&'static Provider, String> {
    if name == SANDBOX {
        return Ok(&provider::RESEND);
    }
    provider::find(name).ok_or_else(|| {
        let known: Vec<&str> = PROVIDERS.iter().map(|provider| provider.code).collect();
        format!("expected {SANDBOX} or one of {}, got “{name}”", known.join(", "))
    })
}

fn default_site() -> PathBuf {
    let beside = std::env::current_exe().ok().and_then(|binary| Some(binary.parent()?.join("site")));
    beside.filter(|folder| folder.is_dir()).unwrap_or_else(|| PathBuf::from("target/site"))
}

#[cfg(test)]
mod tests;
