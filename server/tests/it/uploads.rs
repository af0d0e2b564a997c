//! What people are asked for, what they answer and send, and what becomes of their files. (Issue 9, parts 1 to 3)
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use std::convert::Infallible;

use app::domain::email_kind::EmailKind;
use app::domain::ids::{CrewId, EventId, IdempotencyKey, RequestId, UploadId};
use app::domain::requests::{RequestKind, Untold, UploadState};
use app::domain::time::HOUR_MS;
use app::emails::EmailsPort;
use app::error::AppError;
use app::events::EventsPort;
use app::live::Topic;
use app::planner::{LinkKind, PlannerPort};
use app::requests::{RequestForm, RequestsPort, UploadRow};
use app::share_page::SharePagePort;
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode, header};
use futures_util::stream;
use server::db::Db;
use server::mailer::{Mailer, Memory};
use server::outbox::Worker;
use server::requests::{KEPT_MS, receive, receive_reference, tidy};
use tokio::sync::Notify;

use crate::html::{Element, elements};
use crate::support::{Answer, TestApp, hear, open_page, published, server_fn};
use crate::venue::Venue;

pub fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj << >> endobj\ntrailer << >>\nstartxref\n9\n%%EOF\n".to_vec()
}

pub fn png() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0crc!\0\0\0\0IEND\xae\x42\x60\x82".to_vec()
}

pub fn request(kind: RequestKind, label: &str) -> RequestForm {
    let choices = if kind == RequestKind::Choice { "Fish\nBeans".to_owned() } else { String::new() };
    RequestForm { kind, label: label.into(), choices, ..RequestForm::default() }
}

fn key(key: &str) -> IdempotencyKey {
    IdempotencyKey(key.into())
}

/// Sends a file as a guest does, in pieces of 16 bytes.
pub async fn send(venue: &Venue, token: &str, request: RequestId, name: &str, file: &[u8]) -> Result<(), AppError> {
    let pieces: Vec<_> = file.chunks(16).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    receive(&venue.core, token, request, name, stream::iter(pieces)).await
}

/// Hangs a file on a request, in pieces of 16 bytes.
pub async fn hang(venue: &Venue, request: RequestId, name: &str, file: &[u8]) -> Result<(), AppError> {
    let pieces: Vec<_> = file.chunks(16).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    receive_reference(&venue.core, &venue.caller, request, name, stream::iter(pieces)).await
}

/// Ann on the Gala, the token of her link, and a file that everybody is asked for.
pub async fn asked(db: Db) -> (Venue, CrewId, String, RequestId) {
    let venue = Venue::new(db).await;
    let (_, crew) = venue.cast("Ann", "ann@example.com").await;
    let token = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
    let form = request(RequestKind::File, "Stage plot");
    let asked = venue.requests.create(&venue.caller, venue.event, None, form, Some(key("plot"))).await.unwrap();
    (venue, crew, token, asked)
}

async fn files(venue: &Venue) -> Vec<UploadRow> {
    let page = venue.requests.page(&venue.caller, venue.event, None).await.unwrap();
    page.requests.into_iter().flat_map(|request| request.uploads).collect()
}

/// How many files the store holds, whole or not.
pub fn kept(venue: &Venue) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
        entries.flatten().map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
    }
    count(venue.core.files.folder())
}

pub fn refused_at(answer: Result<(), AppError>) -> String {
    let Err(AppError::Invalid { message, .. }) = answer else { panic!("{answer:?}") };
    message
}

