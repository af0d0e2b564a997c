//! The SQL of an account's own mails.

use app::domain::address::RecipientAddress;
use app::domain::ids::{MemberId, SystemMailId};
use app::domain::time::Timestamp;

use super::KEPT_MS;
use crate::db::{Db, Write};
use crate::error::StoreError;
use crate::mailer::AccountMailKind;
use crate::provider::{self, Provider};

/// A mail before its hand-over.
pub(super) struct NewMail<'a> {
    pub member: MemberId,
    pub kind: AccountMailKind,
    pub recipient: &'a RecipientAddress,
    pub seed: Option<&'a str>,
    pub reference: String,
    /// Without brackets.
    pub message_id: String,
    pub provider: &'static str,
}

/// Writes the mail and its job. For a member that is not there neither is written, by the same statements.
pub(super) async fn insert(transaction: &mut Write, mail: &NewMail<'_>, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO system_mail (member_id, kind, recipient, subject, seed, reference, message_id, provider, created_at) \
         SELECT id, $2, $3, $4, CAST($5 AS TEXT), $6, $7, $8, $9 FROM member WHERE id = $1",
    )
    .bind(mail.member.0)
    .bind(mail.kind.code())
    .bind(mail.recipient.as_str().to_owned())
    .bind(mail.kind.subject())
    .bind(mail.seed.map(ToOwned::to_owned))
    .bind(mail.reference.clone())
    .bind(mail.message_id.clone())
    .bind(mail.provider)
    .bind(now.0)
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "INSERT INTO outbox_job (purpose, system_mail_id, run_at) \
         SELECT 'system', id, created_at FROM system_mail WHERE reference = $1",
    )
    .bind(mail.reference.clone())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Returns how many mails of a kind a member was sent between two times, and when the last.
pub(super) async fn recent(
    transaction: &mut Write,
    member: MemberId,
    kind: AccountMailKind,
    after: Timestamp,
    until: Timestamp,
) -> Result<(i64, Option<Timestamp>), StoreError> {
    let (count, last): (i64, Option<i64>) = sqlx::query_as(
        "SELECT COUNT(*), MAX(created_at) FROM system_mail \
         WHERE member_id = $1 AND kind = $2 AND created_at > $3 AND created_at <= $4",
    )
    .bind(member.0)
    .bind(kind.code())
    .bind(after.0)
    .bind(until.0)
    .fetch_one(&mut **transaction)
    .await?;
    Ok((count, last.map(Timestamp)))
}

/// An accepted mail.
pub(super) struct StoredMail {
    pub kind: AccountMailKind,
    pub provider: &'static Provider,
    pub recipient: RecipientAddress,
    pub subject: String,
    pub reference: String,
    pub message_id: String,
    pub seed: Option<String>,
    pub created_at: Timestamp,
    /// The member's, as it is now.
    pub name: String,
}

#[derive(sqlx::FromRow)]
struct MailRow {
    kind: String,
    provider: String,
    recipient: String,
    subject: String,
    reference: String,
    message_id: String,
    seed: Option<String>,
    created_at: i64,
    name: String,
}

impl TryFrom<MailRow> for StoredMail {
    type Error = StoreError;

    fn try_from(row: MailRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: AccountMailKind::from_code(&row.kind)
                .ok_or_else(|| StoreError::corrupt("kind of system mail", &row.kind))?,
            provider: provider::find(&row.provider)
                .ok_or_else(|| StoreError::corrupt("mail provider", &row.provider))?,
            recipient: RecipientAddress::parse(&row.recipient)
                .map_err(|_| StoreError::corrupt("recipient", &row.recipient))?,
            subject: row.subject,
            reference: row.reference,
            message_id: row.message_id,
            seed: row.seed,
            created_at: Timestamp(row.created_at),
            name: row.name,
        })
    }
}

pub(super) async fn find(db: &Db, mail: SystemMailId) -> Result<Option<StoredMail>, StoreError> {
    let row: Option<MailRow> = sqlx::query_as(
        "SELECT s.kind, s.provider, s.recipient, s.subject, s.reference, s.message_id, s.seed, s.created_at, m.name \
         FROM system_mail s JOIN member m ON m.id = s.member_id WHERE s.id = $1",
    )
    .bind(mail.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    row.map(StoredMail::try_from).transpose()
}

/// Notes why a mail still waits.
pub async fn waits(transaction: &mut Write, mail: SystemMailId, reason: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE system_mail SET reason = $2 WHERE id = $1")
        .bind(mail.0)
        .bind(reason.to_owned())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Notes that a mail went out, and drops what its provider has said of it already.
pub async fn handed_over(
    transaction: &mut Write,
    mail: SystemMailId,
    at: Timestamp,
    provider_id: Option<&str>,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE system_mail SET handed_over_at = COALESCE(handed_over_at, $2), seed = NULL, \
         provider_message_id = COALESCE(provider_message_id, CAST($3 AS TEXT)), failed_at = NULL, reason = CAST($4 AS TEXT) \
         WHERE id = $1",
    )
    .bind(mail.0)
    .bind(at.0)
    .bind(provider_id.map(ToOwned::to_owned))
    .bind(reason.map(ToOwned::to_owned))
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "DELETE FROM orphan_event WHERE provider_message_id = (SELECT provider_message_id FROM system_mail WHERE id = $1)",
    )
    .bind(mail.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Notes that a mail is given up.
pub async fn failed(
    transaction: &mut Write,
    mail: SystemMailId,
    at: Timestamp,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE system_mail SET failed_at = $2, seed = NULL, reason = CAST($3 AS TEXT) \
         WHERE id = $1 AND handed_over_at IS NULL",
    )
    .bind(mail.0)
    .bind(at.0)
    .bind(reason.map(ToOwned::to_owned))
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Deletes mails of which nobody speaks any more.
pub async fn prune(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    sqlx::query("DELETE FROM system_mail WHERE created_at < $1")
        .bind(now.plus_ms(-KEPT_MS).0)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
