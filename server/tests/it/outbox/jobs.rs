//! What a job is, what its mail is built from, and what the provider's reply teaches.

use server::db::Db;
use server::mailer::HandOver;

use super::{Fixture, add_email, execute, state};

const ID: &str = "56761188-7520-42d8-8898-ff6fc54ce618";

impl Fixture {
    /// The next mail is accepted in these words.
    fn accepts_with(&self, reply: &str) {
        self.memory.answer_next(HandOver::Accepted(reply.into()));
    }

    /// How many emails the provider calls by this id.
    async fn count_called(&self, id: &str) -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM email WHERE provider_message_id = $1")
            .bind(id.to_owned())
            .fetch_one(&mut *self.core.db.reader().await.expect("a reader"))
            .await
            .expect("a count")
    }
}

on_both_engines! {
    async fn the_providers_id_is_kept_from_its_reply(db: Db) {
        let app = Fixture::new(db).await;
        app.accepts_with(&format!("250 2.0.0 Ok: queued as {ID}"));
        app.drain().await;
        assert_eq!(app.count_called(ID).await, 1);

        // An id that another email has does not stand in the way of this one.
        let other = add_email(&app.core.db, "bob@example.com").await;
        app.accepts_with(&format!("250 {ID}"));
        app.drain().await;
        assert_eq!(state(&app.core.db, other).await.status.as_deref(), Some("sent"));
        assert_eq!(app.count_called(ID).await, 1);
    }
}

on_both_engines! {
    async fn an_id_that_is_known_stays(db: Db) {
        let app = Fixture::new(db).await;
        execute(&app.core.db, &["UPDATE email SET provider_message_id = 'heard-before'"]).await;
        app.accepts_with(&format!("250 {ID}"));
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
        assert_eq!((app.count_called("heard-before").await, app.count_called(ID).await), (1, 0));
    }
}

on_both_engines! {
    async fn a_mail_goes_by_the_provider_it_was_accepted_with(db: Db) {
        let app = Fixture::new(db).await;
        add_email(&app.core.db, "bob@example.com").await;
        execute(&app.core.db, &["UPDATE email SET provider = 'smtp' WHERE recipient = 'bob@example.com'"]).await;
        app.accepts_with(&format!("250 {ID}"));
        app.accepts_with(&format!("250 {ID}"));
        app.drain().await;
        let handed = app.memory.handed();
        assert_eq!(handed.len(), 2);
        for mail in handed {
            let is_resends = mail.envelope.to.to_string() == "ann@example.com";
            assert!(mail.source.contains("\r\nX-Callboard-Ref: "), "{}", mail.source);
            assert_eq!(mail.source.contains("\r\nResend-Idempotency-Key: "), is_resends, "{}", mail.source);
        }
        let known = "SELECT id FROM email WHERE id = $1 AND provider = 'resend' AND provider_message_id IS NOT NULL";
        assert!(app.row(known).await.is_some() && app.count_called(ID).await == 1, "plain SMTP names no ids");
    }
}

on_both_engines! {
    async fn what_cannot_be_read_fails_and_is_not_tried_for_ever(db: Db) {
        let mut app = Fixture::new(db).await;
        for wrong in [
            "UPDATE email SET recipient = 'nobody'",
            "UPDATE email SET provider = 'pigeon'",
            "UPDATE email SET kind = 'rsvp_invite'",
        ] {
            app.email = add_email(&app.core.db, "bob@example.com").await;
            execute(&app.core.db, &[wrong]).await;
            app.drain().await;
            let state = app.state().await;
            assert_eq!(state.status.as_deref(), Some("failed"), "{wrong}");
            assert!(state.reason.is_some() && !app.has_job().await && app.memory.handed().is_empty(), "{wrong}");
        }
    }
}

on_both_engines! {
    async fn jobs_of_another_purpose_are_left_alone(db: Db) {
        let app = Fixture::new(db).await;
        execute(&app.core.db, &["INSERT INTO outbox_job (purpose, run_at) VALUES ('postcard', 0)"]).await;
        assert_eq!(app.drain().await, 1);
        let left: Vec<String> =
            sqlx::query_scalar("SELECT purpose FROM outbox_job").fetch_all(&mut *app.core.db.reader().await.expect("a reader")).await.expect("the jobs");
        assert_eq!(left, ["postcard"]);
    }
}

on_both_engines! {
    async fn a_job_goes_with_its_email(db: Db) {
        let app = Fixture::new(db).await;
        execute(&app.core.db, &["DELETE FROM email"]).await;
        assert!(!app.has_job().await);
    }
}

on_both_engines! {
    async fn jobs_that_waited_before_they_had_ids_are_carried_over(db: Db) {
        let app = Fixture::new(db).await;
        let first = include_str!("../../../../migrations/sqlite/0001_create_callboard.sql");
        let begin = first.find("CREATE TABLE outbox_job").expect("the jobs as they were");
        let migration = if app.core.db.is_shared() {
            include_str!("../../../../migrations/postgres/0004_give_outbox_jobs_ids.sql")
        } else {
            include_str!("../../../../migrations/sqlite/0004_give_outbox_jobs_ids.sql")
        };
        let later = if app.core.db.is_shared() {
            include_str!("../../../../migrations/postgres/0007_add_sign_up.sql")
        } else {
            include_str!("../../../../migrations/sqlite/0007_add_sign_up.sql")
        };
        let later = &later[later.find("ALTER TABLE outbox_job").expect("what jobs have since")..];
        let fair = include_str!("../../../../migrations/sqlite/0011_share_the_outbox_fairly.sql");
        let fair = &fair[..fair.find("-- Until when").expect("what is not of the jobs")];
        let mut transaction = app.core.db.write().await.expect("a transaction");
        for sql in [
            "DROP TABLE outbox_job",
            &first[begin..],
            "INSERT INTO outbox_job (email_id, run_at, attempts) SELECT id, created_at, 2 FROM email",
            migration,
            later,
            fair,
        ] {
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await.expect("good SQL");
        }
        transaction.commit().await.expect("a commit");
        assert!(app.row("SELECT attempts FROM outbox_job WHERE email_id = $1 AND purpose = 'email'").await == Some((2,)));
        assert_eq!(app.drain().await, 1);
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
    }
}
