//! The SQL of sign-up, of codes and links, and of what members change about themselves.

use app::domain::address::{AddressKey, RecipientAddress};
use app::domain::ids::{AccountId, MemberId};
use app::domain::time::{HOUR_MS, Timestamp};
use sqlx::{AnyConnection, FromRow};

use super::links::TokenKind;
use crate::db::{Db, Write};
use crate::error::StoreError;

/// Expired codes and links are kept so long, so that whoever comes late is told that they are late.
const KEPT_MS: i64 = 7 * 24 * HOUR_MS;

pub(super) async fn has_members(db: &Db) -> Result<bool, StoreError> {
    let first: Option<i64> =
        sqlx::query_scalar("SELECT MIN(id) FROM member").fetch_one(&mut *db.reader().await?).await?;
    Ok(first.is_some())
}

/// The venue of whoever owns the installation, if somebody does.
pub(super) async fn owner(db: &Db) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT account.name FROM installation JOIN account ON account.id = installation.owner_account_id \
         WHERE installation.id = 1",
    )
    .fetch_optional(&mut *db.reader().await?)
    .await?)
}

/// Makes an account the owner of the installation; returns whether nobody was before. On PostgreSQL it waits for a transaction
/// that does the same.
pub(super) async fn claim_installation(
    transaction: &mut Write,
    account: AccountId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let claimed = sqlx::query(
        "INSERT INTO installation (id, owner_account_id, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING",
    )
    .bind(account.0)
    .bind(now.0)
    .execute(&mut **transaction)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Locks the member with this address, verified or not.
pub(super) async fn lock_by_address(
    transaction: &mut Write,
    key: &AddressKey,
) -> Result<Option<StoredMember>, StoreError> {
    let sql = transaction.locking("SELECT id, email, email_key, verified_at FROM member WHERE email_key = $1");
    Ok(sqlx::query_as(sql).bind(key.as_str().to_owned()).fetch_optional(&mut **transaction).await?)
}

/// Locks a member, and whoever has this address, in the order of their ids: two who type each other's address at the same
/// moment would else wait for each other.
pub(super) async fn lock_both(
    transaction: &mut Write,
    member: MemberId,
    address: &AddressKey,
) -> Result<(), StoreError> {
    let sql = transaction.locking("SELECT id FROM member WHERE id = $1 OR email_key = $2 ORDER BY id");
    sqlx::query(sql).bind(member.0).bind(address.as_str().to_owned()).execute(&mut **transaction).await?;
    Ok(())
}

pub(super) async fn lock(transaction: &mut Write, member: MemberId) -> Result<Option<StoredMember>, StoreError> {
    let sql = transaction.locking("SELECT id, email, email_key, verified_at FROM member WHERE id = $1");
    Ok(sqlx::query_as(sql).bind(member.0).fetch_optional(&mut **transaction).await?)
}

#[derive(Clone, Debug, FromRow)]
pub(super) struct StoredMember {
    pub id: i64,
    pub email: String,
    pub email_key: String,
    pub verified_at: Option<i64>,
}

impl StoredMember {
    pub fn member(&self) -> MemberId {
        MemberId(self.id)
    }

    pub fn address(&self) -> Result<RecipientAddress, StoreError> {
        RecipientAddress::parse(&self.email).map_err(|_| StoreError::corrupt("address of a member", &self.email))
    }
}

/// What a profile shows, and what a password must not be.
#[derive(Clone, Debug, FromRow)]
pub(super) struct StoredProfile {
    pub name: String,
    pub email: String,
    pub verified_at: Option<i64>,
    pub password_hash: String,
    pub venue: String,
    pub next_email: Option<String>,
}

/// The venue is that of the account joined first.
pub(super) async fn profile(db: &Db, member: MemberId, now: Timestamp) -> Result<Option<StoredProfile>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT m.name, m.email, m.verified_at, m.password_hash, \
         COALESCE((SELECT a.name FROM membership s JOIN account a ON a.id = s.account_id WHERE s.member_id = m.id \
         ORDER BY s.created_at, s.account_id LIMIT 1), '') AS venue, \
         (SELECT t.address FROM member_token t WHERE t.member_id = m.id AND t.kind = 'change_email' \
         AND t.used_at IS NULL AND t.expires_at > $2) AS next_email \
         FROM member m WHERE m.id = $1",
    )
    .bind(member.0)
    .bind(now.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?)
}

