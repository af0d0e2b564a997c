//! The demo's tracked emails, with the delivery events their states follow from.

use app::domain::address::fold;
use app::domain::email_kind::EmailKind;
use app::domain::time::Timestamp;

use super::bulk::{Cell, insert, row};
use crate::db::Write;
use crate::demo::history::{Folded, ReportPlan};
use crate::error::StoreError;

pub struct NewEmail {
    pub account: i64,
    pub contact: i64,
    pub event: i64,
    pub crew: i64,
    pub link: Option<i64>,
    pub member: i64,
    pub kind: EmailKind,
    pub recipient: String,
    pub subject: String,
    pub event_name: &'static str,
    /// Tells the demo's emails apart.
    pub number: usize,
    pub provider: &'static str,
    pub delivery: Folded,
    pub created_at: Timestamp,
    pub reports: Vec<ReportPlan>,
}

pub async fn insert_emails(transaction: &mut Write, emails: &[NewEmail]) -> Result<Vec<i64>, StoreError> {
    let rows = emails
        .iter()
        .map(|email| {
            let Folded { delivery, revision } = &email.delivery;
            row![
                email.account,
                email.contact,
                email.event,
                email.crew,
                email.link,
                email.member,
                email.kind.code(),
                email.recipient.clone(),
                fold(&email.recipient),
                email.subject.clone(),
                email.event_name,
                format!("demo-{}", email.number),
                format!("demo-{}@callboard.test", email.number),
                email.provider,
                format!("demo-{}", email.number),
                delivery.status.map(|status| status.code().to_owned()),
                delivery.rank.0,
                delivery.reason.clone(),
                delivery.as_of,
                email.created_at,
                email.reports.first().map(|handed_over| handed_over.at.0),
                *revision,
            ]
        })
        .collect();
    let columns = "account_id, contact_id, event_id, crew_id, link_id, member_id, kind, recipient, recipient_key, \
         subject, event_name, reference, message_id, provider, idempotency_key, status, rank, reason, status_at, \
         created_at, handed_over_at, revision";
    insert(transaction, "email", columns, "id", rows).await
}

pub async fn insert_delivery_events(
    transaction: &mut Write,
    ids: &[i64],
    emails: &[NewEmail],
) -> Result<(), StoreError> {
    let rows = ids
        .iter()
        .zip(emails)
        .flat_map(|(id, email)| {
            email.reports.iter().map(|report| {
                row![
                    report.provider,
                    report.event_key.clone(),
                    *id,
                    report.report.code(),
                    report.reason.clone(),
                    report.at,
                    report.at,
                ]
            })
        })
        .collect();
    let columns = "provider, event_key, email_id, report, reason, occurred_at, received_at";
    insert(transaction, "delivery_event", columns, "id", rows).await.map(drop)
}

/// Counts each contact's emails, and gives each crew row its newest invite.
pub async fn link_newest_invites(transaction: &mut Write, account: i64) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE contact SET email_count = (SELECT COUNT(*) FROM email e WHERE e.contact_id = contact.id) \
         WHERE account_id = $1",
    )
    .bind(account)
    .execute(&mut **transaction)
    .await?;
    sqlx::query(
        "UPDATE crew SET invite_email_id = (SELECT MAX(e.id) FROM email e \
         WHERE e.crew_id = crew.id AND e.kind <> 'upload_rejection') WHERE account_id = $1",
    )
    .bind(account)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}
