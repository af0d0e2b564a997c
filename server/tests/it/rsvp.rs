//! Asking people whether they come: the mail, the page without scripts, and what planners see of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::domain::email_kind::EmailKind;
use app::domain::ids::{CrewId, IdempotencyKey};
use app::domain::rsvp::{MAX_NOTE, Rsvp};
use app::domain::send_rules::{SendRefusal, WAIT_MS};
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::live::{ServerMessage, Topic};
use app::planner::{CrewRow, LinkKind, LinkState, PlannerPort};
use app::rsvp::{Question, RsvpPort};
use app::share_page::SharePagePort;
use axum::http::{Method, StatusCode};
use serde_json::json;
use server::db::Db;
use server::mailer::{Mailer, Memory};
use server::outbox::Worker;

use crate::html::elements;
use crate::support::{Answer, TestApp, hear, hear_crew, open_page, published, server_fn};
use crate::venue::Venue;

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey(text.to_owned())
}

/// A venue whose event collects answers, with Ann on it.
async fn asking(db: Db) -> (Venue, CrewId) {
    let venue = Venue::new(db).await;
    venue.collect_rsvps(true).await;
    let (_, crew) = venue.cast("Ann", "ann@example.com").await;
    (venue, crew)
}

/// The mails that went out, in order.
async fn handed_over(venue: &Venue) -> Vec<String> {
    let memory = Memory::default();
    let worker = Worker::new(venue.core.clone(), Mailer::Memory(memory.clone()));
    while worker.run_due().await.unwrap() > 0 {}
    memory.handed().into_iter().map(|mail| mail.source.replace("=\r\n", "")).collect()
}

async fn row(venue: &Venue, crew: CrewId) -> CrewRow {
    venue.planner.crew_row(&venue.caller, crew).await.unwrap()
}

