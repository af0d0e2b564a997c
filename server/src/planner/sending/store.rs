//! The SQL of accepting an email. The caller holds the locks of the event and of the crew row, and knows whose they are.

use app::domain::address::{AddressKey, RecipientAddress};
use app::domain::email_kind::EmailKind;
use app::domain::ids::{AccountId, CrewId, EmailId, EventId, IdempotencyKey, LinkId, MemberId};
use app::domain::time::Timestamp;

use super::RejectedFile;
use crate::db::Write;
use crate::error::StoreError;
use crate::planner::store::LockedCrew;

/// Whether this key was used, and for which crew row.
pub async fn crew_of_key(
    transaction: &mut Write,
    account: AccountId,
    key: &IdempotencyKey,
) -> Result<Option<Option<CrewId>>, StoreError> {
    let crew: Option<Option<i64>> =
        sqlx::query_scalar("SELECT crew_id FROM email WHERE account_id = $1 AND idempotency_key = $2")
            .bind(account.0)
            .bind(key.0.clone())
            .fetch_optional(&mut **transaction)
            .await?;
    Ok(crew.map(|crew| crew.map(CrewId)))
}

/// When the newest email of this kind about this event to this address was accepted, not counting those that failed: whoever has the
/// address, and whatever link it carried.
pub async fn last_sent_at(
    transaction: &mut Write,
    event: EventId,
    kind: EmailKind,
    address: &AddressKey,
) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = sqlx::query_scalar(
        "SELECT MAX(created_at) FROM email WHERE event_id = $1 AND recipient_key = $2 AND kind = $3 \
         AND (status IS NULL OR status <> 'failed')",
    )
    .bind(event.0)
    .bind(address.as_str().to_owned())
    .bind(kind.code())
    .fetch_one(&mut **transaction)
    .await?;
    Ok(at.map(Timestamp))
}

/// A tracked email before its hand-over.
pub struct NewEmail<'a> {
    pub account: AccountId,
    /// Who pressed the button.
    pub member: MemberId,
    pub crew: &'a LockedCrew,
    /// What the mail leads to.
    pub link: Option<LinkId>,
    pub kind: EmailKind,
    pub subject: String,
    pub recipient: &'a RecipientAddress,
    /// Without brackets.
    pub message_id: String,
    pub reference: String,
    pub provider: &'static str,
    pub key: &'a IdempotencyKey,
    /// Whether it is one of many that are sent at once, and so waits for what somebody clicked.
    pub is_batch: bool,
}

/// Writes the email and its job, counts it for the contact, and makes it the crew row's newest invite, if it is one.
pub async fn insert(transaction: &mut Write, email: NewEmail<'_>, now: Timestamp) -> Result<EmailId, StoreError> {
    let crew = email.crew;
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO email (account_id, contact_id, event_id, crew_id, link_id, member_id, kind, recipient, \
         recipient_key, subject, event_name, reference, message_id, provider, idempotency_key, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) RETURNING id",
    )
    .bind(email.account.0)
    .bind(crew.contact.0)
    .bind(crew.event.0)
    .bind(crew.id.0)
    .bind(email.link.map(|link| link.0))
    .bind(email.member.0)
    .bind(email.kind.code())
    .bind(email.recipient.as_str().to_owned())
    .bind(email.recipient.key().as_str().to_owned())
    .bind(email.subject)
    .bind(crew.event_name.clone())
    .bind(email.reference)
    .bind(email.message_id)
    .bind(email.provider)
    .bind(email.key.0.clone())
    .bind(now.0)
    .fetch_one(&mut **transaction)
    .await?;
    sqlx::query(
        "INSERT INTO outbox_job (purpose, email_id, run_at, account_id, is_batch) VALUES ('email', $1, $2, $3, $4)",
    )
    .bind(id)
    .bind(now.0)
    .bind(email.account.0)
    .bind(i64::from(email.is_batch))
    .execute(&mut **transaction)
    .await?;
    sqlx::query("UPDATE contact SET email_count = email_count + 1, revision = revision + 1 WHERE id = $1")
        .bind(crew.contact.0)
        .execute(&mut **transaction)
        .await?;
    if email.kind.is_invite() {
        sqlx::query("UPDATE crew SET invite_email_id = $2 WHERE id = $1")
            .bind(crew.id.0)
            .bind(id)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(EmailId(id))
}

/// Keeps what the mail says, whatever becomes of the file and its request.
pub async fn insert_rejection(
    transaction: &mut Write,
    email: EmailId,
    file: &RejectedFile<'_>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO upload_rejection (email_id, request_label, file_name, note) VALUES ($1, $2, $3, $4)")
        .bind(email.0)
        .bind(file.request.to_owned())
        .bind(file.name.to_owned())
        .bind(file.note.to_owned())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
