//! Six digits that prove an address.

use app::backend::Caller;
use app::domain::address::{RecipientAddress, fold};
use app::domain::ids::MemberId;
use app::domain::time::{MINUTE_MS, Timestamp};
use app::error::AppError;

use super::checked;
use super::links::TokenKind;
use super::service::{AccountError, AccountsService};
use super::store::{self, NewToken};
use crate::db::Write;
use crate::error::StoreError;
use crate::mailer::AccountMailKind;
use crate::secret;
use crate::system_mail::{self, Allowance};

const CODE_MS: i64 = 30 * MINUTE_MS;
/// With five codes an hour at most, nobody guesses one in a million.
const MOST_TRIES: i64 = 5;

fn refused(message: &str) -> AccountError {
    AccountError::Refused(AppError::invalid("code", message))
}

impl AccountsService {
    /// A new code in the place of the one before, and the mail that carries it.
    pub(super) async fn mail_code(
        &self,
        transaction: &mut Write,
        member: MemberId,
        mail: AccountMailKind,
        recipient: &RecipientAddress,
    ) -> Result<(), StoreError> {
        let (core, now) = (&self.core, self.core.clock.now());
        let seed = secret::unique();
        let hash = core.key.code_hash(&member.to_string(), &core.key.code(&seed));
        let (address, expires_at) = (recipient.as_str(), now.plus_ms(CODE_MS));
        let token = NewToken { member, kind: TokenKind::Verify, hash: &hash, address, expires_at };
        store::put_token(transaction, &token, now).await?;
        system_mail::queue(core, transaction, member, mail, recipient, Some(&seed)).await
    }

    pub(super) async fn mail_another_code(&self, caller: &Caller) -> Result<(), AccountError> {
        let (core, now) = (&self.core, self.core.clock.now());
        let mut transaction = core.db.write().await?;
        let Some(member) = store::lock(&mut transaction, caller.member).await? else { return Err(AccountError::Gone) };
        if member.verified_at.is_some() {
            return Ok(());
        }
        match system_mail::allowance(&mut transaction, caller.member, AccountMailKind::Code, now).await? {
            Allowance::Another => {}
            Allowance::JustSent => return Ok(()),
            Allowance::TooMany => {
                return Err(refused(
                    "Five codes were sent within an hour. Use the newest, or wait an hour for another.",
                ));
            }
        }
        self.mail_code(&mut transaction, caller.member, AccountMailKind::Code, &member.address()?).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A try counts before it is looked at, so that many at once count in full.
    pub(super) async fn compare_code(&self, caller: &Caller, typed: &str) -> Result<(), AccountError> {
        let (core, now) = (&self.core, self.core.clock.now());
        let mut transaction = core.db.write().await?;
        let Some(member) = store::lock(&mut transaction, caller.member).await? else { return Err(AccountError::Gone) };
        if member.verified_at.is_some() {
            return Ok(());
        }
        let digits = checked::code(typed)?;
        let tried = store::count_try(&mut transaction, caller.member).await?;
        let is_right = tried.as_ref().is_some_and(|stored| {
            stored.token_hash == core.key.code_hash(&caller.member.to_string(), &digits)
                && fold(&stored.address) == member.email_key
        });
        let answer = match tried {
            None => Err(refused("There is no code to compare with. Send another code.")),
            Some(stored) if Timestamp(stored.expires_at) <= now => {
                Err(refused("This code was good for 30 minutes. Send another code."))
            }
            Some(stored) if stored.tries > MOST_TRIES => {
                Err(refused("That was one try too many for this code. Send another code."))
            }
            Some(_) if !is_right => Err(refused("That is not the code of the newest mail. Look at it again.")),
            Some(_) => store::mark_verified(&mut transaction, caller.member, now).await.map_err(Into::into),
        };
        transaction.commit().await?;
        if answer.is_ok() {
            tracing::info!(member = %caller.member, "A member's address was proved.");
        }
        answer
    }
}
