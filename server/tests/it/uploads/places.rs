//! How many files fit, and which of them count: neither those that were turned down or taken back, nor those that never came.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::convert::Infallible;

use app::domain::ids::UploadId;
use app::domain::requests::RequestKind;
use app::error::AppError;
use app::requests::{RequestForm, RequestsPort};
use axum::body::Bytes;
use futures_util::stream;
use server::db::Db;
use server::requests::receive;
use tokio::sync::Notify;

use super::{asked, files, kept, pdf, refused_at, send};

on_both_engines!(
    async fn whoever_had_twenty_files_turned_down_can_send_the_next(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        for _ in 0..20 {
            send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        }
        let full = refused_at(send(&venue, &token, plot, "plot.pdf", &pdf()).await);
        assert!(full.starts_with("There are 20 files here already"), "{full}");
        venue.run("UPDATE upload SET state = 'rejected', note = 'Too dark.'").await;
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
    }
);

on_both_engines!(
    async fn files_that_were_cut_off_take_no_place_from_those_that_come(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        for _ in 0..20 {
            // The first piece comes, and then whoever sends it is gone: nobody works on the request any more.
            let gone = Notify::new();
            let pieces = Box::pin(stream::unfold(true, async |is_first| {
                if !is_first {
                    gone.notify_one();
                    std::future::pending::<()>().await;
                }
                Some((Ok::<_, Infallible>(Bytes::from_static(b"%PDF-1.7\n")), false))
            }));
            tokio::select! {
                answer = receive(&venue.core, &token, plot, "plot.pdf", pieces) => panic!("{answer:?}"),
                () = gone.notified() => {}
            }
        }
        assert_eq!(venue.number("SELECT COUNT(*) FROM upload WHERE deleted_at IS NULL").await, 20, "the next hour");
        let form = venue.requests.form(&venue.caller, plot).await.unwrap();
        for kind in [RequestKind::Text, RequestKind::File] {
            let revision = venue.requests.form(&venue.caller, plot).await.unwrap().revision;
            let other = RequestForm { kind, ..form.form.clone() };
            venue.requests.save(&venue.caller, plot, revision, other).await.unwrap();
        }
        let name = "plot.pdf";
        let file = pdf();
        let sending = (0..22).map(|_| send(&venue, &token, plot, name, &file));
        let sent = futures_util::future::join_all(sending).await;
        let refused: Vec<_> = sent.into_iter().filter(Result::is_err).map(refused_at).collect();
        assert_eq!(refused.len(), 2, "{refused:?}");
        assert!(refused.iter().all(|why| why.starts_with("There are 20 files here already")), "{refused:?}");
        assert_eq!((files(&venue).await.len(), kept(&venue)), (20, 20));
    }
);

on_both_engines!(
    async fn a_file_that_was_taken_back_is_no_answer(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        let form = requests.form(caller, plot).await.unwrap();
        let text = RequestForm { kind: RequestKind::Text, ..form.form };
        let kept = requests.save(caller, plot, form.revision, text.clone()).await;
        assert!(matches!(kept, Err(AppError::Invalid { field, .. }) if field == "kind"));
        requests.withdraw(token, UploadId(1)).await.unwrap();
        requests.save(caller, plot, form.revision, text).await.unwrap();
    }
);
