//! Which paths there are, whom they lead where, and how the process says that it is well.

use app::error::AppError;
use app::paths::{Audience, PAGES, Page};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use server::db::Db;

use crate::database::{Folder, with_postgres};
use crate::support::{TestApp, server_fn};

on_both_engines!(
    async fn whoever_is_not_signed_in_is_asked_to_and_comes_back(db: Db) {
        let app = TestApp::new(db).await;
        for (path, sign_in) in [
            ("/", "/sign-in?next=%2F"),
            ("/events/7", "/sign-in?next=%2Fevents%2F7"),
            ("/contacts/7/emails?x=a%20b", "/sign-in?next=%2Fcontacts%2F7%2Femails%3Fx%3Da%2520b"),
        ] {
            let answer = app.get(path).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, sign_in), "{path}");
        }
        assert_eq!(app.get("/eventsx").await.status, StatusCode::NOT_FOUND, "no page, so nobody is asked to sign in");
    }
);

on_both_engines!(
    async fn every_page_is_for_those_it_is_meant_for_and_loads_scripts_only_where_it_says_so(db: Db) {
        let visitor = TestApp::new(db).await;
        let member = visitor.sign_in().await;
        for Page { path, audience, scripts } in PAGES {
            let path = path
                .replace("{id}", "7")
                .replace("{crew}", "7")
                .replace("{token}", "some-token")
                .replace("{*rest}", "7/html");
            let asked_to_sign_in = visitor.get(&path).await.header("location").starts_with("/sign-in?next=");
            assert_eq!(asked_to_sign_in, audience == Audience::Members, "{path}");
            let html = if audience == Audience::Members { member.get(&path).await } else { visitor.get(&path).await };
            if !html.status.is_redirection() {
                // What is not there has nothing to run.
                let runs = scripts && html.status != StatusCode::NOT_FOUND;
                assert_eq!(html.text().contains("data-client="), runs, "{path}");
            }
        }
    }
);

on_both_engines!(
    async fn members_go_home(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        for path in ["/", "/sign-in", "/sign-in?next=%2Fcontacts"] {
            let answer = app.get(path).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/events"), "{path}");
        }
        assert_eq!(app.get("/events").await.status, StatusCode::OK);
    }
);

on_both_engines!(
    async fn an_unknown_path_is_a_page_of_ours(db: Db) {
        let app = TestApp::new(db).await;
        let answer = app.get("/nowhere").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.header("content-type").starts_with("text/html"), "{}", answer.header("content-type"));
        assert!(answer.text().contains("<html"));
    }
);