pub(super) async fn rename(transaction: &mut Write, member: MemberId, name: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE member SET name = $2 WHERE id = $1")
        .bind(member.0)
        .bind(name.to_owned())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

pub(super) async fn set_password(transaction: &mut Write, member: MemberId, hash: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE member SET password_hash = $2 WHERE id = $1")
        .bind(member.0)
        .bind(hash.to_owned())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// Gives a member a proved address; `false` where another member has it by now, and then nothing more can be done in this
/// transaction.
pub(super) async fn set_email(
    transaction: &mut Write,
    member: MemberId,
    address: &RecipientAddress,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE member SET email = $2, email_key = $3, verified_at = $4 WHERE id = $1 \
         AND NOT EXISTS (SELECT 1 FROM member AS other WHERE other.email_key = $3 AND other.id <> $1)",
    )
    .bind(member.0)
    .bind(address.as_str().to_owned())
    .bind(address.key().as_str().to_owned())
    .bind(now.0)
    .execute(&mut **transaction)
    .await;
    match done {
        // Both were under way.
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        done => Ok(done?.rows_affected() == 1),
    }
}

/// Notes that a member's address was proved; the first note stays.
pub async fn mark_verified(transaction: &mut Write, member: MemberId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE member SET verified_at = $2 WHERE id = $1 AND verified_at IS NULL")
        .bind(member.0)
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// A code or a link before it is mailed.
pub(super) struct NewToken<'a> {
    pub member: MemberId,
    pub kind: TokenKind,
    pub hash: &'a str,
    /// What it proves.
    pub address: &'a str,
    pub expires_at: Timestamp,
}

/// Puts a code or a link in the place of the one before. For a member that is not there nothing is written, by the same
/// statement.
pub(super) async fn put_token(transaction: &mut Write, token: &NewToken<'_>, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO member_token (member_id, kind, token_hash, address, created_at, expires_at) \
         SELECT id, $2, $3, $4, $5, $6 FROM member WHERE id = $1 \
         ON CONFLICT (member_id, kind) DO UPDATE SET token_hash = excluded.token_hash, address = excluded.address, \
         created_at = excluded.created_at, expires_at = excluded.expires_at, tries = 0, used_at = NULL",
    )
    .bind(token.member.0)
    .bind(token.kind.code())
    .bind(token.hash.to_owned())
    .bind(token.address.to_owned())
    .bind(now.0)
    .bind(token.expires_at.0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Whether a member asked for a link to this new address between two times, and for none to another since.
pub(super) async fn has_asked_for(
    transaction: &mut Write,
    member: MemberId,
    address: &RecipientAddress,
    after: Timestamp,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM member_token WHERE member_id = $1 AND kind = 'change_email' AND address = $2 \
         AND used_at IS NULL AND created_at > $3 AND created_at <= $4",
    )
    .bind(member.0)
    .bind(address.as_str().to_owned())
    .bind(after.0)
    .bind(until.0)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(count > 0)
}

/// A code or a link that was mailed.
#[derive(Clone, Debug, FromRow)]
pub(super) struct StoredToken {
    pub member_id: i64,
    pub token_hash: String,
    pub address: String,
    pub expires_at: i64,
    pub tries: i64,
    pub used_at: Option<i64>,
}

/// Looks a link up, and changes nothing.
pub(super) async fn token(db: &Db, kind: TokenKind, hash: &str) -> Result<Option<StoredToken>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT member_id, token_hash, address, expires_at, tries, used_at FROM member_token \
         WHERE token_hash = $1 AND kind = $2",
    )
    .bind(hash.to_owned())
    .bind(kind.code())
    .fetch_optional(&mut *db.reader().await?)
    .await?)
}

/// Uses a link up, if it is good; returns what it was.
pub(super) async fn use_token(
    transaction: &mut Write,
    kind: TokenKind,
    hash: &str,
    now: Timestamp,
) -> Result<Option<StoredToken>, StoreError> {
    Ok(sqlx::query_as(
        "UPDATE member_token SET used_at = $3 \
         WHERE token_hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3 \
         RETURNING member_id, token_hash, address, expires_at, tries, used_at",
    )
    .bind(hash.to_owned())
    .bind(kind.code())
    .bind(now.0)
    .fetch_optional(&mut **transaction)
    .await?)
}

/// Counts a try of a member's code; returns the code with the count.
pub(super) async fn count_try(transaction: &mut Write, member: MemberId) -> Result<Option<StoredToken>, StoreError> {
    Ok(sqlx::query_as(
        "UPDATE member_token SET tries = tries + 1 WHERE member_id = $1 AND kind = 'verify' \
         RETURNING member_id, token_hash, address, expires_at, tries, used_at",
    )
    .bind(member.0)
    .fetch_optional(&mut **transaction)
    .await?)
}

/// The links of a member that no longer mean what they did when they were mailed.
pub(super) async fn forget_tokens(transaction: &mut Write, member: MemberId, but: TokenKind) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM member_token WHERE member_id = $1 AND kind <> $2")
        .bind(member.0)
        .bind(but.code())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// The account and member that a post has made already.
pub(super) async fn made_by(
    connection: &mut AnyConnection,
    receipt: &str,
    now: Timestamp,
) -> Result<Option<(AccountId, MemberId)>, StoreError> {
    let made: Option<(i64, i64)> = sqlx::query_as(
        "SELECT membership.account_id, membership.member_id FROM member_token \
         JOIN membership ON membership.member_id = member_token.member_id \
         WHERE member_token.token_hash = $1 AND member_token.kind = 'sign_up' AND member_token.expires_at > $2 \
         ORDER BY membership.created_at, membership.account_id LIMIT 1",
    )
    .bind(receipt.to_owned())
    .bind(now.0)
    .fetch_optional(connection)
    .await?;
    Ok(made.map(|(account, member)| (AccountId(account), MemberId(member))))
}

/// Whether this account owns the installation.
pub(super) async fn is_owner(connection: &mut AnyConnection, account: AccountId) -> Result<bool, StoreError> {
    let owner: Option<i64> =
        sqlx::query_scalar("SELECT owner_account_id FROM installation WHERE id = 1").fetch_optional(connection).await?;
    Ok(owner == Some(account.0))
}

/// Deletes codes and links that have long expired.
pub async fn prune(db: &Db, now: Timestamp) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    sqlx::query("DELETE FROM member_token WHERE expires_at < $1")
        .bind(now.plus_ms(-KEPT_MS).0)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
