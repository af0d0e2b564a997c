//! `POST /webhooks/resend` through the router: what is believed, what is counted, and what each bad input is answered.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::domain::delivery::{DeliveryEvent, Report};
use app::domain::time::{HOUR_MS, MINUTE_MS, Timestamp};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac};
use server::config::WebhookSecrets;
use server::db::Db;
use server::provider::{ProviderEvent, svix};
use server::webhooks::{Acknowledged, adopt_orphans, drop_old_orphans, rematch_orphans};
use sha2::Sha256;

use crate::said::Said;
use crate::sent_mail::{ADDRESS, SentMail};
use crate::support::{Answer, TestApp};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
/// The reference in every fixture.
const REFERENCE: &str = "r3f-4nn";

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/it/fixtures/resend/{name}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn signature(secret: &str, id: &str, seconds: i64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(&svix::secret_key(secret).unwrap()).unwrap();
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

async fn app(db: &Db) -> TestApp {
    TestApp::with(db.clone(), |settings| {
        settings.mail_provider = "resend".into();
        settings.smtp_url = Some("smtp://127.0.0.1:2525".into());
        settings.webhook_secrets = WebhookSecrets::of("resend", format!("{SECRET},{OLD_SECRET}"));
    })
    .await
}

/// A request as Svix makes it.
struct Call<'c> {
    id: &'c str,
    secret: &'c str,
    at: Timestamp,
    body: &'c [u8],
}

impl Call<'_> {
    async fn post(&self, app: &TestApp) -> Answer {
        let signature = signature(self.secret, self.id, self.at.0 / 1_000, self.body);
        self.post_signed(app, &signature).await
    }

    async fn post_signed(&self, app: &TestApp, signature: &str) -> Answer {
        let request = app
            .request(Method::POST, "/webhooks/resend")
            .header("svix-id", self.id)
            .header("svix-timestamp", (self.at.0 / 1_000).to_string())
            .header("svix-signature", signature)
            .header("content-type", "application/json")
            .body(Body::from(self.body.to_vec()));
        app.send(request.unwrap()).await
    }
}

async fn post(app: &TestApp, id: &str, body: &[u8]) -> StatusCode {
    Call { id, secret: SECRET, at: app.now(), body }.post(app).await.status
}

on_both_engines!(
    async fn d14_a_clock_that_is_wrong_is_named_in_the_log(db: Db) {
        let app = app(&db).await;
        let said = Said::from_now_on();
        let body = fixture("delivered");
        for minutes in [-90, 20] {
            let call = Call { id: "msg_1", secret: SECRET, at: app.now().plus_ms(minutes * MINUTE_MS), body: &body };
            let answer = call.post(&app).await;
            assert_eq!(
                (answer.status, answer.text().as_str()),
                (StatusCode::UNAUTHORIZED, ""),
                "no hint in the answer"
            );
        }
        let lines = said.with("clock is wrong");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains("rightly signed, but 5400 s ago by this machine's clock"), "{}", lines[0]);
        assert!(!lines[0].contains("v1,") && !lines[0].contains("whsec"), "{}", lines[0]);
    }
);

