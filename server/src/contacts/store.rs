//! The SQL of the address book. A list is a range of `contact_by_name`; a search is a range of `contact_word`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use app::contacts::{ContactForm, PAGE_ROWS};
use app::domain::address::RecipientAddress;
use app::domain::cursor::NameCursor;
use app::domain::ids::{AccountId, ContactId};
use app::domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Row};

use super::{CheckedContact, sort_name, words_of};
use crate::db::{Change, Db, Write, chunks, placeholders, values_rows};
use crate::error::StoreError;
use crate::search_words;

/// A contact with the cause for which its address is refused.
#[derive(sqlx::FromRow)]
pub struct StoredContact {
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub role: String,
    pub email: Option<String>,
    pub mobile: String,
    pub website: String,
    pub notes: String,
    pub created_at: i64,
    pub email_count: i64,
    /// Rises with every visible change.
    pub revision: i64,
    /// Rises with every save of the details.
    pub details_revision: i64,
    pub cause: Option<String>,
    /// How many events the contact is on.
    pub events: i64,
}

impl StoredContact {
    /// What its form shows.
    pub fn into_form(self) -> ContactForm {
        ContactForm {
            first_name: self.first_name,
            last_name: self.last_name,
            organisation: self.organisation,
            role: self.role,
            email: self.email.unwrap_or_default(),
            mobile: self.mobile,
            website: self.website,
            notes: self.notes,
        }
    }
}

macro_rules! select_contacts {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.first_name, c.last_name, c.organisation, c.role, c.email, c.mobile, c.website, c.notes, \
             c.created_at, c.email_count, c.revision, c.details_revision, s.cause, \
             (SELECT COUNT(*) FROM crew JOIN event v ON v.id = crew.event_id \
              WHERE crew.contact_id = c.id AND crew.deleted_at IS NULL AND v.deleted_at IS NULL) AS events \
             FROM contact c LEFT JOIN suppression s ON s.address_key = c.email_key AND s.lifted_at IS NULL WHERE ",
            $rest
        )
    };
}

/// A contact as the list needs it.
#[derive(sqlx::FromRow)]
pub struct StoredContactRow {
    pub id: i64,
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub role: String,
    pub email: Option<String>,
    pub sort_name: String,
    pub email_count: i64,
    pub cause: Option<String>,
}

macro_rules! select_rows {
    ($from:literal, $rest:literal) => {
        concat!(
            "SELECT c.id, c.first_name, c.last_name, c.organisation, c.role, c.email, c.sort_name, c.email_count, \
             s.cause FROM ",
            $from,
            " LEFT JOIN suppression s ON s.address_key = c.email_key AND s.lifted_at IS NULL ",
            $rest
        )
    };
}

/// One page of the list and one row more, by name.
pub const LIST: &str = select_rows!(
    "contact c",
    "WHERE c.account_id = $1 AND (c.sort_name, c.id) > ($2, $3) ORDER BY c.sort_name, c.id LIMIT 51"
);
const _: () = assert!(PAGE_ROWS + 1 == 51);

/// One page of what a search finds and one row more, by name. The first word is a range of the index and gives the candidates (the
/// cross join keeps SQLite from starting at the contacts); each further word is looked up per candidate.
pub fn search(words: usize) -> String {
    let mut sql = select_rows!(
        "(SELECT DISTINCT w.contact_id FROM contact_word w \
          WHERE w.account_id = $1 AND w.word >= $4 AND w.word < $5) found CROSS JOIN contact c",
        "WHERE c.id = found.contact_id AND c.account_id = $1 AND (c.sort_name, c.id) > ($2, $3)"
    )
    .to_owned();
    for word in 1..words {
        let _ = write!(
            sql,
            " AND EXISTS (SELECT 1 FROM contact_word x WHERE x.contact_id = c.id AND x.word >= ${} AND x.word < ${})",
            4 + 2 * word,
            5 + 2 * word
        );
    }
    sql.push_str(" ORDER BY c.sort_name, c.id LIMIT 51");
    sql
}

