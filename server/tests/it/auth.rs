//! Signing in: who gets in, who does not, and how often one may try.

use std::net::SocketAddr;

use app::auth::Role;
use app::backend::Caller;
use app::domain::ids::{AccountId, MemberId};
use app::domain::time::{HOUR_MS, MINUTE_MS};
use app::error::AppError;
use axum::http::StatusCode;
use serde_json::json;
use server::auth::store::{self, SESSION_MS};
use server::db::Db;
use server::secret;

use crate::support::{Answer, PASSWORD, TestApp, server_fn};

pub async fn try_door(app: &TestApp, email: &str, password: &str) -> Answer {
    let fields = [("email", email), ("password", password), ("next", ""), ("page", "/sign-in?next=%2Fevents")];
    app.post_form(server_fn("sign_in"), &fields).await
}

/// Why the page that came back says nobody was let in.
fn refusal(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    let text = answer.text();
    let (_, notice) = text.split_once("role=\"alert\"").expect("a notice");
    notice.split_once("</p>").expect("its end").0.to_owned()
}

fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().expect("a pair").to_owned()
}

/// Every cookie that an answer sets, as a browser sends them back.
pub fn cookies_of(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").into_iter().map(|value| value.to_str().expect("text"));
    set.map(|cookie| cookie.split(';').next().expect("a pair")).collect::<Vec<_>>().join("; ")
}

/// Whether the answer asks to wait.
pub fn must_wait(answer: &Answer) -> bool {
    !is_in(answer) && refusal(answer).contains("Wait about 10 minutes")
}

pub fn is_in(answer: &Answer) -> bool {
    answer.status == StatusCode::SEE_OTHER && !answer.header("set-cookie").is_empty()
}

on_both_engines!(
    async fn the_right_password_opens_a_session(db: Db) {
        let app = TestApp::new(db).await;
        let answer = try_door(&app, " Demo@Callboard.TEST ", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        assert_eq!(answer.header("location"), "/events");

        let visitor = app.with_cookie(&cookie_of(&answer));
        let session = visitor.post_json(server_fn("load_session"), &json!({})).await;
        assert_eq!(session.json::<app::auth::Session>().member_name, "Dana Owner");
    }
);

on_both_engines!(
    async fn a_wrong_password_and_an_unknown_account_answer_alike(db: Db) {
        let app = TestApp::new(db).await;
        let wrong = try_door(&app, "demo@callboard.test", "guess").await;
        let unknown = try_door(&app, "nobody@callboard.test", "guess").await;
        for answer in [&wrong, &unknown] {
            assert!(answer.header("set-cookie").is_empty());
        }
        assert_eq!(refusal(&wrong), refusal(&unknown));
    }
);

on_both_engines!(
    async fn five_failures_lock_an_address_for_ten_minutes(db: Db) {
        let app = TestApp::new(db).await;
        for email in ["demo@callboard.test", "nobody@callboard.test"] {
            for _ in 0..5 {
                assert!(refusal(&try_door(&app, email, "guess").await).contains("do not belong together"));
            }
            let locked = refusal(&try_door(&app, email, PASSWORD).await);
            assert!(locked.contains("Wait about 10 minutes"), "{locked}");
        }
        assert!(is_in(&try_door(&app, "handler@callboard.test", PASSWORD).await), "only that address is locked");

        app.advance_ms(10 * MINUTE_MS - 1);
        assert!(!is_in(&try_door(&app, "demo@callboard.test", PASSWORD).await), "the lock lasts ten minutes");
        app.advance_ms(1);
        assert!(is_in(&try_door(&app, "demo@callboard.test", PASSWORD).await), "and not longer");
    }
);

on_both_engines!(
    async fn failures_are_forgotten_after_a_success_and_after_ten_minutes(db: Db) {
        let app = TestApp::new(db).await;
        for _ in 0..3 {
            for _ in 0..4 {
                try_door(&app, "demo@callboard.test", "guess").await;
            }
            assert!(is_in(&try_door(&app, "demo@callboard.test", PASSWORD).await));
        }
        for _ in 0..4 {
            try_door(&app, "handler@callboard.test", "guess").await;
        }
        app.advance_ms(10 * MINUTE_MS);
        try_door(&app, "handler@callboard.test", "guess").await;
        assert!(is_in(&try_door(&app, "handler@callboard.test", PASSWORD).await));
    }
);

on_both_engines!(
    async fn twenty_failures_lock_a_peer(db: Db) {
        let app = TestApp::new(db).await;
        for guess in 0..20 {
            try_door(&app, &format!("guess{guess}@callboard.test"), "guess").await;
        }
        let locked = refusal(&try_door(&app, "demo@callboard.test", PASSWORD).await);
        assert!(locked.contains("Wait about 10 minutes"), "{locked}");

        let elsewhere = app.from(SocketAddr::from(([198, 51, 100, 1], 40_000)));
        assert!(is_in(&try_door(&elsewhere, "demo@callboard.test", PASSWORD).await), "other peers are not");
        app.advance_ms(10 * MINUTE_MS);
        assert!(is_in(&try_door(&app, "demo@callboard.test", PASSWORD).await));
    }
);

on_both_engines!(
    async fn a_venue_behind_one_address_is_not_locked_out_by_signing_in(db: Db) {
        let app = TestApp::new(db).await;
        for _ in 0..30 {
            assert!(is_in(&try_door(&app, "demo@callboard.test", PASSWORD).await));
        }
    }
);

on_both_engines!(
    async fn parallel_guesses_count_in_full(db: Db) {
        let app = TestApp::new(db).await;
        let guesses = (0..12).map(|_| try_door(&app, "demo@callboard.test", "guess"));
        let answers = futures_util::future::join_all(guesses).await;
        let looked_at = answers.iter().filter(|answer| refusal(answer).contains("belong together")).count();
        assert_eq!(looked_at, 5);
    }
);

on_both_engines!(
    async fn a_client_with_wasm_gets_the_refusal_as_json(db: Db) {
        let app = TestApp::new(db).await;
        let body = "email=demo%40callboard.test&password=guess";
        let request = app
            .request(axum::http::Method::POST, server_fn("sign_in"))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.into())
            .expect("a request");
        let answer = app.send(request).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(matches!(answer.json(), AppError::Invalid { .. }));
    }
);