on_both_engines!(
    async fn d14_a_slash_at_the_end_of_the_address_loses_nothing(db: Db) {
        let app = app(&db).await;
        let sent = SentMail::set(&db).await;
        sent.email(REFERENCE).await;
        let body = fixture("delivered");
        let request = app
            .request(Method::POST, "/webhooks/resend/")
            .header("svix-id", "msg_1")
            .header("svix-timestamp", app.now().0 / 1_000)
            .header("svix-signature", signature(SECRET, "msg_1", app.now().0 / 1_000, &body));
        let answer = app.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
);

on_both_engines!(
    async fn a_repeated_event_counts_once(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let email = sent.email(REFERENCE).await;
        for _ in 0..3 {
            assert_eq!(post(&app, "msg_1", &fixture("delivered")).await, StatusCode::OK);
        }
        assert_eq!(sent.shown(email).await, ("delivered".into(), None, 2));
        assert_eq!(sent.count("delivery_event").await, 1);
    }
);

on_both_engines!(
    async fn a_bounce_shows_the_servers_words_and_suppresses_the_address(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let email = sent.email(REFERENCE).await;
        assert_eq!(post(&app, "msg_1", &fixture("bounced_permanent")).await, StatusCode::OK);
        let (status, reason, _) = sent.shown(email).await;
        assert_eq!(status, "bounced");
        assert!(reason.unwrap().contains("550 5.5.0 Requested action not taken"));
        assert_eq!(sent.suppressed(ADDRESS).await.as_deref(), Some("bounce"));
    }
);

on_both_engines!(
    async fn c10_a_bounce_in_broken_json_text_is_kept(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let email = sent.email(REFERENCE).await;
        let body = String::from_utf8(fixture("bounced_permanent")).unwrap();
        let body = body.replace("mailbox unavailable", "\\ud83d\\x \u{1} mailbox unavailable\\ud800");
        let body = body.replace("\"Your run of show\"", "1e999999").replace('\u{1}', "\u{1}\u{fffd}");
        let mut bytes = body.into_bytes();
        let at = bytes.iter().position(|byte| *byte == 1).unwrap();
        bytes.splice(at + 1..at + 4, *b"\xe7\xe3\0");
        assert_eq!(post(&app, "msg_1", &bytes).await, StatusCode::OK);
        let (status, reason, _) = sent.shown(email).await;
        assert_eq!(status, "bounced");
        let said = "smtp; 550 5.5.0 Requested action not taken: \u{fffd}\u{fffd}x \u{fffd}\u{fffd} mailbox unavailable\u{fffd}";
        assert_eq!(reason.as_deref(), Some(said));
        assert_eq!(sent.suppressed(ADDRESS).await.as_deref(), Some("bounce"));
    }
);

on_both_engines!(
    async fn bad_input_is_answered_and_stores_nothing(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let email = sent.email(REFERENCE).await;
        let body = fixture("delivered");
        let now = app.now();
        let call = |at| Call { id: "msg_1", secret: SECRET, at, body: &body };

        let forged = Call { secret: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ..call(now) }.post(&app).await;
        assert_eq!((forged.status, forged.body.len()), (StatusCode::UNAUTHORIZED, 0));
        let unsigned = app.request(Method::POST, "/webhooks/resend").body(Body::from(body.clone())).unwrap();
        assert_eq!(app.send(unsigned).await.status, StatusCode::UNAUTHORIZED);
        let too_old = now.plus_ms(-5 * MINUTE_MS - 1_000);
        assert_eq!(call(too_old).post(&app).await.status, StatusCode::UNAUTHORIZED);
        let future = now.plus_ms(5 * MINUTE_MS + 1_000);
        assert_eq!(call(future).post(&app).await.status, StatusCode::UNAUTHORIZED);
        let other = signature(SECRET, "msg_1", now.0 / 1_000, b"{}");
        assert_eq!(call(now).post_signed(&app, &other).await.status, StatusCode::UNAUTHORIZED);

        let truncated = &body[..body.len() / 2];
        assert_eq!(post(&app, "msg_2", truncated).await, StatusCode::BAD_REQUEST);
        assert_eq!(post(&app, "msg_3", b"").await, StatusCode::BAD_REQUEST);
        let oversized = vec![b' '; 1024 * 1024 + 1];
        assert_eq!(post(&app, "msg_4", &oversized).await, StatusCode::PAYLOAD_TOO_LARGE);

        let get = app.request(Method::GET, "/webhooks/resend").body(Body::empty()).unwrap();
        assert_eq!(app.send(get).await.status, StatusCode::METHOD_NOT_ALLOWED);
        let pigeon = app.request(Method::POST, "/webhooks/pigeon").body(Body::from("{}")).unwrap();
        assert_eq!(app.send(pigeon).await.status, StatusCode::NOT_FOUND);

        assert_eq!(sent.shown(email).await, ("sent".into(), None, 1));
        assert_eq!(sent.count("delivery_event").await + sent.count("orphan_event").await, 0);
        assert_eq!(post(&app, "msg_1", &body).await, StatusCode::OK, "a refused id is not used up");
        assert_eq!(sent.shown(email).await.0, "delivered");
    }
);

on_both_engines!(
    async fn without_a_secret_there_is_no_such_route(db: Db) {
        let app = TestApp::with(db.clone(), |settings| {
            settings.mail_provider = "smtp".into();
            settings.smtp_url = Some("smtp://127.0.0.1:2525".into());
        })
        .await;
        assert_eq!(post(&app, "msg_1", &fixture("delivered")).await, StatusCode::NOT_FOUND);
    }
);

on_both_engines!(
    async fn either_of_two_secrets_will_do(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        sent.email(REFERENCE).await;
        for (id, secret) in [("msg_1", SECRET), ("msg_2", OLD_SECRET)] {
            let call = Call { id, secret, at: app.now(), body: &fixture("delivered") };
            assert_eq!(call.post(&app).await.status, StatusCode::OK);
        }
        assert_eq!(sent.count("delivery_event").await, 2);
    }
);

on_both_engines!(
    async fn the_sandbox_signs_with_the_installations_own_key(db: Db) {
        let app = TestApp::new(db.clone()).await;
        let secret = app.core.key.sandbox_webhook_secret();
        let call = Call { id: "msg_1", secret: &secret, at: app.now(), body: &fixture("delivered") };
        assert_eq!(call.post(&app).await.status, StatusCode::OK);
        assert_eq!(post(&app, "msg_1", &fixture("delivered")).await, StatusCode::UNAUTHORIZED);
    }
);

on_both_engines!(
    async fn what_we_do_not_want_to_know_is_stored_nowhere(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let email = sent.email(REFERENCE).await;
        for name in ["opened", "clicked", "scheduled", "received", "contact_created", "domain_updated"] {
            assert_eq!(post(&app, name, &fixture(name)).await, StatusCode::OK, "{name}");
        }
        assert_eq!(sent.count("delivery_event").await + sent.count("orphan_event").await, 0);
        assert_eq!(sent.shown(email).await, ("sent".into(), None, 1));
    }
);

on_both_engines!(
    async fn an_early_event_waits_for_its_email_and_counts_once(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        for _ in 0..2 {
            assert_eq!(post(&app, "msg_1", &fixture("bounced_permanent")).await, StatusCode::OK);
        }
        assert_eq!((sent.count("orphan_event").await, sent.count("delivery_event").await), (1, 0));

        let email = sent.email("not-known-yet").await;
        let mut transaction = db.write().await.unwrap();
        sqlx::query("UPDATE email SET reference = $1 WHERE id = $2")
            .bind(REFERENCE)
            .bind(email.0)
            .execute(&mut *transaction)
            .await
            .unwrap();
        adopt_orphans(&mut transaction, email, app.now()).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(sent.shown(email).await.0, "bounced");
        assert_eq!(sent.suppressed(ADDRESS).await.as_deref(), Some("bounce"));

        assert_eq!(post(&app, "msg_1", &fixture("bounced_permanent")).await, StatusCode::OK);
        assert_eq!((sent.count("orphan_event").await, sent.count("delivery_event").await), (0, 1));
    }
);

on_both_engines!(
    async fn waiting_events_are_matched_again_and_dropped_after_a_week(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        post(&app, "msg_1", &fixture("delivered")).await;
        post(&app, "msg_2", br#"{"type":"email.delivered","data":{"email_id":"nobody-knows"}}"#).await;
        let young = app.now().plus_ms(-10 * MINUTE_MS);
        assert_eq!(rematch_orphans(&app.core, young, app.now()).await.unwrap(), 0);
        let email = sent.email(REFERENCE).await;
        // The ingest's own rematch may have been a moment earlier.
        assert!(rematch_orphans(&app.core, young, app.now()).await.unwrap() <= 1);
        assert_eq!(sent.shown(email).await.0, "delivered");
        assert_eq!(sent.count("orphan_event").await, 1);

        let week = app.now().plus_ms(7 * 24 * HOUR_MS);
        assert_eq!(drop_old_orphans(&db, week).await.unwrap(), 0);
        assert_eq!(drop_old_orphans(&db, week.plus_ms(1)).await.unwrap(), 1);
    }
);

on_both_engines!(
    async fn the_providers_own_id_is_learnt_at_first_sight(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let email = sent.email(REFERENCE).await;
        // By our Message-ID alone, then by the provider's id alone.
        let first = format!(
            r#"{{"type":"email.sent","data":{{"email_id":"prov-1","message_id":"<{REFERENCE}@venue.test>"}}}}"#
        );
        assert_eq!(post(&app, "msg_1", first.as_bytes()).await, StatusCode::OK);
        let then = br#"{"type":"email.delivered","data":{"email_id":"prov-1","to":["somebody@else.test"]}}"#;
        assert_eq!(post(&app, "msg_2", then).await, StatusCode::OK);
        assert_eq!(sent.shown(email).await.0, "delivered");
        // An id that is taken already does not stand in the way of another email's events.
        let other = sent.email("other").await;
        let twice = br#"{"type":"email.delivered","data":{"email_id":"prov-1","headers":{"X-Callboard-Ref":"other"}}}"#;
        assert_eq!(post(&app, "msg_3", twice).await, StatusCode::OK);
        assert_eq!(sent.shown(other).await.0, "delivered");
        assert_eq!(sent.count("email WHERE provider_message_id = 'prov-1'").await, 1);
    }
);

on_both_engines!(
    async fn an_address_alone_matches_nothing(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let email = sent.email(REFERENCE).await;
        let body = format!(r#"{{"type":"email.bounced","data":{{"to":["{ADDRESS}"],"subject":"Your run of show"}}}}"#);
        assert_eq!(post(&app, "msg_1", body.as_bytes()).await, StatusCode::OK);
        assert_eq!(sent.shown(email).await.0, "sent");
        assert_eq!(sent.suppressed(ADDRESS).await, None);
    }
);

fn delivered(key: &str, reference: &str) -> ProviderEvent {
    ProviderEvent {
        key: key.to_owned(),
        reference: Some(reference.to_owned()),
        provider_message_id: None,
        message_id: None,
        event: DeliveryEvent { report: Report::Delivered, reason: None, occurred_at: Timestamp(1) },
        suppress: None,
    }
}

on_both_engines!(
    async fn an_event_that_cannot_be_stored_fails_alone(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let mut emails = Vec::new();
        for n in 0..40 {
            emails.push(sent.email(&format!("r{n}")).await);
        }
        sent.execute(if db.is_shared() {
            "ALTER TABLE delivery_event ADD CHECK (event_key <> 'k7')"
        } else {
            "CREATE TRIGGER poison BEFORE INSERT ON delivery_event WHEN NEW.event_key = 'k7' \
                 BEGIN SELECT RAISE(ABORT, 'poison'); END"
        })
        .await;
        let ingest = &app.state.ingest;
        let answers =
            join_all((0..40).map(|n| ingest.submit("resend", vec![delivered(&format!("k{n}"), &format!("r{n}"))])))
                .await;
        for (n, (answer, email)) in answers.into_iter().zip(emails).enumerate() {
            let status = sent.shown(email).await.0;
            if n == 7 {
                assert!(answer.is_err());
                assert_eq!(status, "sent");
            } else {
                assert_eq!(answer.unwrap(), Acknowledged { fresh: 1, ..Acknowledged::default() });
                assert_eq!(status, "delivered");
            }
        }
        assert_eq!(sent.count("delivery_event").await, 39);
    }
);

on_both_engines!(
    async fn many_at_once_are_all_counted(db: Db) {
        let (app, sent) = (app(&db).await, SentMail::set(&db).await);
        let email = sent.email("r").await;
        let ingest = &app.state.ingest;
        // Every key twice, and three of four events for an email that is not there.
        let answers = join_all((0..1_200).map(|n| {
            let reference = if n % 4 == 0 { "r" } else { "nobody" };
            ingest.submit("resend", vec![delivered(&format!("k{}", n / 8 * 4 + n % 4), reference)])
        }))
        .await;
        let mut sum = Acknowledged::default();
        for answer in answers {
            let answer = answer.unwrap();
            sum.fresh += answer.fresh;
            sum.repeated += answer.repeated;
            sum.waiting += answer.waiting;
        }
        assert_eq!(sum, Acknowledged { fresh: 150, repeated: 150, waiting: 900 });
        assert_eq!((sent.count("delivery_event").await, sent.count("orphan_event").await), (150, 450));
        assert_eq!(sent.shown(email).await.0, "delivered");
    }
);

on_both_engines!(
    async fn an_unreachable_database_asks_the_provider_to_come_back(db: Db) {
        let app = app(&db).await;
        db.close().await;
        assert_eq!(post(&app, "msg_1", &fixture("delivered")).await, StatusCode::SERVICE_UNAVAILABLE);
    }
);
