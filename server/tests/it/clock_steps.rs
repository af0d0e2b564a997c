//! A clock that is set back locks nobody out for longer than a lock lasts. Other waits have their tests where they are made.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};
use server::auth::store::count_attempt;
use server::db::Db;

use crate::support::NOON;

const LIMIT: i64 = 5;

/// One attempt; returns how many that makes.
async fn attempt(db: &Db, key: &str, now: Timestamp) -> i64 {
    let mut write = db.write().await.unwrap();
    let count = count_attempt(&mut write, key, LIMIT, 10 * MINUTE_MS, now).await.unwrap();
    write.commit().await.unwrap();
    count
}

on_both_engines!(
    async fn e21_a_lock_from_before_the_clock_was_set_back_is_over(db: Db) {
        for back in [MINUTE_MS, 24 * HOUR_MS] {
            let key = format!("locked {back}");
            for expected in 1..=LIMIT + 1 {
                assert_eq!(attempt(&db, &key, NOON).await, expected);
            }
            // The clock of another machine is a little behind: the lock holds.
            assert_eq!(attempt(&db, &key, NOON.plus_ms(-SECOND_MS)).await, LIMIT + 2);
            assert_eq!(attempt(&db, &key, NOON.plus_ms(-back)).await, 1, "{back} ms back");
            // And what is counted from there locks for its own length.
            for expected in 2..=LIMIT + 1 {
                assert_eq!(attempt(&db, &key, NOON.plus_ms(-back)).await, expected);
            }
            let end = NOON.plus_ms(-back + 10 * MINUTE_MS);
            assert!(attempt(&db, &key, end.plus_ms(-1)).await > LIMIT);
            assert_eq!(attempt(&db, &key, end).await, 1);
        }
    }
);

on_both_engines!(
    async fn e21_failures_from_before_the_clock_was_set_back_do_not_count(db: Db) {
        for _ in 1..LIMIT {
            attempt(&db, "counted", NOON).await;
        }
        assert_eq!(attempt(&db, "counted", NOON.plus_ms(-24 * HOUR_MS)).await, 1);
    }
);
