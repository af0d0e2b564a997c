//! Links to a new password and to a new address.

use app::accounts::{AccountLink, Visitor};
use app::domain::address::RecipientAddress;
use app::domain::ids::MemberId;
use app::domain::time::{HOUR_MS, Timestamp};
use app::error::AppError;

use super::service::{AccountError, AccountsService};
use super::store::{self, NewToken};
use super::{checked, strength};
use crate::auth::store::end_sessions;
use crate::auth::{Attempt, Place, Sending};
use crate::db::Write;
use crate::error::StoreError;
use crate::mailer::AccountMailKind;
use crate::secret::{self, token_hash};
use crate::system_mail::{self, Allowance, NOBODY};

const LINK_MS: i64 = 24 * HOUR_MS;

/// What a code or a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// No secret: the post that made the account, so that its repetition makes none.
    SignUp,
    Verify,
    Reset,
    ChangeEmail,
}

impl TokenKind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::ChangeEmail => "change_email",
        }
    }
}

impl AccountsService {
    /// Known addresses and unknown ones run through the same statements, which do nothing for nobody.
    pub(super) async fn mail_reset(&self, visitor: Visitor, email: &str) -> Result<(), AccountError> {
        let typed = checked::email(email)?;
        let now = self.core.clock.now();
        let attempt = Attempt::to(Sending::Forgot, visitor.peer, typed.key().as_str());
        // Counted in the same transaction, so that the commit has something to write for nobody too and takes its time.
        let mut transaction = self.core.db.write().await?;
        if !attempt.count(&mut transaction, now).await? {
            transaction.commit().await?;
            return Err(AccountError::TooMany("email"));
        }
        let known = store::lock_by_address(&mut transaction, typed.key()).await?;
        let proved = known.filter(|member| member.verified_at.is_some());
        let member = proved.as_ref().map_or(NOBODY, store::StoredMember::member);
        let allowance = system_mail::allowance(&mut transaction, member, AccountMailKind::Reset, now).await?;
        let member = if allowance == Allowance::Another { member } else { NOBODY };
        let recipient = proved.map_or(Ok(typed), |member| member.address())?;
        self.mail_link(&mut transaction, member, (TokenKind::Reset, AccountMailKind::Reset), &recipient).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A link to a new address that nobody holds, in the place of the one before: no mail carries it.
    pub(super) async fn put_unheld_link(
        &self,
        transaction: &mut Write,
        member: MemberId,
        recipient: &RecipientAddress,
    ) -> Result<(), StoreError> {
        let now = self.core.clock.now();
        let hash = token_hash(&secret::token());
        let (kind, address, expires_at) = (TokenKind::ChangeEmail, recipient.as_str(), now.plus_ms(LINK_MS));
        store::put_token(transaction, &NewToken { member, kind, hash: &hash, address, expires_at }, now).await
    }

    /// A new link in the place of the one before, and the mail that carries it.
    pub(super) async fn mail_link(
        &self,
        transaction: &mut Write,
        member: MemberId,
        (token, mail): (TokenKind, AccountMailKind),
        recipient: &RecipientAddress,
    ) -> Result<(), StoreError> {
        let now = self.core.clock.now();
        let seed = secret::unique();
        let hash = token_hash(&self.core.key.account_token(&seed));
        let (address, expires_at) = (recipient.as_str(), now.plus_ms(LINK_MS));
        let token = NewToken { member, kind: token, hash: &hash, address, expires_at };
        store::put_token(transaction, &token, now).await?;
        system_mail::queue(&self.core, transaction, member, mail, recipient, Some(&seed)).await
    }

    pub(super) async fn look_at(&self, kind: TokenKind, token: &str) -> Result<AccountLink, StoreError> {
        let now = self.core.clock.now();
        Ok(match store::token(&self.core.db, kind, &token_hash(token)).await? {
            None => AccountLink::Unknown,
            Some(token) if token.used_at.is_some() => AccountLink::Used,
            Some(token) if Timestamp(token.expires_at) <= now => AccountLink::Expired,
            Some(token) => AccountLink::Live(token.address),
        })
    }

    pub(super) async fn set_new_password(
        &self,
        visitor: Visitor,
        token: &str,
        password: String,
    ) -> Result<(), AccountError> {
        let (core, now) = (&self.core, self.core.clock.now());
        let hash = token_hash(token);
        let AccountLink::Live(_) = self.look_at(TokenKind::Reset, token).await? else {
            return Err(AccountError::LinkExpired);
        };
        let owner = store::token(&core.db, TokenKind::Reset, &hash).await?.ok_or(AccountError::LinkExpired)?.member_id;
        let member = MemberId(owner);
        let profile = store::profile(&core.db, member, now).await?.ok_or(AccountError::LinkExpired)?;
        strength::check("new_password", &password, &[&profile.name, &profile.email, &profile.venue]).await?;
        let password_hash = Place::take().ok_or(AccountError::Busy)?.hash(password).await;

        let mut transaction = core.db.write().await?;
        // The member first, as everywhere: two that lock in different orders wait for each other.
        let stored = store::lock(&mut transaction, member).await?.ok_or(AccountError::LinkExpired)?;
        let used = store::use_token(&mut transaction, TokenKind::Reset, &hash, now).await?;
        used.ok_or(AccountError::LinkExpired)?;
        // Whoever guessed wrong until they asked for the link need not wait.
        Attempt::from(visitor.peer, &stored.email_key).succeeded(&mut transaction).await?;
        store::set_password(&mut transaction, member, &password_hash).await?;
        store::forget_tokens(&mut transaction, member, TokenKind::Reset).await?;
        end_sessions(&mut transaction, member, None).await?;
        let (kind, recipient) = (AccountMailKind::PasswordChanged, stored.address()?);
        system_mail::queue(core, &mut transaction, member, kind, &recipient, None).await?;
        transaction.commit().await?;
        tracing::info!(%member, "A member set a new password by a link.");
        Ok(())
    }

    pub(super) async fn take_new_address(&self, token: &str) -> Result<(), AccountError> {
        let (core, now) = (&self.core, self.core.clock.now());
        let hash = token_hash(token);
        let found = store::token(&core.db, TokenKind::ChangeEmail, &hash).await?;
        let member = MemberId(found.ok_or(AccountError::LinkExpired)?.member_id);

        let mut transaction = core.db.write().await?;
        // In the order of `set_new_password`.
        let stored = store::lock(&mut transaction, member).await?.ok_or(AccountError::LinkExpired)?;
        let used = store::use_token(&mut transaction, TokenKind::ChangeEmail, &hash, now).await?;
        let used = used.ok_or(AccountError::LinkExpired)?;
        let address = RecipientAddress::parse(&used.address)
            .map_err(|_| StoreError::corrupt("new address of a member", &used.address))?;
        if !store::set_email(&mut transaction, member, &address, now).await? {
            return Err(AccountError::Refused(AppError::invalid(
                "",
                "Another account has this address by now. Ask for a change to a different one.",
            )));
        }
        // Codes and links that went to the old address.
        store::forget_tokens(&mut transaction, member, TokenKind::ChangeEmail).await?;
        if stored.email_key != address.key().as_str() {
            let (kind, old) = (AccountMailKind::EmailChanged, stored.address()?);
            system_mail::queue(core, &mut transaction, member, kind, &old, None).await?;
        }
        transaction.commit().await?;
        tracing::info!(%member, "A member's address was changed.");
        Ok(())
    }
}
