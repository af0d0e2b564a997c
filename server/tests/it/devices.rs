//! Who has to wait after wrong tries, and what becomes of the session that a new one takes the place of.

use std::net::{IpAddr, SocketAddr};

use app::auth::Role;
use app::backend::Caller;
use app::domain::time::MINUTE_MS;
use axum::http::StatusCode;
use server::auth::store;
use server::db::Db;
use server::secret;

use crate::auth::{cookies_of, is_in, must_wait, try_door};
use crate::support::{PASSWORD, TestApp};

const DANA: &str = "demo@callboard.test";
const HUGO: &str = "handler@callboard.test";

/// This app, asked from another network.
fn from(app: &TestApp, network: u8) -> TestApp {
    app.from(SocketAddr::from(([198, 51, 100, network], 40_000)))
}

/// A browser on which this person has signed in, and then deleted the session's cookie.
async fn known_to(app: &TestApp, email: &str) -> TestApp {
    let answer = try_door(app, email, PASSWORD).await;
    assert!(is_in(&answer), "{}", answer.text());
    let cookies = cookies_of(&answer);
    let device = cookies.split("; ").find(|cookie| cookie.starts_with("callboard_device=")).expect("a device");
    app.with_cookie(device)
}

on_both_engines!(
    async fn d16_wrong_tries_from_elsewhere_lock_nobody_out(db: Db) {
        let app = TestApp::new(db).await;
        let own_device = known_to(&app, DANA).await;
        for network in 1..=8 {
            for _ in 0..6 {
                try_door(&from(&app, network), DANA, "guess").await;
            }
        }
        assert!(must_wait(&try_door(&from(&app, 1), DANA, PASSWORD).await), "whoever guesses has to wait");
        assert!(
            is_in(&try_door(&from(&own_device, 1), DANA, PASSWORD).await),
            "a known device in the guesser's network"
        );
        assert!(is_in(&try_door(&from(&app, 99), DANA, PASSWORD).await), "an unknown device in another network");
        assert!(is_in(&try_door(&from(&app, 1), HUGO, PASSWORD).await), "another address in the guesser's network");
    }
);

on_both_engines!(
    async fn d16_a_network_that_ran_out_of_tries_keeps_no_known_device_out(db: Db) {
        let app = TestApp::new(db).await;
        let (dana, hugo) = (known_to(&app, DANA).await, known_to(&app, HUGO).await);
        for guess in 0..25 {
            try_door(&app, &format!("guess{guess}@callboard.test"), "guess").await;
        }
        assert!(must_wait(&try_door(&app, DANA, PASSWORD).await));
        assert!(is_in(&try_door(&dana, DANA, PASSWORD).await));
        assert!(is_in(&try_door(&hugo, HUGO, PASSWORD).await));
        assert!(must_wait(&try_door(&dana, HUGO, PASSWORD).await), "a device is known for its own members alone");
    }
);

on_both_engines!(
    async fn d16_a_known_device_has_five_tries_of_its_own(db: Db) {
        let app = TestApp::new(db).await;
        let (one, other) = (known_to(&app, DANA).await, known_to(&app, DANA).await);
        for _ in 0..5 {
            assert!(!must_wait(&try_door(&one, DANA, "guess").await));
        }
        assert!(must_wait(&try_door(&one, DANA, PASSWORD).await));
        assert!(is_in(&try_door(&other, DANA, PASSWORD).await), "her other device");
        assert!(is_in(&try_door(&app, DANA, PASSWORD).await), "and an unknown one");
        app.advance_ms(10 * MINUTE_MS);
        assert!(is_in(&try_door(&one, DANA, PASSWORD).await), "a lock ends");
    }
);

on_both_engines!(
    async fn d16_an_address_under_fire_is_slowed_down_but_never_locked(db: Db) {
        let app = TestApp::new(db).await;
        for network in 1..=4 {
            for _ in 0..5 {
                assert!(!must_wait(&try_door(&from(&app, network), DANA, "guess").await));
            }
        }
        let fresh = from(&app, 50);
        for _ in 0..2 {
            assert!(!must_wait(&try_door(&fresh, DANA, "guess").await));
        }
        assert!(must_wait(&try_door(&fresh, DANA, PASSWORD).await), "two tries a network instead of five");
        assert!(is_in(&try_door(&from(&app, 51), DANA, PASSWORD).await), "but never none");
        assert!(!must_wait(&try_door(&from(&app, 1), HUGO, "guess").await), "other addresses have theirs");
        app.advance_ms(10 * MINUTE_MS);
        for _ in 0..5 {
            assert!(!must_wait(&try_door(&fresh, DANA, "guess").await), "the fire is over");
        }
    }
);

