//! Every kind of payload, from the fixtures that the integration tests sign.

use super::*;

const NOW: Timestamp = Timestamp(1_795_435_200_000);
/// 2026-11-23T11:58:03.126Z
const AT: Timestamp = Timestamp(1_795_435_083_126);

fn fixture(name: &str) -> Vec<u8> {
    let file = format!("{}/tests/it/fixtures/resend/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(file).expect("a fixture")
}

fn read(body: &[u8]) -> Option<ProviderEvent> {
    let mut events = normalise("msg_1", body, NOW).expect("a webhook").events;
    assert!(events.len() <= 1);
    events.pop()
}

fn event(name: &str) -> ProviderEvent {
    read(&fixture(name)).unwrap_or_else(|| panic!("{name} says something"))
}

#[test]
fn every_type_becomes_what_the_table_says() {
    use Report::{Bounced, Delayed, Delivered, Failed, Sent, SpamReported};
    use SuppressionCause::{Bounce, Complaint, ProviderSuppressed};
    for (name, report, suppress, words) in [
        ("sent", Sent, None, None),
        ("delivered", Delivered, None, None),
        ("delivery_delayed", Delayed, None, None),
        ("bounced_permanent", Bounced, Some(Bounce), Some("smtp; 550 5.5.0 Requested action not taken")),
        ("bounced_suppressed", Bounced, Some(ProviderSuppressed), Some(FROM_ITS_OWN_LIST)),
        ("bounced_on_account_list", Bounced, Some(ProviderSuppressed), Some(FROM_ITS_OWN_LIST)),
        ("bounced_list_in_words", Bounced, Some(ProviderSuppressed), Some(FROM_ITS_OWN_LIST)),
        ("bounced_transient", Failed, None, Some("smtp; 452 4.2.2 The email account")),
        ("bounced_undetermined", Failed, None, Some("The recipient's email provider sent a bounce message.")),
        ("bounced_2023", Bounced, Some(Bounce), Some("The recipient's mail server rejected the message.")),
        ("complained", SpamReported, Some(Complaint), None),
        ("failed", Failed, None, Some("reached_daily_quota")),
        ("suppressed", Bounced, Some(ProviderSuppressed), Some(FROM_ITS_OWN_LIST)),
    ] {
        let ProviderEvent { key, event, suppress: cause, .. } = event(name);
        assert_eq!((event.report, cause), (report, suppress), "{name}");
        assert_eq!(event.reason.is_some(), words.is_some(), "{name}");
        assert!(event.reason.unwrap_or_default().starts_with(words.unwrap_or_default()), "{name}");
        assert_eq!(key, "msg_1");
    }
}

#[test]
fn what_is_not_about_delivery_yields_nothing() {
    for name in ["opened", "clicked", "scheduled", "received", "contact_created", "domain_updated", "suppression_added"]
    {
        assert_eq!(read(&fixture(name)), None, "{name}");
    }
    assert_eq!(read(br#"{"type":"email.invented","data":[1,2]}"#), None);
}

#[test]
fn only_permanent_reports_block_an_address() {
    for folder in std::fs::read_dir(format!("{}/tests/it/fixtures/resend", env!("CARGO_MANIFEST_DIR"))).unwrap() {
        if let Some(event) = read(&std::fs::read(folder.unwrap().path()).unwrap()) {
            assert_eq!(event.suppress.is_some(), event.event.report.status().blocks_address(), "{event:?}");
        }
    }
}

#[test]
fn the_event_is_dated_by_when_it_happened() {
    assert_eq!(event("sent").event.occurred_at, AT);
    assert_eq!(event("delivered").event.occurred_at, Timestamp(1_795_435_084_894), "+00:00 with microseconds");
    let undated =
        read(br#"{"type":"email.sent","data":{"email_id":"a","created_at":"2020-01-01T00:00:00Z"}}"#).unwrap();
    assert_eq!(undated.event.occurred_at, NOW);
}

#[test]
fn it_names_its_message_in_three_ways() {
    let event = event("sent");
    assert_eq!(event.reference.as_deref(), Some("r3f-4nn"));
    assert_eq!(event.provider_message_id.as_deref(), Some("56761188-7520-42d8-8898-ff6fc54ce618"));
    assert_eq!(event.message_id.as_deref(), Some("k3v9-run@venue.test"), "without brackets");
    let tagged = self::event("tagged");
    assert_eq!((tagged.reference.as_deref(), tagged.message_id), (Some("r3f-4nn"), None));
}

#[test]
fn fields_of_odd_shape_do_no_harm() {
    for data in [
        "{}",
        r#"{"email_id":7,"message_id":null,"headers":"x","tags":[1],"bounce":"x"}"#,
        r#"{"headers":[{"name":"X-Callboard-Ref"},{"value":"x"},null]}"#,
        r#"{"bounce":{"type":null,"diagnosticCode":{"a":1},"message":["x"]}}"#,
    ] {
        let body = format!(r#"{{"type":"email.bounced","created_at":7,"data":{data}}}"#);
        let event = read(body.as_bytes()).expect("an event");
        assert_eq!((event.event.report, event.event.reason.clone()), (Report::Bounced, None), "{data}");
        assert!(!event.can_be_matched());
    }
}

#[test]
fn an_unknown_type_of_bounce_does_not_block() {
    let body = br#"{"type":"email.bounced","data":{"bounce":{"type":"Soft","message":"later"}}}"#;
    let event = read(body).expect("an event");
    assert_eq!((event.event.report, event.suppress), (Report::Failed, None));
}

#[test]
fn hostile_words_become_plain_text() {
    let body = serde_json::json!({"type": "email.bounced", "data": {"bounce": {
        "type": "Permanent", "diagnosticCode": ["550\u{0}\r\n<script>", "x".repeat(70_000)]}}});
    let reason = read(body.to_string().as_bytes()).expect("an event").event.reason.expect("words");
    assert!(reason.starts_with("550 <script> xxx") && reason.chars().count() == 1_000, "{reason}");
}

#[test]
fn what_is_no_event_is_said_to_be_malformed() {
    let deep = format!(r#"{{"type":"email.sent","data":{{"headers":{}1{}}}}}"#, "[".repeat(200), "]".repeat(200));
    for body in ["", "{", "[]", "null", "{}", r#"{"type":7}"#, r#"{"type":"email.sent","data":7}"#, &deep, "\u{0}"] {
        assert!(normalise("msg_1", body.as_bytes(), NOW).is_err(), "{body}");
    }
    assert!(normalise("msg_1", b"{\"type\":\"email.sent\",\"data\":{\"email_id\":\"\\ud800\"}}", NOW).is_err());
}

#[test]
fn an_id_in_the_reply_is_known_by_its_shape() {
    let id = "56761188-7520-42d8-8898-ff6fc54ce618";
    for reply in [format!("250 {id}"), format!("250 2.0.0 Ok: queued as <{id}>"), format!("250 id={id}; Bye")] {
        assert_eq!(id_in_reply(&reply).as_deref(), Some(id), "{reply}");
    }
    for reply in ["250 2.0.0 Ok", "250 Ok: queued as 4F1", "", "250 56761188-7520-42d8-8898-ff6fc54ce61"] {
        assert_eq!(id_in_reply(reply), None, "{reply}");
    }
}
