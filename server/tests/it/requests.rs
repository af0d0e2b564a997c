//! Requests as they should not be: half of them, the wrong way, to the wrong place. Each is answered in our own words.

use app::error::AppError;
use app::paths::{Audience, PAGES};
use app::wire::{MEDIA_TYPE, decode};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use base64::Engine;
use server::db::Db;

use crate::said::Said;
use crate::support::{Answer, TestApp, server_fn, server_fns};

/// Words that a library says, not we.
const FOREIGN: [&str; 14] = [
    "serde",
    "deseriali",
    "missing field",
    "expected",
    "EOF",
    "invalid type",
    "at line",
    "column",
    "utf-8",
    "UTF-8",
    "panicked",
    "server function",
    "length limit",
    "Failed to",
];

const MALFORMED: [&[u8]; 12] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"7",
    b"\"x\"",
    b"\xff\xfe\xfd",
    b"{\"nothing\":\"here\"}",
    b"%ff=%00&&&=",
    b"a[b][c][d][e][f][g]=1",
    b"{\"contact\":\"x\",\"event\":-1,\"crew\":1e400,\"form\":[],\"token\":{},\"id\":true}",
    b"\0\0\0\0",
];

fn assert_our_words(answer: &Answer, what: &str) {
    let text = answer.text();
    for word in FOREIGN {
        assert!(!text.contains(word), "{what}: {} {text}", answer.status);
    }
}

async fn ask(app: &TestApp, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Answer {
    let request = app
        .request(method, path)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", kind)
        .header("origin", "http://callboard.test");
    app.send(request.body(Body::from(body)).expect("a request")).await
}

on_both_engines!(
    async fn d14_every_server_function_refuses_nonsense_in_our_words(db: Db) {
        let app = TestApp::new(db).await;
        let member = app.sign_in().await;
        for path in server_fns() {
            for (number, body) in MALFORMED.iter().enumerate() {
                for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
                    // A session that was ended is no malformed request, and a function may need nothing to answer.
                    let who = if path.starts_with("/api/sign_out") { &app } else { &member };
                    let answer = ask(who, Method::POST, path, kind, body.to_vec()).await;
                    let what = format!("{path} {kind} {number}");
                    assert_our_words(&answer, &what);
                    assert!(!answer.status.is_server_error(), "{what}: {} {}", answer.status, answer.text());
                    if answer.status.is_client_error() {
                        assert_eq!(answer.header("content-type"), "application/json", "{what}");
                        answer.json::<AppError>();
                    }
                }
                let answer = ask(&member, Method::POST, path, MEDIA_TYPE, body.to_vec()).await;
                let what = format!("{path} postcard {number}");
                assert!(!answer.status.is_server_error(), "{what}: {}", answer.status);
                if answer.header("content-type") == MEDIA_TYPE && answer.status.is_client_error() {
                    let error =
                        decode::<Result<(), AppError>>(&answer.body).expect("understood").expect_err("an error");
                    assert!(!error.to_string().is_empty(), "{what}");
                }
                assert_our_words(&answer, &what);
            }
        }
    }
);

on_both_engines!(
    async fn d14_what_needs_arguments_takes_none_that_are_not_whole(db: Db) {
        let member = TestApp::new(db).await.sign_in().await;
        let without = ["/load_session", "/load_profile", "/sign_out", "/send_code"];
        let needy = server_fns().into_iter().filter(|path| !without.iter().any(|name| path.contains(name)));
        for path in needy {
            let answer = ask(&member, Method::POST, path, "application/json", b"{".to_vec()).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.text());
            assert_eq!(answer.json::<AppError>(), AppError::invalid("", AppError::NOT_UNDERSTOOD), "{path}");
        }
    }
);

on_both_engines!(
    async fn d14_a_wrong_method_path_or_size_is_answered_in_our_words(db: Db) {
        let member = TestApp::new(db).await.sign_in().await;
        for path in server_fns().into_iter().chain(["/events", "/healthz", "/webhooks/resend", "/live", "/sandbox"]) {
            for method in [Method::PUT, Method::DELETE, Method::PATCH] {
                let answer = ask(&member, method.clone(), path, "application/json", Vec::new()).await;
                let what = format!("{method} {path}");
                assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{what}");
                assert!(
                    !answer.header("allow").is_empty() && answer.text().contains("Allow"),
                    "{what}: {}",
                    answer.text()
                );
                assert_our_words(&answer, &what);
                if path.starts_with("/api/") {
                    answer.json::<AppError>();
                }
            }
        }
        for path in ["/api/nothing", "/api/", "/api/load_events/x"] {
            for method in [Method::GET, Method::POST] {
                let answer = ask(&member, method.clone(), path, "application/json", Vec::new()).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
                assert_eq!(answer.json::<AppError>(), AppError::NotFound, "{method} {path}");
                assert_our_words(&answer, path);
            }
        }
        let large = vec![b' '; 2 * 1024 * 1024 + 1];
        for kind in ["application/json", MEDIA_TYPE] {
            for declared in [true, false] {
                let request = member.request(Method::POST, server_fn("load_events")).header("content-type", kind);
                let request = if declared { request.header("content-length", large.len()) } else { request };
                let answer = member.send(request.body(Body::from(large.clone())).expect("a request")).await;
                let what = format!("{kind} {declared}");
                assert!(answer.status.is_client_error(), "{what}: {}", answer.status);
                assert_our_words(&answer, &what);
                assert!(["application/json", MEDIA_TYPE].contains(&answer.header("content-type")), "{what}");
            }
        }
        let page = ask(&member, Method::GET, "/live", "", Vec::new()).await;
        assert!(page.status.is_client_error());
        assert_our_words(&page, "/live without a socket");
    }
);

