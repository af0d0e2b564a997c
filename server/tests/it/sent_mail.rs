//! One event with one contact on it, and tracked emails to report on: what the tests of deliveries start from.

use app::domain::ids::{AccountId, ContactId, EmailId, EventId, MemberId};
use server::auth::store::open_session;
use server::db::{Change, Db};
use server::secret;
use sqlx::AssertSqlSafe;

use crate::support::{NOON, new_owner};

pub struct SentMail {
    pub db: Db,
    pub account: AccountId,
    pub member: MemberId,
    pub event: EventId,
    pub contact: ContactId,
    pub crew: i64,
}

/// The address of the contact.
pub const ADDRESS: &str = "ann@guests.test";

impl SentMail {
    /// An account of its own with an event and Ann on it.
    pub async fn set(db: &Db) -> Self {
        let (account, member) = new_owner(db, &format!("{}@venue.test", secret::unique())).await;
        let event = id(
            db,
            &format!(
                "INSERT INTO event (account_id, name, status, starts_at, ends_at, time_zone, created_at) \
                 VALUES ({account}, 'Gala', 'confirmed', {at}, {at}, 'Europe/Lisbon', 0) RETURNING id",
                at = NOON.0
            ),
        )
        .await;
        let contact = id(
            db,
            &format!(
                "INSERT INTO contact (account_id, first_name, last_name, email, email_key, sort_name, created_at) \
                 VALUES ({account}, 'Ann', 'Lee', '{ADDRESS}', '{ADDRESS}', 'ann lee', 0) RETURNING id"
            ),
        )
        .await;
        let crew = id(
            db,
            &format!(
                "INSERT INTO crew (account_id, event_id, contact_id, created_at) \
                 VALUES ({account}, {event}, {contact}, 0) RETURNING id"
            ),
        )
        .await;
        Self { db: db.clone(), account, member, event: EventId(event), contact: ContactId(contact), crew }
    }

    /// An email to Ann, handed over at noon and "sent", with this reference and `{reference}@venue.test` as Message-ID.
    pub async fn email(&self, reference: &str) -> EmailId {
        self.email_to(reference, ADDRESS).await
    }

    /// As `email`, to another address.
    pub async fn email_to(&self, reference: &str, address: &str) -> EmailId {
        let Self { account, member, event, contact, crew, .. } = self;
        let sql = format!(
            "INSERT INTO email (account_id, contact_id, event_id, crew_id, member_id, kind, recipient, recipient_key, \
             subject, event_name, reference, message_id, provider, idempotency_key, status, rank, status_at, created_at, \
             handed_over_at) VALUES ({account}, {contact}, {event}, {crew}, {member}, 'share_link', '{address}', \
             '{address}', 'Your run of show', 'Gala', '{reference}', '{reference}@venue.test', 'resend', '{reference}', \
             'sent', 10, {at}, {at}, {at}) RETURNING id",
            at = NOON.0
        );
        EmailId(id(&self.db, &sql).await)
    }

    /// Refuses Ann's address.
    pub async fn suppress(&self) {
        self.execute(&format!(
            "INSERT INTO suppression (address_key, cause, seriousness, provider, first_seen_at, last_seen_at) \
             VALUES ('{ADDRESS}', 'bounce', 30, 'resend', 0, 0)"
        ))
        .await;
    }

    /// Changes the event, as an edit of it would.
    pub async fn touch(&self) {
        let mut write = self.db.write().await.expect("a transaction");
        sqlx::query("UPDATE event SET revision = revision + 1 WHERE id = $1")
            .bind(self.event.0)
            .execute(&mut *write)
            .await
            .expect("a statement");
        write.changed(Change::Event(self.event));
        write.commit().await.expect("a commit");
    }

    /// The cookie of a new session of the member.
    pub async fn open_session(&self) -> String {
        let token = secret::token();
        let mut write = self.db.write().await.expect("a transaction");
        open_session(&mut write, &secret::token_hash(&token), self.member, self.account, NOON)
            .await
            .expect("a session");
        write.commit().await.expect("a commit");
        format!("callboard_session={token}")
    }

    /// Status, reason and revision of an email.
    pub async fn shown(&self, email: EmailId) -> (String, Option<String>, i64) {
        sqlx::query_as("SELECT status, reason, revision FROM email WHERE id = $1")
            .bind(email.0)
            .fetch_one(&mut *self.db.reader().await.expect("a reader"))
            .await
            .expect("the email")
    }

    /// The cause an address is refused for, if it is.
    pub async fn suppressed(&self, address: &str) -> Option<String> {
        sqlx::query_scalar("SELECT cause FROM suppression WHERE address_key = $1 AND lifted_at IS NULL")
            .bind(address.to_owned())
            .fetch_optional(&mut *self.db.reader().await.expect("a reader"))
            .await
            .expect("the list")
    }

    pub async fn count(&self, table: &str) -> i64 {
        id(&self.db, &format!("SELECT COUNT(*) FROM {table}")).await
    }

    pub async fn execute(&self, sql: &str) {
        let mut transaction = self.db.write().await.expect("a transaction");
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await.expect("a statement");
        transaction.commit().await.expect("a commit");
    }
}

async fn id(db: &Db, sql: &str) -> i64 {
    let mut transaction = db.write().await.expect("a transaction");
    let id: i64 =
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&mut *transaction).await.expect("a number");
    transaction.commit().await.expect("a commit");
    id
}
