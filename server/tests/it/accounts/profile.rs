//! What members change about their own login.

use std::time::Duration;

use app::domain::time::{HOUR_MS, MINUTE_MS};
use axum::http::StatusCode;
use server::db::Db;

use super::*;
use crate::auth::{is_in, try_door};
use crate::support::PASSWORD;

const ADDRESS: &str = "demo@callboard.test";
const NEW: &str = "dana@quay.example";

async fn change_email(app: &TestApp, email: &str, present: &str) -> Answer {
    post(app, "change_email", "/account", &[("email", email), ("present_password", present)]).await
}

async fn confirm(app: &TestApp, path: &str) -> Answer {
    post(app, "confirm_email", path, &[("token", token_of(path))]).await
}

on_both_engines!(
    async fn whoever_is_not_signed_in_changes_nothing_and_is_asked_to(db: Db) {
        let app = TestApp::new(db).await;
        let before = crate::rows::dump(&mut crate::rows::connect(app.db()).await).await;
        for (function, fields) in [
            ("verify_email", &[("code", "123456")][..]),
            ("send_code", &[]),
            ("rename_member", &[("name", "Eve")]),
            ("change_password", &[("present_password", PASSWORD), ("new_password", GOOD)]),
            ("change_email", &[("present_password", PASSWORD), ("email", NEW)]),
        ] {
            let answer = post(&app, function, "/account", fields).await;
            assert_eq!(lead(&answer), "/sign-in?next=%2Faccount", "{function}");
        }
        assert_eq!(lead(&app.get("/account").await), "/sign-in?next=%2Faccount");
        assert_eq!(lead(&app.get("/verify").await), "/sign-in?next=%2Fverify");
        assert_eq!(before, crate::rows::dump(&mut crate::rows::connect(app.db()).await).await);
    }
);

on_both_engines!(
    async fn a_name_is_changed_by_a_plain_post(db: Db) {
        let owner = TestApp::new(db).await.sign_in().await;
        assert_eq!(
            lead(&post(&owner, "rename_member", "/account", &[("name", " Dana <b> ")]).await),
            "/account?saved=name"
        );
        let page = owner.get("/account?saved=name").await.text();
        assert!(page.contains("Your name is saved.") && page.contains("Dana &lt;b&gt;"), "{page}");
        assert_eq!(profile(&owner).await.name, "Dana <b>");
        for wrong in [" ".to_owned(), "x".repeat(101)] {
            let answer = post(&owner, "rename_member", "/account", &[("name", &wrong)]).await;
            assert!(!said(&answer).is_empty());
            assert!(answer.text().contains("id=\"name-name-note\""), "at its field: {}", answer.text());
        }
        assert_eq!(profile(&owner.as_handler().await).await.name, "Hugo Handler");
    }
);

on_both_engines!(
    async fn a_new_password_asks_for_the_present_one_and_ends_the_other_sessions(db: Db) {
        let app = TestApp::new(db).await;
        let mail = Post::of(&app);
        let (here, there, handler) = (app.sign_in().await, app.sign_in().await, app.as_handler().await);
        let change = async |present: &str, new: &str| {
            post(&here, "change_password", "/account", &[("present_password", present), ("new_password", new)]).await
        };
        let wrong = change("not this", GOOD).await;
        assert!(
            said(&wrong).contains("not your present password")
                && wrong.text().contains("password-present_password-note")
        );
        assert!(said(&change(PASSWORD, "dana owner").await).contains("one of the first"));
        assert_eq!(lead(&change(PASSWORD, GOOD).await), "/account?saved=password");
        assert_eq!(here.get("/events").await.status, StatusCode::OK);
        assert_eq!(there.get("/events").await.status, StatusCode::SEE_OTHER);
        assert_eq!(handler.get("/events").await.status, StatusCode::OK);
        assert!(is_in(&try_door(&app, ADDRESS, GOOD).await) && !is_in(&try_door(&app, ADDRESS, PASSWORD).await));
        assert_eq!(mail.to(ADDRESS).await.len(), 1);

        for _ in 0..5 {
            assert!(said(&change("not this", OTHER).await).contains("not your present"));
        }
        assert!(said(&change(GOOD, OTHER).await).contains("Wait about 10 minutes"));
        app.advance_ms(10 * MINUTE_MS);
        lead(&change(GOOD, OTHER).await);
    }
);

