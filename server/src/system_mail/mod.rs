//! An account's own mails: codes, links, and what its owner has to know.
//!
//! They ride in the same outbox as tracked emails and look like them on the way, and there the likeness ends: they stand in a
//! table of their own, are in nobody's history, are not stopped by the list of blocked addresses, and what becomes of them
//! changes nothing but their own row. A provider's report on one is answered and dropped.
//!
//! Guarantees: a mail and its job are committed together with what they tell of; none is handed over twice. What a code or a
//! link is derived from is forgotten with the hand-over.

mod store;

use app::domain::address::RecipientAddress;
use app::domain::ids::{MemberId, SystemMailId};
use app::domain::time::{HOUR_MS, MINUTE_MS, Timestamp};
use app::paths;

pub use store::{failed, handed_over, prune, waits};

use crate::core::Core;
use crate::db::{Change, Write};
use crate::error::StoreError;
use crate::mailer::{AccountMail, AccountMailKind, MailHeader};
use crate::secret;

/// How long a mail is kept, so that late reports still find it.
const KEPT_MS: i64 = 30 * 24 * HOUR_MS;
/// Mails of one kind that a member gets within an hour, whoever asks for them.
const PER_HOUR: i64 = 5;

/// A mail that is due.
pub struct Due {
    pub header: MailHeader,
    pub says: AccountMail,
}

/// Nobody: a mail to them is none, after the same work.
pub const NOBODY: MemberId = MemberId(0);

/// Whether another mail of a kind may go to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    Another,
    /// One went out within the last minute: a second click means that one.
    JustSent,
    TooMany,
}

/// Says whether another one of this kind may go out. The caller holds the lock of the member.
pub async fn allowance(
    transaction: &mut Write,
    member: MemberId,
    kind: AccountMailKind,
    now: Timestamp,
) -> Result<Allowance, StoreError> {
    let (count, last) = store::recent(transaction, member, kind, now.plus_ms(-HOUR_MS), now).await?;
    Ok(match last {
        Some(last) if last > now.plus_ms(-MINUTE_MS) => Allowance::JustSent,
        _ if count >= PER_HOUR => Allowance::TooMany,
        _ => Allowance::Another,
    })
}

/// Accepts a mail to a member, with what its code or link is derived from, in the caller's transaction.
pub async fn queue(
    core: &Core,
    transaction: &mut Write,
    member: MemberId,
    kind: AccountMailKind,
    recipient: &RecipientAddress,
    seed: Option<&str>,
) -> Result<(), StoreError> {
    let mail = store::NewMail {
        member,
        kind,
        recipient,
        seed,
        reference: secret::unique(),
        message_id: format!("{}@{}", secret::unique(), core.config.mail_from.domain()),
        provider: core.config.provider.code,
    };
    store::insert(transaction, &mail, core.clock.now()).await?;
    transaction.changed(Change::OutboxJob);
    Ok(())
}

/// Returns a mail as it goes out, `None` if it is gone.
pub async fn find(core: &Core, mail: SystemMailId) -> Result<Option<Due>, StoreError> {
    let Some(stored) = store::find(&core.db, mail).await? else { return Ok(None) };
    let url = |path: &str| format!("{}{path}", core.config.base_url);
    let seed = stored.seed.as_deref().unwrap_or_default();
    let secret = match stored.kind {
        AccountMailKind::Welcome | AccountMailKind::Code => core.key.code(seed),
        AccountMailKind::Reset => url(&paths::reset(&core.key.account_token(seed))),
        AccountMailKind::ChangeEmail => url(&paths::change_email(&core.key.account_token(seed))),
        AccountMailKind::KnownAddress | AccountMailKind::EmailChanged | AccountMailKind::PasswordChanged => {
            String::new()
        }
    };
    let says = AccountMail {
        kind: stored.kind,
        name: stored.name,
        secret,
        sign_in: url(paths::SIGN_IN),
        forgot: url(paths::FORGOT),
    };
    let header = MailHeader {
        provider: stored.provider,
        from: core.config.mail_from.clone(),
        to: stored.recipient,
        subject: stored.subject,
        message_id: stored.message_id,
        reference: stored.reference,
        written_at: stored.created_at,
    };
    Ok(Some(Due { header, says }))
}
