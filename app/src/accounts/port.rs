//! What signing up and the profile need from the server.

use async_trait::async_trait;

use super::Profile;
use crate::backend::{self, Caller};
use crate::domain::ids::IdempotencyKey;
use crate::error::AppError;

/// Who posted a form that needs no session.
pub struct Visitor {
    pub peer: Option<std::net::IpAddr>,
    /// As in `auth::Credentials`.
    pub devices: Vec<String>,
    pub replaces: Option<String>,
}

impl Visitor {
    /// Whoever asks just now.
    pub(super) fn of_request() -> Self {
        Self {
            peer: backend::peer(),
            devices: backend::devices(),
            replaces: backend::caller().map(|caller| caller.session),
        }
    }
}

/// What somebody typed to sign up.
pub struct NewAccount {
    /// The same form posted twice is one account.
    pub key: Option<IdempotencyKey>,
    pub name: String,
    pub venue: String,
    pub email: String,
    pub password: String,
}

/// How a sign-up ended.
pub enum SignedUp {
    /// Signed in at once, by these `Set-Cookie` values.
    Entered(Vec<String>),
    /// To be signed in with the password; said of every address, whether it was new or not.
    Told,
}

/// Whether somebody may sign up now.
pub enum SignUpAccess {
    Open,
    Closed {
        /// The venue of whoever owns the installation.
        owner: Option<String>,
    },
}

/// What a link from an account's own mail leads to.
pub enum AccountLink {
    /// The address that it proves.
    Live(String),
    Used,
    Expired,
    /// Also replaced by a newer one.
    Unknown,
}

#[async_trait]
pub trait AccountsPort: Send + Sync {
    async fn sign_up_access(&self) -> Result<SignUpAccess, AppError>;

    /// Makes an account. While nobody owns the installation, the one who does from then on is signed in at once: nobody had an
    /// account that could be found out about. Later, where sign-up stays open, the answer is the same for every address.
    async fn sign_up(&self, visitor: Visitor, account: NewAccount) -> Result<SignedUp, AppError>;

    async fn profile(&self, caller: &Caller) -> Result<Profile, AppError>;

    /// Compares the code with the newest that was mailed.
    async fn verify(&self, caller: &Caller, code: String) -> Result<(), AppError>;

    /// Mails another code.
    async fn send_code(&self, caller: &Caller) -> Result<(), AppError>;

    /// Mails a link if the address is somebody's and proved. The answer, and its time, is the same for everybody.
    async fn forgot(&self, visitor: Visitor, email: String) -> Result<(), AppError>;

    /// Looks at a link to a new password, and changes nothing.
    async fn reset_link(&self, token: String) -> Result<AccountLink, AppError>;

    /// Sets the password and ends every session of the member.
    async fn reset(&self, visitor: Visitor, token: String, password: String) -> Result<(), AppError>;

    async fn rename(&self, caller: &Caller, name: String) -> Result<(), AppError>;

    /// Sets the password if the present one is right, and ends the member's other sessions.
    async fn change_password(&self, caller: &Caller, present: String, new: String) -> Result<(), AppError>;

    /// Mails a link to the new address if the present password is right. Until it is used nothing changes.
    async fn change_email(&self, caller: &Caller, present: String, email: String) -> Result<(), AppError>;

    /// Looks at a link to a new address, and changes nothing.
    async fn email_link(&self, token: String) -> Result<AccountLink, AppError>;

    /// Makes the new address the member's.
    async fn confirm_email(&self, token: String) -> Result<(), AppError>;
}
