//! What members make of a file, and the mail that asks for it again: one for each rejection, or none, and then the reason.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::domain::email_kind::EmailKind;
use app::domain::ids::{ContactId, CrewId, EventId, UploadId};
use app::domain::requests::{RequestKind, Untold, UploadState};
use app::emails::EmailsPort;
use app::error::AppError;
use app::events::EventsPort;
use app::planner::{LinkKind, PlannerPort};
use app::requests::RequestsPort;
use app::share_page::SharePagePort;
use server::db::Db;
use server::mailer::{Mailer, Memory};
use server::outbox::Worker;

use super::{alert, asked, browsers, files, pdf, post, refused_at, request, send};
use crate::venue::Venue;

on_both_engines!(
    async fn a_rejected_file_is_asked_for_again_by_one_mail_and_is_no_invite(db: Db) {
        let (venue, crew, token, plot) = asked(db).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        let invited = venue.email(crew, "ann@example.com").await.unwrap().invite.unwrap().id;
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        let upload = files(&venue).await[0].clone();
        assert_eq!((upload.state, upload.revision, upload.size.as_str()), (UploadState::Unreviewed, 1, "62 bytes"));
        let header = venue.planner.page(caller, venue.event).await.unwrap().event;
        assert_eq!(header.unreviewed, 1);
        let reject = |revision, note: &str| requests.reject(caller, upload.id, revision, note.to_owned());
        for bad in ["", " \n", &"x".repeat(1_001)] {
            assert!(matches!(reject(1, bad).await, Err(AppError::Invalid { field, .. }) if field == "note"));
        }
        assert_eq!(requests.reject(&venue.stranger, upload.id, 1, "x".into()).await, Err(AppError::NotFound));
        assert_eq!(requests.approve(&venue.stranger, upload.id, 1).await, Err(AppError::NotFound));

        // Twice at once, and once more: one rejection.
        let both = tokio::join!(reject(1, "No drums.\r\nPower?"), reject(1, "No drums.\r\nPower?"));
        assert_eq!(both, (Ok(()), Ok(())));
        reject(1, "No drums.\nPower?").await.unwrap();
        // Other words for it, by who has seen it; not by who has not.
        assert_eq!(reject(1, "Other").await, Err(AppError::Conflict));
        assert_eq!(requests.approve(caller, upload.id, 1).await, Err(AppError::Conflict));
        reject(2, "No drums at all.").await.unwrap();
        let emails = venue.emails.page_for_contact(caller, upload_contact(&venue, crew).await, None).await.unwrap();
        let kinds: Vec<_> = emails.rows.iter().map(|email| email.kind).collect();
        assert_eq!(kinds, [EmailKind::UploadRejection, EmailKind::ShareLink]);
        assert_eq!(emails.rows[0].subject, "Gala: please re-send Stage plot");
        assert_eq!(emails.total, 2);
        let row = venue.planner.page(caller, venue.event).await.unwrap().crew.remove(0);
        assert_eq!(row.invite.unwrap().id, invited, "a rejection is no invite");

        let memory = Memory::default();
        let worker = Worker::new(venue.core.clone(), Mailer::Memory(memory.clone()));
        while worker.run_due().await.unwrap() > 0 {}
        let mails: Vec<_> = memory.handed().into_iter().map(|mail| mail.source).collect();
        assert_eq!(mails.len(), 2);
        let rejection = mails.iter().find(|mail| mail.contains("re-send")).unwrap();
        for said in ["No drums.", "Power?", "plot.pdf", "Stage plot", &token] {
            assert!(rejection.replace("=\r\n", "").contains(said), "{said}: {rejection}");
        }

        // On their own page too, so that a lost mail is not fatal.
        let guest = venue.share_page.open(token.clone()).await.unwrap().requests.remove(0).uploads.remove(0);
        assert_eq!((guest.state, guest.note.as_str()), (UploadState::Rejected, "No drums at all."));
        assert_eq!(requests.overview(caller).await.unwrap().rejected.len(), 1);
        refused_at(requests.withdraw(token.clone(), upload.id).await);

        // Approved after all, and turned down once more: that is another rejection.
        requests.approve(caller, upload.id, 3).await.unwrap();
        requests.approve(caller, upload.id, 3).await.unwrap();
        assert_eq!(venue.number("SELECT COUNT(*) FROM email").await, 2);
        reject(4, "No.").await.unwrap();
        assert_eq!(venue.number("SELECT COUNT(*) FROM email").await, 3);
        send(&venue, &token, plot, "plot2.pdf", &pdf()).await.unwrap();
        assert_eq!(requests.overview(caller).await.unwrap().rejected, [], "they sent another");
    }
);

