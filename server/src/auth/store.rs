//! Accounts, members, sessions and counted attempts in the database.

use app::auth::Role;
use app::domain::address;
use app::domain::ids::{AccountId, MemberId};
use app::domain::send_rules::SKEW_MS;
use app::domain::time::{HOUR_MS, Timestamp};
use sqlx::FromRow;

use crate::db::{Change, Db, Write};
use crate::error::StoreError;

/// A session ends this long after the sign-in.
pub const SESSION_MS: i64 = 30 * 24 * HOUR_MS;

/// A login to be made.
pub struct NewMember<'a> {
    pub email: &'a str,
    pub name: &'a str,
    /// From `auth::hash_password`.
    pub password_hash: &'a str,
    pub role: Role,
}

pub async fn add_account(transaction: &mut Write, name: &str, now: Timestamp) -> Result<AccountId, StoreError> {
    let id = sqlx::query_scalar("INSERT INTO account (name, created_at) VALUES ($1, $2) RETURNING id")
        .bind(name)
        .bind(now.0)
        .fetch_one(&mut **transaction)
        .await?;
    Ok(AccountId(id))
}

/// A new login and its place in the account; `None` when the address has a login already.
pub async fn add_member(
    transaction: &mut Write,
    account: AccountId,
    member: &NewMember<'_>,
    now: Timestamp,
) -> Result<Option<MemberId>, StoreError> {
    let id: Option<i64> = sqlx::query_scalar(
        "INSERT INTO member (email, email_key, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (email_key) DO NOTHING RETURNING id",
    )
    .bind(member.email)
    .bind(address::fold(member.email))
    .bind(member.name)
    .bind(member.password_hash)
    .bind(now.0)
    .fetch_optional(&mut **transaction)
    .await?;
    let Some(id) = id else { return Ok(None) };
    sqlx::query("INSERT INTO membership (account_id, member_id, role, created_at) VALUES ($1, $2, $3, $4)")
        .bind(account.0)
        .bind(id)
        .bind(member.role.code())
        .bind(now.0)
        .execute(&mut **transaction)
        .await?;
    Ok(Some(MemberId(id)))
}

/// What a sign-in is checked against.
#[derive(FromRow)]
pub struct Login {
    pub member_id: i64,
    pub account_id: i64,
    pub password_hash: String,
}

/// The login with this folded address, in the account that it joined first.
pub async fn login(db: &Db, email_key: &str) -> Result<Option<Login>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT member.id AS member_id, membership.account_id AS account_id, member.password_hash AS password_hash \
         FROM member JOIN membership ON membership.member_id = member.id \
         WHERE member.email_key = $1 ORDER BY membership.created_at, membership.account_id LIMIT 1",
    )
    .bind(email_key)
    .fetch_optional(&mut *db.reader().await?)
    .await?)
}

/// Locks a member and says whether their password is still the one with this hash: it may have been changed since it was
/// read, while it was verified. Whatever a verified password allows is done in the transaction that asked this.
pub async fn still_has_password(transaction: &mut Write, member: MemberId, hash: &str) -> Result<bool, StoreError> {
    let sql = transaction.locking("SELECT password_hash FROM member WHERE id = $1");
    let stored: Option<String> = sqlx::query_scalar(sql).bind(member.0).fetch_optional(&mut **transaction).await?;
    Ok(stored.as_deref() == Some(hash))
}

/// Stores a new session under the hash of its token.
pub async fn open_session(
    transaction: &mut Write,
    token_hash: &str,
    member: MemberId,
    account: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO session (token_hash, member_id, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token_hash)
    .bind(member.0)
    .bind(account.0)
    .bind(now.0)
    .bind(now.plus_ms(SESSION_MS).0)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Who holds a session.
#[derive(FromRow)]
pub struct Holder {
    pub member_id: i64,
    pub account_id: i64,
    pub role: String,
    pub name: String,
    pub verified_at: Option<i64>,
}

/// The holder of a live session who is still a member of its account. Three reads by key.
pub async fn session_holder(db: &Db, token_hash: &str, now: Timestamp) -> Result<Option<Holder>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT session.member_id AS member_id, session.account_id AS account_id, membership.role AS role, \
         member.name AS name, member.verified_at AS verified_at FROM session \
         JOIN membership ON membership.account_id = session.account_id AND membership.member_id = session.member_id \
         JOIN member ON member.id = session.member_id WHERE session.token_hash = $1 AND session.expires_at > $2",
    )
    .bind(token_hash)
    .bind(now.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?)
}

pub async fn end_session(db: &Db, token_hash: &str) -> Result<(), StoreError> {
    let mut transaction = db.write().await?;
    end_session_in(&mut transaction, token_hash).await?;
    transaction.commit().await
}