on_both_engines!(
    async fn d14_a_webhook_to_the_wrong_address_is_logged_once(db: Db) {
        let app = TestApp::new(db).await;
        let said = Said::from_now_on();
        for path in
            ["/webhooks/resnd", "/webhooks", "/webhooks/", "/webhooks/resend/events", "/webhooks/resnd/?key=secret"]
        {
            let answer = ask(&app, Method::POST, path, "application/json", b"{}".to_vec()).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        let lines = said.with("A webhook came to an address where none is taken");
        assert_eq!(lines.len(), 1, "anybody could fill the log: {lines:?}");
        assert!(
            lines[0].contains("/webhooks/resnd") && lines[0].contains("known=\"/webhooks/resend\""),
            "{}",
            lines[0]
        );
        assert!(!lines[0].contains("secret"));
    }
);

on_both_engines!(
    async fn d14_a_link_opens_as_mail_programs_leave_it(db: Db) {
        let app = TestApp::new(db).await;
        for end in ["/", ".", ")", ",", "%3E", "%29.", "//"] {
            let answer = app.get(&format!("/v/some-token{end}")).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/v/some-token"), "{end}");
        }
        assert_eq!(app.get("/v/some-token/more").await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.get("/v/").await.status, StatusCode::NOT_FOUND);
    }
);

on_both_engines!(
    async fn d14_no_search_engine_keeps_a_guests_page(db: Db) {
        let app = TestApp::new(db).await;
        let guests = PAGES.iter().filter(|page| page.audience == Audience::Everybody);
        for page in guests {
            let path = page.path.replace("{token}", "some-token");
            let answer = app.get(&path).await;
            assert_eq!(answer.header("x-robots-tag"), "noindex, nofollow", "{path}");
            assert!(answer.text().contains("<meta name=\"robots\" content=\"noindex, nofollow\">"), "{path}");
            assert_eq!(app.get(&format!("{path}.")).await.header("x-robots-tag"), "noindex, nofollow", "{path}");
        }
        assert_eq!(app.get("/sign-in").await.header("x-robots-tag"), "");
    }
);

on_both_engines!(
    async fn d14_a_page_that_is_not_there_holds_nothing(db: Db) {
        let app = TestApp::new(db).await;
        let member = app.sign_in().await;
        let mut seen = 0;
        for page in PAGES {
            let path =
                page.path.replace("{id}", "987654").replace("{token}", "some-token").replace("{*rest}", "987654");
            for (who, answer) in [("visitor", app.get(&path).await), ("member", member.get(&path).await)] {
                if answer.status == StatusCode::NOT_FOUND {
                    seen += 1;
                    assert_holds_nothing(&answer, &format!("{who} {path}"));
                }
            }
        }
        assert!(seen >= 6, "{seen}");
        for path in ["/nowhere", "/contacts/x/y/z", "/events/x", "/v/"] {
            let answer = member.get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert_holds_nothing(&answer, path);
            assert!(answer.text().contains("There is no page here"), "{path}");
        }
    }
);

fn assert_holds_nothing(answer: &Answer, what: &str) {
    let text = answer.text();
    // The name of who is signed in, as it stands on a page, and as it stands in what a page brings along for the client.
    let name = base64::engine::general_purpose::STANDARD_NO_PAD.encode("Dana Owner");
    for word in ["Dana", &name[..8], "<script", "__RESOLVED", "some-token", "987654", "/api/"] {
        assert!(!text.contains(word), "{what} holds {word}: {text}");
    }
}

on_both_engines!(
    async fn d14_the_sign_in_page_says_nothing_that_we_did_not_write(db: Db) {
        let app = TestApp::new(db).await;
        let page = async |error: &str| {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("__err", error).finish();
            app.get(&format!("/sign-in?__path=%2Fapi%2Fsign_in&{query}")).await.text()
        };
        let encoded = |error: &AppError| {
            let json = serde_json::to_vec(error).expect("plain data");
            base64::engine::general_purpose::URL_SAFE.encode(json)
        };
        for made_up in [
            encoded(&AppError::invalid("password", "Evil words")),
            encoded(&AppError::Internal("Evil words".into())),
            base64::engine::general_purpose::URL_SAFE.encode("Evil words"),
            "Evil words".into(),
            "\u{ff}%%%".into(),
            String::new(),
        ] {
            let text = page(&made_up).await;
            assert!(!text.contains("Evil"), "{text}");
            assert!(!text.contains("role=\"alert\""), "{text}");
        }
    }
);

#[tokio::test]
async fn e20_a_body_that_stops_is_not_waited_for() {
    crate::database::with_sqlite(async |db: Db| {
        let app = TestApp::new(db).await;
        tokio::time::pause();
        for (path, expected) in [
            (server_fn("sign_in"), StatusCode::UNPROCESSABLE_ENTITY),
            ("/webhooks/resend", StatusCode::REQUEST_TIMEOUT),
        ] {
            let begun = tokio::time::Instant::now();
            let half = futures_util::stream::once(async { Ok::<_, std::io::Error>("email=") });
            let body = Body::from_stream(futures_util::StreamExt::chain(half, futures_util::stream::pending()));
            let answer = app.send(app.request(Method::POST, path).body(body).expect("a request")).await;
            assert_eq!(answer.status, expected, "{path}: {}", answer.text());
            assert_eq!(begun.elapsed().as_secs(), 10, "{path}");
            assert_our_words(&answer, path);
        }
    })
    .await;
}