async fn upload_contact(venue: &Venue, crew: CrewId) -> ContactId {
    let id = venue.number(&format!("SELECT contact_id FROM crew WHERE id = {crew}")).await;
    ContactId(id)
}

on_both_engines!(
    async fn without_an_address_or_with_a_blocked_one_the_rejection_stands_and_the_member_is_told(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        for (state, untold) in [
            ("UPDATE contact SET email = NULL, email_key = NULL", Untold::NoAddress),
            ("UPDATE contact SET email = 'not an address', email_key = 'x'", Untold::NoAddress),
            ("UPDATE contact SET email = 'ann@example.com', email_key = 'ann@example.com'", Untold::Blocked),
        ] {
            venue.run(state).await;
            if untold == Untold::Blocked {
                venue.suppress("ann@example.com").await;
            }
            send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
            let upload = files(&venue).await.pop().unwrap();
            requests.reject(caller, upload.id, 1, "Too dark.".into()).await.unwrap();
            let now = files(&venue).await.pop().unwrap();
            assert_eq!((now.state, now.untold, now.by.as_str()), (UploadState::Rejected, Some(untold), "Somebody"));
        }
        assert_eq!(venue.number("SELECT COUNT(*) FROM email").await, 0);
        assert_eq!(venue.number("SELECT COUNT(*) FROM outbox_job").await, 0);
    }
);

on_both_engines!(
    async fn a_rejection_whose_link_or_event_is_gone_is_not_mailed(db: Db) {
        let (venue, crew, token, plot) = asked(db).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        for name in ["a.pdf", "b.pdf"] {
            send(&venue, &token, plot, name, &pdf()).await.unwrap();
        }
        let uploads = files(&venue).await;
        requests.reject(caller, uploads[0].id, 1, "No.".into()).await.unwrap();
        venue.planner.revoke_link(caller, crew, LinkKind::Share).await.unwrap();
        let memory = Memory::default();
        let worker = Worker::new(venue.core.clone(), Mailer::Memory(memory.clone()));
        while worker.run_due().await.unwrap() > 0 {}
        requests.reject(caller, uploads[1].id, 1, "No.".into()).await.unwrap();
        let untold: Vec<_> = files(&venue).await.into_iter().map(|upload| upload.untold).collect();
        assert_eq!(untold, [None, Some(Untold::NoLink)]);
        let live = "SELECT COUNT(*) FROM link WHERE revoked_at IS NULL";
        assert_eq!(venue.number(live).await, 0, "whoever was cut off gets no new link unasked");
        venue.planner.generate_link(caller, crew, LinkKind::Share).await.unwrap();
        requests.approve(caller, uploads[1].id, 2).await.unwrap();
        requests.reject(caller, uploads[1].id, 3, "No.".into()).await.unwrap();
        assert_eq!(requests.delete(caller, plot).await, Ok(venue.event));
        venue.events.delete(caller, venue.event).await.unwrap();
        while worker.run_due().await.unwrap() > 0 {}
        assert_eq!(memory.handed().len(), 0);
        let reasons = "SELECT COUNT(*) FROM email WHERE status = 'failed' AND (reason LIKE '%revoked%' OR reason LIKE '%deleted%')";
        assert_eq!(venue.number(reasons).await, 2);
        let late = requests.approve(caller, uploads[0].id, 2).await;
        assert_eq!(late, Err(AppError::NotFound), "its event is gone");
    }
);

