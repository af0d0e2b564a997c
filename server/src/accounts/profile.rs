//! What members change about their own login.

use app::accounts::Profile;
use app::backend::Caller;
use app::domain::ids::MemberId;
use app::domain::time::MINUTE_MS;

use super::links::TokenKind;
use super::service::{AccountError, AccountsService};
use super::store::{self, StoredMember, StoredProfile};
use super::{checked, strength};
use crate::auth::store::{end_sessions, still_has_password};
use crate::auth::{Attempt, Place, Sending};
use crate::db::Write;
use crate::mailer::AccountMailKind;
use crate::system_mail;

impl AccountsService {
    async fn stored(&self, caller: &Caller) -> Result<StoredProfile, AccountError> {
        let stored = store::profile(&self.core.db, caller.member, self.core.clock.now()).await?;
        stored.ok_or(AccountError::Gone)
    }

    pub(super) async fn show(&self, caller: &Caller) -> Result<Profile, AccountError> {
        let StoredProfile { name, email, verified_at, next_email, .. } = self.stored(caller).await?;
        Ok(Profile { name, email, verified: verified_at.is_some(), next_email })
    }

    pub(super) async fn save_name(&self, caller: &Caller, typed: &str) -> Result<(), AccountError> {
        let name = checked::name(typed)?;
        let mut transaction = self.core.db.write().await?;
        store::rename(&mut transaction, caller.member, &name).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Fails unless this is the member's password. Five wrong ones have to wait, also for whoever found a browser signed in.
    /// What it allows is done under the lock of `lock_with_password`.
    async fn ask_present(&self, caller: &Caller, present: String, hash: &str) -> Result<(), AccountError> {
        let (db, now) = (&self.core.db, self.core.clock.now());
        let place = Place::take().ok_or(AccountError::Busy)?;
        let attempt = Attempt::of_present_password(caller.member);
        if !attempt.begin(db, now).await? {
            return Err(AccountError::TooMany("present_password"));
        }
        if !place.verify(present, Some(hash.to_owned())).await {
            return Err(AccountError::WrongPassword);
        }
        let mut transaction = db.write().await?;
        if !still_has_password(&mut transaction, caller.member, hash).await? {
            return Err(AccountError::WrongPassword);
        }
        attempt.succeeded(&mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(super) async fn save_password(
        &self,
        caller: &Caller,
        present: String,
        new: String,
    ) -> Result<(), AccountError> {
        let core = &self.core;
        let StoredProfile { name, email, password_hash, venue, .. } = self.stored(caller).await?;
        strength::check("new_password", &new, &[&name, &email, &venue]).await?;
        self.ask_present(caller, present, &password_hash).await?;
        let hash = Place::take().ok_or(AccountError::Busy)?.hash(new).await;

        let mut transaction = core.db.write().await?;
        let member = lock_with_password(&mut transaction, caller.member, &password_hash).await?;
        store::set_password(&mut transaction, caller.member, &hash).await?;
        // A link that whoever knew the old password has asked for; a code that was mailed stays good.
        store::forget_tokens(&mut transaction, caller.member, TokenKind::Verify).await?;
        end_sessions(&mut transaction, caller.member, Some(&caller.session)).await?;
        let (kind, recipient) = (AccountMailKind::PasswordChanged, member.address()?);
        system_mail::queue(core, &mut transaction, caller.member, kind, &recipient, None).await?;
        transaction.commit().await?;
        tracing::info!(member = %caller.member, "A member changed their password.");
        Ok(())
    }

    /// An address that is somebody else's is answered as any other, and shown as the next one like any other, with a link that
    /// nobody holds; its owner is told. Posts are counted and not mails, of which there are fewer for known addresses.
    pub(super) async fn mail_new_address(
        &self,
        caller: &Caller,
        present: String,
        typed: &str,
    ) -> Result<(), AccountError> {
        let (core, now, kind) = (&self.core, self.core.clock.now(), AccountMailKind::ChangeEmail);
        let address = checked::email(typed)?;
        let stored = self.stored(caller).await?;
        self.ask_present(caller, present, &stored.password_hash).await?;
        let attempt = Attempt::to(Sending::ChangeEmail, None, &caller.member.to_string());
        if !attempt.begin(&core.db, now).await? {
            return Err(AccountError::TooManyLinks);
        }

        let mut transaction = core.db.write().await?;
        store::lock_both(&mut transaction, caller.member, address.key()).await?;
        let member = lock_with_password(&mut transaction, caller.member, &stored.password_hash).await?;
        if store::has_asked_for(&mut transaction, caller.member, &address, now.plus_ms(-MINUTE_MS), now).await? {
            // Clicked twice.
            return Ok(());
        }
        let is_known = store::lock_by_address(&mut transaction, address.key()).await?;
        let is_known = is_known.is_some_and(|other| other.id != member.id);
        if is_known {
            self.put_unheld_link(&mut transaction, caller.member, &address).await?;
            self.tell_owner(&mut transaction, &address).await?;
        } else {
            self.mail_link(&mut transaction, caller.member, (TokenKind::ChangeEmail, kind), &address).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Locks the member, unless their password is another by now than the one that was verified.
async fn lock_with_password(
    transaction: &mut Write,
    member: MemberId,
    hash: &str,
) -> Result<StoredMember, AccountError> {
    if !still_has_password(transaction, member, hash).await? {
        return Err(AccountError::WrongPassword);
    }
    store::lock(transaction, member).await?.ok_or(AccountError::Gone)
}
