//! What people on an event are asked for and what they answer, seen by guests, by members, and over all events.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::domain::ids::RequestId;
use app::domain::requests::RequestKind;
use app::error::AppError;
use app::live::Topic;
use app::planner::PlannerPort;
use app::requests::{RequestForm, RequestsPort};
use app::share_page::SharePagePort;
use axum::http::StatusCode;
use server::db::Db;

use crate::html::elements;
use crate::support::{hear, open_page, published, server_fn};
use crate::uploads::{alert, asked, browsers, files, key, pdf, post, refused_at, request, send};

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
    async fn a_guest_of_a_cancelled_event_is_asked_for_nothing_and_sees_what_they_sent(db: Db) {
        let (venue, guest, _, token, plot) = Box::pin(browsers(db)).await;
        let page = format!("/v/{token}");
        let text = request(RequestKind::Text, "Arrival");
        let arrival = venue.requests.create(&venue.caller, venue.event, None, text, None).await.unwrap();
        venue.requests.answer(token.clone(), arrival, "At nine".into()).await.unwrap();
        send(&venue, &token, plot, "plot.pdf", &pdf()).await.unwrap();
        let open = guest.get(&page).await.text();
        assert_eq!((open.matches("id=\"send-").count(), open.contains("any more")), (2, false), "{open}");
        venue.run("UPDATE event SET status = 'cancelled'").await;
        venue.run("UPDATE upload SET state = 'rejected', note = 'Too dark'").await;
        let closed = guest.get(&page).await.text();
        assert!(closed.contains("nothing is collected any more"), "{closed}");
        for kept in ["plot.pdf", "not accepted", "Too dark", "At nine"] {
            assert!(closed.contains(kept), "{kept}: {closed}");
        }
        assert!(!closed.contains("id=\"send-") && !closed.contains("send again"), "{closed}");
    }
);
