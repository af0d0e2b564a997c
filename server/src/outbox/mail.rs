//! From a mail that is due to the message that goes out, or the reason why none does.

use app::domain::email_kind::EmailKind;
use app::domain::ids::EmailId;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;
use app::events::EventStatus;
use app::planner::LinkKind;

use super::mail_store::{self, StoredInvite, StoredMail, StoredRejection};
use super::store::Mail;
use crate::core::Core;
use crate::error::StoreError;
use crate::mailer::{Invite, MailHeader, Message, MessageError, Outgoing, Rejection};
use crate::provider::Provider;
use crate::rsvp;
use crate::system_mail;
use crate::zone::Zone;

/// A mail to be handed over.
pub struct Prepared {
    pub message: Message,
    pub provider: &'static Provider,
    /// When the button was pressed.
    pub created_at: Timestamp,
}

/// Why no message is handed over.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    #[error("what the mail was about is gone")]
    Gone,
    #[error("{}", blocked_meanwhile(*.0))]
    Suppressed(SuppressionCause),
    #[error("not sent: its link was revoked meanwhile")]
    LinkRevoked,
    #[error("not sent: the link it should carry is gone")]
    LinkGone,
    #[error("not sent: its event was deleted meanwhile")]
    EventDeleted,
    #[error("not sent: its event was cancelled meanwhile, so no file is taken any more")]
    EventCancelled,
    #[error("not sent: the request for the file was deleted meanwhile")]
    RequestDeleted,
    #[error("not sent: the file was reviewed anew meanwhile")]
    ReviewedAnew,
    #[error("not sent: the event asks nobody any more whether they come")]
    RsvpClosed,
    #[error(transparent)]
    Message(#[from] MessageError),
    /// Final where this version cannot read what is stored.
    #[error("not sent: {0}")]
    Store(#[from] StoreError),
}

impl PrepareError {
    /// Returns why the mail is never sent. Fails when the database did, which says nothing of the mail.
    pub fn into_reason(self) -> Result<String, StoreError> {
        match self {
            Self::Store(error @ (StoreError::Database(_) | StoreError::Unavailable)) => Err(error),
            last => Ok(last.to_string()),
        }
    }
}

/// Builds the message of a mail from what is stored now.
pub async fn prepare(core: &Core, mail: Mail) -> Result<Prepared, PrepareError> {
    match mail {
        Mail::Email(email) => prepare_email(core, email).await,
        Mail::System(mail) => {
            let mail = system_mail::find(core, mail).await?.ok_or(PrepareError::Gone)?;
            let (provider, created_at) = (mail.header.provider, mail.header.written_at);
            let message = Message::build(&mail.header, &Outgoing::Account(mail.says))?;
            Ok(Prepared { message, provider, created_at })
        }
    }
}

async fn prepare_email(core: &Core, email: EmailId) -> Result<Prepared, PrepareError> {
    let mail = mail_store::find(&core.db, email).await?.ok_or(PrepareError::Gone)?;
    if let Some(cause) = mail.suppressed {
        return Err(PrepareError::Suppressed(cause));
    }
    let outgoing = match mail.kind {
        EmailKind::ShareLink => Outgoing::ShareLink(invite(core, email, LinkKind::Share).await?),
        EmailKind::RsvpInvite => Outgoing::RsvpInvite(invite(core, email, LinkKind::Rsvp).await?),
        EmailKind::UploadRejection => Outgoing::UploadRejection(rejection(core, email).await?),
    };
    let (provider, created_at) = (mail.provider, mail.created_at);
    Ok(Prepared { message: Message::build(&header(core, mail), &outgoing)?, provider, created_at })
}

fn header(core: &Core, mail: StoredMail) -> MailHeader {
    MailHeader {
        provider: mail.provider,
        from: core.config.mail_from.clone(),
        to: mail.recipient,
        subject: mail.subject,
        message_id: mail.message_id,
        reference: mail.reference,
        written_at: mail.created_at,
    }
}

async fn invite(core: &Core, email: EmailId, kind: LinkKind) -> Result<Invite, PrepareError> {
    let stored: StoredInvite = mail_store::find_invite(&core.db, email).await?.ok_or(PrepareError::LinkGone)?;
    if stored.link_revoked_at.is_some() {
        return Err(PrepareError::LinkRevoked);
    }
    if stored.event_deleted_at.is_some() {
        return Err(PrepareError::EventDeleted);
    }
    let asks = rsvp::collects(stored.rsvp.unwrap_or_default(), &stored.status.unwrap_or_default());
    if kind == LinkKind::Rsvp && !asks {
        return Err(PrepareError::RsvpClosed);
    }
    let zone = stored.time_zone.as_deref().map_or_else(Zone::utc, Zone::named);
    let place = [stored.space, stored.space_address].into_iter().flatten().filter(|part| !part.is_empty());
    let place = place.collect::<Vec<_>>().join(", ");
    Ok(Invite {
        first_name: stored.first_name,
        sender: stored.sender,
        venue: stored.venue,
        event: stored.event,
        date: stored.starts_at.map(|at| zone.date(Timestamp(at))).unwrap_or_default(),
        place: (!place.is_empty()).then_some(place),
        link: core.link_url(kind, &core.key.link_token(&stored.link_seed)),
        asks,
    })
}

async fn rejection(core: &Core, email: EmailId) -> Result<Rejection, PrepareError> {
    let stored: StoredRejection = mail_store::find_rejection(&core.db, email).await?.ok_or(PrepareError::Gone)?;
    let seed = stored.link_seed.ok_or(PrepareError::LinkGone)?;
    if stored.link_revoked_at.is_some() {
        return Err(PrepareError::LinkRevoked);
    }
    if stored.event_deleted_at.is_some() {
        return Err(PrepareError::EventDeleted);
    }
    if stored.event_status.as_deref() == Some(EventStatus::Cancelled.code()) {
        return Err(PrepareError::EventCancelled);
    }
    if stored.request_deleted_at.is_some() {
        return Err(PrepareError::RequestDeleted);
    }
    if stored.upload_id.is_none() {
        return Err(PrepareError::ReviewedAnew);
    }
    Ok(Rejection {
        first_name: stored.first_name,
        sender: stored.sender,
        venue: stored.venue,
        event: stored.event,
        request: stored.request_label,
        file: stored.file_name,
        note: stored.note,
        link: core.link_url(LinkKind::Share, &core.key.link_token(&seed)),
    })
}

const fn blocked_meanwhile(cause: SuppressionCause) -> &'static str {
    match cause {
        SuppressionCause::Bounce => "address blocked meanwhile: another mail to it bounced",
        SuppressionCause::Complaint => "address blocked meanwhile: it reported another mail as spam",
        SuppressionCause::ProviderSuppressed => "address blocked meanwhile: the mail provider refuses it",
        SuppressionCause::Manual => "address blocked meanwhile",
    }
}