on_both_engines!(
    async fn a_request_is_asked_answered_and_seen_at_once(db: Db) {
        let (venue, crew, token, plot) = asked(db).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        let again =
            requests.create(caller, venue.event, None, request(RequestKind::File, "Stage plot"), Some(key("plot")));
        assert_eq!(again.await.unwrap(), plot, "the same form is one request");
        let meal = request(RequestKind::Choice, "Meal");
        let meal = requests.create(caller, venue.event, Some(crew), meal, None).await.unwrap();
        let arrival = request(RequestKind::Text, "Arrival");
        let arrival = requests.create(caller, venue.event, None, arrival, None).await.unwrap();
        let (_, other) = venue.cast("Ben", "").await;
        let theirs = request(RequestKind::Text, "Only Ben");
        let theirs = requests.create(caller, venue.event, Some(other), theirs, None).await.unwrap();

        let show = venue.share_page.open(token.clone()).await.unwrap();
        let labels: Vec<_> = show.requests.iter().map(|request| request.label.as_str()).collect();
        assert_eq!(labels, ["Stage plot", "Meal", "Arrival"]);
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        requests.answer(token.clone(), meal, "Beans".into()).await.unwrap();
        hear(&mut page).await;
        requests.answer(token.clone(), meal, "Beans".into()).await.unwrap();
        published(&venue.core).await;
        assert!(page.next_waiting().is_none(), "a repetition is none");
        requests.answer(token.clone(), arrival, " by train,\r\nat nine ".into()).await.unwrap();
        for (request, text) in [(meal, "Meat"), (meal, ""), (theirs, "hello"), (plot, "hello"), (RequestId(987), "x")] {
            refused_at(requests.answer(token.clone(), request, text.into()).await);
        }
        let long = refused_at(requests.answer(token.clone(), arrival, "x".repeat(2_001)).await);
        assert_eq!(long, "The answer may have 2000 characters; this has 2001.");

        let all = requests.page(caller, venue.event, None).await.unwrap().requests;
        let answers: Vec<_> = all.iter().flat_map(|row| &row.answers).map(|row| row.text.as_str()).collect();
        assert_eq!(answers, ["Beans", "by train,\nat nine"]);
        assert_eq!(
            all.iter().map(|row| (row.answered, row.asked)).collect::<Vec<_>>(),
            [(0, 2), (1, 1), (1, 2), (0, 1)]
        );
        let of_ben = requests.page(caller, venue.event, Some(other)).await.unwrap();
        assert_eq!(of_ben.person.unwrap().name, "Ben");
        assert_eq!(of_ben.requests.len(), 3);
        assert!(of_ben.requests.iter().all(|row| row.answers.is_empty() && row.asked == 1));

        requests.answer(token.clone(), arrival, String::new()).await.unwrap();
        let overview = requests.overview(caller).await.unwrap();
        let answered: Vec<_> = overview.answered.iter().map(|row| row.label.as_str()).collect();
        assert_eq!((answered, overview.pending.len(), overview.rejected.len()), (vec!["Meal"], 3, 0));
        assert_eq!(requests.overview(&venue.stranger).await.unwrap().pending, []);
    }
);

on_both_engines!(
    async fn the_overview_says_that_there_are_more_also_when_people_were_taken_off(db: Db) {
        let (venue, _, _, _) = asked(db).await;
        let (_, gone) = venue.cast("Ben", "").await;
        let ask = async |count: i64, crew: &str| {
            let series = format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");
            let (account, event) = (venue.caller.account, venue.event);
            let row = format!("SELECT {account}, {event}, {crew}, 'text', 'Meal', 0 FROM n");
            let into = "INSERT INTO request (account_id, event_id, crew_id, kind, label, created_at)";
            venue.run(&format!("{series} {into} {row}")).await;
        };
        ask(100, &gone.to_string()).await;
        venue.planner.remove(&venue.caller, gone).await.unwrap();
        ask(199, "CAST(NULL AS BIGINT)").await;
        let page = venue.requests.overview(&venue.caller).await.unwrap();
        assert_eq!((page.pending.len(), page.more), (200, false));
        ask(1, "CAST(NULL AS BIGINT)").await;
        let page = venue.requests.overview(&venue.caller).await.unwrap();
        assert_eq!((page.pending.len(), page.more), (200, true));
    }
);