on_both_engines!(
    async fn d16_neighbours_by_ipv6_count_as_one_network(db: Db) {
        let app = TestApp::new(db).await;
        let at = |ip: String| app.from(SocketAddr::new(ip.parse::<IpAddr>().expect("an address"), 40_000));
        for host in 1..=5 {
            try_door(&at(format!("2001:db8:1:2::{host}")), DANA, "guess").await;
        }
        assert!(must_wait(&try_door(&at("2001:db8:1:2::9".into()), DANA, PASSWORD).await));
        for guess in 0..60 {
            try_door(&at(format!("2001:db8:7:{guess}::1")), &format!("g{guess}@x.test"), "guess").await;
        }
        assert!(
            must_wait(&try_door(&at("2001:db8:7:ff::1".into()), DANA, PASSWORD).await),
            "a /48 tries no list either"
        );
        assert!(is_in(&try_door(&at("2001:db8:8:1::1".into()), DANA, PASSWORD).await));
    }
);

on_both_engines!(
    async fn d16_a_device_made_up_or_of_somebody_else_is_unknown(db: Db) {
        let app = TestApp::new(db).await;
        let hugo = known_to(&app, HUGO).await;
        let made_up = app.with_cookie(&format!("callboard_device={}.{}", secret::token(), secret::token()));
        for browser in [hugo, made_up, app.with_cookie("callboard_device=x"), app.with_cookie("callboard_device=\"\"")]
        {
            app.advance_ms(10 * MINUTE_MS);
            for _ in 0..5 {
                try_door(&browser, DANA, "guess").await;
            }
            assert!(must_wait(&try_door(&app, DANA, PASSWORD).await), "its tries count where an unknown device's do");
        }
    }
);

on_both_engines!(
    async fn d16_the_device_is_kept_for_long_and_out_of_reach(db: Db) {
        let app = TestApp::with(db, |settings| settings.base_url = Some("https://callboard.test".into())).await;
        let answer = try_door(&app, DANA, PASSWORD).await;
        let mut cookies = answer.headers.get_all("set-cookie").into_iter().map(|value| value.to_str().expect("text"));
        let device = cookies.next_back().expect("a cookie");
        let (_, attributes) =
            device.strip_prefix("__Host-callboard_device=").and_then(|rest| rest.split_once("; ")).expect("attributes");
        assert_eq!(attributes, "Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax; Secure");
    }
);

on_both_engines!(
    async fn d16_signing_in_again_ends_the_session_it_replaces(db: Db) {
        let app = TestApp::new(db).await;
        let (before, elsewhere) = (app.sign_in().await, app.sign_in().await);
        let hash = secret::token_hash(before.cookie().split_once('=').expect("a pair").1);
        let caller =
            Caller { member: app.owner, account: app.account, role: Role::Owner, name: String::new(), session: hash };
        let mut socket = app.core.hub.join(&caller);

        assert!(!is_in(&try_door(&before, HUGO, "guess").await));
        assert_eq!(before.get("/events").await.status, StatusCode::OK, "a wrong try ends nothing");
        let answer = try_door(&before, HUGO, PASSWORD).await;
        assert!(is_in(&answer));
        assert_eq!(before.get("/events").await.status, StatusCode::SEE_OTHER, "the old token opens nothing");
        assert!(matches!(socket.next().await, server::realtime::Signal::Close(_)), "and its sockets are closed");
        assert_eq!(app.with_cookie(&cookies_of(&answer)).get("/events").await.status, StatusCode::OK);
        assert_eq!(elsewhere.get("/events").await.status, StatusCode::OK, "other browsers' sessions live on");
        assert_eq!(store::prune(app.db(), app.now()).await.expect("pruning"), 0, "it is deleted, not only expired");
    }
);