/// The contacts after `after`, by name: a page, and one row more when there is another page. With `words`, those who have a
/// word beginning with each of them.
pub async fn list(
    db: &Db,
    account: AccountId,
    words: &[String],
    after: Option<NameCursor>,
) -> Result<Vec<StoredContactRow>, StoreError> {
    let after = after.unwrap_or(NameCursor { name: String::new(), id: i64::MIN });
    let sql = if words.is_empty() { LIST.to_owned() } else { search(words.len()) };
    let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(account.0).bind(after.name).bind(after.id);
    for word in words {
        query = query.bind(word.clone()).bind(search_words::range_end(word));
    }
    Ok(query.fetch_all(&mut *db.reader().await?).await?)
}

pub async fn contact(db: &Db, account: AccountId, contact: ContactId) -> Result<Option<StoredContact>, StoreError> {
    let found = sqlx::query_as(select_contacts!("c.id = $1 AND c.account_id = $2"))
        .bind(contact.0)
        .bind(account.0)
        .fetch_optional(&mut *db.reader().await?)
        .await?;
    Ok(found)
}

/// Those of the contacts that exist, of any account.
pub async fn contacts(db: &Db, ids: &[i64]) -> Result<Vec<StoredContact>, StoreError> {
    let mut contacts = Vec::with_capacity(ids.len());
    for chunk in chunks(ids) {
        let sql = format!("{}({})", select_contacts!("c.id IN "), placeholders(1, chunk.len()));
        let mut query = sqlx::query_as(db.batch(sql));
        for id in chunk {
            query = query.bind(id);
        }
        contacts.extend(query.fetch_all(&mut *db.reader().await?).await?);
    }
    Ok(contacts)
}

/// An event of a contact. Without an id, the contact exists but is on no event.
#[derive(sqlx::FromRow)]
pub struct StoredContactEvent {
    pub id: Option<i64>,
    pub name: Option<String>,
    pub starts_at: Option<i64>,
    pub time_zone: Option<String>,
    pub role: Option<String>,
    pub place: Option<String>,
    pub invited_at: Option<i64>,
    pub status: Option<String>,
    pub reason: Option<String>,
}

/// The contact's events, newest first, each with its newest invite. No row at all: not this account's contact.
pub async fn events(db: &Db, account: AccountId, contact: ContactId) -> Result<Vec<StoredContactEvent>, StoreError> {
    let events = sqlx::query_as(
        "SELECT v.id, v.name, v.starts_at, v.time_zone, cr.role, s.name AS place, e.created_at AS invited_at, \
         e.status, e.reason \
         FROM contact c LEFT JOIN crew cr ON cr.contact_id = c.id AND cr.deleted_at IS NULL \
         LEFT JOIN event v ON v.id = cr.event_id AND v.deleted_at IS NULL \
         LEFT JOIN space s ON s.id = v.space_id AND s.deleted_at IS NULL LEFT JOIN email e ON e.id = cr.invite_email_id \
         WHERE c.id = $1 AND c.account_id = $2 ORDER BY v.starts_at DESC, v.id DESC",
    )
    .bind(contact.0)
    .bind(account.0)
    .fetch_all(&mut *db.reader().await?)
    .await?;
    Ok(events)
}

type Statement<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// Binds what the form holds, from `first_name` to `sort_name`, in the order in which both statements name it.
fn bind_fields<'q>(statement: Statement<'q>, contact: &CheckedContact) -> Statement<'q> {
    statement
        .bind(contact.first_name.clone())
        .bind(contact.last_name.clone())
        .bind(contact.organisation.clone())
        .bind(contact.role.clone())
        .bind(contact.email.as_ref().map(|email| email.as_str().to_owned()))
        .bind(contact.email.as_ref().map(|email| email.key().as_str().to_owned()))
        .bind(contact.mobile.clone())
        .bind(contact.website.clone())
        .bind(contact.notes.clone())
        .bind(sort_name(&contact.first_name, &contact.last_name))
}

