//! An account's own mails ride in the outbox, and leave no trace in anything that is tracked.

use app::domain::delivery::{DeliveryEvent, Report};
use app::domain::suppression::SuppressionCause;
use app::domain::time::MINUTE_MS;
use server::db::Db;
use server::provider::ProviderEvent;
use server::webhooks::{Ingest, rematch_orphans};
use server::workers::Workers;
use tokio::sync::watch;

use super::*;
use crate::support::NOON;

const ADDRESS: &str = "demo@callboard.test";

async fn state(app: &TestApp) -> (Option<i64>, Option<i64>, Option<String>) {
    sqlx::query_as("SELECT handed_over_at, failed_at, reason FROM system_mail ORDER BY id DESC LIMIT 1")
        .fetch_one(&mut *app.db().reader().await.expect("a reader"))
        .await
        .expect("a mail")
}

/// A contact with the member's own address, who must stay as they were.
async fn namesake(app: &TestApp) {
    let sql = format!(
        "INSERT INTO contact (account_id, first_name, email, email_key, sort_name, created_at) \
         VALUES ({}, 'Dana', '{ADDRESS}', '{ADDRESS}', 'dana', 0)",
        app.account
    );
    execute(app.db(), &sql).await;
}

async fn assert_untracked(app: &TestApp) {
    for none in ["email", "delivery_event", "orphan_event", "outbox_job"] {
        assert_eq!(number(app.db(), &format!("SELECT COUNT(*) FROM {none}")).await, 0, "{none}");
    }
    assert_eq!(number(app.db(), "SELECT COALESCE(MAX(email_count), 0) FROM contact").await, 0);
}

on_both_engines!(
    async fn they_are_in_nobodys_history_and_blocked_by_nothing(db: Db) {
        let app = TestApp::new(db).await;
        verify_all(&app).await;
        namesake(&app).await;
        let block = format!(
            "INSERT INTO suppression (address_key, cause, seriousness, provider, first_seen_at, last_seen_at) \
             VALUES ('{ADDRESS}', 'bounce', 30, 'resend', 0, 0)"
        );
        execute(app.db(), &block).await;
        let mail = Post::of(&app);
        forgot(&app, ADDRESS).await;
        assert_eq!(mail.to(ADDRESS).await.len(), 1);
        assert_eq!(state(&app).await, (Some(NOON.0), None, None));
        assert_untracked(&app).await;
    }
);

on_both_engines!(
    async fn a_bounce_of_one_blocks_nobody_and_is_not_tried_again(db: Db) {
        let app = TestApp::new(db).await;
        verify_all(&app).await;
        namesake(&app).await;
        let mail = Post::of(&app);
        mail.answer_next(refused("550 5.1.1 no such user"));
        forgot(&app, ADDRESS).await;
        assert!(mail.all().await.is_empty());
        assert_eq!(state(&app).await, (None, Some(NOON.0), Some("550 5.1.1 no such user".into())));
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM suppression").await, 0);
        assert_untracked(&app).await;
    }
);

on_both_engines!(
    async fn one_that_has_to_wait_is_sent_later(db: Db) {
        let app = TestApp::new(db).await;
        verify_all(&app).await;
        let mail = Post::of(&app);
        mail.answer_next(refused("450 4.2.0 greylisted"));
        forgot(&app, ADDRESS).await;
        assert!(mail.all().await.is_empty());
        assert!(state(&app).await.2.expect("why").starts_with("waiting for the mail server"));
        app.advance_ms(MINUTE_MS);
        assert_eq!(mail.to(ADDRESS).await.len(), 1);
        let path = mail.path(ADDRESS).await;
        assert_eq!(app.get(&path).await.status, StatusCode::OK, "its link is the one that was meant");
    }
);

