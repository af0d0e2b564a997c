//! Who may sign up, who owns the installation, and what is said of addresses.

use app::domain::time::MINUTE_MS;
use axum::http::StatusCode;
use serde_json::json;
use server::db::Db;
use server::demo;

use super::*;
use crate::auth::{is_in, try_door};
use crate::said::Said;

on_both_engines!(
    async fn the_first_is_in_at_once_and_then_the_door_is_shut(db: Db) {
        let app = TestApp::empty(db, |_| {});
        for path in ["/", "/events", "/sign-in", "/contacts/7"] {
            assert_eq!(lead(&app.get(path).await), "/sign-up", "{path}: nobody has an account yet");
        }
        assert_eq!(app.get("/sign-up").await.status, StatusCode::OK);
        let owner = mira().enter(&app).await;
        let page = owner.get("/verify").await.text();
        assert!(page.contains("mira@mill.example") && page.contains("one-time-code"), "{page}");
        assert_eq!(owner.get("/events").await.status, StatusCode::OK, "no gate");
        let Profile { name, verified, .. } = profile(&owner).await;
        assert_eq!((&*name, verified), ("Mira Okafor", false));

        assert_eq!(lead(&app.get("/events").await), "/sign-in?next=%2Fevents");
        let page = app.get("/sign-up").await.text();
        assert!(page.contains("The Mill") && !page.contains("mill.example"), "whom to ask, but no address: {page}");
        assert!(!page.contains("<form") && !app.get("/sign-in").await.text().contains("/sign-up"));
        assert!(is_shut(&of("late@mill.example").post(&app).await));
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM account").await, 1);
        assert!(is_in(&try_door(&app, "Mira@Mill.example", GOOD).await));
    }
);

on_both_engines!(
    async fn two_first_ones_at_once_are_one_owner(db: Db) {
        let app = TestApp::empty(db, |_| {});
        let forms: Vec<_> = (0..6).map(|n| of(&format!("p{n}@mill.example"))).collect();
        let answers = futures_util::future::join_all(forms.iter().map(|form| form.post(&app))).await;
        let entered = answers.iter().filter(|answer| is_in(answer)).count();
        assert_eq!(entered, 1);
        for table in ["account", "member", "membership", "installation", "system_mail"] {
            assert_eq!(number(app.db(), &format!("SELECT COUNT(*) FROM {table}")).await, 1, "{table}");
        }
    }
);

on_both_engines!(
    async fn a_repeated_post_is_one_account(db: Db) {
        let app = TestApp::empty(db, |_| {});
        let form = mira();
        let both = tokio::join!(form.post(&app), form.post(&app));
        for answer in [both.0, both.1, form.post(&app).await] {
            assert_eq!(lead(&answer), "/verify");
            let owner = app.with_cookie(&cookies_of(&answer));
            assert_eq!(profile(&owner).await.email, "mira@mill.example");
        }
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM member").await, 1);
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM system_mail").await, 1);
        for changed in [
            Form { password: OTHER.into(), ..form.clone() },
            Form { key: "another-key-of-a-form".into(), ..form.clone() },
            Form { key: String::new(), ..form.clone() },
        ] {
            assert!(is_shut(&changed.post(&app).await), "another post does not enter it");
        }
    }
);

on_both_engines!(
    async fn with_an_open_door_known_and_unknown_addresses_are_answered_alike_after_the_same_work(db: Db) {
        let app = TestApp::new(db).await.open_to_all();
        let mail = Post::of(&app);
        lead(&mira().post(&app).await);
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM installation").await, 1, "somebody is the first here too");
        mail.all().await;
        let said = Said::from_now_on();
        let hostile = Form { name: "You won".into(), venue: "evil.example".into(), ..of("demo@callboard.test") };
        let known = hostile.post(&app).await;
        let of_known = said.with("Argon2 runs").len();
        let unknown = of("new@mill.example").post(&app).await;
        assert_eq!((of_known, said.with("Argon2 runs").len()), (1, 2));
        for answer in [&known, &unknown] {
            assert_eq!(lead(answer), "/sign-in?signed-up");
            assert_eq!(answer.headers.get_all("set-cookie").iter().count(), 0);
        }
        assert_eq!(known.headers.len(), unknown.headers.len());
        assert!(app.get("/sign-in?signed-up").await.text().contains("If this address is new here"));
        assert!(!is_in(&try_door(&app, "demo@callboard.test", GOOD).await), "nothing was entered");
        assert!(is_in(&try_door(&app, "new@mill.example", GOOD).await), "verified or not");

        let told = mail.newest_to("demo@callboard.test").await;
        assert!(told.contains("It has one already") && !told.contains("won") && !told.contains("evil"), "{told}");
        assert_eq!(mail.to("new@mill.example").await.len(), 1);
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM account").await, 3);

        // Told once a minute, five times an hour, whoever tries.
        for n in 0..20 {
            let peer = std::net::SocketAddr::from(([198, 51, 100, n], 40_000));
            let form = Form { key: format!("a-key-of-form-number-{n}"), ..hostile.clone() };
            form.post(&app.from(peer)).await;
            app.advance_ms(MINUTE_MS);
        }
        assert_eq!(mail.to("demo@callboard.test").await.len(), 5);
    }
);

on_both_engines!(
    async fn a_repeated_post_at_an_open_door_tells_nobody_of_it(db: Db) {
        let app = TestApp::new(db).await.open_to_all();
        let mail = Post::of(&app);
        mira().post(&app).await;
        let form = of("new@mill.example");
        let both = tokio::join!(form.post(&app), form.post(&app));
        for answer in [both.0, both.1, form.post(&app).await] {
            assert_eq!(lead(&answer), "/sign-in?signed-up");
        }
        assert_eq!(mail.to("new@mill.example").await.len(), 1);
    }
);

