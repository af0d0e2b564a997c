//! A database that somebody else holds, or that is away: 503, when to try again, and nothing half done.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::error::AppError;
use axum::http::StatusCode;
use serde_json::json;
use server::db::Db;
use sqlx::Executor;

use crate::database::with_sqlite;
use crate::rows::connect;
use crate::sent_mail::SentMail;
use crate::support::{Answer, TestApp, server_fn};

fn is_to_be_tried_again(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text());
    assert_eq!(answer.header("retry-after"), "5");
}

on_both_engines!(
    async fn e21_a_lock_that_somebody_holds_for_five_seconds(db: Db) {
        let (app, sent) = (TestApp::new(db.clone()).await, SentMail::set(&db).await);
        let member = app.with_cookie(&sent.open_session().await);
        let press = json!({ "crew": sent.crew, "address": "ann@guests.test", "key": "key" });
        // SQLite has one lock; PostgreSQL one for each row.
        let mut lock = connect(&db).await;
        lock.execute("BEGIN").await.unwrap();
        lock.execute("UPDATE crew SET created_at = created_at").await.unwrap();
        let generate = json!({ "crew": sent.crew });
        let answers = tokio::join!(
            member.post_json(server_fn("email_link"), &press),
            member.post_json(server_fn("generate_link"), &generate),
        );
        for answer in [answers.0, answers.1] {
            is_to_be_tried_again(&answer);
            assert_eq!(answer.json::<AppError>(), AppError::Unavailable);
        }
        lock.execute("ROLLBACK").await.unwrap();
        assert_eq!(member.post_json(server_fn("email_link"), &press).await.status, StatusCode::OK);
        assert_eq!(sent.count("email").await, 1);
    }
);

on_both_engines!(
    async fn e21_pages_of_a_database_that_is_away(db: Db) {
        let app = TestApp::new(db.clone()).await;
        let member = app.sign_in().await;
        db.close().await;
        is_to_be_tried_again(&member.get("/events").await);
        is_to_be_tried_again(&app.get("/v/a-guest").await);
        let form = member.post_form(server_fn("sign_out"), &[]).await;
        is_to_be_tried_again(&form);
        assert_eq!(form.text(), AppError::Unavailable.to_string(), "words, and not JSON, for a person");
    }
);

#[tokio::test]
async fn e17_a_writer_whose_transaction_an_error_ended_is_replaced() {
    with_sqlite(|db| async move {
        // What SQLite does by itself after an I/O error or when the disk is full, behind sqlx's back.
        let mut write = db.write().await.unwrap();
        write.execute("ROLLBACK").await.unwrap();
        drop(write);
        db.write().await.unwrap().commit().await.unwrap();
        // And when the commit is what fails.
        let mut write = db.write().await.unwrap();
        write.execute("ROLLBACK").await.unwrap();
        write.commit().await.unwrap_err();
        db.ping().await.unwrap();
    })
    .await;
}