on_both_engines!(
    async fn a_request_is_changed_deleted_and_restored(db: Db) {
        let (venue, _, token, plot) = asked(db).await;
        let (requests, caller) = (&venue.requests, &venue.caller);
        let form = requests.form(caller, plot).await.unwrap();
        let renamed = RequestForm { label: "Floor plan".into(), ..form.form.clone() };
        for _ in 0..2 {
            requests.save(caller, plot, form.revision, renamed.clone()).await.unwrap();
        }
        let stale = RequestForm { required: true, ..form.form };
        assert_eq!(requests.save(caller, plot, form.revision, stale.clone()).await, Err(AppError::Conflict));
        send(&venue, &token, plot, "plan.pdf", &pdf()).await.unwrap();
        let kind = RequestForm { kind: RequestKind::Text, ..stale };
        let kept = requests.save(caller, plot, 2, kind).await;
        assert!(matches!(kept, Err(AppError::Invalid { field, .. }) if field == "kind"));

        for _ in 0..2 {
            assert_eq!(requests.delete(caller, plot).await, Ok(venue.event));
        }
        assert_eq!(venue.share_page.open(token.clone()).await.unwrap().requests, []);
        refused_at(send(&venue, &token, plot, "plan.pdf", &pdf()).await);
        assert_eq!(requests.form(caller, plot).await.map(drop), Err(AppError::NotFound));
        let page = requests.page(caller, venue.event, None).await.unwrap();
        assert_eq!((page.requests.len(), page.deleted[0].label.as_str()), (0, "Floor plan"));
        for _ in 0..2 {
            requests.restore(caller, plot).await.unwrap();
        }
        assert_eq!(files(&venue).await.len(), 1, "with what was sent");

        for (stranger, done) in [
            requests.delete(&venue.stranger, plot).await.map(drop),
            requests.restore(&venue.stranger, plot).await.map(drop),
            requests.save(&venue.stranger, plot, 2, renamed).await.map(drop),
            requests.form(&venue.stranger, plot).await.map(drop),
            requests.page(&venue.stranger, venue.event, None).await.map(drop),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(done, Err(AppError::NotFound), "{stranger}");
        }
    }
);

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

async fn upload_contact(venue: &Venue, crew: CrewId) -> app::domain::ids::ContactId {
    let id = venue.number(&format!("SELECT contact_id FROM crew WHERE id = {crew}")).await;
    app::domain::ids::ContactId(id)
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

/// A guest's browser and a member's, over the same rows.
pub async fn browsers(db: Db) -> (Venue, TestApp, TestApp, String, RequestId) {
    let (venue, _, token, plot) = asked(db.clone()).await;
    venue.stop_publishing();
    let guest = TestApp::new(db).await.with_files(venue.core.files.clone());
    let member = guest.signed_in_as(venue.caller.account, venue.caller.member).await;
    (venue, guest, member, token, plot)
}

pub const BOUNDARY: &str = "----a-line-between-files";

fn form_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    form_with("files", files)
}

/// A form that has these files in the field of this name.
pub fn form_with(field: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*file);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

pub async fn post_body(app: &TestApp, path: &str, body: impl Into<Body>) -> Answer {
    let request = app
        .request(Method::POST, path)
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
    app.send(request.body(body.into()).unwrap()).await
}

pub async fn post(app: &TestApp, path: &str, files: &[(&str, &[u8])]) -> Answer {
    post_body(app, path, form_of(files)).await
}