on_both_engines!(
    async fn an_address_changes_when_the_link_to_the_new_one_is_used(db: Db) {
        let app = TestApp::new(db).await;
        let mail = Post::of(&app);
        let owner = app.sign_in().await;
        assert!(said(&change_email(&owner, NEW, "not this").await).contains("not your present password"));
        assert!(said(&change_email(&owner, "nowhere", PASSWORD).await).contains("has no @"));
        assert_eq!(lead(&change_email(&owner, NEW, PASSWORD).await), "/account?saved=link");
        lead(&change_email(&owner, NEW, PASSWORD).await);
        assert_eq!(mail.to(NEW).await.len(), 1, "clicked twice");
        assert_eq!(profile(&owner).await.next_email.as_deref(), Some(NEW));
        assert!(owner.get("/account").await.text().contains(NEW));
        let path = mail.path(NEW).await;
        let page = app.get(&path).await;
        assert!(page.status == StatusCode::OK && page.text().contains(NEW) && page.text().contains("method=\"post\""));
        assert!(is_in(&try_door(&app, ADDRESS, PASSWORD).await), "the old one stays until the button is pressed");

        assert_eq!(lead(&confirm(&app, &path).await), "/account?saved=email");
        assert!(is_in(&try_door(&app, NEW, PASSWORD).await) && !is_in(&try_door(&app, ADDRESS, PASSWORD).await));
        let shown = profile(&owner).await;
        assert_eq!((&*shown.email, shown.verified, shown.next_email), (NEW, true, None));
        let told = mail.newest_to(ADDRESS).await;
        assert!(told.contains("another address now") && !told.contains(NEW), "{told}");
        let again = confirm(&app, &path).await;
        assert!(again.text().contains("It was used already"), "{}", again.text());
        assert_eq!(app.get(&path).await.status, StatusCode::NOT_FOUND);
    }
);

on_both_engines!(
    async fn only_the_newest_link_to_an_address_works_and_for_a_day(db: Db) {
        let app = TestApp::new(db).await;
        let mail = Post::of(&app);
        let owner = app.sign_in().await;
        change_email(&owner, NEW, PASSWORD).await;
        let first = mail.path(NEW).await;
        change_email(&owner, "other@quay.example", PASSWORD).await;
        let second = mail.path("other@quay.example").await;
        assert!(app.get(&first).await.text().contains("replaced by a newer one"));
        assert!(confirm(&app, &first).await.text().contains("replaced by a newer one"));
        app.advance_ms(24 * HOUR_MS);
        assert!(confirm(&app, &second).await.text().contains("older than 24 hours"));
        assert!(confirm(&app, "/change-email/never-was").await.text().contains("not copied whole"));
        assert_eq!(profile(&owner).await.email, ADDRESS);
        // A link to a new password is none to a new address.
        verify_all(&app).await;
        forgot(&app, ADDRESS).await;
        let reset = mail.path(ADDRESS).await;
        assert!(
            confirm(&app, &format!("/change-email/{}", token_of(&reset))).await.text().contains("not copied whole")
        );
    }
);

on_both_engines!(
    async fn a_new_address_that_is_somebody_elses_is_answered_as_any_other(db: Db) {
        let app = TestApp::new(db).await;
        let mail = Post::of(&app);
        let (owner, handler) = (app.sign_in().await, app.as_handler().await);
        let asked_for = async |address: &str| {
            assert_eq!(lead(&change_email(&owner, address, PASSWORD).await), "/account?saved=link");
            let next = profile(&owner).await.next_email;
            let page = crate::html::elements(&owner.get("/account?saved=link").await.text());
            let lines = page.iter().filter(|one| one.name == "p").map(|one| one.text.replace(address, "it"));
            let lines: Vec<String> = lines.collect();
            assert!(lines.iter().any(|line| line.contains("A link was sent to it.")), "{lines:?}");
            (next.map(|next| next.replace(address, "it")), lines)
        };
        let theirs = asked_for("handler@callboard.test").await;
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM member_token WHERE used_at IS NULL").await, 1);
        let told = mail.to("handler@callboard.test").await;
        assert!(told.len() == 1 && told[0].contains("It has one already"), "{told:?}");
        assert!(!told[0].contains("/change-email/"), "nobody holds that link: {told:?}");
        assert_eq!(theirs, asked_for("free@quay.example").await);
        assert_eq!(theirs, asked_for("handler@callboard.test").await, "also in the place of another");
        let free = mail.path("free@quay.example").await;
        assert!(confirm(&app, &free).await.text().contains("replaced by a newer one"));

        // Taken while its link was on the way.
        change_email(&owner, NEW, PASSWORD).await;
        let owners = mail.path(NEW).await;
        change_email(&handler, NEW, PASSWORD).await;
        let handlers = mail.path(NEW).await;
        lead(&confirm(&app, &handlers).await);
        let late = confirm(&app, &owners).await;
        assert!(said(&late).contains("Another account has this address by now"), "{}", late.text());
        assert_eq!(profile(&owner).await.email, ADDRESS);
    }
);

