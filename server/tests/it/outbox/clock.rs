//! A clock that is set forward or back: no job waits longer than it ever had to, and no mail goes out twice.

use std::sync::Arc;

use app::domain::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use server::db::Db;
use server::mailer::HandOver;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::{Fixture, execute};
use crate::mailer::{FRIENDLY, Server};

const DAY_MS: i64 = 24 * HOUR_MS;

on_both_engines! {
    async fn e21_a_job_from_before_the_clock_was_set_back_is_due(db: Db) {
        let app = Fixture::new(db).await;
        app.core.clock.advance_ms(-DAY_MS);
        assert_eq!(app.drain().await, 1);
        assert_eq!(app.memory.handed().len(), 1);
    }
}

on_both_engines! {
    async fn e21_a_lease_from_before_the_clock_was_set_back_has_ended(db: Db) {
        let app = Fixture::new(db).await;
        execute(&app.core.db, &["UPDATE outbox_job SET attempts = 1, lease_owner = 'dead', lease_until = 1795435260000"])
            .await;
        assert_eq!(app.drain().await, 0, "a minute from now, it holds");
        app.core.clock.advance_ms(-7 * SECOND_MS);
        assert_eq!(app.drain().await, 1, "longer from now than a lease may be");
        assert_eq!(app.memory.handed().len(), 1);
    }
}

on_both_engines! {
    async fn e21_a_retry_waits_no_longer_than_its_own_length(db: Db) {
        let app = Fixture::new(db).await;
        // After one attempt the wait is six seconds at most, after six an hour and twelve minutes.
        for (attempt, back) in (1..).zip([7 * SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS, DAY_MS, DAY_MS]) {
            app.memory.answer_next(HandOver::Unsent("no connection".into()));
            assert_eq!(app.drain().await, 1, "attempt {attempt}");
            assert_eq!(app.drain().await, 0, "it waits after attempt {attempt}");
            app.core.clock.advance_ms(-back);
        }
        assert_eq!(app.drain().await, 1);
        assert_eq!(app.state().await.status.as_deref(), Some("sent"));
        assert_eq!(app.memory.handed().len(), 1);
    }
}

on_both_engines! {
    async fn e21_an_attempt_that_the_clock_overtook_sends_nothing(db: Db) {
        let server = Server::start([FRIENDLY]).await;
        // Lets nothing through before it is opened.
        let gate = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("smtp://{}", gate.local_addr().expect("an address"));
        let (reached, opened) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (address, reach, open) = (server.address, Arc::clone(&reached), Arc::clone(&opened));
        tokio::spawn(async move {
            let (mut near, _) = gate.accept().await.expect("a connection");
            reach.notify_one();
            open.notified().await;
            let mut far = TcpStream::connect(address).await.expect("the mail server");
            let _ = copy_bidirectional(&mut near, &mut far).await;
        });
        let app = Fixture::over(db, &url).await;
        let worker = app.worker.clone();
        let attempt = tokio::spawn(async move { worker.run_due().await });
        reached.notified().await;
        // The clock jumps, the same worker leases the job again, and is in the middle of the hand-over.
        execute(&app.core.db, &["UPDATE outbox_job SET attempts = 2, handing_over_at = lease_until"]).await;
        opened.notify_one();
        attempt.await.expect("no panic").expect("the database works");
        assert!(server.mails().is_empty(), "it belongs to the other attempt");
        assert!(app.has_job().await);
    }
}