pub async fn insert(
    transaction: &mut Write,
    account: AccountId,
    contact: &CheckedContact,
    now: Timestamp,
) -> Result<ContactId, StoreError> {
    let insert = sqlx::query(
        "INSERT INTO contact (account_id, first_name, last_name, organisation, role, email, email_key, mobile, \
         website, notes, sort_name, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
    );
    let id: i64 =
        bind_fields(insert.bind(account.0), contact).bind(now.0).fetch_one(&mut **transaction).await?.try_get(0)?;
    let email = contact.email.as_ref().map(RecipientAddress::as_str);
    let words = words_of(&contact.first_name, &contact.last_name, &contact.organisation, email);
    insert_words(transaction, account, &[(id, words)]).await?;
    transaction.changed(Change::Contact(ContactId(id)));
    Ok(ContactId(id))
}

/// Writes the contact if it still has this revision; says whether it did.
pub async fn update(
    transaction: &mut Write,
    account: AccountId,
    id: ContactId,
    known_revision: u32,
    contact: &CheckedContact,
) -> Result<bool, StoreError> {
    let update = sqlx::query(
        "UPDATE contact SET first_name = $4, last_name = $5, organisation = $6, role = $7, email = $8, \
         email_key = $9, mobile = $10, website = $11, notes = $12, sort_name = $13, revision = revision + 1, \
         details_revision = details_revision + 1 \
         WHERE id = $1 AND account_id = $2 AND details_revision = $3",
    );
    let update = update.bind(id.0).bind(account.0).bind(i64::from(known_revision));
    let written = bind_fields(update, contact).execute(&mut **transaction).await?.rows_affected();
    if written == 0 {
        return Ok(false);
    }
    let email = contact.email.as_ref().map(RecipientAddress::as_str);
    let words = words_of(&contact.first_name, &contact.last_name, &contact.organisation, email);
    replace_words(transaction, account, id, words).await?;
    transaction.changed(Change::Contact(id));
    Ok(true)
}

/// Gives the contact another address and nothing else. The caller knows that the contact is this account's.
pub async fn replace_address(
    transaction: &mut Write,
    account: AccountId,
    contact: ContactId,
    address: &RecipientAddress,
) -> Result<(), StoreError> {
    let (first_name, last_name, organisation): (String, String, String) = sqlx::query_as(
        "UPDATE contact SET email = $3, email_key = $4, revision = revision + 1, details_revision = details_revision + 1 \
         WHERE id = $1 AND account_id = $2 RETURNING first_name, last_name, organisation",
    )
    .bind(contact.0)
    .bind(account.0)
    .bind(address.as_str().to_owned())
    .bind(address.key().as_str().to_owned())
    .fetch_one(&mut **transaction)
    .await?;
    transaction.changed(Change::Contact(contact));
    let words = words_of(&first_name, &last_name, &organisation, Some(address.as_str()));
    replace_words(transaction, account, contact, words).await
}

async fn replace_words(
    transaction: &mut Write,
    account: AccountId,
    contact: ContactId,
    words: BTreeSet<String>,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM contact_word WHERE contact_id = $1").bind(contact.0).execute(&mut **transaction).await?;
    insert_words(transaction, account, &[(contact.0, words)]).await
}

/// Makes contacts that have no words yet findable by these.
pub async fn insert_words(
    transaction: &mut Write,
    account: AccountId,
    words: &[(i64, BTreeSet<String>)],
) -> Result<(), StoreError> {
    let rows: Vec<(i64, &String)> =
        words.iter().flat_map(|(contact, words)| words.iter().map(|word| (*contact, word))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "INSERT INTO contact_word (account_id, contact_id, word) VALUES {}",
        values_rows(1, rows.len(), &["BIGINT", "BIGINT", "TEXT"])
    );
    let mut query = sqlx::query(transaction.batch(sql));
    for (contact, word) in rows {
        query = query.bind(account.0).bind(contact).bind(word.clone());
    }
    query.execute(&mut **transaction).await?;
    Ok(())
}
