//! The configuration: environment variables and the same flags, read once. All that is wrong is reported together.

mod database;
mod public_address;
mod webhook_secrets;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use database::{database_url, secret_key};
pub use public_address::Name as HostName;
use public_address::{allowed_hosts, answers_to, base_url, is_local};
pub use webhook_secrets::WebhookSecrets;

use crate::mailer::{Sender, check_smtp_url};
use crate::provider::{self, PROVIDERS, Provider};
use crate::secret::SecretKey;

/// The provider's name for the sandbox: a real SMTP listener on loopback that plays Resend.
const SANDBOX: &str = "sandbox";

/// The run-of-show app that knows whether your mail arrived.
#[derive(Parser, Debug)]
#[command(name = "callboard", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Subcommand, Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Serve the app (the default).
    Serve,
    /// Bring the database's schema up to this version, then exit.
    Migrate,
    /// Fill the database with the demo account, if it is not there yet, then exit.
    Demo,
    /// Copy a SQLite database to a file while it is in use, and its key beside it.
    Backup {
        file: PathBuf,
        /// Replace the file if it is there.
        #[arg(long)]
        force: bool,
    },
    /// Put a backup in the place of the SQLite database. Stop the server first.
    Restore {
        file: PathBuf,
        /// Replace the database that is there; it is kept beside the new one.
        #[arg(long)]
        force: bool,
    },
    /// See or lift blocked addresses.
    Suppressions {
        #[command(subcommand)]
        action: SuppressionsAction,
    },
}

#[derive(Subcommand, Debug, Clone, PartialEq, Eq)]
pub enum SuppressionsAction {
    /// One blocked address a line: address, cause, last seen, reason.
    List,
    /// Let an address be sent to again. Lift it at the provider too, or the next mail comes back.
    Remove { address: String },
}

/// Every setting as it was given, not yet checked.
#[derive(Args, Debug, Clone, Default)]
pub struct Settings {
    /// Where to listen.
    #[arg(long = "addr", env = "CALLBOARD_ADDR", global = true, default_value = "127.0.0.1:3000")]
    pub addr: String,
    /// What links in mails begin with. Default: http:// and the address.
    #[arg(long, env = "CALLBOARD_BASE_URL", global = true)]
    pub base_url: Option<String>,
    /// `sqlite://FILE` or `postgres://…`
    #[arg(
        long,
        env = "DATABASE_URL",
        global = true,
        default_value = "sqlite://data/callboard.db",
        hide_env_values = true
    )]
    pub database_url: String,
    /// 1 fills an empty database with the demo account. Only on loopback.
    #[arg(long, env = "CALLBOARD_DEMO", global = true)]
    pub demo: Option<String>,
    /// The sender: an address, or Name <address>.
    #[arg(long, env = "CALLBOARD_MAIL_FROM", global = true, default_value = "Callboard <callboard@callboard.test>")]
    pub mail_from: String,
    /// sandbox, smtp, or the mail provider's name, such as resend.
    #[arg(long, env = "CALLBOARD_MAIL_PROVIDER", global = true, default_value = "sandbox")]
    pub mail_provider: String,
    /// `smtp://`, `smtps://` or `smtp+starttls://` with user, password, host and port.
    #[arg(long, env = "CALLBOARD_SMTP_URL", global = true, hide_env_values = true)]
    pub smtp_url: Option<String>,
    #[command(flatten)]
    pub webhook_secrets: WebhookSecrets,
    /// Share-link tokens are derived from it. Default: made once, kept beside the database.
    #[arg(long, env = "CALLBOARD_SECRET_KEY", global = true, hide_env_values = true)]
    pub secret_key: Option<String>,
    /// Addresses of proxies that may say whom they speak for, comma-separated.
    #[arg(long, env = "CALLBOARD_TRUSTED_PROXIES", global = true, default_value = "127.0.0.1,::1")]
    pub trusted_proxies: String,
    /// Further names that Callboard answers to, comma-separated, each with or without a port.
    #[arg(long, env = "CALLBOARD_ALLOWED_HOSTS", global = true, default_value = "")]
    pub allowed_hosts: String,
    /// The folder with the built client. Default: `site` beside the binary, else target/site.
    #[arg(long, env = "CALLBOARD_SITE", global = true)]
    pub site: Option<PathBuf>,
    /// Who may sign up: open, first (whoever comes first owns the installation) or closed.
    #[arg(long, env = "CALLBOARD_SIGN_UP", global = true, default_value = "first")]
    pub sign_up: String,
    /// text or json.
    #[arg(long, env = "CALLBOARD_LOG", global = true, default_value = "text")]
    pub log: String,
}

