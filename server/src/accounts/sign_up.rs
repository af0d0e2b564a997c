//! Making an account.

use app::accounts::{NewAccount, SignUpAccess, SignedUp, Visitor};
use app::auth::Role;
use app::domain::address::RecipientAddress;
use app::domain::ids::{AccountId, MemberId};
use app::domain::time::MINUTE_MS;
use app::error::AppError;

use super::links::TokenKind;
use super::service::{AccountError, AccountsService};
use super::store::{self, NewToken};
use super::{checked, strength};
use crate::auth::store::{NewMember, add_account, add_member};
use crate::auth::{Attempt, Browser, Place, Sending};
use crate::config::SignUp;
use crate::db::Write;
use crate::error::StoreError;
use crate::mailer::AccountMailKind;
use crate::secret::token_hash;
use crate::system_mail::{self, Allowance};

/// How long a post may be repeated: it lets whoever makes it in once more.
const REPEATED_MS: i64 = 10 * MINUTE_MS;

/// An account that can be made.
struct Checked {
    name: String,
    venue: String,
    email: RecipientAddress,
    password_hash: String,
    /// Names the post; only who made it can make the same.
    receipt: Option<String>,
}

impl AccountsService {
    pub(super) async fn read_sign_up_access(&self) -> Result<SignUpAccess, StoreError> {
        let owner = store::owner(&self.core.db).await?;
        Ok(match self.core.config.sign_up {
            SignUp::Open => SignUpAccess::Open,
            SignUp::First if owner.is_none() => SignUpAccess::Open,
            SignUp::First | SignUp::Closed => SignUpAccess::Closed { owner },
        })
    }

    pub(super) async fn make_account(&self, visitor: Visitor, typed: NewAccount) -> Result<SignedUp, AccountError> {
        let (core, now) = (&self.core, self.core.clock.now());
        let receipt = receipt(&typed);
        if let Some(answer) = self.made_before(receipt.as_deref(), &visitor).await? {
            return Ok(answer);
        }
        if let SignUpAccess::Closed { .. } = self.read_sign_up_access().await? {
            return Err(AccountError::SignUpClosed);
        }
        let (name, venue) = (checked::name(&typed.name)?, checked::venue(&typed.venue)?);
        let email = checked::email(&typed.email)?;
        strength::check("password", &typed.password, &[&name, &venue, email.as_str()]).await?;
        // Before it is counted, as in signing in.
        let place = Place::take().ok_or(AccountError::Busy)?;
        if !Attempt::to(Sending::SignUp, visitor.peer, email.key().as_str()).begin(&core.db, now).await? {
            return Err(AccountError::TooMany("email"));
        }
        // Once for every address, known or not.
        let password_hash = place.hash(typed.password).await;
        let checked = Checked { name, venue, email, password_hash, receipt };

        let mut transaction = core.db.write().await?;
        let Some((account, member)) = self.insert(&mut transaction, &checked).await? else {
            transaction.rollback().await?;
            return self.address_is_known(&checked, &visitor).await;
        };
        let is_first = store::claim_installation(&mut transaction, account, now).await?;
        if !is_first && core.config.sign_up != SignUp::Open {
            transaction.rollback().await?;
            // Another post was quicker; unless it was this one, sent twice.
            let before = self.made_before(checked.receipt.as_deref(), &visitor).await?;
            return before.ok_or(AccountError::SignUpClosed);
        }
        self.mail_code(&mut transaction, member, AccountMailKind::Welcome, &checked.email).await?;
        if let Some(receipt) = &checked.receipt {
            let (address, expires_at) = (checked.email.as_str(), now.plus_ms(REPEATED_MS));
            let token = NewToken { member, kind: TokenKind::SignUp, hash: receipt, address, expires_at };
            store::put_token(&mut transaction, &token, now).await?;
        }
        let answer = if is_first {
            let browser = Browser::new(&visitor.devices, visitor.replaces);
            SignedUp::Entered(browser.enter(core, &mut transaction, member, account).await?)
        } else {
            SignedUp::Told
        };
        transaction.commit().await?;
        tracing::info!(%member, %account, is_first, "An account was made.");
        Ok(answer)
    }

    /// `None` when the address has an account.
    async fn insert(
        &self,
        transaction: &mut Write,
        checked: &Checked,
    ) -> Result<Option<(AccountId, MemberId)>, StoreError> {
        let now = self.core.clock.now();
        let account = add_account(transaction, &checked.venue, now).await?;
        let (email, name) = (checked.email.as_str(), checked.name.as_str());
        let member = NewMember { email, name, password_hash: &checked.password_hash, role: Role::Owner };
        Ok(add_member(transaction, account, &member, now).await?.map(|member| (account, member)))
    }

    /// Tells the owner of the address, unless it is they who post again.
    async fn address_is_known(&self, checked: &Checked, visitor: &Visitor) -> Result<SignedUp, AccountError> {
        if let Some(answer) = self.made_before(checked.receipt.as_deref(), visitor).await? {
            return Ok(answer);
        }
        let mut transaction = self.core.db.write().await?;
        self.tell_owner(&mut transaction, &checked.email).await?;
        transaction.commit().await?;
        Ok(SignedUp::Told)
    }

    /// Mails whoever has an account with this address that somebody wanted another one with it.
    pub(super) async fn tell_owner(
        &self,
        transaction: &mut Write,
        address: &RecipientAddress,
    ) -> Result<(), StoreError> {
        let (core, now, kind) = (&self.core, self.core.clock.now(), AccountMailKind::KnownAddress);
        let Some(member) = store::lock_by_address(transaction, address.key()).await? else { return Ok(()) };
        if system_mail::allowance(transaction, member.member(), kind, now).await? == Allowance::Another {
            system_mail::queue(core, transaction, member.member(), kind, &member.address()?, None).await?;
        }
        Ok(())
    }

    /// What is answered to a post that has made its account already.
    async fn made_before(&self, receipt: Option<&str>, visitor: &Visitor) -> Result<Option<SignedUp>, StoreError> {
        let Some(receipt) = receipt else { return Ok(None) };
        let core = &self.core;
        let mut reader = core.db.reader().await?;
        let Some((account, member)) = store::made_by(&mut reader, receipt, core.clock.now()).await? else {
            return Ok(None);
        };
        if !store::is_owner(&mut reader, account).await? {
            return Ok(Some(SignedUp::Told));
        }
        drop(reader);
        let mut transaction = core.db.write().await?;
        let browser = Browser::new(&visitor.devices, visitor.replaces.clone());
        let cookies = browser.enter(core, &mut transaction, member, account).await?;
        transaction.commit().await?;
        Ok(Some(SignedUp::Entered(cookies)))
    }
}

/// A hash of the form's own key and of what was typed, the password too: whoever can repeat it has made it.
fn receipt(typed: &NewAccount) -> Option<String> {
    let key = typed.key.as_ref().filter(|key| key.is_well_formed() && key.0.len() >= 16)?;
    let NewAccount { name, venue, email, password, .. } = typed;
    Some(token_hash(&format!("sign up\0{}\0{name}\0{venue}\0{email}\0{password}", key.0)))
}

impl From<AppError> for AccountError {
    fn from(error: AppError) -> Self {
        Self::Refused(error)
    }
}
