//! Every kind of payload, from the fixtures that the integration tests sign.

use proptest::prelude::*;

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
    for body in ["", "{", "[]", "null", "{}", r#"{"type":7}"#, r#"{"type":"email.sent","data":7}"#, "\u{0}"] {
        assert!(normalise("msg_1", body.as_bytes(), NOW).is_err(), "{body}");
    }
}

/// All that an event needs to be stored and matched stays, whatever stands in any other field.
fn assert_still_the_bounce(body: &[u8]) {
    let read = read(body).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(body)));
    let whole = event("bounced_permanent");
    let decides = |event: ProviderEvent| (event.reference, event.event.report, event.suppress);
    assert_eq!(decides(read), decides(whole), "{}", String::from_utf8_lossy(body));
}

/// What stands in for a whole field, and for a text, while the body is written.
const ODD: &str = "ODD";

/// The bounce with one field after another replaced.
fn with_each_field_replaced(by: &[u8]) -> Vec<Vec<u8>> {
    let whole: serde_json::Value = serde_json::from_slice(&fixture("bounced_permanent")).expect("JSON");
    let fields = [
        "/created_at",
        "/data/broadcast_id",
        "/data/email_id",
        "/data/from",
        "/data/to",
        "/data/to/0",
        "/data/subject",
        "/data/message_id",
        "/data/headers/1",
        "/data/headers/1/name",
        "/data/headers/1/value",
        "/data/bounce/message",
        "/data/bounce/diagnosticCode",
        "/data/bounce/diagnosticCode/0",
    ];
    let replaced = |field: &&str| {
        let mut body = whole.clone();
        *body.pointer_mut(field).expect(field) = ODD.into();
        let text = body.to_string();
        let (before, after) = text.split_once(&format!("\"{ODD}\"")).expect("it is there");
        [before.as_bytes(), by, after.as_bytes()].concat()
    };
    fields.iter().map(replaced).collect()
}

#[test]
fn c10_one_odd_field_never_loses_the_event() {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_objects = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
    for odd in [
        "null",
        "7",
        "-0.0",
        "1e999999",
        "true",
        "[]",
        "[null,7,[\"x\"]]",
        "{}",
        r#"{"a":1,"a":2}"#,
        &deep,
        &deep_objects,
    ] {
        for body in with_each_field_replaced(odd.as_bytes()) {
            assert_still_the_bounce(&body);
            assert_still_the_bounce(&[b"\xef\xbb\xbf", body.as_slice(), b"\r\n\0"].concat());
        }
    }
    // A field named twice, and one without which the type alone decides.
    let twice =
        String::from_utf8(fixture("bounced_permanent")).expect("text").replacen("\"data\"", "\"data\":7,\"data\"", 1);
    assert_still_the_bounce(twice.as_bytes());
    for data in ["", r#","data":null"#] {
        let event = read(format!(r#"{{"type":"email.bounced"{data}}}"#).as_bytes()).expect("an event");
        assert!(!event.can_be_matched());
    }
}

#[test]
fn c10_a_reason_cut_in_the_middle_of_a_character_is_still_a_reason() {
    let body = br#"{"type":"email.bounced","data":{"headers":{"X-Callboard-Ref":"r"},"bounce":{"type":"Permanent","message":"550 no \ud83d"}}}"#;
    let event = read(body).expect("an event");
    assert_eq!((event.reference.as_deref(), event.event.reason.as_deref()), (Some("r"), Some("550 no \u{fffd}")));
}

/// Text as no strict reader takes it: halves of pairs, escapes that there are not, bytes and control characters.
fn mangled() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        (0xd700_u16..0xe100).prop_map(|unit| format!("\\u{unit:04X}").into_bytes()),
        "[\\PC&&[^\"\\\\]]{1,3}".prop_map(String::into_bytes),
        "\\\\[a-zA-Z0-9/\\\\\"]".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>().prop_filter("not the end of it", |byte| !b"\"\\".contains(byte)), 1..4),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn c10_any_mangled_text_still_yields_the_event(text in mangled()) {
        for body in with_each_field_replaced(&[b"\"", text.as_slice(), b"\""].concat()) {
            assert_still_the_bounce(&body);
        }
    }
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
