//! The SQL of what a mail is made of: what every email has, then what its kind needs.

use app::domain::address::RecipientAddress;
use app::domain::email_kind::EmailKind;
use app::domain::ids::EmailId;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;

use crate::db::Db;
use crate::emails::suppressions;
use crate::error::StoreError;
use crate::provider::{self, Provider};

/// An accepted email.
#[derive(Clone, Debug)]
pub struct StoredMail {
    pub kind: EmailKind,
    /// The one it was accepted with.
    pub provider: &'static Provider,
    pub recipient: RecipientAddress,
    pub subject: String,
    pub reference: String,
    pub message_id: String,
    pub created_at: Timestamp,
    /// Why the address is refused now, if it is.
    pub suppressed: Option<SuppressionCause>,
}

#[derive(sqlx::FromRow)]
struct MailRow {
    kind: String,
    provider: String,
    recipient: String,
    subject: String,
    reference: String,
    message_id: String,
    created_at: i64,
    suppressed: Option<String>,
}

impl TryFrom<MailRow> for StoredMail {
    type Error = StoreError;

    fn try_from(row: MailRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: EmailKind::from_code(&row.kind).ok_or_else(|| StoreError::corrupt("email kind", &row.kind))?,
            provider: provider::find(&row.provider)
                .ok_or_else(|| StoreError::corrupt("mail provider", &row.provider))?,
            recipient: RecipientAddress::parse(&row.recipient)
                .map_err(|_| StoreError::corrupt("recipient", &row.recipient))?,
            subject: row.subject,
            reference: row.reference,
            message_id: row.message_id,
            created_at: Timestamp(row.created_at),
            suppressed: suppressions::cause(row.suppressed.as_deref()),
        })
    }
}

/// Returns the email, `None` if it is gone.
pub async fn find(db: &Db, email: EmailId) -> Result<Option<StoredMail>, StoreError> {
    let row: Option<MailRow> = sqlx::query_as(
        "SELECT e.kind, e.provider, e.recipient, e.subject, e.reference, e.message_id, e.created_at, \
         x.cause AS suppressed FROM email e \
         LEFT JOIN suppression x ON x.address_key = e.recipient_key AND x.lifted_at IS NULL \
         WHERE e.id = $1",
    )
    .bind(email.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    row.map(StoredMail::try_from).transpose()
}

/// What an invite needs.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StoredInvite {
    pub first_name: String,
    pub sender: String,
    pub venue: String,
    pub event: String,
    pub starts_at: Option<i64>,
    pub time_zone: Option<String>,
    pub event_deleted_at: Option<i64>,
    pub status: Option<String>,
    pub rsvp: Option<i64>,
    pub space: Option<String>,
    pub space_address: Option<String>,
    pub link_seed: String,
    pub link_revoked_at: Option<i64>,
}

/// Returns what an invite needs, `None` if its link is gone.
pub async fn find_invite(db: &Db, email: EmailId) -> Result<Option<StoredInvite>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT c.first_name, m.name AS sender, a.name AS venue, e.event_name AS event, v.starts_at, v.time_zone, \
         v.deleted_at AS event_deleted_at, v.status, v.rsvp, \
         s.name AS space, s.address AS space_address, l.seed AS link_seed, l.revoked_at AS link_revoked_at \
         FROM email e \
         JOIN contact c ON c.id = e.contact_id \
         JOIN member m ON m.id = e.member_id \
         JOIN account a ON a.id = e.account_id \
         JOIN link l ON l.id = e.link_id \
         LEFT JOIN event v ON v.id = e.event_id \
         LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL \
         WHERE e.id = $1",
    )
    .bind(email.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?)
}

/// What the mail needs that tells of a file that was turned down.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StoredRejection {
    pub first_name: String,
    pub sender: String,
    pub venue: String,
    pub event: String,
    pub event_deleted_at: Option<i64>,
    pub event_status: Option<String>,
    /// The file; none when a later review was not told by this mail.
    pub upload_id: Option<i64>,
    pub request_deleted_at: Option<i64>,
    pub link_seed: Option<String>,
    pub link_revoked_at: Option<i64>,
    pub request_label: String,
    pub file_name: String,
    pub note: String,
}

/// Returns what that mail needs, `None` if it is about no file.
pub async fn find_rejection(db: &Db, email: EmailId) -> Result<Option<StoredRejection>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT c.first_name, m.name AS sender, a.name AS venue, e.event_name AS event, \
         v.deleted_at AS event_deleted_at, v.status AS event_status, u.id AS upload_id, \
         q.deleted_at AS request_deleted_at, l.seed AS link_seed, l.revoked_at AS link_revoked_at, \
         j.request_label, j.file_name, j.note \
         FROM email e \
         JOIN upload_rejection j ON j.email_id = e.id \
         JOIN contact c ON c.id = e.contact_id \
         JOIN member m ON m.id = e.member_id \
         JOIN account a ON a.id = e.account_id \
         LEFT JOIN link l ON l.id = e.link_id \
         LEFT JOIN event v ON v.id = e.event_id \
         LEFT JOIN upload u ON u.email_id = e.id \
         LEFT JOIN request q ON q.id = u.request_id \
         WHERE e.id = $1",
    )
    .bind(email.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?)
}
