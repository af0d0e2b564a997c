//! Files on their way from a guest to a member: by a plain form, refused with the reason, or overtaken by what happens meanwhile.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::convert::Infallible;

use app::domain::ids::CrewId;
use app::error::AppError;
use app::planner::{LinkKind, PlannerPort};
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode, header};
use futures_util::stream;
use server::db::Db;
use server::requests::receive;

use super::{BOUNDARY, alert, asked, browsers, files, form_of, kept, pdf, png, post, post_body, refused_at, send};
use crate::html::elements;
use crate::support::server_fn;

on_both_engines!(
    async fn a_guest_sends_files_by_a_plain_form_and_a_member_gets_them(db: Db) {
        let (_venue, guest, member, token, plot) = Box::pin(browsers(db)).await;
        let page = format!("/v/{token}");
        let html = elements(&guest.get(&page).await.text());
        let form = html.iter().find(|one| one.attribute("enctype") == "multipart/form-data").unwrap();
        let path = form.attribute("action").to_owned();
        assert_eq!(path, format!("/v/{token}/files/{plot}"));
        let answer = post(&guest, &path, &[("plot.pdf", &pdf()), ("photo \u{fc}.png", &png())]).await;
        let back = format!("/v/{token}#request-{plot}");
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, back.as_str()),
            "{}",
            answer.text()
        );
        let text = guest.get(&page).await.text();
        assert!(text.contains("plot.pdf") && text.contains("photo \u{fc}.png") && text.contains("62 bytes"), "{text}");
        assert!(!text.contains("/uploads/"), "a guest has no way back to it: {text}");
        let withdraw = elements(&text);
        assert!(withdraw.iter().any(|one| one.attribute("action") == server_fn("withdraw_upload")));
        assert_eq!(guest.get(&path).await.header("location"), page, "as the address bar may ask");

        let html = member.get("/events/1/requests").await.text();
        let html = elements(&html);
        let pictures: Vec<_> = html.iter().filter(|one| one.name == "img").map(|one| one.attribute("src")).collect();
        assert_eq!(pictures, ["/uploads/2"], "a PDF is no picture");
        assert!(html.iter().any(|one| one.attribute("href") == "/uploads/1"));
        let got = member.get("/uploads/1").await;
        assert_eq!((got.status, got.body.as_slice()), (StatusCode::OK, pdf().as_slice()));
        assert_eq!(got.header("content-type"), "application/pdf");
        assert_eq!(got.header("content-disposition"), "attachment; filename=\"plot.pdf\"; filename*=UTF-8''plot%2Epdf");
        assert_eq!(
            [got.header("x-content-type-options"), got.header("cache-control"), got.header("content-length")],
            ["nosniff", "no-store", "62"]
        );
        assert!(got.header("content-security-policy").starts_with("default-src 'none'"));
        let stranger = guest.as_stranger().await;
        for path in ["/uploads/1", "/uploads/987", "/uploads/x", "/uploads/-1", "/uploads/99999999999999999999"] {
            let answer = stranger.get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.text());
            let nobody = guest.get(path).await;
            assert!(nobody.header("location").starts_with("/sign-in?next=%2Fuploads%2F"), "{}", nobody.status);
        }
        // By plain forms: a rejection and what the guest sees of it, and taking the other back.
        let fields = [("page", "/events/1/requests"), ("upload", "1"), ("revision", "1"), ("note", "")];
        let refused = member.post_form(server_fn("reject_upload"), &fields).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text().contains("Say what is wrong"));
        let fields = [("page", "/events/1/requests"), ("upload", "1"), ("revision", "1"), ("note", "Too <b>dark</b>")];
        assert_eq!(member.post_form(server_fn("reject_upload"), &fields).await.status, StatusCode::SEE_OTHER);
        let text = guest.get(&page).await.text();
        assert!(text.contains("please send again") && text.contains("Too &lt;b"), "{text}");
        let fields = [("page", page.as_str()), ("token", &token), ("upload", "2")];
        assert_eq!(guest.post_form(server_fn("withdraw_upload"), &fields).await.status, StatusCode::SEE_OTHER);
        assert_eq!(member.get("/uploads/2").await.status, StatusCode::NOT_FOUND);
        assert!(!guest.get(&page).await.text().contains("photo \u{fc}"));
    }
);

