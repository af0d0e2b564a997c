//! Accepts an invite (a share link, or an RSVP invite) for sending: the rules, then the email, its job and all that goes with it in one
//! transaction, or nothing at all. It never hands over mail; the outbox does, after the commit.
//!
//! Two clicks are one email: with the same idempotency key they are one click, and with different ones the lock of the
//! event lets the second see the first, which starts its five-minute wait, also where the two are on different rows.

mod store;

use app::backend::Caller;
use app::domain::address::RecipientAddress;
use app::domain::email_kind::EmailKind;
use app::domain::ids::{AccountId, CrewId, EmailId, IdempotencyKey, MemberId};
use app::domain::requests::Untold;
use app::domain::send_rules::{self, SendFacts, SendRefusal};
use app::domain::time::Timestamp;
use app::error::AppError;
use app::planner::LinkKind;

use super::links;
use super::store::{LockedCrew, lock_crew};
use crate::contacts;
use crate::core::Core;
use crate::db::{Change, Write};
use crate::emails::suppressions;
use crate::error::{StoreError, internal};
use crate::mailer::{self, MessageError};
use crate::secret;

/// One click on a button that sends an invite.
pub struct SendInvite {
    pub crew: CrewId,
    /// As typed.
    pub address: String,
    pub key: IdempotencyKey,
    pub button: Button,
    /// Whether it is one of many that are sent at once.
    pub is_batch: bool,
}

/// Who sends: a member, in their account.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    pub account: AccountId,
    pub member: MemberId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    EmailLink,
    SendInvite,
    /// The typed address is the contact's from now on, if it may be sent to. Sends again what the newest invite was: whoever
    /// was only asked whether they come is not shown the run of show by a corrected letter.
    CorrectAddress,
}

impl Button {
    fn kind(self, crew: &LockedCrew) -> EmailKind {
        match self {
            Self::EmailLink => EmailKind::ShareLink,
            Self::SendInvite => EmailKind::RsvpInvite,
            Self::CorrectAddress => crew.invite.unwrap_or(EmailKind::ShareLink),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SendError {
    #[error("no such crew row in this account")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] SendRefusal),
    #[error("the idempotency key cannot be used")]
    BadKey,
    #[error(transparent)]
    Subject(#[from] MessageError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<SendError> for AppError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NotFound => Self::NotFound,
            SendError::Refused(refusal) => Self::Refused(refusal),
            SendError::BadKey => Self::invalid("key", "This page is out of date. Reload it, then send again."),
            SendError::Subject(error) => internal(&error),
            SendError::Store(error) => error.into(),
        }
    }
}

/// Accepts the email. Fails with the reason why not. A repetition of a key is accepted without a second email.
pub async fn send(core: &Core, caller: &Caller, command: &SendInvite) -> Result<(), SendError> {
    if !command.key.is_well_formed() {
        return Err(SendError::BadKey);
    }
    let mut transaction = core.db.write().await?;
    let sender = Sender { account: caller.account, member: caller.member };
    let Some(email) = accept(core, &mut transaction, sender, command).await? else {
        return Ok(());
    };
    transaction.commit().await?;
    tracing::info!(%email, crew = %command.crew, "An invite was accepted for sending.");
    Ok(())
}

/// Accepts the email in the caller's transaction. `None`: this key was accepted before. After an error other than the store's
/// no email is written, and the transaction can go on.
pub async fn accept(
    core: &Core,
    transaction: &mut Write,
    sender: Sender,
    command: &SendInvite,
) -> Result<Option<EmailId>, SendError> {
    let now = core.clock.now();
    let mut crew = lock_crew(transaction, sender.account, command.crew).await?.ok_or(SendError::NotFound)?;
    let recipient = RecipientAddress::parse(&command.address).map_err(SendRefusal::from)?;
    let kind = command.button.kind(&crew);
    let key = key_to(&command.key, kind, &recipient);
    match store::crew_of_key(transaction, sender.account, &key).await? {
        Some(known) if known == Some(crew.id) => return Ok(None),
        Some(_) => return Err(SendError::BadKey),
        None => {}
    }

    send_rules::may_send(facts(transaction, &crew, kind, &recipient).await?, now)?;

    let corrected = command.button == Button::CorrectAddress && crew.address.as_deref() != Some(recipient.as_str());
    if corrected {
        contacts::replace_address(transaction, sender.account, crew.contact, &recipient).await?;
    }
    let link = match kind {
        EmailKind::RsvpInvite => LinkKind::Rsvp,
        EmailKind::ShareLink | EmailKind::UploadRejection => LinkKind::Share,
    };
    links::ensure(core, transaction, &mut crew, link, now).await?;
    let mail = Accepted { kind, link, recipient: &recipient, key: &key, request: "", is_batch: command.is_batch };
    Ok(Some(mail.insert(core, transaction, sender, &crew, now).await?))
}

/// A mail that passed the rules.
struct Accepted<'a> {
    kind: EmailKind,
    /// What it leads to.
    link: LinkKind,
    recipient: &'a RecipientAddress,
    /// As it is stored.
    key: &'a IdempotencyKey,
    /// What was asked for, in a mail about that.
    request: &'a str,
    is_batch: bool,
}

impl Accepted<'_> {
    async fn insert(
        self,
        core: &Core,
        transaction: &mut Write,
        sender: Sender,
        crew: &LockedCrew,
        now: Timestamp,
    ) -> Result<EmailId, SendError> {
        let unique = secret::unique();
        let email = store::NewEmail {
            account: sender.account,
            member: sender.member,
            crew,
            link: crew.links.of(self.link).map(|link| link.id),
            kind: self.kind,
            subject: mailer::subject(self.kind, &crew.event_name, self.request)?,
            recipient: self.recipient,
            message_id: format!("{unique}@{}", core.config.mail_from.domain()),
            reference: secret::unique(),
            provider: core.config.provider.code,
            key: self.key,
            is_batch: self.is_batch,
        };
        let id = store::insert(transaction, email, now).await?;
        transaction.changed(Change::Email(id, crew.contact, Some((crew.id, crew.event))));
        // Its count of emails.
        transaction.changed(Change::Contact(crew.contact));
        transaction.changed(Change::OutboxJob);
        Ok(id)
    }
}