on_both_engines!(
    async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites(db: Db) {
        let plain = TestApp::new(db.clone()).await;
        let answer = try_door(&plain, "demo@callboard.test", PASSWORD).await;
        let (pair, attributes) = answer.header("set-cookie").split_once("; ").expect("attributes");
        assert_eq!(attributes, "Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
        assert_eq!(pair.strip_prefix("callboard_session=").expect("its name").len(), 43);

        let stored: Vec<(String,)> = sqlx::query_as("SELECT token_hash FROM session")
            .fetch_all(&mut *db.reader().await.expect("a reader"))
            .await
            .expect("sessions");
        assert!(stored.iter().all(|(hash,)| !pair.contains(hash.as_str())), "only the hash is stored");
    }
);

on_both_engines!(
    async fn the_cookie_is_bound_to_https_there(db: Db) {
        let app = TestApp::with(db, |settings| settings.base_url = Some("https://callboard.test".into())).await;
        let answer = try_door(&app, "demo@callboard.test", PASSWORD).await;
        assert!(answer.header("set-cookie").starts_with("__Host-callboard_session="));
        assert!(answer.header("set-cookie").ends_with("HttpOnly; SameSite=Lax; Secure"));
        let visitor = app.with_cookie(&cookie_of(&answer));
        assert_eq!(visitor.get("/sign-in").await.header("location"), "/events");
        let renamed = app.with_cookie(cookie_of(&answer).trim_start_matches("__Host-"));
        assert_eq!(renamed.get("/sign-in").await.status, StatusCode::OK, "the unbound name opens nothing");
    }
);

on_both_engines!(
    async fn d13_other_cookies_on_the_host_sign_nobody_out(db: Db) {
        let app = TestApp::new(db).await;
        let ours = app.sign_in().await.cookie().to_owned();
        let (_, token) = ours.split_once('=').expect("a pair");
        let other = app.sign_in().await.cookie().to_owned();
        store::end_session(app.db(), &secret::token_hash(other.split_once('=').expect("a pair").1))
            .await
            .expect("an end");
        let quoted = format!("callboard_session=\"{token}\"");
        let huge = format!("{}; {ours}", "x=\u{1f36a}; ".repeat(5_000));
        let headers: [&[&[u8]]; 8] = [
            &[b"name=M\xfcller; ", ours.as_bytes()],
            &[&[b"na\xefve=\xff\xfe; ", ours.as_bytes()].concat()],
            &[&[ours.as_bytes(), "; caf\u{e9}=\u{1f36a}".as_bytes()].concat()],
            &["caf\u{e9}=\u{1f36a}".as_bytes(), ours.as_bytes()],
            &[quoted.as_bytes()],
            &[other.as_bytes(), ours.as_bytes()],
            &[&[other.as_bytes(), b"; callboard_session=\xff; callboard_session=x; ", ours.as_bytes()].concat()],
            &[huge.as_bytes()],
        ];
        for lines in headers {
            let mut request = app.request(axum::http::Method::GET, "/events");
            for line in lines {
                request = request.header("cookie", axum::http::HeaderValue::from_bytes(line).expect("a header"));
            }
            let answer = app.send(request.body(axum::body::Body::empty()).expect("a request")).await;
            assert_eq!(
                answer.status,
                StatusCode::OK,
                "{:?}",
                lines.iter().map(|l| l[..l.len().min(90)].escape_ascii().to_string()).collect::<Vec<_>>()
            );
        }
    }
);

on_both_engines!(
    async fn signing_out_ends_the_session_and_its_sockets(db: Db) {
        let app = TestApp::new(db).await;
        let token = secret::token();
        let mut transaction = app.db().write().await.expect("a transaction");
        let hash = secret::token_hash(&token);
        store::open_session(&mut transaction, &hash, app.owner, app.account, app.now()).await.expect("a session");
        transaction.commit().await.expect("a commit");
        let visitor = app.with_cookie(&format!("theme=dark; callboard_session={token}"));
        let caller =
            Caller { member: app.owner, account: app.account, role: Role::Owner, name: String::new(), session: hash };
        let mut socket = app.core.hub.join(&caller);

        let (other, stranger) = (app.sign_in().await, app.as_stranger().await);
        let answer = visitor.post_form(server_fn("sign_out"), &[]).await;
        assert_eq!(answer.header("location"), "/sign-in");
        assert!(answer.header("set-cookie").starts_with("callboard_session=; Path=/; Max-Age=0;"));
        assert!(matches!(socket.next().await, server::realtime::Signal::Close(_)));
        assert_eq!(visitor.get("/events").await.status, StatusCode::SEE_OTHER);
        let answer = visitor.post_json(server_fn("load_session"), &json!({})).await;
        assert_eq!((answer.status, answer.json()), (StatusCode::UNAUTHORIZED, AppError::Unauthenticated));
        assert_eq!(other.get("/events").await.status, StatusCode::OK, "other sessions of the same member live on");
        assert_eq!(stranger.get("/events").await.status, StatusCode::OK, "and so do other people's");
    }
);

on_both_engines!(
    async fn a_session_ends_after_thirty_days_and_with_the_membership(db: Db) {
        let app = TestApp::new(db.clone()).await;
        let (owner, handler) = (app.sign_in().await, app.as_handler().await);
        let mut transaction = db.write().await.expect("a transaction");
        sqlx::query("DELETE FROM membership WHERE member_id = $1")
            .bind(app.handler.0)
            .execute(&mut *transaction)
            .await
            .expect("a membership less");
        transaction.commit().await.expect("a commit");
        assert_eq!(handler.get("/events").await.status, StatusCode::SEE_OTHER);

        app.advance_ms(SESSION_MS - 1);
        assert_eq!(owner.get("/events").await.status, StatusCode::OK);
        app.advance_ms(1);
        assert_eq!(owner.get("/events").await.status, StatusCode::SEE_OTHER);
        assert_eq!(store::prune(&db, app.now()).await.expect("pruning"), 2);
        app.advance_ms(24 * HOUR_MS);
        assert_eq!(store::prune(&db, app.now()).await.expect("pruning"), 0);
    }
);

on_both_engines!(
    async fn next_stays_on_this_site(db: Db) {
        let app = TestApp::new(db).await;
        for (next, leads_to) in [
            ("/contacts/7/emails?x=1", "/contacts/7/emails?x=1"),
            ("https://evil.test/", "/events"),
            ("//evil.test/", "/events"),
            ("/\\evil.test/", "/events"),
            ("/\t/evil.test", "/events"),
            ("/caf\u{e9}", "/events"),
            ("javascript:alert(1)", "/events"),
            ("/x\r\nSet-Cookie: a=b", "/events"),
        ] {
            let fields = [("email", "demo@callboard.test"), ("password", PASSWORD), ("next", next)];
            let answer = app.post_form(server_fn("sign_in"), &fields).await;
            assert_eq!(answer.header("location"), leads_to, "{next:?}");
        }
    }
);

on_both_engines!(
    async fn one_address_is_one_login(db: Db) {
        let app = TestApp::new(db).await;
        let mut transaction = app.db().write().await.expect("a transaction");
        let twin = store::NewMember {
            email: "DEMO@callboard.test",
            name: "Dana Twin",
            password_hash: "x",
            role: Role::Handler,
        };
        let made = store::add_member(&mut transaction, app.account, &twin, app.now()).await.expect("an answer");
        assert_eq!(made, None);
    }
);

on_both_engines!(
    async fn only_a_trusted_proxy_speaks_for_others(db: Db) {
        let app = TestApp::new(db).await;
        let guess = async |from: [u8; 4], forwarded: String, address: String| {
            let body = format!("email={address}&password=guess");
            let request = app
                .from(SocketAddr::from((from, 40_000)))
                .request(axum::http::Method::POST, server_fn("sign_in"))
                .header("x-forwarded-for", forwarded)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.into())
                .expect("a request");
            app.send(request).await.json::<AppError>().to_string().contains("Wait about")
        };
        let (proxy, stranger) = ([127, 0, 0, 1], [198, 51, 100, 9]);
        for n in 0..20 {
            // What a client claims stands before the proxy's own entry.
            assert!(!guess(proxy, format!("10.0.0.{n}, 203.0.113.50"), format!("a{n}@x.test")).await);
            assert!(!guess(stranger, format!("10.0.0.{n}"), format!("b{n}@x.test")).await);
        }
        assert!(guess(proxy, "203.0.113.50".into(), "c@x.test".into()).await, "the client behind the proxy is locked");
        assert!(!guess(proxy, "203.0.113.51".into(), "d@x.test".into()).await, "its neighbour is not");
        assert!(guess(stranger, "203.0.113.52".into(), "e@x.test".into()).await, "nobody else can hide");
    }
);

