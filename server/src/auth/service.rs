//! Signing in and out.

use app::auth::{AuthPort, Credentials};
use app::backend::Caller;
use app::domain::address;
use app::domain::ids::{AccountId, MemberId};
use app::error::AppError;
use async_trait::async_trait;

use super::limits::Attempt;
use super::{password, session, store};
use crate::core::Core;
use crate::error::{StoreError, boundary};
use crate::secret;

pub struct AuthService {
    core: Core,
}

#[derive(Debug, thiserror::Error)]
enum SignInError {
    #[error("too many attempts")]
    TooMany,
    #[error("no such login, or another password")]
    Wrong,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SignInError> for AppError {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::TooMany => {
                Self::invalid("password", "Too many attempts. Wait about 10 minutes, then try again.")
            }
            SignInError::Wrong => Self::invalid("password", "That address and password do not belong together."),
            SignInError::Store(error) => boundary(error),
        }
    }
}

impl AuthService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// The token of a new session.
    async fn open(&self, credentials: Credentials) -> Result<String, SignInError> {
        let Core { db, clock, .. } = &self.core;
        let key = address::fold(&credentials.email);
        let attempt = Attempt::new(&key, credentials.peer);
        if !attempt.begin(db, clock.now()).await? {
            return Err(SignInError::TooMany);
        }
        let login = store::login(db, &key).await?;
        let stored = login.as_ref().map(|login| login.password_hash.clone());
        let opens = password::verify(credentials.password, stored).await;
        let Some(login) = login.filter(|_| opens) else { return Err(SignInError::Wrong) };

        let token = secret::token();
        let (member, account) = (MemberId(login.member_id), AccountId(login.account_id));
        let mut transaction = db.write().await?;
        attempt.succeeded(&mut transaction).await?;
        store::open_session(&mut transaction, &secret::token_hash(&token), member, account, clock.now()).await?;
        transaction.commit().await?;
        tracing::info!(%member, %account, "A member signed in.");
        Ok(token)
    }
}

#[async_trait]
impl AuthPort for AuthService {
    async fn sign_in(&self, credentials: Credentials) -> Result<String, AppError> {
        let token = self.open(credentials).await?;
        Ok(session::cookie(&self.core.config, &token))
    }

    async fn sign_out(&self, caller: &Caller) -> Result<String, AppError> {
        store::end_session(&self.core.db, &caller.session).await.map_err(boundary)?;
        tracing::info!(member = %caller.member, account = %caller.account, "A member signed out.");
        Ok(session::forget_cookie(&self.core.config))
    }
}
