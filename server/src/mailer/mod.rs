//! Building a message and handing it over by SMTP. The only place that knows lettre.
//!
//! Nothing here touches the database or decides whether an email may go out: the outbox does. A message holds no remote
//! image and no rewritten link, so that nobody can be followed by it.

mod account;
mod invite;
mod message;
mod rejection;
mod sender;
mod smtp_url;
mod transport;

pub use account::{AccountMail, AccountMailKind};
pub use invite::Invite;
pub use message::{MailHeader, Message, MessageError, Outgoing, subject};
pub use rejection::Rejection;
pub use sender::Sender;
pub use smtp_url::check_smtp_url;
pub use transport::{CONNECTIONS, EnhancedCode, Envelope, HandOver, Handed, Mailer, Memory, Refusal, SmtpStage};
