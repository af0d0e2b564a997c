use super::*;

fn settings() -> Settings {
    Settings {
        addr: "127.0.0.1:3000".into(),
        database_url: "postgres://localhost/callboard".into(),
        mail_from: "Venue <mail@venue.test>".into(),
        mail_provider: "sandbox".into(),
        secret_key: Some("0123456789abcdef0123456789abcdef".into()),
        log: "text".into(),
        ..Settings::default()
    }
}

fn errors(settings: &Settings) -> Vec<&'static str> {
    Config::check(settings).err().unwrap_or_default().into_iter().map(|error| error.setting).collect()
}

#[test]
fn all_errors_are_reported_at_once() {
    let wrong = Settings {
        addr: "localhost".into(),
        base_url: Some("ftp://x".into()),
        database_url: "mysql://x".into(),
        demo: Some("maybe".into()),
        mail_from: "nobody".into(),
        mail_provider: "pigeon".into(),
        smtp_url: Some("http://x".into()),
        mail_rate: Some("fast".into()),
        batch_undo: Some("soon".into()),
        webhook_secrets: WebhookSecrets::of("resend", "%%%"),
        trusted_proxies: "10.0.0.0/8".into(),
        allowed_hosts: "http://x/y".into(),
        sign_up: "maybe".into(),
        log: "xml".into(),
        ..settings()
    };
    assert_eq!(errors(&wrong).len(), 14, "{:?}", Config::check(&wrong));
}

#[test]
fn the_demo_stays_on_loopback() {
    let open = Settings { addr: "0.0.0.0:3000".into(), demo: Some("1".into()), ..settings() };
    assert_eq!(errors(&open), ["CALLBOARD_DEMO"]);
}

#[test]
fn mail_has_the_pace_that_is_set() {
    let paced = |rate: &str| Settings { mail_rate: Some(rate.into()), ..settings() };
    let rate = |settings: &Settings| Config::check(settings).expect("a good configuration").mail_rate;
    assert_eq!(rate(&settings()), None);
    assert_eq!(rate(&paced("")), None);
    assert!(rate(&paced("2.5")).is_some());
    assert_eq!(errors(&paced("0")), ["CALLBOARD_MAIL_RATE"]);
}

#[test]
fn mails_to_many_can_be_taken_back_for_as_long_as_is_set() {
    let set = |seconds: &str| Settings { batch_undo: Some(seconds.into()), ..settings() };
    let undo = |settings: &Settings| Config::check(settings).expect("a good configuration").batch_undo_s;
    assert_eq!((undo(&settings()), undo(&set("")), undo(&set("0")), undo(&set("90"))), (60, 60, 0, 90));
    assert_eq!(errors(&set("-1")), ["CALLBOARD_BATCH_UNDO"]);
    assert_eq!(errors(&set("3601")), ["CALLBOARD_BATCH_UNDO"]);
}

#[test]
fn resend_needs_its_server_and_secret() {
    let bare = Settings { mail_provider: "resend".into(), ..settings() };
    assert_eq!(errors(&bare), ["CALLBOARD_BASE_URL", "CALLBOARD_SMTP_URL", "CALLBOARD_WEBHOOK_SECRET_RESEND"]);
}

#[test]
fn d15_a_real_provider_needs_the_address_that_links_begin_with() {
    let bare =
        Settings { mail_provider: "smtp".into(), smtp_url: Some("smtps://mail.venue.test".into()), ..settings() };
    assert_eq!(errors(&bare), ["CALLBOARD_BASE_URL"]);
    assert_eq!(errors(&Settings { base_url: Some(String::new()), ..bare.clone() }), ["CALLBOARD_BASE_URL"]);
    let named = Settings { base_url: Some("https://callboard.example".into()), ..bare };
    assert_eq!(errors(&named), [""; 0]);
}

#[test]
fn d15_the_demo_has_no_public_address() {
    let demo = Settings { demo: Some("1".into()), ..settings() };
    for (base_url, refused) in [
        ("https://callboard.example", true),
        ("http://192.168.1.5:3000", true),
        ("http://localhost:8080", false),
        ("", false),
    ] {
        let demo = Settings { base_url: Some(base_url.into()), ..demo.clone() };
        assert_eq!(errors(&demo).as_slice() == ["CALLBOARD_BASE_URL"], refused, "{base_url}");
    }
}

#[test]
fn links_begin_with_the_address_unless_told_otherwise() {
    let config = Config::check(&settings()).expect("a good configuration");
    assert_eq!(config.base_url, "http://127.0.0.1:3000");
    let named = Settings { base_url: Some("https://callboard.example/".into()), ..settings() };
    let config = Config::check(&named).expect("a good configuration");
    assert_eq!(config.base_url, "https://callboard.example");
    assert!(config.is_https());
}