/// As `end_session`, together with what else the transaction does.
pub async fn end_session_in(transaction: &mut Write, token_hash: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM session WHERE token_hash = $1").bind(token_hash).execute(&mut **transaction).await?;
    transaction.changed(Change::Session(token_hash.to_owned()));
    Ok(())
}

/// Ends a member's sessions, but for one.
pub async fn end_sessions(transaction: &mut Write, member: MemberId, but: Option<&str>) -> Result<(), StoreError> {
    let ended: Vec<(String,)> =
        sqlx::query_as("DELETE FROM session WHERE member_id = $1 AND token_hash <> $2 RETURNING token_hash")
            .bind(member.0)
            .bind(but.unwrap_or_default().to_owned())
            .fetch_all(&mut **transaction)
            .await?;
    for (session,) in ended {
        transaction.changed(Change::Session(session));
    }
    Ok(())
}

/// Takes a member's place in an account away: their sessions in it open nothing any more. Returns whether they had one.
pub async fn remove_member(db: &Db, account: AccountId, member: MemberId) -> Result<bool, StoreError> {
    let mut transaction = db.write().await?;
    sqlx::query("DELETE FROM session WHERE account_id = $1 AND member_id = $2")
        .bind(account.0)
        .bind(member.0)
        .execute(&mut *transaction)
        .await?;
    let removed = sqlx::query("DELETE FROM membership WHERE account_id = $1 AND member_id = $2")
        .bind(account.0)
        .bind(member.0)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    transaction.changed(Change::Membership(account, member));
    transaction.commit().await?;
    Ok(removed > 0)
}

/// Counts an attempt under a key and gives the count within its window; more than `limit` means wait. The attempt that
/// reaches the limit starts a lock of one window, which later attempts do not lengthen.
pub async fn count_attempt(
    transaction: &mut Write,
    key: &str,
    limit: i64,
    window_ms: i64,
    now: Timestamp,
) -> Result<i64, StoreError> {
    // A lock outlives the window it began in; when it ends, or an unlocked window does, counting starts afresh. So it does
    // when the end is further away than it can be: it is from before the clock was set back.
    let count = sqlx::query_scalar(
        "INSERT INTO sign_in_attempt (attempt_key, failures, window_started_at, locked_until) VALUES ($1, 1, $2, NULL) \
         ON CONFLICT (attempt_key) DO UPDATE SET \
         failures = CASE WHEN COALESCE(sign_in_attempt.locked_until, sign_in_attempt.window_started_at + $3) > $2 \
             AND COALESCE(sign_in_attempt.locked_until, sign_in_attempt.window_started_at + $3) <= $2 + $5 \
             THEN sign_in_attempt.failures + 1 ELSE 1 END, \
         window_started_at = CASE WHEN COALESCE(sign_in_attempt.locked_until, sign_in_attempt.window_started_at + $3) > $2 \
             AND COALESCE(sign_in_attempt.locked_until, sign_in_attempt.window_started_at + $3) <= $2 + $5 \
             THEN sign_in_attempt.window_started_at ELSE $2 END, \
         locked_until = CASE WHEN sign_in_attempt.locked_until > $2 AND sign_in_attempt.locked_until <= $2 + $5 \
                 THEN sign_in_attempt.locked_until \
             WHEN sign_in_attempt.locked_until IS NULL AND sign_in_attempt.window_started_at + $3 > $2 \
                 AND sign_in_attempt.window_started_at + $3 <= $2 + $5 \
                 AND sign_in_attempt.failures + 1 >= $4 THEN $2 + $3 \
             ELSE NULL END \
         RETURNING failures",
    )
    .bind(key)
    .bind(now.0)
    .bind(window_ms)
    .bind(limit)
    .bind(window_ms + SKEW_MS)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(count)
}

/// Takes back one counted attempt, and the lock if it was that attempt that reached the limit.
pub async fn give_attempt_back(transaction: &mut Write, key: &str, limit: i64) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE sign_in_attempt SET failures = failures - 1, \
         locked_until = CASE WHEN failures - 1 < $2 THEN NULL ELSE locked_until END \
         WHERE attempt_key = $1 AND failures > 0",
    )
    .bind(key)
    .bind(limit)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

pub async fn forget_attempts(transaction: &mut Write, key: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sign_in_attempt WHERE attempt_key = $1").bind(key).execute(&mut **transaction).await?;
    Ok(())
}

/// Deletes expired sessions and attempts of yesterday; returns the number of sessions.
pub async fn prune(db: &Db, now: Timestamp) -> Result<u64, StoreError> {
    let mut transaction = db.write().await?;
    let sessions =
        sqlx::query("DELETE FROM session WHERE expires_at <= $1").bind(now.0).execute(&mut *transaction).await?;
    sqlx::query("DELETE FROM sign_in_attempt WHERE window_started_at <= $1")
        .bind(now.plus_ms(-24 * HOUR_MS).0)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(sessions.rows_affected())
}
