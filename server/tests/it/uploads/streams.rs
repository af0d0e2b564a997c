//! No file is ever held as a whole, however large and however many come at once.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use futures_util::stream;
use server::db::Db;
use server::requests::receive;

use super::{BOUNDARY, asked, browsers, files, kept, pdf, post_body, refused_at, send};

on_both_engines!(
    async fn a_file_is_never_held_as_a_whole(db: Db) {
        let (venue, guest, member, token, plot) = Box::pin(browsers(db)).await;
        let path = format!("/v/{token}/files/{plot}");
        // Almost ten megabytes, of which each piece is made when it is asked for, and no two of them are there at once.
        let (most, now) = (counted(), counted());
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"files\"; filename=\"large.pdf\"\r\n\r\n%PDF-1.7\n"
        );
        let tail = format!("\n%%EOF\r\n--{BOUNDARY}--\r\n");
        let seen = most.clone();
        let pieces = (0..159).map(move |_| Piece::new(&now, &seen));
        let first = [Ok::<_, std::io::Error>(Bytes::from(head))].into_iter();
        let body = first.chain(pieces.map(|piece| Ok(Bytes::from_owner(piece)))).chain([Ok(Bytes::from(tail))]);
        let answer = post_body(&guest, &path, Body::from_stream(stream::iter(body))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let most = most.load(Ordering::SeqCst);
        assert!(most <= 4, "{most} pieces of 64 KiB were there at once");
        let got = member.get("/uploads/1").await;
        assert_eq!(got.body.len(), 159 * 65_536 + "%PDF-1.7\n\n%%EOF".len());
        assert_eq!((files(&venue).await.len(), kept(&venue)), (1, 1));
    }
);

on_both_engines!(
    async fn twenty_files_at_once_are_held_by_pieces_and_none_is_lost(db: Db) {
        const FILES: i64 = 20;
        const PIECES: usize = 16;
        let (venue, _, token, plot) = asked(db).await;
        let (most, now) = (counted(), counted());
        let file = |number: i64| {
            let (now, most) = (now.clone(), most.clone());
            let pieces = (0..PIECES).map(move |_| Bytes::from_owner(Piece::new(&now, &most)));
            let head = Bytes::from(format!("%PDF-1.7\n{number:02}"));
            let all = [head].into_iter().chain(pieces).chain([Bytes::from_static(b"\n%%EOF")]);
            stream::iter(all.map(Ok::<_, Infallible>))
        };
        let names: Vec<_> = (0..FILES).map(|number| format!("plan {number}.pdf")).collect();
        let sending = (0..).zip(&names).map(|(number, name)| receive(&venue.core, &token, plot, name, file(number)));
        for sent in futures_util::future::join_all(sending).await {
            sent.unwrap();
        }
        let most = most.load(Ordering::SeqCst);
        assert!(most <= FILES * 4, "{most} pieces of 64 KiB were there at once");
        assert_eq!(i64::try_from(kept(&venue)).unwrap(), FILES);
        let whole = (PIECES * 65_536 + "%PDF-1.7\n00\n%%EOF".len()).to_string();
        let found = format!("SELECT COUNT(*) FROM upload WHERE stored_at IS NOT NULL AND size = {whole}");
        assert_eq!(venue.number(&found).await, FILES);
        let no_more = refused_at(send(&venue, &token, plot, "one more.pdf", &pdf()).await);
        assert!(no_more.starts_with("There are 20 files here already"), "{no_more}");
    }
);

type Count = Arc<AtomicI64>;

fn counted() -> Count {
    Arc::new(AtomicI64::new(0))
}

/// 64 KiB that are counted as long as they are there.
struct Piece(Vec<u8>, Count);

impl Piece {
    fn new(now: &Count, most: &Count) -> Self {
        let order = Ordering::SeqCst;
        most.fetch_max(now.fetch_add(1, order) + 1, order);
        Self(vec![b'x'; 65_536], now.clone())
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}
