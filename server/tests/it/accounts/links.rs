//! Links to a new password.

use app::domain::time::{HOUR_MS, MINUTE_MS};
use axum::http::StatusCode;
use server::auth::store;
use server::db::Db;

use super::*;
use crate::auth::{is_in, try_door};
use crate::said::Said;
use crate::support::PASSWORD;

const ADDRESS: &str = "demo@callboard.test";

async fn verified(db: Db) -> (TestApp, Post) {
    let app = TestApp::new(db).await;
    verify_all(&app).await;
    let post = Post::of(&app);
    (app, post)
}

on_both_engines!(
    async fn a_forgotten_password_is_replaced_by_a_link(db: Db) {
        let (app, mail) = verified(db).await;
        let (here, other) = (app.sign_in().await, app.as_handler().await);
        assert_eq!(lead(&forgot(&app, " Demo@callboard.TEST ").await), "/forgot?sent");
        let path = mail.path(ADDRESS).await;
        for _ in 0..3 {
            let page = app.get(&path).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.text().contains(ADDRESS) && page.text().contains("new-password"), "{}", page.text());
            assert_eq!(
                (page.header("referrer-policy"), page.header("x-robots-tag")),
                ("strict-origin", "noindex, nofollow")
            );
        }
        assert!(is_in(&try_door(&app, ADDRESS, PASSWORD).await), "looking at it changes nothing");

        let weak = reset(&app, &path, "callboard").await;
        assert!(said(&weak).contains("one of the first"));
        assert!(weak.text().contains(&format!("data-page=\"{path}\"")), "the form is there again");
        let answer = reset(&app, &path, OTHER).await;
        assert_eq!(lead(&answer), "/sign-in?reset");
        assert!(app.get("/sign-in?reset").await.text().contains("Your new password is set"));
        assert_eq!(here.get("/events").await.status, StatusCode::SEE_OTHER, "every session has ended");
        assert_eq!(other.get("/events").await.status, StatusCode::OK, "but for other people's");
        assert!(!is_in(&try_door(&app, ADDRESS, PASSWORD).await) && is_in(&try_door(&app, ADDRESS, OTHER).await));
        assert!(mail.newest_to(ADDRESS).await.contains("The password of your Callboard account was changed"));

        let used = app.get(&path).await;
        assert_eq!(used.status, StatusCode::NOT_FOUND);
        assert!(used.text().contains("It was used already") && used.text().contains("href=\"/forgot\""));
        let twice = reset(&app, &path, GOOD).await;
        assert!(twice.text().contains("used already"), "{}", twice.text());
        assert!(is_in(&try_door(&app, ADDRESS, OTHER).await), "once");
    }
);

