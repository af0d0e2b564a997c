//! What holds for every route: other sites are refused, and each response says what it may load.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use server::db::Db;

use crate::support::{Answer, TestApp, server_fn, server_fns};

async fn post(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = app.request(Method::POST, path).header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::from("{}")).expect("a request")).await
}

on_both_engines!(
    async fn no_server_function_takes_a_write_from_another_site(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        assert!(server_fns().len() >= 15, "{:?}", server_fns());
        for path in server_fns() {
            for headers in [
                &[("sec-fetch-site", "cross-site")][..],
                &[("sec-fetch-site", "same-site")],
                &[("sec-fetch-site", "cross-site"), ("origin", "http://callboard.test")],
                &[("origin", "http://evil.test")],
                &[("origin", "http://callboard.test.evil.test")],
                &[("origin", "http://callboard.test:8080")],
                &[("origin", "null")],
            ] {
                assert_eq!(post(&app, path, headers).await.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            }
            for headers in [
                &[("sec-fetch-site", "same-origin")][..],
                &[("sec-fetch-site", "none")],
                &[("origin", "http://callboard.test")],
                &[],
            ] {
                assert_ne!(post(&app, path, headers).await.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            }
        }
    }
);

on_both_engines!(
    async fn every_writing_method_is_refused_from_another_site(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            for path in ["/events", "/nowhere", "/pkg/x.js", "/healthz", "/sandbox"] {
                let request = app.request(method.clone(), path).header("sec-fetch-site", "cross-site");
                let answer = app.send(request.body(Body::empty()).expect("a request")).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
            }
        }
    }
);

on_both_engines!(
    async fn webhooks_come_from_another_site_by_nature(db: Db) {
        let app = TestApp::new(db).await;
        let answer = post(&app, "/webhooks/resend", &[("sec-fetch-site", "cross-site")]).await;
        assert_ne!(answer.status, StatusCode::FORBIDDEN);
    }
);

on_both_engines!(
    async fn the_live_channels_open_to_our_own_pages_alone(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        for (origin, refused) in [
            (Some("http://callboard.test"), false),
            (Some("http://evil.test"), true),
            (Some("null"), true),
            (Some("callboard.test"), true),
            (None, true),
        ] {
            for path in ["/live", "/v/any-token/live", "/events/1/notes/live"] {
                let mut request = app
                    .request(Method::GET, path)
                    .header("connection", "upgrade")
                    .header("upgrade", "websocket")
                    .header("sec-websocket-version", "13")
                    .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
                if let Some(origin) = origin {
                    request = request.header("origin", origin);
                }
                let answer = app.send(request.body(Body::empty()).expect("a request")).await;
                assert_eq!(answer.status == StatusCode::FORBIDDEN, refused, "{path} {origin:?}: {}", answer.status);
            }
        }
    }
);

on_both_engines!(
    async fn behind_a_proxy_the_public_address_is_our_own(db: Db) {
        let app = TestApp::with(db, |settings| {
            settings.base_url = Some("https://callboard.example".into());
            settings.allowed_hosts = "callboard.test".into();
        })
        .await;
        let path = server_fn("load_events");
        let own = post(&app, path, &[("origin", "https://callboard.example")]).await;
        assert_ne!(own.status, StatusCode::FORBIDDEN, "the proxy rewrote Host");
        let other = post(&app, path, &[("origin", "https://callboard.example.evil.test")]).await;
        assert_eq!(other.status, StatusCode::FORBIDDEN);
    }
);

on_both_engines!(
    async fn every_response_is_hardened(db: Db) {
        let app = TestApp::new(db).await;
        let member = app.sign_in().await;
        let mut answers = Vec::new();
        for path in ["/events", "/sign-in", "/v/token", "/nowhere", "/healthz", "/readyz", "/pkg/none.js", "/sandbox"] {
            answers.push((path, member.get(path).await));
        }
        answers.push(("redirect", app.get("/events").await));
        answers.push(("api", member.post_json(server_fn("load_session"), &serde_json::json!({})).await));
        answers.push(("refused", post(&app, "/events", &[("sec-fetch-site", "cross-site")]).await));
        answers.push(("webhook", post(&app, "/webhooks/resend", &[]).await));
        for (what, answer) in &answers {
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'"), "{what}: {policy}");
            assert!(!policy.contains("unsafe-inline") && !policy.contains(" 'unsafe-eval'"), "{what}: {policy}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
            // A link is a secret also before our own server, whose log is not for it.
            let told = if what.starts_with("/v/") { "strict-origin" } else { "same-origin" };
            assert_eq!(answer.header("referrer-policy"), told, "{what}");
            assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{what}");
            assert_eq!(answer.header("cache-control"), "no-store", "{what}");
            assert!(!answer.header("permissions-policy").is_empty(), "{what}");
            assert!(!answer.header("x-request-id").is_empty(), "{what}");
            assert_eq!(answer.header("strict-transport-security"), "", "{what}: not over http");
        }
    }
);

on_both_engines!(
    async fn a_page_runs_only_scripts_that_carry_its_own_nonce(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        let mut seen = std::collections::HashSet::new();
        for path in ["/events", "/events", "/contacts", "/v/token", "/contacts/new"] {
            let page = app.get(path).await;
            let policy = page.header("content-security-policy");
            let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
            let text = page.text();
            for script in text.split("<script").skip(1) {
                let tag = script.split('>').next().expect("a tag");
                assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{path}: <script{tag}>");
            }
            assert!(seen.insert(nonce.to_owned()), "a nonce serves once");
        }
    }
);

on_both_engines!(
    async fn https_is_kept(db: Db) {
        let app = TestApp::with(db, |settings| settings.base_url = Some("https://callboard.test".into())).await;
        assert!(app.get("/sign-in").await.header("strict-transport-security").starts_with("max-age="));
    }
);

on_both_engines!(
    async fn a_body_too_large_is_refused_before_it_is_read(db: Db) {
        let app = TestApp::new(db).await.sign_in().await;
        let path = server_fn("create_contact");
        let body = Body::from(vec![b' '; 2 * 1024 * 1024 + 1]);
        let request = app.request(Method::POST, path).header("content-length", 2 * 1024 * 1024 + 1).body(body);
        assert_eq!(app.send(request.expect("a request")).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
);