/// A file of somebody on an event that was turned down.
pub struct RejectedFile<'a> {
    /// One for each time that it is turned down.
    pub key: IdempotencyKey,
    /// What it was to be.
    pub request: &'a str,
    pub name: &'a str,
    /// Why.
    pub note: &'a str,
}

/// Accepts the mail that asks for the file again; or returns why there is none: nobody is asked for what would be refused. It waits for
/// no other mail: each file that is turned down has one. The caller holds the locks of the event and the crew row.
pub async fn tell_of_rejection(
    core: &Core,
    transaction: &mut Write,
    caller: &Caller,
    crew: &mut LockedCrew,
    file: &RejectedFile<'_>,
) -> Result<Result<EmailId, Untold>, SendError> {
    let now = core.clock.now();
    if crew.event_is_cancelled {
        return Ok(Err(Untold::EventCancelled));
    }
    let address = crew.address.clone().unwrap_or_default();
    let Ok(recipient) = RecipientAddress::parse(&address) else { return Ok(Err(Untold::NoAddress)) };
    if suppressions::find(&mut **transaction, recipient.key().as_str()).await?.is_some() {
        return Ok(Err(Untold::Blocked));
    }
    let link = LinkKind::Share;
    // They sent the file by one, so it was revoked: that is not undone by the way.
    if crew.links.of(link).is_none() {
        return Ok(Err(Untold::NoLink));
    }
    links::ensure(core, transaction, crew, link, now).await?;
    let kind = EmailKind::UploadRejection;
    let mail = Accepted { kind, link, recipient: &recipient, key: &file.key, request: file.request, is_batch: false };
    let sender = Sender { account: caller.account, member: caller.member };
    let email = mail.insert(core, transaction, sender, crew, now).await?;
    store::insert_rejection(transaction, email, file).await?;
    Ok(Ok(email))
}

/// The key as it is stored: the same click to another address is another send, and so is another kind of mail.
fn key_to(key: &IdempotencyKey, kind: EmailKind, recipient: &RecipientAddress) -> IdempotencyKey {
    IdempotencyKey(format!("{}:{}:{}", key.0, kind.code(), secret::token_hash(recipient.key().as_str())))
}

/// What the rules look at. A suppression that another transaction is writing right now is not seen here; the outbox asks again
/// before the hand-over.
async fn facts(
    transaction: &mut Write,
    crew: &LockedCrew,
    kind: EmailKind,
    recipient: &RecipientAddress,
) -> Result<SendFacts, StoreError> {
    let rsvp_closed = kind == EmailKind::RsvpInvite && !crew.collects_rsvps;
    let suppressed = suppressions::find(&mut **transaction, recipient.key().as_str()).await?;
    let last_sent_at = store::last_sent_at(transaction, crew.event, kind, recipient.key()).await?;
    Ok(SendFacts { suppressed, rsvp_closed, last_sent_at })
}
