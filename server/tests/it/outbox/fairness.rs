//! A batch of one account keeps nobody of another waiting, and no pace is exceeded; by the clock of the test.

use std::sync::Arc;

use app::domain::ids::EmailId;
use server::config::Config;
use server::db::Db;
use server::mailer::Mailer;
use server::outbox::{MailRate, Worker};
use sqlx::AssertSqlSafe;

use super::{Fixture, add_email, execute, state};
use crate::support::NOON;

const BATCH: i64 = 2_000;

impl Fixture {
    /// The same at so many mails a second.
    fn paced(self, rate: &str) -> Self {
        let mail_rate = MailRate::parse(rate).expect("a rate");
        let config = Config { mail_rate, ..Config::clone(&self.core.config) };
        let core = server::core::Core { config: Arc::new(config), ..self.core.clone() };
        let worker = Worker::new(core.clone(), Mailer::Memory(self.memory.clone()));
        Self { core, worker, ..self }
    }

    /// A batch of the account, due before all that comes later.
    async fn add_batch(&self, account: i64, count: i64) {
        let series = format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
        let mut transaction = self.core.db.write().await.expect("a transaction");
        for sql in [
            format!(
                "{series} INSERT INTO email (account_id, contact_id, event_id, crew_id, link_id, member_id, kind, recipient, \
                 recipient_key, subject, event_name, reference, message_id, provider, idempotency_key, created_at) \
                 SELECT {account}, 1, 1, 1, 1, 1, 'share_link', 'g' || i || '@x.test', 'g' || i || '@x.test', 's', 'e', \
                 'b{account}-' || i, 'b{account}-' || i || '@x.test', 'resend', 'b{account}-' || i, {} FROM n",
                NOON.0
            ),
            format!(
                "INSERT INTO outbox_job (purpose, email_id, run_at, account_id, is_batch) \
                 SELECT 'email', id, created_at, account_id, 1 FROM email WHERE reference LIKE 'b{account}-%'"
            ),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await.expect("good SQL");
        }
        transaction.commit().await.expect("a commit");
    }

    /// Somebody of the account clicks now.
    async fn click(&self, account: i64) -> EmailId {
        let email = add_email(&self.core.db, &format!("click{account}@x.test")).await;
        let mut transaction = self.core.db.write().await.expect("a transaction");
        for sql in [
            format!("UPDATE email SET account_id = {account} WHERE id = {email}"),
            format!(
                "UPDATE outbox_job SET account_id = {account}, run_at = {} WHERE email_id = {email}",
                self.core.clock.now().0
            ),
        ] {
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await.expect("good SQL");
        }
        transaction.commit().await.expect("a commit");
        email
    }

    async fn is_out(&self, email: EmailId) -> bool {
        state(&self.core.db, email).await.status.is_some()
    }

    /// Works until the mail is out; returns how many milliseconds passed.
    async fn until_out(&self, email: EmailId) -> i64 {
        let begun = self.core.clock.now();
        while !self.is_out(email).await {
            self.worker.run_due().await.expect("the database works");
            self.core.clock.advance_ms(25);
        }
        self.core.clock.now().since_ms(begun)
    }
}

async fn another_account(db: &Db) {
    execute(db, &["INSERT INTO account (name, created_at) VALUES ('Other house', 0)"]).await;
}

on_both_engines! {
    async fn a_click_waits_for_no_batch_of_another_account_at_any_pace(db: Db) {
        let mut app = Fixture::new(db).await;
        another_account(&app.core.db).await;
        app.drain().await;
        app.add_batch(1, BATCH).await;
        for (rate, most_ms) in [("", 25), ("100", 50), ("10", 200), ("1", 2_000)] {
            app = app.paced(rate);
            app.worker.run_due().await.expect("the database works");
            let waited = app.until_out(app.click(2).await).await;
            assert!(waited <= most_ms, "{waited} ms at {rate:?} a second");
        }
    }
}

on_both_engines! {
    async fn an_accounts_own_click_goes_before_its_batch(db: Db) {
        let app = Fixture::new(db).await.paced("10");
        app.add_batch(1, 200).await;
        let waited = app.until_out(app.click(1).await).await;
        assert!(waited <= 400, "{waited} ms");
        assert!(app.memory.handed().len() <= 4);
    }
}

on_both_engines! {
    async fn batches_of_two_accounts_take_turns(db: Db) {
        let app = Fixture::new(db).await;
        another_account(&app.core.db).await;
        app.drain().await;
        app.add_batch(1, 100).await;
        app.add_batch(2, 10).await;
        app.worker.run_due().await.expect("the database works");
        let second: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM email WHERE account_id = 2 AND status IS NULL",
        )
        .fetch_all(&mut *app.core.db.reader().await.expect("a reader"))
        .await
        .expect("the emails");
        assert!(second.is_empty(), "{} of the small batch wait for the large one", second.len());
        app.drain().await;
        assert_eq!(app.memory.handed().len(), 111, "all go out");
    }
}

on_both_engines! {
    async fn clicks_take_turns_too(db: Db) {
        let app = Fixture::new(db).await.paced("10");
        another_account(&app.core.db).await;
        let mut own = Vec::new();
        for _ in 0..20 {
            own.push(app.click(1).await);
        }
        let waited = app.until_out(app.click(2).await).await;
        assert!(waited <= 300, "{waited} ms behind 20 clicks of another account");
    }
}

on_both_engines! {
    async fn two_processes_keep_one_pace(db: Db) {
        let app = Fixture::new(db).await.paced("10");
        app.drain().await;
        app.add_batch(1, 200).await;
        let other = Worker::new(app.core.clone(), Mailer::Memory(app.memory.clone()));
        let before = app.memory.handed().len();
        for _ in 0..100 {
            app.worker.run_due().await.expect("the database works");
            other.run_due().await.expect("the database works");
            app.core.clock.advance_ms(50);
        }
        let handed = app.memory.handed().len() - before;
        assert!((49..=52).contains(&handed), "{handed} in five seconds at ten a second");
    }
}
