//! By which names Callboard is asked, and what it says where its cookies could not be kept.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use server::db::Db;

use crate::support::{Answer, TestApp, server_fn, server_fns};

async fn ask(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(Method::GET).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).expect("a request")).await
}

on_both_engines!(
    async fn d15_a_name_that_is_not_ours_is_refused(db: Db) {
        let app = TestApp::with(db, |settings| settings.allowed_hosts = "door.lan, 10.0.0.5:8080".into()).await;
        for host in [
            "callboard.test",
            "callboard.test:80",
            "localhost:3000",
            "127.0.0.1:3000",
            "[::1]:3000",
            "door.lan",
            "10.0.0.5:8080",
        ] {
            assert_eq!(ask(&app, "/sign-in", &[("host", host)]).await.status, StatusCode::OK, "{host}");
        }
        let paths = ["/", "/sign-in", "/v/token", "/nowhere", "/pkg/x.js", "/live", "/sandbox"].into_iter();
        for path in paths.chain(server_fns()) {
            for host in
                ["evil.test", "localhost:4000", "localhost", "callboard.test.evil.test", "10.0.0.5", "\u{e9}.test", ""]
            {
                let answer = ask(&app, path, &[("host", host)]).await;
                assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
                let text = answer.text();
                assert!(text.contains("does not answer to this name"), "{path}: {text}");
                assert!(host.is_empty() || !text.contains(host), "{text}");
            }
        }
        assert_eq!(ask(&app, "/sign-in", &[]).await.status, StatusCode::MISDIRECTED_REQUEST, "no name at all");
        let two = [("host", "callboard.test"), ("host", "evil.test")];
        assert_eq!(ask(&app, "/sign-in", &two).await.status, StatusCode::MISDIRECTED_REQUEST, "one of two");
        let whole = ask(&app, "http://evil.test/sign-in", &[("host", "callboard.test")]).await;
        assert_eq!(whole.status, StatusCode::MISDIRECTED_REQUEST, "the name in the request's first line counts too");
    }
);

on_both_engines!(
    async fn d15_machines_may_ask_by_any_name_how_we_are(db: Db) {
        let app = TestApp::new(db).await;
        for path in ["/healthz", "/readyz"] {
            assert_eq!(ask(&app, path, &[("host", "10.1.2.3")]).await.status, StatusCode::OK);
            assert_eq!(ask(&app, path, &[]).await.status, StatusCode::OK);
        }
        let webhook = app.request(Method::POST, "/webhooks/resend");
        let answer = app.send(webhook.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "a webhook proves itself by its signature");
    }
);

on_both_engines!(
    async fn d15_plain_http_is_told_that_it_is_where_cookies_need_https(db: Db) {
        let app = TestApp::with(db, |settings| settings.base_url = Some("https://callboard.test".into())).await;
        let proxy = app.from(SocketAddr::from(([127, 0, 0, 1], 40_000)));
        let over = async |app: &TestApp, proto: &str| {
            let request = app.request(Method::GET, "/sign-in").header("x-forwarded-proto", proto);
            app.send(request.body(Body::empty()).expect("a request")).await
        };
        for plain in ["http", "https, http"] {
            let answer = over(&proxy, plain).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{plain}");
            assert!(answer.text().contains("Open this by https"), "{}", answer.text());
            assert!(answer.text().contains("<a href=\"https://callboard.test\">"), "{}", answer.text());
        }
        for secure in ["https", "http, https", ""] {
            assert_eq!(over(&proxy, secure).await.status, StatusCode::OK, "{secure:?}");
        }
        assert_eq!(
            over(&app, "http").await.status,
            StatusCode::OK,
            "only a proxy of ours speaks for the browser's side"
        );

        let sign_in = async |origin: &str| {
            let request = app
                .request(Method::POST, server_fn("sign_in"))
                .header("origin", origin)
                .header("accept", "text/html")
                .header("content-type", "application/x-www-form-urlencoded");
            app.send(request.body(Body::from("email=a&password=b")).expect("a request")).await
        };
        let answer = sign_in("http://callboard.test").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "a browser names the scheme when it sends a form");
        assert!(answer.text().contains("nobody can be signed in without it"), "{}", answer.text());
        assert_eq!(sign_in("https://callboard.test").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
);

on_both_engines!(
    async fn d15_plain_http_is_fine_where_the_public_address_is(db: Db) {
        let app = TestApp::new(db).await.from(SocketAddr::from(([127, 0, 0, 1], 40_000)));
        let request = app.request(Method::GET, "/sign-in").header("x-forwarded-proto", "http");
        assert_eq!(app.send(request.body(Body::empty()).expect("a request")).await.status, StatusCode::OK);
    }
);