/// What the page shows as wrong.
pub fn alert(answer: &Answer) -> String {
    let page = elements(&answer.text());
    let wrong: Vec<&Element> = page.iter().filter(|one| one.attribute("role") == "alert").collect();
    assert_eq!(wrong.len(), 1, "{}", answer.text());
    wrong[0].text.clone()
}

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
        let most = most.load(std::sync::atomic::Ordering::SeqCst);
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
        let most = most.load(std::sync::atomic::Ordering::SeqCst);
        assert!(most <= FILES * 4, "{most} pieces of 64 KiB were there at once");
        assert_eq!(i64::try_from(kept(&venue)).unwrap(), FILES);
        let whole = (PIECES * 65_536 + "%PDF-1.7\n00\n%%EOF".len()).to_string();
        let found = format!("SELECT COUNT(*) FROM upload WHERE stored_at IS NOT NULL AND size = {whole}");
        assert_eq!(venue.number(&found).await, FILES);
        let no_more = refused_at(send(&venue, &token, plot, "one more.pdf", &pdf()).await);
        assert!(no_more.starts_with("There are 20 files here already"), "{no_more}");
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

type Count = std::sync::Arc<std::sync::atomic::AtomicI64>;

fn counted() -> Count {
    std::sync::Arc::new(std::sync::atomic::AtomicI64::new(0))
}

/// 64 KiB that are counted as long as they are there.
struct Piece(Vec<u8>, Count);

impl Piece {
    fn new(now: &Count, most: &Count) -> Self {
        let order = std::sync::atomic::Ordering::SeqCst;
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
        self.1.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
    }
}

on_both_engines!(
    async fn answers_by_plain_forms_come_back_with_what_was_typed(db: Db) {
        let (venue, guest, member, token, _) = Box::pin(browsers(db)).await;
        let page = format!("/v/{token}");
        let text = request(RequestKind::Text, "Arrival");
        let arrival = venue.requests.create(&venue.caller, venue.event, None, text, None).await.unwrap().to_string();
        let fields = |text| [("page", page.as_str()), ("token", &token), ("request", &arrival), ("text", text)];
        let done = guest.post_form(server_fn("answer_request"), &fields("At nine")).await;
        assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, page.as_str()));
        let long = "é".repeat(2_001);
        let refused = guest.post_form(server_fn("answer_request"), &fields(&long)).await;
        assert!(alert(&refused).contains("2000 characters"));
        let html = elements(&refused.text());
        assert!(html.iter().any(|one| one.name == "textarea" && one.text.trim() == long));
        // What a member typed comes back too, with the reason at its field.
        let form =
            [("page", "/events/1/requests"), ("event", "1"), ("key", "k"), ("form[label]", ""), ("form[kind]", "file")];
        let refused = member.post_form(server_fn("create_request"), &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Say in a few words what you ask for."));
        let none = elements(&guest.get(&page).await.text());
        assert!(none.iter().any(|one| one.attribute("id") == "requests"));
        venue.run("UPDATE request SET deleted_at = 1").await;
        let none = elements(&guest.get(&page).await.text());
        assert!(!none.iter().any(|one| one.attribute("id") == "requests"), "absent when there are none");
    }
);

on_both_engines!(
    async fn what_is_not_asked_for_any_more_is_said_though_no_row_of_it_is_left(db: Db) {
        let (venue, guest, _, token, plot) = Box::pin(browsers(db)).await;
        let text = request(RequestKind::Text, "Arrival");
        let arrival = venue.requests.create(&venue.caller, venue.event, None, text, None).await.unwrap().to_string();
        venue.run("UPDATE request SET deleted_at = 1").await;
        let page = format!("/v/{token}");
        let file = post(&guest, &format!("/v/{token}/files/{plot}"), &[("plot.pdf", &pdf())]).await;
        let fields = [("page", page.as_str()), ("token", &token), ("request", &arrival), ("text", "At nine")];
        let answer = guest.post_form(server_fn("answer_request"), &fields).await;
        for refused in [file, answer] {
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(alert(&refused).contains("This is not asked for any more."), "{}", refused.text());
        }
        let other = guest.get("/v/%0A/files/1").await;
        assert_eq!(
            (other.status, other.header("location")),
            (StatusCode::SEE_OTHER, "/v/%0A"),
            "whatever stands there"
        );
    }
);

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