on_both_engines!(
    async fn nobody_is_asked_by_mail_for_a_file_that_a_cancelled_event_would_refuse(db: Db) {
        let (venue, guest, member, token, plot) = Box::pin(browsers(db)).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        for name in ["a.pdf", "b.pdf"] {
            send(&venue, &token, plot, name, &pdf()).await.unwrap();
        }
        let uploads = files(&venue).await;
        requests.reject(caller, uploads[0].id, 1, "No.".into()).await.unwrap();
        venue.run("UPDATE event SET status = 'cancelled'").await;
        requests.reject(caller, uploads[1].id, 1, "No.".into()).await.unwrap();
        let now: Vec<_> = files(&venue).await.into_iter().map(|upload| (upload.state, upload.untold)).collect();
        let untold = Some(Untold::EventCancelled);
        assert_eq!(now, [(UploadState::Rejected, None), (UploadState::Rejected, untold)]);
        let page = member.get("/events/1/requests").await.text();
        assert!(page.contains("No mail went: the event is cancelled"), "{page}");
        assert_eq!(handed_over(&venue).await, 0, "also the mail that was accepted before");
        let reasons = "SELECT COUNT(*) FROM email WHERE status = 'failed' AND reason LIKE '%cancelled%'";
        assert_eq!(venue.number(reasons).await, 1);
        let refused = post(&guest, &format!("/v/{token}/files/{plot}"), &[("c.pdf", &pdf())]).await;
        assert!(alert(&refused).contains("This event was cancelled"), "{}", refused.text());
    }
);

on_both_engines!(
    async fn a_mail_does_not_ask_for_what_is_good_or_not_wanted_by_then(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        let rider = request(RequestKind::File, "Rider");
        let rider = requests.create(caller, venue.event, None, rider, None).await.unwrap();
        for request in [plot, rider] {
            send(&venue, &token, request, "a.pdf", &pdf()).await.unwrap();
        }
        for upload in files(&venue).await {
            requests.reject(caller, upload.id, 1, "No.".into()).await.unwrap();
        }
        requests.approve(caller, UploadId(1), 2).await.unwrap();
        requests.delete(caller, rider).await.unwrap();
        assert_eq!(handed_over(&venue).await, 0);
        for why in ["reviewed anew", "request for the file was deleted"] {
            let of = format!("SELECT COUNT(*) FROM email WHERE status = 'failed' AND reason LIKE '%{why}%'");
            assert_eq!(venue.number(&of).await, 1, "{why}");
        }
    }
);

/// Works the outbox off. Returns how many mails the mail server was given.
async fn handed_over(venue: &Venue) -> usize {
    let memory = Memory::default();
    let worker = Worker::new(venue.core.clone(), Mailer::Memory(memory.clone()));
    while worker.run_due().await.unwrap() > 0 {}
    memory.handed().len()
}

on_both_engines!(
    async fn two_who_review_at_once_come_to_one_end(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        let (requests, caller) = (&venue.requests, &venue.caller);
        let both = tokio::join!(
            requests.approve(caller, UploadId(1), 1),
            requests.reject(caller, UploadId(1), 1, "No.".into())
        );
        let one = [both.0, both.1];
        assert!(one.contains(&Ok(())) && one.contains(&Err(AppError::Conflict)), "{one:?}");
        let state = files(&venue).await[0].state;
        let mails = venue.number("SELECT COUNT(*) FROM email").await;
        assert_eq!(mails, i64::from(state == UploadState::Rejected));
        assert_eq!(venue.number("SELECT COUNT(*) FROM event WHERE id = 1").await, 1);
        assert_eq!(EventId(1), venue.event);
    }
);
