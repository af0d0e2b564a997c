//! What hangs on a request to be looked at first: a link, or a file that a member sends and that whoever is asked gets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::domain::ids::{CrewId, RequestId};
use app::domain::requests::RequestKind;
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::planner::{LinkKind, PlannerPort};
use app::requests::{ReferenceFile, RequestForm, RequestsPort};
use app::share_page::SharePagePort;
use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use server::db::Db;
use server::requests::{KEPT_MS, tidy};

use crate::html::elements;
use crate::support::{Answer, TestApp, server_fn};
use crate::uploads::{BOUNDARY, alert, asked, browsers, form_with, hang, kept, pdf, post_body, refused_at, request};
use crate::venue::Venue;

async fn post(app: &TestApp, path: &str, name: &str, file: &[u8]) -> Answer {
    post_body(app, path, form_with("files", &[(name, file)])).await
}

/// What a guest is given to look at first: the link, and the name of the file.
async fn shown(venue: &Venue, token: &str) -> (Option<String>, Option<String>) {
    let request = venue.share_page.open(token.to_owned()).await.unwrap().requests.remove(0);
    (request.reference, request.file.map(|file| file.name))
}

on_both_engines!(
    async fn a_member_hangs_a_file_on_a_request_and_whoever_is_asked_gets_it(db: Db) {
        let (venue, guest, member, token, plot) = Box::pin(browsers(db)).await;
        let page = member.get("/events/1/requests/1").await.text();
        let form = elements(&page).into_iter().find(|one| one.attribute("enctype") == "multipart/form-data").unwrap();
        let path = form.attribute("action").to_owned();
        assert_eq!(path, format!("/requests/{plot}/reference"));
        let answer = post(&member, &path, "Plan \u{fc}.pdf", &pdf()).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, "/events/1/requests/1#reference"),
            "{}",
            answer.text()
        );
        let page = member.get("/events/1/requests/1").await.text();
        assert!(page.contains("Plan \u{fc}.pdf") && page.contains("62 bytes"), "{page}");
        let html = elements(&guest.get(&format!("/v/{token}")).await.text());
        let link = html.iter().find(|one| one.name == "a" && one.text.starts_with("Look at this first: ")).unwrap();
        let way = link.attribute("href").to_owned();
        assert_eq!(way, format!("/v/{token}/reference/{plot}"));
        for got in [guest.get(&way).await, member.get(&path).await] {
            assert_eq!((got.status, got.body.as_slice()), (StatusCode::OK, pdf().as_slice()));
            assert!(got.header("content-disposition").starts_with("attachment; filename=\"Plan _.pdf\";"));
            assert_eq!(
                [got.header("content-type"), got.header("x-content-type-options"), got.header("cache-control")],
                ["application/pdf", "nosniff", "no-store"]
            );
            assert!(got.header("content-security-policy").starts_with("default-src 'none'"));
        }
        let way_headers = guest.get(&way).await;
        assert_eq!(way_headers.header("x-robots-tag"), "noindex, nofollow");

        // Somebody else on the event is asked too; not what only Ann is asked; another account's member gets nothing.
        let (_, ben) = venue.cast("Ben", "").await;
        let of_ben = venue.planner.generate_link(&venue.caller, ben, LinkKind::Share).await.unwrap();
        let of_ben = venue.token(&of_ben);
        let own = request(RequestKind::Text, "Only Ann");
        let own = venue.requests.create(&venue.caller, venue.event, Some(CrewId(1)), own, None).await.unwrap();
        hang(&venue, own, "own.pdf", &pdf()).await.unwrap();
        for (token, request, status) in [
            (&*of_ben, plot, StatusCode::OK),
            (&*of_ben, own, StatusCode::NOT_FOUND),
            (&*token, own, StatusCode::OK),
            (&*token, RequestId(987), StatusCode::NOT_FOUND),
            ("no-such-token", plot, StatusCode::NOT_FOUND),
        ] {
            let got = guest.get(&format!("/v/{token}/reference/{request}")).await;
            assert_eq!(got.status, status, "{token} {request}: {}", got.text());
        }
        for id in ["x", "-1", "99999999999999999999"] {
            assert_eq!(guest.get(&format!("/v/{token}/reference/{id}")).await.status, StatusCode::NOT_FOUND);
        }
        let stranger = guest.as_stranger().await;
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(post(&stranger, &path, "x.pdf", &pdf()).await.status, StatusCode::NOT_FOUND);
        assert!(guest.get(&path).await.header("location").starts_with("/sign-in?next=%2Frequests%2F"));
        assert!(post(&guest, &path, "x.pdf", &pdf()).await.header("location").starts_with("/sign-in?next="));
        // A link of the invitation is no share link.
        let rsvp = venue.planner.generate_link(&venue.caller, CrewId(1), LinkKind::Rsvp).await;
        assert!(rsvp.is_ok());

        // Once revoked, it is gone at once.
        venue.planner.revoke_link(&venue.caller, CrewId(1), LinkKind::Share).await.unwrap();
        assert_eq!(guest.get(&way).await.status, StatusCode::NOT_FOUND);
        assert_eq!(member.get(&path).await.status, StatusCode::OK);
        let fields = [("page", "/events/1/requests/1"), ("request", "1")];
        for _ in 0..2 {
            let removed = member.post_form(server_fn("remove_reference"), &fields).await;
            assert_eq!(
                (removed.status, removed.header("location")),
                (StatusCode::SEE_OTHER, "/events/1/requests/1"),
                "{}",
                removed.text()
            );
        }
        assert_eq!(member.get(&path).await.status, StatusCode::NOT_FOUND);
    }
);