/// A configuration that can be run.
#[derive(Clone, Debug)]
pub struct Config {
    pub addr: SocketAddr,
    /// No slash at the end.
    pub base_url: String,
    pub database_url: String,
    pub demo: bool,
    pub mail_from: Sender,
    /// Who takes our mail from now on; an email keeps the one it was accepted with.
    pub provider: &'static Provider,
    /// Whether the sandbox plays that provider.
    pub sandbox: bool,
    /// Where the outbox hands over; the sandbox fills it in once it listens.
    pub smtp_url: Option<String>,
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
        let smtp_url = settings.smtp_url.clone().filter(|url| !url.is_empty());
        if let Some(Err(expected)) = smtp_url.as_deref().map(check_smtp_url) {
            errors.add("CALLBOARD_SMTP_URL", expected);
        }
        if provider.is_some() && !sandbox && smtp_url.is_none() {
            errors
                .add("CALLBOARD_SMTP_URL", "expected the mail server, such as smtps://user:password@smtp.example.com");
        }
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

        match (addr, base_url, database_url, mail_from, provider, secret_key, log_json) {
            (
                Some(addr),
                Some(base_url),
                Some(database_url),
                Some(mail_from),
                Some(provider),
                Some(secret_key),
                Some(log_json),
            ) if errors.0.is_empty() => Ok(Self {
                addr,
                base_url,
                database_url,
                demo,
                mail_from,
                provider,
                sandbox,
                smtp_url,
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
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            addr: "127.0.0.1:3000".into(),
            database_url: "postgres://localhost/callboard".into(),
            mail_from: "Venue <mail@venue.test>".into(),
            mail_provider: "sandbox".into(),
            secret_key: Some("0123456789abcdef0123456789abcdef".into()),
            log: "text".into(),
            ..Settings::default()
        }
    }

    fn errors(settings: &Settings) -> Vec<&'static str> {
        Config::check(settings).err().unwrap_or_default().into_iter().map(|error| error.setting).collect()
    }

    #[test]
    fn all_errors_are_reported_at_once() {
        let wrong = Settings {
            addr: "localhost".into(),
            base_url: Some("ftp://x".into()),
            database_url: "mysql://x".into(),
            demo: Some("maybe".into()),
            mail_from: "nobody".into(),
            mail_provider: "pigeon".into(),
            smtp_url: Some("http://x".into()),
            webhook_secrets: WebhookSecrets::of("resend", "%%%"),
            trusted_proxies: "10.0.0.0/8".into(),
            allowed_hosts: "http://x/y".into(),
            sign_up: "maybe".into(),
            log: "xml".into(),
            ..settings()
        };
        assert_eq!(errors(&wrong).len(), 12, "{:?}", Config::check(&wrong));
    }

    #[test]
    fn the_demo_stays_on_loopback() {
        let open = Settings { addr: "0.0.0.0:3000".into(), demo: Some("1".into()), ..settings() };
        assert_eq!(errors(&open), ["CALLBOARD_DEMO"]);
    }

    #[test]
    fn resend_needs_its_server_and_secret() {
        let bare = Settings { mail_provider: "resend".into(), ..settings() };
        assert_eq!(errors(&bare), ["CALLBOARD_BASE_URL", "CALLBOARD_SMTP_URL", "CALLBOARD_WEBHOOK_SECRET_RESEND"]);
    }

    #[test]
    fn d15_a_real_provider_needs_the_address_that_links_begin_with() {
        let bare =
            Settings { mail_provider: "smtp".into(), smtp_url: Some("smtps://mail.venue.test".into()), ..settings() };
        assert_eq!(errors(&bare), ["CALLBOARD_BASE_URL"]);
        assert_eq!(errors(&Settings { base_url: Some(String::new()), ..bare.clone() }), ["CALLBOARD_BASE_URL"]);
        let named = Settings { base_url: Some("https://callboard.example".into()), ..bare };
        assert_eq!(errors(&named), [""; 0]);
    }

    #[test]
    fn d15_the_demo_has_no_public_address() {
        let demo = Settings { demo: Some("1".into()), ..settings() };
        for (base_url, refused) in [
            ("https://callboard.example", true),
            ("http://192.168.1.5:3000", true),
            ("http://localhost:8080", false),
            ("", false),
        ] {
            let demo = Settings { base_url: Some(base_url.into()), ..demo.clone() };
            assert_eq!(errors(&demo).as_slice() == ["CALLBOARD_BASE_URL"], refused, "{base_url}");
        }
    }

    #[test]
    fn links_begin_with_the_address_unless_told_otherwise() {
        let config = Config::check(&settings()).expect("a good configuration");
        assert_eq!(config.base_url, "http://127.0.0.1:3000");
        let named = Settings { base_url: Some("https://callboard.example/".into()), ..settings() };
        let config = Config::check(&named).expect("a good configuration");
        assert_eq!(config.base_url, "https://callboard.example");
        assert!(config.is_https());
    }
}
