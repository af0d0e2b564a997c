//! Still delayed after 72 hours: failed, unless the provider knew better in the meantime.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::domain::delivery::{DELAY_LIMIT_MS, DeliveryEvent, Report, STILL_DELAYED};
use app::domain::ids::EmailId;
use server::db::Db;
use server::emails::fold::{Incoming, record};
use server::emails::sweep::sweep;

use crate::sent_mail::{ADDRESS, SentMail};
use crate::support::{NOON, TestApp};

async fn report(db: &Db, email: EmailId, report: Report) {
    let mut transaction = db.write().await.unwrap();
    let event = Incoming {
        email,
        provider: "resend",
        event_key: format!("{email}-{}", report.code()),
        event: DeliveryEvent { report, reason: None, occurred_at: NOON.plus_ms(1) },
        suppress: None,
    };
    record(&mut transaction, vec![event], NOON).await.unwrap();
    transaction.commit().await.unwrap();
}

on_both_engines!(
    async fn the_limit_is_72_hours_after_the_hand_over(db: Db) {
        let app = TestApp::new(db.clone()).await;
        let sent = SentMail::set(&db).await;
        let (delayed, silent) = (sent.email("delayed").await, sent.email("sent").await);
        report(&db, delayed, Report::Delayed).await;

        let limit = NOON.plus_ms(DELAY_LIMIT_MS);
        assert_eq!(sweep(&app.core, limit).await.unwrap(), 0, "exactly 72 hours is not more than 72 hours");
        assert_eq!(sweep(&app.core, limit.plus_ms(1)).await.unwrap(), 1);
        assert_eq!(sent.shown(delayed).await, ("failed".into(), Some(STILL_DELAYED.into()), 3));
        assert_eq!(sent.shown(silent).await.0, "sent", "silence is never swept");
        assert_eq!(sent.suppressed(ADDRESS).await, None);
        assert_eq!(sweep(&app.core, limit.plus_ms(2)).await.unwrap(), 0, "once");
    }
);

on_both_engines!(
    async fn e21_a_clock_set_back_delays_no_sweep(db: Db) {
        let app = TestApp::new(db.clone()).await;
        let sent = SentMail::set(&db).await;
        let delayed = sent.email("delayed").await;
        report(&db, delayed, Report::Delayed).await;
        // Handed over at noon; then the clock was set back by ten days.
        let now = NOON.plus_ms(-240 * 60 * 60 * 1_000);
        assert_eq!(sweep(&app.core, now).await.unwrap(), 0);
        assert_eq!(sweep(&app.core, now.plus_ms(DELAY_LIMIT_MS)).await.unwrap(), 0);
        assert_eq!(sweep(&app.core, now.plus_ms(DELAY_LIMIT_MS + 1)).await.unwrap(), 1, "72 hours by any clock");
        assert_eq!(sent.shown(delayed).await.0, "failed");
    }
);

on_both_engines!(
    async fn a_delivery_before_or_after_the_sweep_wins(db: Db) {
        let app = TestApp::new(db.clone()).await;
        let sent = SentMail::set(&db).await;
        let (before, after) = (sent.email("before").await, sent.email("after").await);
        for email in [before, after] {
            report(&db, email, Report::Delayed).await;
        }
        report(&db, before, Report::Delivered).await;
        assert_eq!(sweep(&app.core, NOON.plus_ms(DELAY_LIMIT_MS + 1)).await.unwrap(), 1);
        report(&db, after, Report::Delivered).await;
        for email in [before, after] {
            assert_eq!(sent.shown(email).await.0, "delivered");
        }
    }
);

on_both_engines!(
    async fn many_are_swept_once_by_two_sweeps_at_a_time(db: Db) {
        let app = TestApp::new(db.clone()).await;
        let sent = SentMail::set(&db).await;
        sent.email("first").await;
        sent.execute(
            "INSERT INTO email (account_id, contact_id, member_id, kind, recipient, recipient_key, subject, \
                 event_name, reference, message_id, provider, idempotency_key, status, rank, status_at, created_at, \
                 handed_over_at) WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1100) \
                 SELECT account_id, contact_id, member_id, kind, recipient, recipient_key, subject, event_name, \
                 CAST(n AS TEXT), CAST(n AS TEXT), provider, CAST(n AS TEXT), 'delayed', 20, status_at, created_at, \
                 handed_over_at FROM email, n",
        )
        .await;
        let now = NOON.plus_ms(DELAY_LIMIT_MS + 1);
        let (one, other) = tokio::join!(sweep(&app.core, now), sweep(&app.core, now));
        // One of two that meet may pass over what the other holds; the next sweep finds nothing left.
        let swept = one.unwrap() + other.unwrap() + sweep(&app.core, now).await.unwrap();
        assert_eq!(swept, 1_100);
        assert_eq!(sent.count("email WHERE status = 'failed' AND revision = 2").await, 1_100);
        assert_eq!(sent.count("delivery_event").await, 1_100);
    }
);
