//! Receipts for posted forms: the same post, repeated, is one result.
//!
//! A form that makes something carries a key of its own. A browser posts it twice when somebody clicks twice, reloads, or
//! tries again after an answer that was lost; the second time it gets what the first one made. The key counts together
//! with what was typed, so that a form that was gone back to and changed makes another thing.

mod store;

use app::domain::ids::{AccountId, IdempotencyKey};
use app::domain::time::{HOUR_MS, Timestamp};
use serde::Serialize;

pub use store::prune;

use crate::db::Write;
use crate::error::StoreError;
use crate::secret::token_hash;

/// How long a post may be repeated.
const KEPT_MS: i64 = 24 * HOUR_MS;

/// The place of one result, taken in the transaction that makes it.
pub struct Receipt {
    account: AccountId,
    key: String,
}

/// Either the place for a new result, or the id of what this post made before.
pub enum Claim {
    New(Receipt),
    Made(i64),
}

impl Receipt {
    /// Takes the place of what `function` is about to make of `typed`. Waits while another request makes it.
    pub async fn claim(
        transaction: &mut Write,
        account: AccountId,
        function: &str,
        key: &IdempotencyKey,
        typed: &impl Serialize,
        now: Timestamp,
    ) -> Result<Claim, StoreError> {
        let typed = serde_json::to_string(typed).expect("a form is plain data");
        let key = token_hash(&format!("{function} {} {typed}", key.0));
        if store::insert(transaction, account, &key, now).await? {
            return Ok(Claim::New(Self { account, key }));
        }
        Ok(Claim::Made(store::made(transaction, account, &key).await?))
    }

    /// Notes what was made.
    pub async fn settle(self, transaction: &mut Write, made: i64) -> Result<(), StoreError> {
        store::settle(transaction, self.account, &self.key, made).await
    }
}