on_both_engines!(
    async fn one_answer_for_everybody_and_mail_for_who_is_verified(db: Db) {
        let (app, mail) = verified(db).await;
        let stranger = app.as_stranger().await;
        let unverified: String = sqlx::query_scalar("SELECT email FROM member WHERE id = $1")
            .bind(stranger.owner.0)
            .fetch_one(&mut *app.db().reader().await.expect("a reader"))
            .await
            .expect("an address");
        let mut answers = Vec::new();
        for address in [ADDRESS, "nobody@callboard.test", &unverified] {
            let answer = forgot(&app, address).await;
            answers.push((answer.status, lead(&answer).to_owned(), answer.body.clone(), answer.headers.len()));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        let all = mail.all().await;
        assert_eq!(all.iter().map(|mail| mail.envelope.to.to_string()).collect::<Vec<_>>(), [ADDRESS]);
        assert!(said(&forgot(&app, "nobody").await).contains("has no @"));
        assert!(said(&forgot(&app, "").await).contains("Enter your email"));
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM member_token").await, 1);
    }
);

/// Whatever the address is, the same statements run, so that neither the answer nor its time tells.
#[tokio::test]
async fn known_and_unknown_addresses_run_through_the_same_statements() {
    crate::database::with_sqlite(async |db: Db| {
        let (app, _) = verified(db).await;
        let mut runs = Vec::new();
        for address in [ADDRESS, "nobody@callboard.test"] {
            let mut ran = crate::recorder::recorded(async { drop(forgot(&app, address).await) }).await;
            // What a worker does meanwhile.
            ran.retain(|statement| !statement.contains("orphan_event"));
            runs.push(ran);
        }
        assert!(runs[0].len() >= 6, "{:?}", runs[0]);
        assert_eq!(runs[0], runs[1]);
    })
    .await;
}

on_both_engines!(
    async fn a_link_works_for_a_day_and_only_the_newest_does(db: Db) {
        let (app, mail) = verified(db).await;
        forgot(&app, ADDRESS).await;
        forgot(&app, ADDRESS).await;
        assert_eq!(mail.to(ADDRESS).await.len(), 1, "clicked twice");
        let first = mail.path(ADDRESS).await;
        app.advance_ms(MINUTE_MS);
        forgot(&app, ADDRESS).await;
        let second = mail.path(ADDRESS).await;
        assert_ne!(first, second);
        assert!(app.get(&first).await.text().contains("replaced by a newer one"));
        assert!(reset(&app, &first, OTHER).await.text().contains("replaced by a newer one"));
        app.advance_ms(24 * HOUR_MS - 1);
        assert_eq!(app.get(&second).await.status, StatusCode::OK);
        app.advance_ms(1);
        assert!(app.get(&second).await.text().contains("older than 24 hours"));
        assert!(reset(&app, &second, OTHER).await.text().contains("older than 24 hours"));
        assert!(app.get("/reset/never-was").await.text().contains("not copied whole"));
        assert!(is_in(&try_door(&app, ADDRESS, PASSWORD).await));
    }
);

on_both_engines!(
    async fn five_links_an_hour_are_sent_and_the_last_stays_good(db: Db) {
        let (app, mail) = verified(db).await;
        for n in 0..9 {
            let peer = std::net::SocketAddr::from(([198, 51, 100, n], 40_000));
            assert_eq!(lead(&forgot(&app.from(peer), ADDRESS).await), "/forgot?sent");
            app.advance_ms(2 * MINUTE_MS);
        }
        assert_eq!(mail.to(ADDRESS).await.len(), 5);
        assert_eq!(app.get(&mail.path(ADDRESS).await).await.status, StatusCode::OK);
        for _ in 0..5 {
            forgot(&app, "nobody@callboard.test").await;
        }
        assert!(said(&forgot(&app, "nobody@callboard.test").await).contains("Wait about 10 minutes"));
    }
);

on_both_engines!(
    async fn two_that_use_a_link_at_once_are_one(db: Db) {
        let (app, mail) = verified(db).await;
        forgot(&app, ADDRESS).await;
        let path = mail.path(ADDRESS).await;
        let (one, two) = tokio::join!(reset(&app, &path, GOOD), reset(&app, &path, OTHER));
        let done = [&one, &two].into_iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
        assert_eq!(done, 1);
        let works = [is_in(&try_door(&app, ADDRESS, GOOD).await), is_in(&try_door(&app, ADDRESS, OTHER).await)];
        assert_eq!(works, [one.status == StatusCode::SEE_OTHER, two.status == StatusCode::SEE_OTHER]);
    }
);

on_both_engines!(
    async fn whoever_was_locked_out_by_guessing_gets_in_with_the_new_password(db: Db) {
        let (app, mail) = verified(db).await;
        for _ in 0..5 {
            try_door(&app, ADDRESS, "guess").await;
        }
        assert!(!is_in(&try_door(&app, ADDRESS, PASSWORD).await));
        forgot(&app, ADDRESS).await;
        lead(&reset(&app, &mail.path(ADDRESS).await, OTHER).await);
        assert!(is_in(&try_door(&app, ADDRESS, OTHER).await));
    }
);

on_both_engines!(
    async fn no_code_and_no_link_is_stored_or_logged(db: Db) {
        let said = Said::from_now_on();
        let (app, mail) = verified(db).await;
        let owner = app.sign_in().await;
        execute(app.db(), "UPDATE member SET verified_at = NULL").await;
        post(&owner, "send_code", "/verify", &[]).await;
        let before = crate::rows::dump(&mut crate::rows::connect(app.db()).await).await;
        let code = mail.code(ADDRESS).await;
        verify_all(&app).await;
        forgot(&app, ADDRESS).await;
        let path = mail.path(ADDRESS).await;
        app.get(&path).await;
        reset(&app, &path, "callboard").await;
        let after = crate::rows::dump(&mut crate::rows::connect(app.db()).await).await;
        assert!(before.contains(ADDRESS) && after.contains(ADDRESS), "the rows were read");
        for all in [before, after, said.with("").join("\n")] {
            assert!(!all.contains(token_of(&path)), "{all}");
            assert!(!all.split(|c: char| !c.is_ascii_digit()).any(|number| number == code), "{all}");
        }
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM system_mail WHERE seed IS NOT NULL").await, 0, "forgotten");
    }
);

on_both_engines!(
    async fn a_reset_closes_sockets(db: Db) {
        let (app, mail) = verified(db).await;
        let token = server::secret::token();
        let hash = server::secret::token_hash(&token);
        let mut transaction = app.db().write().await.expect("a transaction");
        store::open_session(&mut transaction, &hash, app.owner, app.account, app.now()).await.expect("a session");
        transaction.commit().await.expect("a commit");
        let caller = app::backend::Caller {
            member: app.owner,
            account: app.account,
            role: app::auth::Role::Owner,
            name: String::new(),
            session: hash,
        };
        let mut socket = app.core.hub.join(&caller);
        forgot(&app, ADDRESS).await;
        lead(&reset(&app, &mail.path(ADDRESS).await, OTHER).await);
        assert!(matches!(socket.next().await, server::realtime::Signal::Close(_)));
    }
);
