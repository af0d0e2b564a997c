//! Signing in and out.

use app::auth::{AuthPort, Credentials};
use app::backend::Caller;
use app::domain::address;
use app::domain::ids::{AccountId, MemberId};
use app::error::AppError;
use async_trait::async_trait;

use super::device::Device;
use super::limits::Attempt;
use super::password::Place;
use super::{session, store};
use crate::core::Core;
use crate::error::StoreError;
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
    #[error("too many wait to have a password looked at")]
    Busy,
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
            SignInError::Busy => Self::Unavailable,
            SignInError::Store(error) => error.into(),
        }
    }
}

impl AuthService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// The token of a new session, and the device as it is known from now on.
    async fn open(&self, credentials: Credentials) -> Result<(String, Device), SignInError> {
        let Core { db, clock, key, .. } = &self.core;
        // Before it is counted: nobody is to pay for a password that is not looked at.
        let place = Place::take().ok_or(SignInError::Busy)?;
        let address = address::fold(&credentials.email);
        let login = store::login(db, &address).await?;
        let devices: Vec<Device> = credentials.devices.iter().filter_map(|cookie| Device::read(cookie)).collect();
        let member = login.as_ref().map(|login| MemberId(login.member_id));
        let known = member.and_then(|member| Some((devices.iter().find(|device| device.knows(key, member))?, member)));
        let attempt = match known {
            Some((device, member)) => Attempt::on(device, member),
            None => Attempt::from(credentials.peer, &address),
        };
        if !attempt.begin(db, clock.now()).await? {
            return Err(SignInError::TooMany);
        }
        let stored = login.as_ref().map(|login| login.password_hash.clone());
        let opens = place.verify(credentials.password, stored).await;
        let Some(login) = login.filter(|_| opens) else { return Err(SignInError::Wrong) };

        let token = secret::token();
        let (member, account) = (MemberId(login.member_id), AccountId(login.account_id));
        let mut transaction = db.write().await?;
        attempt.succeeded(&mut transaction).await?;
        if let Some(replaced) = &credentials.replaces {
            store::end_session_in(&mut transaction, replaced).await?;
        }
        store::open_session(&mut transaction, &secret::token_hash(&token), member, account, clock.now()).await?;
        transaction.commit().await?;
        tracing::info!(%member, %account, "A member signed in.");
        let device = known.map(|(device, _)| device).or(devices.first()).cloned().unwrap_or_else(Device::new);
        Ok((token, device.remembering(key, member)))
    }
}

#[async_trait]
impl AuthPort for AuthService {
    async fn sign_in(&self, credentials: Credentials) -> Result<Vec<String>, AppError> {
        let (token, device) = self.open(credentials).await?;
        let config = &self.core.config;
        Ok(vec![session::cookie(config, &token), device.cookie(config)])
    }

    async fn sign_out(&self, caller: &Caller) -> Result<String, AppError> {
        store::end_session(&self.core.db, &caller.session).await?;
        tracing::info!(member = %caller.member, account = %caller.account, "A member signed out.");
        Ok(session::forget_cookie(&self.core.config))
    }
}