on_both_engines!(
    async fn of_a_link_and_a_file_the_last_counts_and_what_is_left_is_swept_away(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        let link = |form: RequestForm, link: &str| RequestForm { reference: link.into(), ..form };
        let known = requests.form(caller, plot).await.unwrap();
        let url = "https://venue.example/plan";
        requests.save(caller, plot, known.revision, link(known.form, url)).await.unwrap();
        assert_eq!(shown(&venue, &token).await, (Some(url.into()), None));

        hang(&venue, plot, "one.pdf", &pdf()).await.unwrap();
        hang(&venue, plot, "two.pdf", &pdf()).await.unwrap();
        assert_eq!(shown(&venue, &token).await, (None, Some("two.pdf".into())));
        let known = requests.form(caller, plot).await.unwrap();
        assert_eq!(known.file, Some(ReferenceFile { name: "two.pdf".into(), size: "62 bytes".into() }));
        // What somebody typed before that does not replace it unseen.
        let stale = requests.save(caller, plot, 1, link(known.form.clone(), url)).await;
        assert_eq!(stale, Err(AppError::Conflict));
        assert_eq!((kept(&venue), tidy(&venue.core).await.unwrap(), kept(&venue)), (2, 1, 1));
        requests.save(caller, plot, known.revision, link(known.form, url)).await.unwrap();
        assert_eq!(shown(&venue, &token).await, (Some(url.into()), None));
        assert_eq!((tidy(&venue.core).await.unwrap(), kept(&venue)), (1, 0));

        // A request that was deleted keeps its file as long as it can be restored.
        hang(&venue, plot, "three.pdf", &pdf()).await.unwrap();
        requests.delete(caller, plot).await.unwrap();
        assert_eq!(hang(&venue, plot, "late.pdf", &pdf()).await, Err(AppError::NotFound));
        assert_eq!(tidy(&venue.core).await.unwrap(), 0);
        requests.restore(caller, plot).await.unwrap();
        assert_eq!(shown(&venue, &token).await.1.as_deref(), Some("three.pdf"));
        requests.delete(caller, plot).await.unwrap();
        venue.core.clock.advance_ms(KEPT_MS + 1);
        assert_eq!((tidy(&venue.core).await.unwrap(), kept(&venue)), (1, 0));
    }
);

on_both_engines!(
    async fn a_file_that_is_none_comes_back_with_its_form_and_keeps_nothing(db: Db) {
        let (venue, guest, member, _, plot) = Box::pin(browsers(db)).await;
        let path = format!("/requests/{plot}/reference");
        let large = [pdf(), vec![0; 10 * 1024 * 1024 + 1]].concat();
        let long = format!("{}.pdf", "x".repeat(296));
        for (name, file, reason) in [
            ("", &b""[..], "Choose a file first"),
            ("plan.pdf", b"", "The file is empty."),
            ("plan.pdf", b"<html>", "it is none inside"),
            ("plan.svg", b"<svg/>", "Only PDF, PNG, JPEG and WebP files can be sent."),
            ("plan.pdf", &pdf()[..40], "The file is not whole"),
            ("..\\plan.pdf", &pdf(), "has a part of it that cannot be kept"),
            (&long, &pdf(), "this has 300."),
            ("plan.pdf", &large, "The file is larger than 10 MB."),
        ] {
            let answer = post(&member, &path, name, file).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{reason}");
            assert!(alert(&answer).contains(reason), "{reason}: {}", alert(&answer));
            assert!(answer.text().contains("__RESOLVED_RESOURCES"), "it is a page with scripts, and has its data");
        }
        let whole = form_with("files", &[("plan.pdf", &pdf())]);
        let cut = post_body(&member, &path, whole[..whole.len() - 60].to_vec()).await;
        assert!(alert(&cut).contains("did not arrive whole"), "{}", cut.text());
        assert_eq!(post_body(&member, &path, Vec::new()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let elsewhere = member
            .request(Method::POST, &path)
            .header("sec-fetch-site", "cross-site")
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
        assert_eq!(member.send(elsewhere.body(Body::from(whole)).unwrap()).await.status, StatusCode::FORBIDDEN);
        assert_eq!(kept(&venue), 0);
        assert_eq!(venue.number("SELECT COUNT(*) FROM request_file").await, 0);

        // A store that is away is told, and what was there stays.
        hang(&venue, plot, "plan.pdf", &pdf()).await.unwrap();
        let folder = venue.core.files.folder().to_owned();
        std::fs::rename(&folder, folder.with_extension("away")).unwrap();
        std::fs::write(&folder, "").unwrap();
        let away = post(&member, &path, "other.pdf", &pdf()).await;
        assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(alert(&away).contains("could not be stored just now"), "{}", away.text());
        assert!(member.get(&path).await.status.is_server_error(), "it is away, and not gone");
        std::fs::remove_file(&folder).unwrap();
        std::fs::rename(folder.with_extension("away"), &folder).unwrap();
        assert_eq!(member.get(&path).await.status, StatusCode::OK);
        // What a crash left on its way is swept away within the hour.
        venue.core.clock.advance_ms(HOUR_MS + 1);
        tidy(&venue.core).await.unwrap();
        assert_eq!(venue.number("SELECT COUNT(*) FROM request_file").await, 1);
        assert!(refused_at(hang(&venue, plot, "plan.gif", &pdf()).await).starts_with("Only PDF"));
        drop(guest);
    }
);