on_both_engines!(
    async fn every_refusal_comes_back_with_the_page_and_its_reason_and_keeps_nothing(db: Db) {
        let (venue, guest, member, token, plot) = Box::pin(browsers(db)).await;
        let path = format!("/v/{token}/files/{plot}");
        let large = [pdf(), vec![0; 10 * 1024 * 1024 + 1]].concat();
        let bomb = [&png()[..16], b"\0\x01\x86\xa0\0\x01\x86\xa0", &png()[24..]].concat();
        let long = format!("{}.pdf", "x".repeat(296));
        for (name, file, reason) in [
            ("", &b""[..], "Choose a file first"),
            ("plot.pdf", b"", "The file is empty."),
            ("plot.pdf", b"<html>", "it is none inside"),
            ("plot.png", &pdf(), "The file is called a PNG file, but it is none inside."),
            ("plot.pdf", &pdf()[..40], "The file is not whole"),
            ("plot.exe", &pdf(), "Only PDF, PNG, JPEG and WebP files can be sent."),
            ("../../plot.pdf", &pdf(), "has a part of it that cannot be kept"),
            (&long, &pdf(), "The name of a file may have 200 characters; this has 300."),
            ("bomb.png", &bomb, "The picture has 100000 × 100000 pixels"),
            ("plot.pdf", &large, "The file is larger than 10 MB."),
        ] {
            let answer = post(&guest, &path, &[(name, file)]).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{reason}");
            assert!(alert(&answer).contains(reason), "{reason}: {}", alert(&answer));
            assert!(answer.text().contains("Run of show"), "with its page");
            assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow");
            assert!(!answer.text().contains("__RESOLVED_RESOURCES"), "and without data for scripts");
        }
        // The good one of several stays, and the bad one is named.
        let answer = post(&guest, &path, &[("a.pdf", b"x"), ("good.pdf", &pdf()), ("b.gif", b"GIF89a")]).await;
        let said = alert(&answer);
        assert!(said.contains("a.pdf: The file is called") && said.contains("b.gif: Only PDF"), "{said}");
        assert_eq!((files(&venue).await.len(), kept(&venue)), (1, 1));

        // Cut off half way: of the form, and by a line that breaks.
        let whole = form_of(&[("plot.pdf", &pdf())]);
        let answer = post_body(&guest, &path, whole[..whole.len() - 60].to_vec()).await;
        assert!(alert(&answer).contains("did not arrive whole"), "{}", answer.text());
        let pieces = [Ok(Bytes::from(whole[..200].to_vec())), Err(std::io::Error::other("the line broke"))];
        let answer = post_body(&guest, &path, Body::from_stream(stream::iter(pieces))).await;
        assert!(alert(&answer).contains("did not arrive whole"), "{}", answer.text());
        for body in [Vec::new(), b"nothing of the kind".to_vec()] {
            assert_eq!(post_body(&guest, &path, body).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let none = guest.post_form(&path, &[("files", "x")]).await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);

        // A request that is not theirs, a link that is revoked, another site.
        let other = post(&guest, &format!("/v/{token}/files/987"), &[("plot.pdf", &pdf())]).await;
        assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
        let elsewhere = guest
            .request(Method::POST, &path)
            .header("sec-fetch-site", "cross-site")
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
        let elsewhere = guest.send(elsewhere.body(Body::from(whole.clone())).unwrap()).await;
        assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
        std::fs::rename(venue.core.files.folder(), venue.core.files.folder().with_extension("away")).unwrap();
        std::fs::write(venue.core.files.folder(), "").unwrap();
        let away = post(&guest, &path, &[("plot.pdf", &pdf())]).await;
        assert_eq!((away.status, away.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"));
        assert!(alert(&away).contains("could not be stored just now"), "{}", away.text());
        let path_of_good = format!("/uploads/{}", files(&venue).await[0].id);
        assert!(member.get(&path_of_good).await.status.is_server_error(), "it is away, and not gone");
        venue.planner.revoke_link(&venue.caller, CrewId(1), LinkKind::Share).await.unwrap();
        let revoked = post(&guest, &path, &[("plot.pdf", &pdf())]).await;
        assert!(revoked.status == StatusCode::NOT_FOUND && revoked.text().contains("Link not active"));
        assert_eq!(files(&venue).await.len(), 1);
        // Nowhere else is there room for so much.
        let much = guest.post_form(server_fn("answer_request"), &[("text", &"x".repeat(3_000_000))]).await;
        assert_eq!(much.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
);

on_both_engines!(
    async fn what_changes_while_a_file_is_on_its_way_is_said_and_nothing_is_kept(db: Db) {
        let (venue, crew, token, plot) = asked(db).await;
        let caller = venue.caller.clone();
        // Everything is there but the end of the file; then something happens.
        let interrupted = async |happens: &str, back: &str| {
            let (sender, receiver) = tokio::sync::mpsc::channel::<Result<Bytes, Infallible>>(1);
            let pieces = Box::pin(stream::unfold(receiver, async |mut receiver| {
                receiver.recv().await.map(|piece| (piece, receiver))
            }));
            let on_its_way = receive(&venue.core, &token, plot, "plot.pdf", pieces);
            let meanwhile = async {
                let file = pdf();
                sender.send(Ok(Bytes::copy_from_slice(&file[..30]))).await.unwrap();
                // The channel is empty again once the first piece was read.
                sender.reserve().await.unwrap().send(Ok(Bytes::copy_from_slice(&file[30..40])));
                venue.run(happens).await;
                sender.send(Ok(Bytes::copy_from_slice(&file[40..]))).await.unwrap();
                drop(sender);
            };
            let (answer, ()) = tokio::join!(on_its_way, meanwhile);
            venue.run(back).await;
            answer
        };
        let gone = interrupted("UPDATE request SET deleted_at = 1", "UPDATE request SET deleted_at = NULL").await;
        assert_eq!(refused_at(gone), "This is not asked for any more. Reload the page to see what is.");
        let cancelled =
            interrupted("UPDATE event SET status = 'cancelled'", "UPDATE event SET status = 'confirmed'").await;
        assert!(refused_at(cancelled).starts_with("This event was cancelled"));
        for (happens, back) in [
            ("UPDATE link SET revoked_at = 1", "UPDATE link SET revoked_at = NULL"),
            ("UPDATE event SET deleted_at = 1", "UPDATE event SET deleted_at = NULL"),
            ("UPDATE crew SET deleted_at = 1", "UPDATE crew SET deleted_at = NULL"),
        ] {
            assert_eq!(interrupted(happens, back).await, Err(AppError::NotFound), "{happens}");
        }
        assert_eq!((files(&venue).await.len(), kept(&venue)), (0, 0));
        assert_eq!(interrupted("UPDATE event SET pax = 1", "UPDATE event SET pax = 2").await, Ok(()));
        assert_eq!((files(&venue).await.len(), kept(&venue)), (1, 1));
        venue.planner.revoke_link(&caller, crew, LinkKind::Share).await.unwrap();
        assert_eq!(send(&venue, &token, plot, "plot.pdf", &pdf()).await, Err(AppError::NotFound));
        assert_eq!(send(&venue, "no such token", plot, "plot.pdf", &pdf()).await, Err(AppError::NotFound));
    }
);
