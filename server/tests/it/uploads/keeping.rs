//! The store of files: full, away, or without a file that it had; and what is swept from it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::convert::Infallible;

use app::domain::ids::UploadId;
use app::domain::requests::RequestKind;
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::planner::{LinkKind, PlannerPort};
use app::requests::RequestsPort;
use axum::body::Bytes;
use axum::http::StatusCode;
use futures_util::stream;
use server::db::Db;
use server::requests::{KEPT_MS, receive, receive_reference, tidy};

use super::{asked, browsers, files, hang, kept, pdf, request, send};

on_both_engines!(
    async fn a_store_that_is_full_or_away_is_told_and_loses_nothing(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        // A file where the folder has to be: nothing can be written there.
        std::fs::write(venue.core.files.folder(), "").unwrap();
        assert_eq!(send(&venue, &token, plot, "plot.pdf", &pdf()).await, Err(AppError::Unavailable));
        assert_eq!(files(&venue).await.len(), 0);
        std::fs::remove_file(venue.core.files.folder()).unwrap();
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        assert_eq!((files(&venue).await.len(), kept(&venue)), (1, 1));
    }
);

/// A disk of one megabyte, if this is somebody who may mount one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = std::env::temp_dir().join(format!("callboard-full-{}", server::secret::unique()));
        std::fs::create_dir(&folder).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "none"]).arg(&folder).stderr(std::process::Stdio::null());
        let disk = Self(folder);
        mount.status().is_ok_and(|status| status.success()).then_some(disk)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("--lazy").arg(&self.0).status();
        let _ = std::fs::remove_dir(&self.0);
    }
}

on_both_engines!(
    async fn a_store_without_room_is_told_keeps_nothing_by_half_and_takes_what_fits(db: Db) {
        let (mut venue, _, token, plot) = asked(db).await;
        let Some(disk) = SmallDisk::mount() else {
            println!("Only root may mount a small disk; what is full is told as what is away.");
            return;
        };
        venue.core.files = server::file_store::FileStore::in_folder(&disk.0.join("files"));
        let large = [&b"%PDF-1.7\n"[..], &vec![b' '; 3_000_000], b"\n%%EOF\n"].concat();
        let whole =
            || stream::iter(large.chunks(65_536).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))));
        for _ in 0..2 {
            let sent = receive(&venue.core, &token, plot, "large.pdf", whole()).await;
            assert_eq!((sent, kept(&venue)), (Err(AppError::Unavailable), 0));
            let hung = receive_reference(&venue.core, &venue.caller, plot, "large.pdf", whole()).await;
            assert_eq!((hung, kept(&venue)), (Err(AppError::Unavailable), 0));
        }
        // The room is free again.
        send(&venue, &token, plot, "small.pdf", &pdf()).await.unwrap();
        assert_eq!((files(&venue).await.len(), kept(&venue)), (1, 1));
    }
);

on_both_engines!(
    async fn a_file_that_a_restored_backup_lacks_is_said_to_be_missing(db: Db) {
        let (venue, guest, member, token, plot) = Box::pin(browsers(db)).await;
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        hang(&venue, plot, "plan.pdf", &pdf()).await.unwrap();
        std::fs::remove_dir_all(venue.core.files.folder()).unwrap();
        let reference = format!("/v/{token}/reference/{plot}");
        for answer in [member.get("/uploads/1").await, guest.get(&reference).await] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
            assert!(answer.text().contains("It has to be sent again."), "{}", answer.text());
        }
        // All else works on.
        send(&venue, &token, plot, "again.pdf", &pdf()).await.unwrap();
        venue.requests.withdraw(token, UploadId(1)).await.unwrap();
        assert_eq!((files(&venue).await.len(), kept(&venue)), (1, 1));
    }
);

on_both_engines!(
    async fn what_is_not_whole_or_not_wanted_is_swept_away(db: Db) {
        let (venue, crew, token, plot) = asked(db).await;
        let (core, requests) = (&venue.core, &venue.requests);
        for _ in 0..4 {
            send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        }
        let uploads = files(&venue).await;
        // Taken back by whoever sent it; a stranger's link takes nothing.
        let (_, other) = venue.cast("Ben", "").await;
        let theirs = venue.token(&venue.planner.generate_link(&venue.caller, other, LinkKind::Share).await.unwrap());
        requests.withdraw(theirs, uploads[0].id).await.unwrap();
        assert_eq!(files(&venue).await.len(), 4);
        for _ in 0..2 {
            requests.withdraw(token.clone(), uploads[0].id).await.unwrap();
        }
        assert_eq!((files(&venue).await.len(), kept(&venue)), (3, 3));

        // One that a crash left behind: its row, and a part of it.
        let half = "INSERT INTO upload (account_id, request_id, crew_id, file_name, media_type, object_key, created_at) \
                    SELECT account_id, request_id, crew_id, file_name, media_type, 'ha/half', created_at FROM upload \
                    WHERE id = 2";
        venue.run(half).await;
        let mut file = core.files.begin("ha/half").await.unwrap();
        file.write(&vec![0; 300_000]).await.unwrap();
        std::mem::forget(file);
        assert_eq!(kept(&venue), 4);
        assert_eq!(tidy(core).await.unwrap(), 1, "the one that was taken back");
        assert_eq!(kept(&venue), 4, "it may be on its way still");
        core.clock.advance_ms(HOUR_MS + 1);
        assert_eq!((tidy(core).await.unwrap(), kept(&venue)), (1, 3));

        // A request that was deleted takes its files along in the end, and so does a person.
        requests.delete(&venue.caller, plot).await.unwrap();
        core.clock.advance_ms(KEPT_MS - 1);
        assert_eq!(tidy(core).await.unwrap(), 0);
        core.clock.advance_ms(2);
        assert_eq!((tidy(core).await.unwrap(), kept(&venue)), (3, 0));
        let form = request(RequestKind::File, "Rider");
        let rider = requests.create(&venue.caller, venue.event, None, form, None).await.unwrap();
        send(&venue, &token, rider, "rider.pdf", &pdf()).await.unwrap();
        venue.run(&format!("DELETE FROM crew WHERE id = {crew}")).await;
        assert_eq!((tidy(core).await.unwrap(), kept(&venue)), (1, 0));
        assert_eq!(venue.number("SELECT COUNT(*) FROM upload").await, 0);
    }
);