on_both_engines!(
    async fn the_demos_password_opens_nothing_while_the_demo_is_off(db: Db) {
        let app = TestApp::empty(db.clone(), |_| {});
        assert!(server::demo::fill(&app.core).await.expect("a demo"));
        for email in [" Demo@callboard.test", "handler@callboard.test"] {
            let answer = try_door(&app, email, server::demo::PASSWORD).await;
            assert!(!is_in(&answer) && refusal(&answer).contains("CALLBOARD_DEMO=1"), "{}", answer.text());
        }
        let sessions = "SELECT COUNT(*) FROM session";
        let count: i64 =
            sqlx::query_scalar(sessions).fetch_one(&mut *db.reader().await.expect("a reader")).await.expect("a count");
        assert_eq!(count, 0);
        // Whoever gave it another password has made it theirs.
        let hash = server::auth::hash_password("a-password-of-ours-77".into()).await;
        let mut write = db.write().await.expect("a transaction");
        sqlx::query("UPDATE member SET password_hash = $1").bind(hash).execute(&mut *write).await.expect("good SQL");
        write.commit().await.expect("a commit");
        assert!(is_in(&try_door(&app, "demo@callboard.test", "a-password-of-ours-77").await));

        let on = TestApp::empty(db, |settings| {
            settings.demo = Some("1".into());
            settings.base_url = None;
            settings.allowed_hosts = "callboard.test".into();
        });
        let answer = try_door(&on, "demo@callboard.test", server::demo::PASSWORD).await;
        assert!(refusal(&answer).contains("do not belong together"), "{}", answer.text());
    }
);

