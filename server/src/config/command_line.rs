//! What can be typed behind `callboard`, and every setting as it was given.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::WebhookSecrets;

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
    /// The folder of the files that people send, or `s3://bucket/prefix`. Default: uploads beside the database of SQLite, else data/uploads.
    #[arg(long, env = "CALLBOARD_UPLOADS", global = true)]
    pub uploads: Option<String>,
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
    /// How many mails a second the mail server may be given. Default: as many as it takes.
    #[arg(long, env = "CALLBOARD_MAIL_RATE", global = true)]
    pub mail_rate: Option<String>,
    /// For how many seconds mails to several people can be taken back. Default: 60.
    #[arg(long, env = "CALLBOARD_BATCH_UNDO", global = true)]
    pub batch_undo: Option<String>,
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