on_both_engines!(
    async fn a_closed_door_is_shut_for_the_first_too(db: Db) {
        let app = TestApp::empty(db, |settings| settings.sign_up = "closed".into());
        assert_eq!(lead(&app.get("/").await), "/sign-in?next=%2F");
        let page = app.get("/sign-up").await.text();
        assert!(page.contains("Ask whoever runs it"), "{page}");
        assert!(is_shut(&mira().post(&app).await));
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM member").await, 0);
    }
);

on_both_engines!(
    async fn the_demo_is_nobodys_and_leads_to_sign_in(db: Db) {
        let app = TestApp::empty(db, |_| {});
        demo::fill(&app.core).await.expect("a demo");
        assert_eq!(lead(&app.get("/").await), "/sign-in?next=%2F", "there is an account to sign in with");
        assert!(app.get("/sign-in").await.text().contains("href=\"/sign-up\""), "and the owner has not come yet");
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM member WHERE verified_at IS NULL").await, 0);
        let owner = mira().enter(&app).await;
        assert_eq!(owner.get("/events").await.status, StatusCode::OK);
        assert!(app.get("/sign-up").await.text().contains("The Mill"));
    }
);

on_both_engines!(
    async fn what_cannot_be_taken_is_said_at_its_field_and_nothing_is_made(db: Db) {
        let app = TestApp::empty(db, |_| {});
        let long = "x".repeat(1_001);
        let good = mira();
        for (form, words) in [
            (Form { name: " ".into(), ..good.clone() }, "Enter your name"),
            (Form { name: "é".repeat(101), ..good.clone() }, "may have 100 characters; this has 101"),
            (Form { name: "a\0b".into(), ..good.clone() }, "cannot be stored"),
            (Form { venue: String::new(), ..good.clone() }, "name of your venue"),
            (Form { venue: "x".repeat(201), ..good.clone() }, "may have 200 characters"),
            (Form { email: "mira".into(), ..good.clone() }, "has no @"),
            (Form { email: "a@x.test, b@x.test".into(), ..good.clone() }, "two addresses"),
            (Form { email: String::new(), ..good.clone() }, "Enter your email address"),
            (Form { password: "1234567".into(), ..good.clone() }, "8 characters or more"),
            (Form { password: "password1".into(), ..good.clone() }, "one of the first"),
            (Form { password: "miraokafor".into(), ..good.clone() }, "one of the first"),
            (Form { password: long.clone(), ..good.clone() }, "at most 1000 characters"),
        ] {
            let answer = form.post(&app).await;
            assert!(said(&answer).contains(words), "{words}: {}", said(&answer));
            let text = answer.text();
            assert!(!text.contains(&form.password) || form.password.is_empty(), "a password is never shown again");
            let page = crate::html::elements(&text);
            let wrong = page.iter().filter(|one| one.attribute("aria-invalid") == "true").count();
            assert_eq!(wrong, 1, "{words}");
        }
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM account").await, 0);
        let fields = json!({ "name": "Mira", "venue": 7, "email": [], "password": null });
        assert_eq!(app.post_json(server_fn("sign_up"), &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(number(app.db(), "SELECT COUNT(*) FROM sign_in_attempt").await, 0, "and nothing was counted");

        let hostile = "\u{202e}<script>alert(1)</script>\"'& ميرا";
        let owner = Form { name: hostile.into(), venue: hostile.into(), ..good }.enter(&app).await;
        assert_eq!(profile(&owner).await.name, hostile, "stored as typed");
        let page = app.get("/sign-up").await.text();
        assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"), "{page}");
    }
);

on_both_engines!(
    async fn signing_up_may_be_tried_as_often_as_signing_in(db: Db) {
        let app = TestApp::new(db).await.open_to_all();
        mira().post(&app).await;
        app.advance_ms(10 * MINUTE_MS);
        for n in 0..5 {
            let again = Form { key: format!("a-key-of-form-number-{n}"), ..of("one@mill.example") };
            assert_eq!(lead(&again.post(&app).await), "/sign-in?signed-up");
        }
        let again = Form { key: "a-key-of-the-last-form".into(), ..of("one@mill.example") };
        assert!(said(&again.post(&app).await).contains("Wait about 10 minutes"));
        for n in 0..14 {
            lead(&of(&format!("p{n}@mill.example")).post(&app).await);
        }
        assert!(said(&of("last@mill.example").post(&app).await).contains("Wait about 10 minutes"), "the network");
        let elsewhere = app.from(std::net::SocketAddr::from(([198, 51, 100, 1], 40_000)));
        lead(&of("last@mill.example").post(&elsewhere).await);
        assert!(is_in(&try_door(&app, "one@mill.example", GOOD).await), "signing in is counted apart");
        app.advance_ms(10 * MINUTE_MS);
        lead(&of("later@mill.example").post(&app).await);
    }
);

on_both_engines!(
    async fn forms_tell_password_managers_what_to_fill_in(db: Db) {
        let app = TestApp::new(db).await;
        let page = crate::html::elements(&app.get("/sign-up").await.text());
        let fills = |name: &str| {
            let field = page.iter().find(|one| one.attribute("name") == name).expect("a field");
            field.attribute("autocomplete").to_owned()
        };
        let all = ["name", "venue", "email", "password"].map(fills);
        assert_eq!(all, ["name", "organization", "username", "new-password"]);
        for blocks in ["onpaste", "maxlength"] {
            assert!(!page.iter().any(|one| one.attribute("type") == "password" && one.has(blocks)), "{blocks}");
        }
        assert_eq!(app.sign_in().await.get("/sign-up").await.header("location"), "/events");
    }
);
