//! A worker that dies is named, started again, and loses nothing that was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use app::domain::delivery::{DeliveryEvent, Report};
use app::domain::time::Timestamp;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt;
use server::db::Db;
use server::provider::ProviderEvent;
use server::router::router;
use server::state::AppState;
use server::webhooks::Ingest;
use server::workers::{Health, Workers};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::sent_mail::SentMail;
use crate::support::TestApp;

const LONG: Duration = Duration::from_secs(20);

/// Waits until these workers are down, and no others.
async fn until_down(health: &Health, names: &[&str]) {
    let look = async {
        while health.down() != names {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, look).await.unwrap_or_else(|_| panic!("down: {:?}", health.down()));
}

#[tokio::test]
async fn a_worker_that_died_is_down_until_it_runs_again() {
    let (stop, stopped) = watch::channel(false);
    let mut workers = Workers::new(stopped);
    let health = workers.health();
    let starts = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&starts);
    workers.run("once unlucky", move |mut stop| {
        let start = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            assert!(start > 0, "the first start fails");
            let _ = stop.wait_for(|stop| *stop).await;
        }
    });
    workers.run("well", |mut stop| async move {
        let _ = stop.wait_for(|stop| *stop).await;
    });
    until_down(&health, &["once unlucky"]).await;
    until_down(&health, &[]).await;
    assert_eq!(starts.load(Ordering::SeqCst), 2);

    stop.send(true).expect("they listen");
    timeout(LONG, workers.finish(LONG)).await.expect("at once");
    assert_eq!(health.down(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_worker_that_always_dies_stays_down_and_is_still_told_to_stop() {
    let (stop, stopped) = watch::channel(false);
    let mut workers = Workers::new(stopped);
    let health = workers.health();
    let starts = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&starts);
    workers.run("hopeless", move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async {}
    });
    until_down(&health, &["hopeless"]).await;
    while starts.load(Ordering::SeqCst) < 2 {
        sleep(Duration::from_millis(10)).await;
        assert_eq!(health.down(), ["hopeless"]);
    }
    stop.send(true).expect("it listens");
    timeout(LONG, workers.finish(LONG)).await.expect("it does not wait for another start");
}

on_both_engines!(
    async fn readiness_names_the_worker_that_is_down(db: Db) {
        let app = TestApp::new(db).await;
        let (_stop, stopped) = watch::channel(false);
        let mut workers = Workers::new(stopped);
        workers.run("outbox", |_| async { panic!("out of paper") });
        workers.run("sweep", |_| async {});
        until_down(&workers.health(), &["outbox", "sweep"]).await;
        let state = AppState { workers: workers.health(), ..app.state.clone() };
        let request = Request::get("/readyz").body(Body::empty()).expect("a request");
        let answer = router(state).oneshot(request).await.expect("the router always answers");
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        let text = answer.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!(text, "outbox is down\nsweep is down");
        assert_eq!(app.get("/readyz").await.text(), "ready", "this one's workers are well");
    }
);

fn delivered(key: &str) -> Vec<ProviderEvent> {
    let event = DeliveryEvent { report: Report::Delivered, reason: None, occurred_at: Timestamp(1) };
    vec![ProviderEvent {
        key: key.to_owned(),
        reference: Some("r3f-4nn".to_owned()),
        provider_message_id: None,
        message_id: None,
        event,
        suppress: None,
    }]
}

on_both_engines!(
    async fn what_a_dead_intake_had_in_hand_is_refused_and_what_waited_is_stored(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        sent.email("r3f-4nn").await;
        let (ingest, intake) = Ingest::new(&app.core);
        let (_stop, stopped) = watch::channel(false);
        let submit = |key: &'static str| {
            let ingest = ingest.clone();
            tokio::spawn(async move { ingest.submit("resend", delivered(key)).await })
        };

        let running = tokio::spawn(intake.clone().run(stopped.clone()));
        timeout(LONG, submit("before")).await.expect("in time").expect("no panic").expect("stored");
        // Its first look after events without an email writes too, and comes a moment after its start.
        sleep(Duration::from_millis(200)).await;

        // On SQLite it waits for this writer, on PostgreSQL for the row.
        let mut writer = db.write().await.expect("the write lock");
        sqlx::query("UPDATE email SET revision = revision").execute(&mut *writer).await.expect("the lock of the row");
        let in_hand = submit("in hand");
        sleep(Duration::from_millis(200)).await;
        let waiting = submit("waiting");
        sleep(Duration::from_millis(200)).await;
        running.abort();
        running.await.expect_err("it was ended");
        let refused = timeout(LONG, in_hand).await.expect("in time").expect("no panic");
        refused.expect_err("nobody knows, so the provider has to repeat it");
        writer.rollback().await.expect("to let go");

        tokio::spawn(intake.run(stopped));
        let stored = timeout(LONG, waiting).await.expect("in time").expect("no panic").expect("stored");
        assert_eq!(stored.fresh, 1);
        let repeated = timeout(LONG, submit("in hand")).await.expect("in time").expect("no panic").expect("stored");
        assert_eq!(repeated.fresh + repeated.repeated, 1);
        assert_eq!(sent.count("delivery_event").await, 3);
    }
);