on_both_engines!(
    async fn killed_in_the_middle_of_the_hand_over_it_is_not_sent_again(db: Db) {
        let app = TestApp::new(db).await;
        verify_all(&app).await;
        let mail = Post::of(&app);
        forgot(&app, ADDRESS).await;
        let marked = format!(
            "UPDATE outbox_job SET attempts = 1, lease_owner = 'dead', lease_until = {}, handing_over_at = {}",
            NOON.0 + MINUTE_MS,
            NOON.0 - 1_000
        );
        execute(app.db(), &marked).await;
        app.advance_ms(2 * MINUTE_MS);
        assert!(mail.all().await.is_empty());
        let (handed_over_at, failed_at, reason) = state(&app).await;
        assert_eq!((handed_over_at, failed_at), (Some(NOON.0 - 1_000), None), "when it went out, if it did");
        assert_eq!(reason.as_deref(), Some(app::domain::delivery::UNCONFIRMED));
        assert_untracked(&app).await;

        // Killed before, it is done again, once.
        forgot(&app, ADDRESS).await;
        let leased = format!("UPDATE outbox_job SET attempts = 1, lease_owner = 'dead', lease_until = {}", NOON.0);
        execute(app.db(), &leased).await;
        assert_eq!(mail.to(ADDRESS).await.len(), 1);
    }
);

on_both_engines!(
    async fn a_providers_report_on_one_is_taken_and_changes_nothing(db: Db) {
        let app = TestApp::new(db).await;
        verify_all(&app).await;
        namesake(&app).await;
        let mail = Post::of(&app);
        let id = "56761188-7520-42d8-8898-ff6fc54ce618";
        mail.answer_next(HandOver::Accepted(format!("250 2.0.0 Ok: queued as {id}")));
        let (_stop, stopped) = watch::channel(false);
        let ingest = Ingest::start(&app.core, &mut Workers::new(stopped));
        let bounce = |key: &str, ids: [Option<String>; 3]| {
            let [reference, provider_message_id, message_id] = ids;
            ProviderEvent {
                key: key.to_owned(),
                reference,
                provider_message_id,
                message_id,
                event: DeliveryEvent { report: Report::Bounced, reason: Some("gone".into()), occurred_at: NOON },
                suppress: Some(SuppressionCause::Bounce),
            }
        };
        forgot(&app, ADDRESS).await;
        let (reference, message_id): (String, String) = sqlx::query_as("SELECT reference, message_id FROM system_mail")
            .fetch_one(&mut *app.db().reader().await.expect("a reader"))
            .await
            .expect("a mail");
        // By the provider's id alone it cannot be known before the hand-over is recorded; then it is.
        ingest.submit("resend", vec![bounce("early", [None, Some(id.into()), None])]).await.expect("an answer");
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM orphan_event").await, 1);
        let source = mail.all().await.pop().expect("a mail").source;
        assert!(source.contains(&format!("Resend-Idempotency-Key: {reference}")), "{source}");
        assert_untracked(&app).await;
        let events = vec![
            bounce("by reference", [Some(reference), None, None]),
            bounce("by id", [None, Some(id.into()), None]),
            bounce("by message", [None, None, Some(message_id)]),
        ];
        ingest.submit("resend", events).await.expect("an answer");
        assert_eq!(rematch_orphans(&app.core, NOON, NOON).await.expect("an answer"), 0);
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM suppression").await, 0);
        assert_untracked(&app).await;
        ingest.submit("resend", vec![bounce("x", [Some("another".into()), None, None])]).await.expect("an answer");
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM orphan_event").await, 1, "others wait for their email");
    }
);

on_both_engines!(
    async fn they_are_forgotten_after_a_month(db: Db) {
        let app = TestApp::new(db).await;
        verify_all(&app).await;
        forgot(&app, ADDRESS).await;
        Post::of(&app).all().await;
        for (days, left) in [(29, 1), (31, 0)] {
            let now = NOON.plus_ms(days * 24 * 60 * MINUTE_MS);
            server::system_mail::prune(app.db(), now).await.expect("an answer");
            server::accounts::prune(app.db(), now).await.expect("an answer");
            assert_eq!(number(app.db(), "SELECT COUNT(*) FROM system_mail").await, left);
        }
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM member_token").await, 0);
    }
);