on_both_engines!(
    async fn links_to_new_addresses_are_counted_by_the_posts_whichever_the_addresses(db: Db) {
        let app = TestApp::new(db).await;
        let mail = Post::of(&app);
        let owner = app.sign_in().await;
        for address in [NEW, "b@quay.example", NEW, "handler@callboard.test", NEW] {
            assert_eq!(lead(&change_email(&owner, address, PASSWORD).await), "/account?saved=link");
        }
        for address in ["c@quay.example", "handler@callboard.test", NEW] {
            let answer = change_email(&owner, address, PASSWORD).await;
            assert!(said(&answer).contains("Wait about 10 minutes"), "{address}: {}", answer.text());
        }
        assert_eq!(mail.all().await.len(), 5);
        lead(&change_email(&app.as_handler().await, "c@quay.example", PASSWORD).await);
        app.advance_ms(10 * MINUTE_MS);
        lead(&change_email(&owner, "c@quay.example", PASSWORD).await);
    }
);

on_both_engines!(
    async fn a_password_that_is_replaced_while_it_is_verified_opens_and_changes_nothing(db: Db) {
        let app = TestApp::new(db).await;
        let owner = app.sign_in().await;
        let sessions = number(app.db(), "SELECT COUNT(*) FROM session").await;
        let mut reset = app.db().write().await.expect("a transaction");
        let replace = "UPDATE member SET password_hash = 'another'";
        sqlx::query(replace).execute(&mut *reset).await.expect("good SQL");
        let commit = async {
            // Until then they have read the old hash, and wait for the reset. Were they later, they would read the new one.
            tokio::time::sleep(Duration::from_millis(500)).await;
            reset.commit().await.expect("a commit");
        };
        let fields = [("present_password", PASSWORD), ("new_password", GOOD)];
        let (door, password, email, ()) = tokio::join!(
            try_door(&app, ADDRESS, PASSWORD),
            post(&owner, "change_password", "/account", &fields),
            change_email(&owner, NEW, PASSWORD),
            commit
        );
        assert!(!is_in(&door) && door.text().contains("do not belong together"), "{}", door.text());
        assert!(said(&password).contains("not your present password"));
        assert!(said(&email).contains("not your present password"));
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM session").await, sessions);
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM member WHERE password_hash <> 'another'").await, 0);
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM member_token").await, 0);
    }
);

on_both_engines!(
    async fn a_changed_password_or_address_makes_earlier_links_dead(db: Db) {
        let app = TestApp::new(db).await;
        verify_all(&app).await;
        let mail = Post::of(&app);
        let owner = app.sign_in().await;
        forgot(&app, ADDRESS).await;
        let reset_path = mail.path(ADDRESS).await;
        change_email(&owner, NEW, PASSWORD).await;
        let email_path = mail.path(NEW).await;
        let fields = [("present_password", PASSWORD), ("new_password", GOOD)];
        lead(&post(&owner, "change_password", "/account", &fields).await);
        assert_eq!(app.get(&reset_path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.get(&email_path).await.status, StatusCode::NOT_FOUND);

        app.advance_ms(MINUTE_MS);
        forgot(&app, ADDRESS).await;
        let reset_path = mail.path(ADDRESS).await;
        change_email(&owner, NEW, GOOD).await;
        lead(&confirm(&app, &mail.path(NEW).await).await);
        assert_eq!(app.get(&reset_path).await.status, StatusCode::NOT_FOUND, "it went to the old address");
    }
);

on_both_engines!(
    /// Each locked themselves, and then the other.
    async fn two_who_type_each_others_address_at_once_do_not_wait_for_each_other(db: Db) {
        let app = TestApp::new(db).await;
        let (owner, handler) = (app.sign_in().await, app.as_handler().await);
        for _ in 0..4 {
            let (one, other) = tokio::join!(
                change_email(&owner, "handler@callboard.test", PASSWORD),
                change_email(&handler, ADDRESS, PASSWORD),
            );
            assert_eq!((lead(&one), lead(&other)), ("/account?saved=link", "/account?saved=link"));
            app.advance_ms(11 * MINUTE_MS);
        }
    }
);

on_both_engines!(
    /// The second was answered "something went wrong" on PostgreSQL.
    async fn two_who_prove_the_same_new_address_at_once(db: Db) {
        let app = TestApp::new(db).await;
        let mail = Post::of(&app);
        let (owner, handler) = (app.sign_in().await, app.as_handler().await);
        for round in 0..4 {
            let address = format!("desk{round}@quay.example");
            lead(&change_email(&owner, &address, PASSWORD).await);
            let owners = mail.path(&address).await;
            lead(&change_email(&handler, &address, PASSWORD).await);
            let handlers = mail.path(&address).await;
            let (one, other) = tokio::join!(confirm(&app, &owners), confirm(&app, &handlers));
            let (taken, refused) = if one.status == StatusCode::SEE_OTHER { (one, other) } else { (other, one) };
            assert_eq!(lead(&taken), "/account?saved=email");
            assert!(said(&refused).contains("Another account has this address by now"), "{}", refused.text());
            app.advance_ms(11 * MINUTE_MS);
        }
    }
);
