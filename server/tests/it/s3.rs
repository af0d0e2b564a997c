//! Files in a bucket, on a real server of S3 that the test starts: streamed both ways, whole or not at all.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use app::domain::ids::RequestId;
use app::error::AppError;
use app::notes::Audience;
use app::requests::RequestsPort;
use axum::body::Bytes;
use futures_util::stream;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use server::db::Db;
use server::file_store::{Bucket, FileStore};
use server::requests::{receive, tidy};
use server::workers::Workers;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::notes;
use crate::support::TestApp;
use crate::uploads::{asked, hang, pdf, send};
use crate::venue::Venue;

const LONG: Duration = Duration::from_secs(20);

/// A server of S3 over a folder, which has the bucket `venue-files`.
struct S3 {
    folder: PathBuf,
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl S3 {
    async fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("callboard-s3-{}", server::secret::unique()));
        std::fs::create_dir_all(folder.join("venue-files")).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(serve(listener, service(&folder)));
        Self { folder, address, serving }
    }

    fn go_away(&self) {
        self.serving.abort();
    }

    async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.serving = tokio::spawn(serve(listener, service(&self.folder)));
    }

    fn store(&self, secret: &str) -> FileStore {
        store_at(self.address, secret)
    }

    /// The files of the server, those that it keeps of what is not whole too.
    fn files(&self) -> Vec<PathBuf> {
        fn all(folder: &Path) -> Vec<PathBuf> {
            let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
            entries.flat_map(|path| if path.is_dir() { all(&path) } else { vec![path] }).collect()
        }
        let is_data = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            !name.starts_with('.') || name.contains("part")
        };
        all(&self.folder).into_iter().filter(is_data).collect()
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.serving.abort();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn store_at(address: SocketAddr, secret: &str) -> FileStore {
    let settings = [
        ("AWS_ACCESS_KEY_ID", "venue"),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", &format!("http://{address}")),
        ("AWS_PROFILE", "what others are told"),
        ("HOME", "/"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    FileStore::in_bucket(&Bucket::parse("s3://venue-files/callboard/uploads").unwrap(), settings).unwrap()
}

fn service(folder: &Path) -> S3Service {
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
    builder.set_auth(SimpleAuth::from_single("venue", "a secret of the bucket"));
    builder.build()
}

async fn serve(listener: TcpListener, service: S3Service) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let service = service.clone();
        connections.spawn(async move {
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn asked_with(db: Db, s3: &S3) -> (Venue, String, RequestId) {
    let (mut venue, _, token, plot) = asked(db).await;
    venue.core.files = s3.store("a secret of the bucket");
    (venue, token, plot)
}

/// A PDF of nine megabytes, as two pieces of S3's.
fn large() -> Vec<u8> {
    [&b"%PDF-1.7\n"[..], &vec![b'x'; 9_000_000], b"\n%%EOF\n"].concat()
}

async fn send_large(venue: &Venue, token: &str, plot: RequestId, cut_after: Option<usize>) -> Result<(), AppError> {
    let file = large();
    let pieces = file.chunks(65_536).map(|piece| Ok(Bytes::copy_from_slice(piece)));
    let broken = cut_after.map(|_| Err(std::io::Error::other("the line broke")));
    let pieces: Vec<_> = pieces.take(cut_after.unwrap_or(usize::MAX)).chain(broken).collect();
    receive(&venue.core, token, plot, "large.pdf", stream::iter(pieces)).await
}

on_both_engines!(
    async fn files_go_into_a_bucket_and_come_back_from_it(db: Db) {
        let s3 = S3::start().await;
        let (venue, token, plot) = asked_with(db.clone(), &s3).await;
        send(&venue, &token, plot, "small.pdf", &pdf()).await.unwrap();
        send_large(&venue, &token, plot, None).await.unwrap();
        hang(&venue, plot, "template.pdf", &pdf()).await.unwrap();
        let kept = s3.files();
        assert_eq!(kept.len(), 3, "{kept:?}");
        assert!(kept.iter().all(|file| file.starts_with(s3.folder.join("venue-files/callboard/uploads"))), "{kept:?}");
        venue.stop_publishing();
        let app = TestApp::new(db).await.with_files(venue.core.files.clone());
        let member = app.signed_in_as(venue.caller.account, venue.caller.member).await;
        let got = member.get("/uploads/2").await;
        assert!(got.body == large(), "{} bytes came back", got.body.len());
        assert_eq!(got.header("content-length"), large().len().to_string());
        assert_eq!(app.get(&format!("/v/{token}/reference/{plot}")).await.body, pdf());

        // What is taken back goes at once, and what lost its place by the next round.
        for upload in [1, 2] {
            venue.requests.withdraw(token.clone(), app::domain::ids::UploadId(upload)).await.unwrap();
        }
        venue.requests.remove_reference(&venue.caller, plot).await.unwrap();
        assert_eq!(tidy(&venue.core).await.unwrap(), 3);
        assert_eq!(s3.files(), Vec::<PathBuf>::new());
    }
);

on_both_engines!(
    async fn a_bucket_that_is_away_is_told_keeps_nothing_and_is_tidied_when_it_is_back(db: Db) {
        let mut s3 = S3::start().await;
        let (mut venue, token, plot) = asked_with(db, &s3).await;
        send(&venue, &token, plot, "there.pdf", &pdf()).await.unwrap();
        s3.go_away();
        for _ in 0..2 {
            assert_eq!(send(&venue, &token, plot, "plot.pdf", &pdf()).await, Err(AppError::Unavailable));
        }
        assert_eq!(send_large(&venue, &token, plot, None).await, Err(AppError::Unavailable));
        assert_eq!(venue.number("SELECT COUNT(*) FROM upload WHERE stored_at IS NOT NULL").await, 1);
        assert_eq!(tidy(&venue.core).await.unwrap(), 0, "it cannot be asked");
        s3.come_back().await;
        assert_eq!(tidy(&venue.core).await.unwrap(), 3);
        assert_eq!(s3.files().len(), 1);
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();

        // Nor does it take anything from whoever does not know its secret.
        venue.core.files = s3.store("another secret");
        assert_eq!(send(&venue, &token, plot, "plot.pdf", &pdf()).await, Err(AppError::Unavailable));
        assert_eq!(s3.files().len(), 2);
    }
);

on_both_engines!(
    async fn of_a_file_that_is_cut_off_a_bucket_keeps_no_piece(db: Db) {
        let s3 = S3::start().await;
        let (venue, token, plot) = asked_with(db, &s3).await;
        let cut = send_large(&venue, &token, plot, Some(100)).await;
        assert!(
            matches!(&cut, Err(AppError::Invalid { message, .. }) if message.contains("the connection broke")),
            "{cut:?}"
        );
        assert_eq!(s3.files(), Vec::<PathBuf>::new());
        assert_eq!(venue.number("SELECT COUNT(*) FROM upload WHERE stored_at IS NOT NULL").await, 0);
    }
);

on_both_engines!(
    async fn a_shutdown_does_not_wait_for_a_bucket_that_never_answers(db: Db) {
        let (mut venue, _, token, plot) = asked(db).await;
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        notes::add(&venue, venue.event, Audience::Members, "plan.pdf", &pdf()).await.unwrap();
        venue.run("UPDATE upload SET deleted_at = 1").await;
        venue.run("UPDATE event_file SET deleted_at = 1").await;
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        venue.core.files = store_at(silent.local_addr().unwrap(), "a secret of the bucket");
        for start in [server::requests::start, server::notes::start] {
            let (stop, stopped) = watch::channel(false);
            let mut workers = Workers::new(stopped);
            start(&venue.core, &mut workers);
            // It is asked to delete a file, and says nothing.
            let asked = timeout(LONG, silent.accept()).await.unwrap().unwrap();
            stop.send(true).unwrap();
            timeout(LONG, workers.finish(10 * LONG)).await.expect("at once");
            drop(asked);
        }
        assert_eq!(venue.number("SELECT COUNT(*) FROM upload").await, 1, "the next round finds it again");
        assert_eq!(venue.number("SELECT COUNT(*) FROM event_file").await, 1);
    }
);
