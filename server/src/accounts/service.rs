//! The accounts port: what each of its questions leads to.

use app::accounts::{AccountLink, AccountsPort, NewAccount, Profile, SignUpAccess, SignedUp, Visitor};
use app::backend::Caller;
use app::error::AppError;
use async_trait::async_trait;

use super::links::TokenKind;
use crate::core::Core;
use crate::error::StoreError;

pub struct AccountsService {
    pub(super) core: Core,
}

/// Why something about an account was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum AccountError {
    #[error("sign-up is closed")]
    SignUpClosed,
    #[error("too many attempts")]
    TooMany(&'static str),
    #[error("too many links were asked for")]
    TooManyLinks,
    #[error("too many wait to have a password looked at")]
    Busy,
    #[error("not the present password")]
    WrongPassword,
    #[error("a link that does not work any more")]
    LinkExpired,
    #[error("the member is gone")]
    Gone,
    #[error("{0}")]
    Refused(AppError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountError> for AppError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::SignUpClosed => Self::invalid("", "Nobody can sign up here any more."),
            AccountError::TooMany(field) => {
                Self::invalid(field, "Too many attempts. Wait about 10 minutes, then try again.")
            }
            AccountError::TooManyLinks => Self::invalid(
                "email",
                "You asked for five links within 10 minutes. Wait about 10 minutes, then ask for another.",
            ),
            AccountError::Busy => Self::Unavailable,
            AccountError::WrongPassword => Self::invalid("present_password", "That is not your present password."),
            AccountError::LinkExpired => Self::invalid("", "This link does not work any more. Ask for a new one."),
            AccountError::Gone => Self::NotFound,
            AccountError::Refused(error) => error,
            AccountError::Store(error) => error.into(),
        }
    }
}

impl AccountsService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }
}

#[async_trait]
impl AccountsPort for AccountsService {
    async fn sign_up_access(&self) -> Result<SignUpAccess, AppError> {
        Ok(self.read_sign_up_access().await?)
    }

    async fn sign_up(&self, visitor: Visitor, account: NewAccount) -> Result<SignedUp, AppError> {
        Ok(self.make_account(visitor, account).await?)
    }

    async fn profile(&self, caller: &Caller) -> Result<Profile, AppError> {
        Ok(self.show(caller).await?)
    }

    async fn verify(&self, caller: &Caller, code: String) -> Result<(), AppError> {
        Ok(self.compare_code(caller, &code).await?)
    }

    async fn send_code(&self, caller: &Caller) -> Result<(), AppError> {
        Ok(self.mail_another_code(caller).await?)
    }

    async fn forgot(&self, visitor: Visitor, email: String) -> Result<(), AppError> {
        Ok(self.mail_reset(visitor, &email).await?)
    }

    async fn reset_link(&self, token: String) -> Result<AccountLink, AppError> {
        Ok(self.look_at(TokenKind::Reset, &token).await?)
    }

    async fn reset(&self, visitor: Visitor, token: String, password: String) -> Result<(), AppError> {
        Ok(self.set_new_password(visitor, &token, password).await?)
    }

    async fn rename(&self, caller: &Caller, name: String) -> Result<(), AppError> {
        Ok(self.save_name(caller, &name).await?)
    }

    async fn change_password(&self, caller: &Caller, present: String, new: String) -> Result<(), AppError> {
        Ok(self.save_password(caller, present, new).await?)
    }

    async fn change_email(&self, caller: &Caller, present: String, email: String) -> Result<(), AppError> {
        Ok(self.mail_new_address(caller, present, &email).await?)
    }

    async fn email_link(&self, token: String) -> Result<AccountLink, AppError> {
        Ok(self.look_at(TokenKind::ChangeEmail, &token).await?)
    }

    async fn confirm_email(&self, token: String) -> Result<(), AppError> {
        Ok(self.take_new_address(&token).await?)
    }
}