on_both_engines!(
    async fn an_invite_is_a_tracked_email_of_its_own_with_a_link_of_its_own(db: Db) {
        let (venue, crew) = asking(db).await;
        let sent = venue.invite(crew, "ann@example.com").await.unwrap();
        let invite = sent.invite.clone().unwrap();
        assert_eq!((invite.kind, invite.subject.as_str()), (EmailKind::RsvpInvite, "Gala: can you make it?"));
        assert_eq!(sent.link, LinkState::None, "nobody was shown the run of show");
        assert_eq!(venue.traces().await, [1, 1, 1, 1, 1]);
        let token = venue.rsvp_token(&sent);
        let mails = handed_over(&venue).await;
        assert!(mails[0].contains(&format!("/rsvp/{token}")) && !mails[0].contains("/v/"), "{}", mails[0]);

        let invitation = venue.rsvp.open(token.clone()).await.unwrap();
        assert_eq!((invitation.event.as_str(), invitation.date.as_str()), ("Gala", "Tue 24 Nov 2026"));
        assert_eq!(invitation.guest, "Ann");
        assert_eq!(venue.share_page.open(token).await, Err(AppError::NotFound), "it opens no run of show");

        // And the other way round: a share link is no RSVP link, and the newest of both is the row's invite.
        let sent = venue.email(crew, "ann@example.com").await.unwrap();
        assert_eq!(sent.invite.unwrap().kind, EmailKind::ShareLink);
        let share = venue.token(&row(&venue, crew).await);
        assert_eq!(venue.rsvp.open(share).await, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn the_wait_is_for_each_kind_and_address(db: Db) {
        let (venue, crew) = asking(db).await;
        venue.invite(crew, "ann@example.com").await.unwrap();
        venue.email(crew, "ann@example.com").await.unwrap();
        for _ in 0..2 {
            let again = venue.invite(crew, "Ann@example.com").await;
            assert!(matches!(again, Err(AppError::Refused(SendRefusal::TooSoon { .. }))), "{again:?}");
            let again = venue.email(crew, "Ann@example.com").await;
            assert!(matches!(again, Err(AppError::Refused(SendRefusal::TooSoon { .. }))), "{again:?}");
        }
        venue.invite(crew, "ann@elsewhere.example").await.unwrap();
        venue.core.clock.advance_ms(WAIT_MS);
        venue.invite(crew, "ann@example.com").await.unwrap();
        assert_eq!(venue.traces().await[0], 4);
    }
);

on_both_engines!(
    async fn one_press_of_each_button_on_the_same_sight_of_the_row_is_one_email_each(db: Db) {
        let (venue, crew) = asking(db).await;
        let sight = row(&venue, crew).await.send_key();
        let address = || "ann@example.com".to_owned();
        let (planner, caller) = (&venue.planner, &venue.caller);
        for _ in 0..2 {
            planner.send_invite(caller, crew, address(), sight.clone()).await.unwrap();
            planner.email_link(caller, crew, address(), sight.clone()).await.unwrap();
        }
        assert_eq!(venue.traces().await[0], 2);
        let kinds = venue.number("SELECT COUNT(DISTINCT kind) FROM email").await;
        assert_eq!(kinds, 2);
    }
);

on_both_engines!(
    async fn nobody_is_invited_while_the_event_collects_no_answers(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        let closed = Err(AppError::Refused(SendRefusal::RsvpClosed));
        assert_eq!(venue.invite(crew, "ann@example.com").await, closed);
        venue.collect_rsvps(true).await;
        venue.run("UPDATE event SET status = 'cancelled'").await;
        assert_eq!(venue.invite(crew, "ann@example.com").await, closed);
        assert_eq!(venue.traces().await, [0, 0, 0, 0, 0]);
        venue.run("UPDATE event SET status = 'confirmed'").await;
        venue.suppress("ann@example.com").await;
        let blocked = venue.invite(crew, "ann@example.com").await;
        assert!(matches!(blocked, Err(AppError::Refused(SendRefusal::Suppressed(_)))), "{blocked:?}");
    }
);

on_both_engines!(
    async fn a_mail_that_waits_asks_what_is_asked_when_it_goes(db: Db) {
        let (venue, crew) = asking(db).await;
        venue.invite(crew, "ann@example.com").await.unwrap();
        venue.collect_rsvps(false).await;
        venue.email(crew, "ann@example.com").await.unwrap();
        let mails = handed_over(&venue).await;
        assert_eq!(mails.len(), 1, "the invite was not sent any more");
        assert!(!mails[0].contains("Can you make it?"), "{}", mails[0]);
        let reason =
            "SELECT COUNT(*) FROM email WHERE status = 'failed' AND reason LIKE 'not sent: the event asks nobody%'";
        assert_eq!(venue.number(reason).await, 1);

        venue.email(crew, "ann@elsewhere.example").await.unwrap();
        venue.collect_rsvps(true).await;
        let mails = handed_over(&venue).await;
        assert!(mails[0].contains("Can you make it?"), "{}", mails[0]);
    }
);

on_both_engines!(
    async fn a_corrected_address_gets_the_kind_of_mail_that_did_not_arrive(db: Db) {
        let (venue, crew) = asking(db).await;
        venue.invite(crew, "amn@example.com").await.unwrap();
        let (planner, caller) = (&venue.planner, &venue.caller);
        let row = planner.correct_address(caller, crew, "ann@example.com".into(), key("fix")).await.unwrap();
        let invite = row.invite.unwrap();
        assert_eq!((invite.kind, invite.recipient.as_str()), (EmailKind::RsvpInvite, "ann@example.com"));
        assert_eq!(row.link, LinkState::None);
        venue.email(crew, "ann@example.com").await.unwrap();
        let row = planner.correct_address(caller, crew, "an@example.com".into(), key("fix2")).await.unwrap();
        assert_eq!(row.invite.unwrap().kind, EmailKind::ShareLink);
    }
);

on_both_engines!(
    async fn every_planner_hears_of_an_answer_and_a_repetition_is_none(db: Db) {
        let (venue, crew) = asking(db).await;
        let sent = venue.invite(crew, "ann@example.com").await.unwrap();
        let token = venue.rsvp_token(&sent);
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        let answer = |rsvp, note: &str| venue.rsvp.answer(token.clone(), rsvp, note.to_owned());
        answer(Rsvp::Accepted, " Two of us,\r\nboth vegan ").await.unwrap();
        let heard = hear_crew(&mut page).await;
        let said = heard.answer.clone().unwrap();
        assert_eq!(
            (heard.rsvp, said.how.as_str(), said.note.as_str()),
            (Rsvp::Accepted, "by their link", "Two of us,\nboth vegan")
        );
        assert_eq!((said.at.clock.as_str(), heard.revision), ("12:00", sent.revision + 1));

        venue.core.clock.advance_ms(HOUR_MS);
        answer(Rsvp::Accepted, "Two of us,\nboth vegan").await.unwrap();
        assert_eq!(row(&venue, crew).await, heard, "also when it came");
        published(&venue.core).await;
        assert!(page.next_waiting().is_none(), "nothing changed");

        answer(Rsvp::Declined, "").await.unwrap();
        let heard = hear_crew(&mut page).await;
        assert_eq!((heard.rsvp, heard.answer.unwrap().at.clock.as_str()), (Rsvp::Declined, "13:00"));
        let open = venue.rsvp.open(token).await.unwrap().question;
        assert_eq!(open, Question::Open { said: Rsvp::Declined, note: String::new() });
    }
);

on_both_engines!(
    async fn a_member_sets_an_answer_and_takes_it_back(db: Db) {
        let (venue, crew) = asking(db).await;
        let (planner, caller) = (&venue.planner, &venue.caller);
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        let set = planner.set_rsvp(caller, crew, Rsvp::Accepted).await.unwrap();
        assert_eq!((set.rsvp, set.answer.clone().unwrap().how.as_str()), (Rsvp::Accepted, "set by Somebody"));
        assert_eq!(hear_crew(&mut page).await, set);
        assert_eq!(planner.set_rsvp(caller, crew, Rsvp::Accepted).await.unwrap(), set);
        let none = planner.set_rsvp(caller, crew, Rsvp::NoReply).await.unwrap();
        assert_eq!((none.rsvp, none.answer.clone()), (Rsvp::NoReply, None));

        // Switched off, answers are kept, and a member may note what somebody says on the phone.
        venue.collect_rsvps(false).await;
        planner.set_rsvp(caller, crew, Rsvp::Declined).await.unwrap();
        venue.collect_rsvps(true).await;
        assert_eq!(row(&venue, crew).await.rsvp, Rsvp::Declined);
        let stranger = &venue.stranger;
        assert_eq!(planner.set_rsvp(stranger, crew, Rsvp::Accepted).await, Err(AppError::NotFound));
        let invited = planner.send_invite(stranger, crew, "ann@example.com".into(), key("k")).await;
        assert_eq!(invited, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn a_link_that_stopped_answers_nothing(db: Db) {
        let (venue, crew) = asking(db).await;
        let (planner, caller) = (&venue.planner, &venue.caller);
        let token = venue.rsvp_token(&planner.generate_link(caller, crew, LinkKind::Rsvp).await.unwrap());
        let share = venue.token(&planner.generate_link(caller, crew, LinkKind::Share).await.unwrap());
        let answer = |token: &str, rsvp| venue.rsvp.answer(token.to_owned(), rsvp, String::new());
        answer(&share, Rsvp::Accepted).await.unwrap();

        // Revoking one leaves the other.
        planner.revoke_link(caller, crew, LinkKind::Rsvp).await.unwrap();
        assert_eq!(answer(&token, Rsvp::Declined).await, Err(AppError::NotFound));
        assert_eq!(venue.rsvp.open(token).await, Err(AppError::NotFound));
        assert!(venue.share_page.open(share.clone()).await.is_ok());
        for unknown in ["", "no such token", &"x".repeat(10_000)] {
            assert_eq!(answer(unknown, Rsvp::Declined).await, Err(AppError::NotFound));
        }
        assert!(matches!(answer(&share, Rsvp::NoReply).await, Err(AppError::Invalid { .. })), "only a member may");
        let long = venue.rsvp.answer(share.clone(), Rsvp::Declined, "x".repeat(MAX_NOTE + 1)).await;
        assert!(matches!(long, Err(AppError::Invalid { field, .. }) if field == "note"));

        for stop in ["rsvp = 0", "rsvp = 1, status = 'cancelled'"] {
            venue.run(&format!("UPDATE event SET {stop}")).await;
            let answer = answer(&share, Rsvp::Declined).await;
            assert!(matches!(answer, Err(AppError::Invalid { field, .. }) if field == "answer"));
        }
        assert_eq!(row(&venue, crew).await.rsvp, Rsvp::Accepted, "kept all the while");
        venue.run("DELETE FROM event").await;
        assert_eq!(answer(&share, Rsvp::Declined).await, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn answers_at_the_same_moment_are_one_after_the_other(db: Db) {
        let (venue, crew) = asking(db).await;
        let token = venue.rsvp_token(&venue.invite(crew, "ann@example.com").await.unwrap());
        let before = row(&venue, crew).await.revision;
        let posts = (0..8).map(|_| venue.rsvp.answer(token.clone(), Rsvp::Accepted, "yes".into()));
        for answer in futures_util::future::join_all(posts).await {
            answer.unwrap();
        }
        assert_eq!(row(&venue, crew).await.revision, before + 1);
    }
);

/// A guest's browser without scripts, and the path of Ann's page.
async fn guest(db: Db) -> (Venue, CrewId, TestApp, String) {
    let (venue, crew) = asking(db.clone()).await;
    venue.item(HOUR_MS, "Surprise", false, &[]).await;
    let token = venue.rsvp_token(&venue.invite(crew, "ann@example.com").await.unwrap());
    venue.stop_publishing();
    (venue, crew, TestApp::new(db).await, format!("/rsvp/{token}"))
}

async fn post(app: &TestApp, path: &str, answer: &str, note: &str) -> Answer {
    let token = path.rsplit('/').next().unwrap();
    let fields = [("page", path), ("token", token), ("answer", answer), ("note", note)];
    app.post_form(server_fn("answer_rsvp"), &fields).await
}

on_both_engines!(
    async fn the_page_asks_and_shows_nothing_else(db: Db) {
        let (venue, crew, app, path) = Box::pin(guest(db)).await;
        let answer = app.get(&path).await;
        assert_eq!((answer.status, answer.header("x-robots-tag")), (StatusCode::OK, "noindex, nofollow"));
        let html = answer.text();
        for shown in ["Gala", "Tue 24 Nov 2026", "Ann, you are invited.", ">Accept<", ">Decline<"] {
            assert!(html.contains(shown), "{shown}: {html}");
        }
        for hidden in ["Surprise", "@", "run of show", "Run of show", "sent", "/v/"] {
            assert!(!html.contains(hidden), "{hidden}: {html}");
        }
        assert!(!elements(&html).iter().any(|one| one.name == "script" && !one.has("nonce")), "{html}");
        // A scanner opens it however it likes.
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            for path in [path.clone(), format!("{path}?answer=accepted"), server_fn("answer_rsvp").to_owned()] {
                app.send(app.request(method.clone(), &path).body(axum::body::Body::empty()).unwrap()).await;
            }
        }
        assert_eq!(row(&venue, crew).await.rsvp, Rsvp::NoReply);
    }
);

on_both_engines!(
    async fn a_guest_answers_without_scripts_and_changes_their_mind(db: Db) {
        let (venue, crew, app, path) = Box::pin(guest(db)).await;
        for _ in 0..2 {
            let answer = post(&app, &path, "accepted", "two\r\nof </textarea> us").await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
        }
        let page = elements(&app.get(&path).await.text());
        assert!(page.iter().any(|one| one.attribute("role") == "status" && one.text.starts_with("You are coming.")));
        let note = page.iter().find(|one| one.name == "textarea").unwrap();
        assert_eq!(note.text.trim(), "two\nof </textarea> us");
        let pressed = page.iter().find(|one| one.attribute("aria-pressed") == "true").unwrap();
        assert_eq!(pressed.attribute("value"), "accepted");

        post(&app, &path, "declined", "").await;
        assert_eq!(row(&venue, crew).await.rsvp, Rsvp::Declined);

        // Too long: the page comes back with what was typed, and says at the field what is wrong.
        let long = "é".repeat(MAX_NOTE + 1);
        let refused = post(&app, &path, "accepted", &long).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = elements(&refused.text());
        assert_eq!(page.iter().find(|one| one.name == "textarea").unwrap().text.trim(), long);
        let note = page.iter().find(|one| one.attribute("id") == "note-note").unwrap();
        assert_eq!(
            (note.attribute("class"), note.text.as_str()),
            ("error", "The note may have 500 characters; this has 501.")
        );
        assert_eq!(row(&venue, crew).await.rsvp, Rsvp::Declined);
    }
);

on_both_engines!(
    async fn a_page_that_cannot_be_answered_says_what_to_do(db: Db) {
        let (venue, crew, app, path) = Box::pin(guest(db)).await;
        let open = async || {
            let answer = app.get(&path).await;
            (answer.status, answer.text())
        };
        venue.collect_rsvps(false).await;
        let (status, html) = open().await;
        assert!(status == StatusCode::OK && html.contains("Tell the planner who asked you"), "{html}");
        assert!(!html.contains("<form"), "{html}");
        assert_eq!(post(&app, &path, "accepted", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);

        venue.run("UPDATE event SET rsvp = 1, status = 'cancelled'").await;
        let (status, html) = open().await;
        assert!(
            status == StatusCode::OK && html.contains("This event was cancelled") && !html.contains("<form"),
            "{html}"
        );

        venue.run("UPDATE event SET status = 'confirmed'").await;
        venue.planner.revoke_link(&venue.caller, crew, LinkKind::Rsvp).await.unwrap();
        let (status, html) = open().await;
        assert!(
            status == StatusCode::NOT_FOUND && html.contains("Ask the planner who sent it for a new one"),
            "{html}"
        );
        let late = post(&app, &path, "accepted", "").await;
        assert!(late.status == StatusCode::NOT_FOUND && late.text().contains("Link not active"), "{}", late.text());
        assert_eq!(row(&venue, crew).await.rsvp, Rsvp::NoReply);
    }
);

on_both_engines!(
    async fn the_run_of_show_asks_too_while_answers_are_collected(db: Db) {
        let (venue, crew, app, _) = Box::pin(guest(db)).await;
        let row_with_link = venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
        let path = format!("/v/{}", venue.token(&row_with_link));
        assert!(app.get(&path).await.text().contains(">Accept<"));
        let answer = post(&app, &path, "accepted", "").await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
        assert_eq!(row(&venue, crew).await.rsvp, Rsvp::Accepted);
        venue.collect_rsvps(false).await;
        let html = app.get(&path).await.text();
        assert!(html.contains("Surprise") && !html.contains("<form") && !html.contains("coming"), "{html}");
    }
);

on_both_engines!(
    async fn bodies_of_a_wrong_shape_write_nothing(db: Db) {
        let (venue, crew, app, path) = Box::pin(guest(db)).await;
        let token = path.rsplit('/').next().unwrap().to_owned();
        for answer in ["", "yes", "no_reply", "Accepted", "accepted\0"] {
            let status = post(&app, &path, answer, "").await.status;
            assert!(status.is_client_error(), "{answer}: {status}");
        }
        for body in [
            json!({}),
            json!({ "token": token }),
            json!({ "token": 7, "answer": "accepted" }),
            json!({ "token": token, "answer": ["accepted"] }),
            json!({ "token": token, "answer": "accepted", "note": { "a": 1 } }),
        ] {
            let status = app.post_json(server_fn("answer_rsvp"), &body).await.status;
            assert!(status.is_client_error(), "{body}: {status}");
        }
        let postcard = app.post_wire(server_fn("answer_rsvp"), app::wire::MEDIA_TYPE, vec![250; 40]).await;
        assert!(postcard.status.is_client_error(), "{}", postcard.status);
        assert_eq!(row(&venue, crew).await.rsvp, Rsvp::NoReply);
        assert!(!matches!(row(&venue, crew).await.rsvp_link, LinkState::None));
    }
);

on_both_engines!(
    async fn switching_it_reaches_open_planners(db: Db) {
        let (venue, _) = asking(db).await;
        let header = venue.planner.page(&venue.caller, venue.event).await.unwrap().event;
        assert!(header.rsvp);
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        let mut write = venue.db().write().await.unwrap();
        sqlx::query("UPDATE event SET rsvp = 0, revision = revision + 1").execute(&mut *write).await.unwrap();
        write.changed(server::db::Change::Event(venue.event));
        write.commit().await.unwrap();
        let ServerMessage::Changed { rows, .. } = hear(&mut page).await else { panic!("rows") };
        assert!(matches!(&rows[..], [app::live::Row::Event(header)] if !header.rsvp), "{rows:?}");
    }
);