on_both_engines!(
    async fn sessions_that_the_demos_password_opened_end_when_the_demo_is_off(db: Db) {
        let app = TestApp::empty(db.clone(), |_| {});
        assert!(server::demo::fill(&app.core).await.expect("a demo"));
        let members = ["demo@callboard.test", "handler@callboard.test"];
        for email in members {
            let login = store::login(&db, email).await.expect("an answer").expect("a login");
            let (member, account) = (MemberId(login.member_id), AccountId(login.account_id));
            let mut write = db.write().await.expect("a transaction");
            store::open_session(&mut write, email, member, account, app.now()).await.expect("a session");
            write.commit().await.expect("a commit");
        }
        // Whoever gave it another password has made it theirs.
        let hash = server::auth::hash_password("a-password-of-ours-77".into()).await;
        let mut write = db.write().await.expect("a transaction");
        let sql = "UPDATE member SET password_hash = $1 WHERE email_key = 'handler@callboard.test'";
        sqlx::query(sql).bind(hash).execute(&mut *write).await.expect("good SQL");
        write.commit().await.expect("a commit");
        server::demo::end_sessions(&app.core).await.expect("an answer");
        for (email, is_open) in members.into_iter().zip([false, true]) {
            let holder = store::session_holder(&db, email, app.now()).await.expect("an answer");
            assert_eq!(holder.is_some(), is_open, "{email}");
        }
    }
);