on_both_engines!(
    async fn wrong_methods_are_named(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        for (method, path) in [
            (Method::POST, "/events"),
            (Method::PUT, "/sign-in"),
            (Method::DELETE, "/healthz"),
            (Method::POST, "/live"),
            (Method::GET, "/webhooks/resend"),
            (Method::GET, server_fn("sign_in")),
            (Method::GET, server_fn("email_link")),
        ] {
            let request = app.request(method.clone(), path).header("origin", "http://callboard.test");
            let answer = app.send(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
);

on_both_engines!(
    async fn readiness_follows_the_database_and_health_does_not(db: Db) {
        let app = TestApp::new(db.clone()).await;
        assert_eq!(app.get("/healthz").await.status, StatusCode::OK);
        assert_eq!(app.get("/readyz").await.status, StatusCode::OK);
        let member = app.sign_in().await;

        db.close().await;
        assert_eq!(app.get("/healthz").await.text(), "ok");
        assert_eq!(app.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(member.get("/events").await.status, StatusCode::SERVICE_UNAVAILABLE, "nobody can say who this is");
        let call = member.post_json(server_fn("load_session"), &serde_json::json!({})).await;
        assert_eq!(call.json::<AppError>(), AppError::Unavailable);
        assert_eq!(app.get("/sign-in").await.status, StatusCode::OK, "signing in needs no database to be shown");
    }
);

on_both_engines!(
    async fn pages_are_compressed_for_who_asks(db: Db) {
        let app = TestApp::new(db).await;
        let request = app.request(Method::GET, "/sign-in").header("accept-encoding", "br");
        let answer = app.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.header("content-encoding"), "br");
        assert_eq!(app.get("/sign-in").await.header("content-encoding"), "");
    }
);

on_both_engines!(
    async fn built_files_are_served_precompressed(db: Db) {
        let site = std::env::temp_dir().join(format!("callboard-site-{}", server::secret::unique()));
        std::fs::create_dir_all(site.join("pkg")).expect("a folder");
        std::fs::write(site.join("pkg/callboard.js"), "plain").expect("a file");
        std::fs::write(site.join("pkg/callboard.js.br"), "squeezed").expect("a file");
        let hashed = "pkg/callboard.2IV0fEOFaIANFMj3bGp6cg.wasm";
        std::fs::write(site.join(hashed), "wasm").expect("a file");
        std::fs::write(site.join("favicon.svg"), "<svg/>").expect("a file");
        let app = TestApp::with(db, |settings| settings.site = Some(site.clone())).await;

        let request = app.request(Method::GET, "/pkg/callboard.js").header("accept-encoding", "gzip, br");
        let answer = app.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!((answer.text().as_str(), answer.header("content-encoding")), ("squeezed", "br"));
        assert_eq!(answer.header("cache-control"), "no-cache", "a name without a hash may change its content");
        assert_eq!(app.get("/pkg/callboard.js").await.text(), "plain");
        let forever = app.get(&format!("/{hashed}")).await;
        assert_eq!(forever.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(forever.header("content-type"), "application/wasm");
        assert_eq!(app.get("/favicon.svg").await.text(), "<svg/>");
        assert_eq!(app.get("/favicon.svg").await.header("cache-control"), "public, max-age=3600");
        let missing = app.get("/pkg/none.2IV0fEOFaIANFMj3bGp6cg.js").await;
        assert_eq!((missing.status, missing.header("cache-control")), (StatusCode::NOT_FOUND, "no-store"));
        assert_eq!(app.get("/../Cargo.toml").await.status, StatusCode::NOT_FOUND);
        std::fs::remove_dir_all(site).expect("to tidy up");
    }
);

on_both_engines!(
    async fn the_sandbox_is_there_while_it_takes_the_mail(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        assert_eq!(app.get("/sandbox").await.status, StatusCode::OK);
    }
);

on_both_engines!(
    async fn a_real_mail_server_has_no_sandbox(db: Db) {
        let change = |settings: &mut server::config::Settings| {
            settings.mail_provider = "smtp".into();
            settings.smtp_url = Some("smtp://127.0.0.1:2525".into());
        };
        let app = TestApp::with(db, change).await.sign_in().await;
        assert_eq!(app.get("/sandbox").await.status, StatusCode::NOT_FOUND);
    }
);

#[tokio::test]
async fn readiness_returns_by_itself_when_a_lock_is_let_go() {
    let folder = Folder::new();
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    let db = Db::open(&url).await.expect("a new file");
    db.migrate().await.expect("the migrations run");
    let app = TestApp::new(db.clone()).await;

    let other = Db::open(&url).await.expect("the same file");
    let lock = other.write().await.expect("the write lock");
    assert_eq!(app.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    lock.rollback().await.expect("to let go");
    let mut ready = app.get("/readyz").await.status;
    while ready != StatusCode::OK {
        ready = app.get("/readyz").await.status;
    }
}

#[tokio::test]
async fn readiness_returns_by_itself_when_postgres_does() {
    with_postgres(async |db| {
        let app = TestApp::new(db.clone()).await.sign_in().await;
        let (name,): (String,) = sqlx::query_as("SELECT current_database()::text")
            .fetch_one(&mut *db.reader().await.expect("a reader"))
            .await
            .expect("a name");
        let admin = Db::open(&std::env::var("CALLBOARD_TEST_POSTGRES").expect("a cluster")).await.expect("it runs");
        let run = async |sql: String| {
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .execute(&mut *admin.reader().await.expect("a reader"))
                .await
                .expect("an administrator may");
        };

        run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
        run(format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")).await;
        assert_eq!(app.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(app.get("/events").await.status, StatusCode::SERVICE_UNAVAILABLE);

        run(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;
        assert_eq!(app.get("/readyz").await.status, StatusCode::OK);
        assert_eq!(app.get("/events").await.status, StatusCode::OK);
        admin.close().await;
    })
    .await;
}
