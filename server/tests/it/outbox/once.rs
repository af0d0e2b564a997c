//! Each mail once and none in vain, whatever is killed, blocked or revoked meanwhile, and whoever else works.

use std::time::Duration;

use app::domain::delivery::{DeliveryStatus, UNCONFIRMED};
use app::domain::ids::ContactId;
use app::domain::time::{HOUR_MS, MINUTE_MS};
use app::live::{Row, Topic};
use server::db::{Change, Db};
use server::mailer::Mailer;
use server::outbox::Worker;
use tokio::sync::watch;

use super::{Fixture, add_email, execute};
use crate::mailer::{Conversation, FRIENDLY};
use crate::support::{NOON, hear_rows, open_page};

on_both_engines! {
    async fn a_lost_answer_is_unconfirmed_and_never_sent_again(db: Db) {
        let (app, server) = Fixture::handed_to(db, Conversation { end: None, ..FRIENDLY }).await;
        let state = app.state().await;
        assert_eq!((state.status.as_deref(), state.reason.as_deref()), (Some("sent"), Some(UNCONFIRMED)));
        assert_eq!(state.handed_over_at, Some(NOON.0));
        assert!(!app.has_job().await);
        app.core.clock.advance_ms(100 * HOUR_MS);
        assert_eq!(app.drain().await, 0);
        assert_eq!(server.mails().len(), 1);
    }
}

on_both_engines! {
    async fn killed_before_the_mark_it_is_done_again_once(db: Db) {
        let app = Fixture::new(db).await;
        execute(&app.core.db, &["UPDATE outbox_job SET attempts = 1, lease_owner = 'dead', lease_until = 1795435260000"])
            .await;
        assert_eq!(app.drain().await, 0, "somebody else's lease holds");
        app.worker.recover().await.expect("the database works");
        if app.core.db.is_shared() {
            assert_eq!(app.drain().await, 0, "its owner may live on another machine");
            app.core.clock.advance_ms(MINUTE_MS);
        }
        assert_eq!(app.drain().await, 1);
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
        assert_eq!(app.memory.handed().len(), 1);
    }
}

on_both_engines! {
    async fn killed_after_the_mark_it_is_unconfirmed_and_not_sent_again(db: Db) {
        let app = Fixture::new(db).await;
        execute(
            &app.core.db,
            &["UPDATE outbox_job SET attempts = 1, lease_owner = 'dead', lease_until = 1795435260000, \
               handing_over_at = 1795435199000"],
        )
        .await;
        app.worker.recover().await.expect("the database works");
        app.core.clock.advance_ms(MINUTE_MS);
        assert_eq!(app.drain().await, 1);
        let state = app.state().await;
        assert_eq!((state.status.as_deref(), state.reason.as_deref()), (Some("sent"), Some(UNCONFIRMED)));
        assert_eq!(state.handed_over_at, Some(1_795_435_199_000), "when it went out, if it did");
        assert!(app.memory.handed().is_empty() && !app.has_job().await);
    }
}

on_both_engines! {
    async fn an_address_blocked_meanwhile_gets_nothing(db: Db) {
        let app = Fixture::new(db).await;
        let block = "INSERT INTO suppression (address_key, cause, seriousness, provider, first_seen_at, last_seen_at) \
             VALUES ('ann@example.com', 'complaint', 3, 'resend', 0, 0)";
        execute(&app.core.db, &[block]).await;
        app.drain().await;
        let state = app.state().await;
        assert_eq!(state.status.as_deref(), Some("failed"));
        assert!(state.reason.expect("a reason").starts_with("address blocked meanwhile"));
        assert!(app.memory.handed().is_empty());
        let seen = "SELECT last_seen_at FROM suppression WHERE last_seen_at = 0 AND $1 = $1";
        assert!(app.row(seen).await.is_some(), "not listed anew");
    }
}

on_both_engines! {
    async fn a_lifted_address_is_sent_to(db: Db) {
        let app = Fixture::new(db).await;
        let lifted = "INSERT INTO suppression \
             (address_key, cause, seriousness, provider, first_seen_at, last_seen_at, lifted_at) \
             VALUES ('ann@example.com', 'bounce', 2, 'resend', 0, 0, 1)";
        execute(&app.core.db, &[lifted]).await;
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
    }
}

on_both_engines! {
    async fn a_link_revoked_meanwhile_is_not_mailed(db: Db) {
        let app = Fixture::new(db).await;
        execute(&app.core.db, &["UPDATE link SET revoked_at = 1"]).await;
        app.drain().await;
        assert_eq!(app.state().await.status.as_deref(), Some("failed"));
        assert!(app.memory.handed().is_empty());
    }
}

on_both_engines! {
    async fn two_workers_share_the_jobs_and_send_each_mail_once(db: Db) {
        let app = Fixture::new(db).await;
        for index in 0..23 {
            add_email(&app.core.db, &format!("guest{index}@example.com")).await;
        }
        let other = Worker::new(app.core.clone(), Mailer::Memory(app.memory.clone()));
        let drain_other = async {
            while other.run_due().await.expect("the database works") > 0 {}
        };
        tokio::join!(app.drain(), drain_other);
        let mut recipients: Vec<_> = app.memory.handed().iter().map(|mail| mail.envelope.to.to_string()).collect();
        recipients.sort_unstable();
        assert_eq!(recipients.len(), 24);
        recipients.dedup();
        assert_eq!(recipients.len(), 24);
    }
}

on_both_engines! {
    async fn a_running_worker_hears_of_new_mail_and_ends_when_told(db: Db) {
        let app = Fixture::new(db).await;
        let mut browser = open_page(&app.core, Topic::Contact(ContactId(1))).await;
        let (stop, stopped) = watch::channel(false);
        let worker = Worker::new(app.core.clone(), Mailer::Memory(app.memory.clone()));
        let task = tokio::spawn(worker.run(stopped));
        for _ in 0..2 {
            let rows = tokio::time::timeout(Duration::from_secs(20), hear_rows(&mut browser)).await.expect("in time");
            let [Row::Email(email)] = rows.as_slice() else { panic!("an email, not {rows:?}") };
            assert_eq!(email.status, Some(DeliveryStatus::Sent));
            add_email(&app.core.db, "bob@example.com").await;
            let mut write = app.core.db.write().await.expect("a transaction");
            write.changed(Change::OutboxJob);
            write.commit().await.expect("a commit");
        }
        stop.send(true).expect("the worker listens");
        tokio::time::timeout(Duration::from_secs(20), task).await.expect("in time").expect("no panic");
    }
}
