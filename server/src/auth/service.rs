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
use crate::db::Write;
use crate::demo;
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
    #[error("the demo's password, and the demo is off")]
    Demo,
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
            SignInError::Demo => Self::invalid(
                "password",
                "Everybody knows the demo's password, so it opens nothing unless Callboard is started with CALLBOARD_DEMO=1.",
            ),
            SignInError::Busy => Self::Unavailable,
            SignInError::Store(error) => error.into(),
        }
    }
}

impl AuthService {
    pub fn new(core: Core) -> Self {
        Self { core }
    }

    /// The cookies of a new session, and of the device as it is known from now on.
    async fn open(&self, credentials: Credentials) -> Result<Vec<String>, SignInError> {
        let Core { db, clock, key, config, .. } = &self.core;
        // Before it is counted: nobody is to pay for a password that is not looked at.
        let place = Place::take().ok_or(SignInError::Busy)?;
        let address = address::fold(&credentials.email);
        // A database that once held the demo may serve others by now. Said of every database alike, so it tells nothing of this one.
        if !config.demo && demo::is_login(&address, &credentials.password) {
            return Err(SignInError::Demo);
        }
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

        let (member, account) = (MemberId(login.member_id), AccountId(login.account_id));
        let device = known.map(|(device, _)| device).or(devices.first()).cloned();
        let browser = Browser { device, replaces: credentials.replaces };
        let mut transaction = db.write().await?;
        // Replaced while it was verified: a reset ends sessions, and this one would come after it.
        if !store::still_has_password(&mut transaction, member, &login.password_hash).await? {
            return Err(SignInError::Wrong);
        }
        attempt.succeeded(&mut transaction).await?;
        let cookies = browser.enter(&self.core, &mut transaction, member, account).await?;
        transaction.commit().await?;
        tracing::info!(%member, %account, "A member signed in.");
        Ok(cookies)
    }
}

/// The browser of somebody who is about to be signed in.
pub struct Browser {
    device: Option<Device>,
    /// Hash of the token of the session that it is in, whose place the new one takes.
    replaces: Option<String>,
}

impl Browser {
    /// A browser by the cookies that it keeps.
    pub fn new(devices: &[String], replaces: Option<String>) -> Self {
        Self { device: devices.iter().find_map(|cookie| Device::read(cookie)), replaces }
    }

    /// Opens a session; returns the `Set-Cookie` values that keep it, once the transaction is committed.
    pub async fn enter(
        self,
        core: &Core,
        transaction: &mut Write,
        member: MemberId,
        account: AccountId,
    ) -> Result<Vec<String>, StoreError> {
        let token = secret::token();
        if let Some(replaced) = &self.replaces {
            store::end_session_in(transaction, replaced).await?;
        }
        store::open_session(transaction, &secret::token_hash(&token), member, account, core.clock.now()).await?;
        let device = self.device.unwrap_or_else(Device::new).remembering(&core.key, member);
        Ok(vec![session::cookie(&core.config, &token), device.cookie(&core.config)])
    }
}

#[async_trait]
impl AuthPort for AuthService {
    async fn sign_in(&self, credentials: Credentials) -> Result<Vec<String>, AppError> {
        Ok(self.open(credentials).await?)
    }

    async fn sign_out(&self, caller: &Caller) -> Result<String, AppError> {
        store::end_session(&self.core.db, &caller.session).await?;
        tracing::info!(member = %caller.member, account = %caller.account, "A member signed out.");
        Ok(session::forget_cookie(&self.core.config))
    }
}
