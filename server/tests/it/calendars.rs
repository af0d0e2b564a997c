//! Calendars as other programs read them: of a guest, by an address of its own, and of a member, whole.

use std::collections::BTreeSet;

use app::domain::ids::{ContactId, CrewId, EventId};
use app::planner::{CrewRow, LinkState};
use app::run_of_show::Edited;
use axum::body::Body;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use server::db::Db;
use server::secret::SecretKey;

use crate::support::{Answer, TestApp, server_fn};

/// Asks as a script would; the answer has to be a success.
pub async fn ask(app: &TestApp, function: &str, body: Value) -> Answer {
    let answer = app.post_json(server_fn(function), &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{function}: {}", answer.text());
    answer
}

/// A wedding with Ann, who owns the rings, and Bob, who owns what is a surprise.
pub struct Wedding {
    pub event: EventId,
    pub ann: ContactId,
    pub crew: CrewId,
}

pub async fn wedding(app: &TestApp) -> Wedding {
    let form = event_form("Amara, Jon; and \\ all", "confirmed");
    let event: EventId = ask(app, "create_event", json!({ "form": form })).await.json();
    let lines = "Ann Lee <ann@guests.test>\nBob Ode <bob@guests.test>";
    ask(app, "add_people", json!({ "event": event, "lines": lines })).await;
    let page: app::planner::PlannerPage = ask(app, "load_planner", json!({ "event": event })).await.json();
    let of = |name: &str| page.crew.iter().find(|row| row.name == name).expect("a person");
    let (ann, crew, bob) = (of("Ann Lee").contact, of("Ann Lee").id, of("Bob Ode").contact);
    for (starts, minutes, title, private, responsible) in [
        ("16:00", "60", "Doors", false, vec![]),
        ("17:00", "30", "Rings; bring \"both\",\tplease", false, vec![ann]),
        ("18:00", "0", "Surprise", true, vec![bob]),
    ] {
        add(app, event, "2031-06-14", starts, minutes, title, private, responsible).await;
    }
    Wedding { event, ann, crew }
}

#[expect(clippy::too_many_arguments, reason = "the fields of a form")]
pub async fn add(
    app: &TestApp,
    event: EventId,
    day: &str,
    starts: &str,
    minutes: &str,
    title: &str,
    private: bool,
    responsible: Vec<ContactId>,
) {
    let form = json!({
        "day": day, "starts": starts, "minutes": minutes, "title": title, "private": private,
        "responsible": responsible, "location": "Terrace", "details": "First line\nsecond line",
    });
    ask(app, "add_item", json!({ "event": event, "form": form })).await.json::<Edited>();
}

pub fn event_form(name: &str, status: &str) -> Value {
    json!({
        "name": name, "starts": "2031-06-14T16:00", "ends": "2031-06-15T01:00", "time_zone": "Europe/Lisbon",
        "status": status, "rsvp": true,
    })
}

/// Saves the event's form over the version that is there.
pub async fn save(app: &TestApp, event: EventId, form: Value) {
    let page = app.get(&format!("/events/{event}/edit")).await.text();
    let revision = page.split("name=\"revision\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let revision: u32 = revision.and_then(|text| text.parse().ok()).expect("a revision");
    ask(app, "save_event", json!({ "event": event, "revision": revision, "form": form })).await;
}

/// The path of the person's live share link, made now.
pub async fn link(app: &TestApp, crew: CrewId) -> String {
    let row: CrewRow = ask(app, "generate_link", json!({ "crew": crew })).await.json();
    let LinkState::Live { url, .. } = row.link else { panic!("no link: {row:?}") };
    url.strip_prefix("http://callboard.test").expect("a link of this installation").to_owned()
}

/// The path of the calendar that a page offers.
pub fn calendar_of(page: &str) -> String {
    let (_, rest) = page.split_once("webcal://callboard.test").unwrap_or_else(|| panic!("no calendar: {page}"));
    rest.split('"').next().expect("the end of an address").to_owned()
}

/// The lines of a calendar, unfolded, each of a property that ours have (RFC 5545, 3.1).
pub fn lines(text: &str) -> Vec<String> {
    const NAMES: [&str; 19] = [
        "BEGIN",
        "CALSCALE",
        "DESCRIPTION",
        "DTEND",
        "DTSTAMP",
        "DTSTART",
        "END",
        "LOCATION",
        "NAME",
        "PRODID",
        "REFRESH-INTERVAL;VALUE=DURATION",
        "SEQUENCE",
        "STATUS",
        "SUMMARY",
        "TRANSP",
        "UID",
        "VERSION",
        "X-PUBLISHED-TTL",
        "X-WR-CALNAME",
    ];
    assert!(text.ends_with("END:VCALENDAR\r\n") && !text.replace("\r\n", "").contains(char::is_control), "{text:?}");
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    let lines: Vec<String> = text.replace("\r\n ", "").split_terminator("\r\n").map(ToOwned::to_owned).collect();
    for line in &lines {
        let name = line.split(':').next().unwrap_or_default();
        assert!(NAMES.contains(&name), "{line}");
    }
    lines
}

/// The values of a property, in their order.
fn values(text: &str, name: &str) -> Vec<String> {
    let lines = lines(text);
    lines.iter().filter_map(|line| line.strip_prefix(&format!("{name}:"))).map(ToOwned::to_owned).collect()
}

on_both_engines!(
    async fn a_guests_calendar_is_the_event_and_their_own_items_until_the_link_is_revoked(db: Db) {
        let visitor = TestApp::new(db).await;
        let owner = visitor.sign_in().await;
        let Wedding { event, crew, .. } = wedding(&owner).await;
        let page = link(&owner, crew).await;
        let path = calendar_of(&visitor.get(&page).await.text());

        let answer = visitor.get(&path).await;
        assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, "text/calendar; charset=utf-8"));
        assert_eq!(
            (answer.header("x-robots-tag"), answer.header("referrer-policy")),
            ("noindex, nofollow", "strict-origin")
        );
        assert_eq!(answer.header("cache-control"), "no-store");
        let text = answer.text();
        let of = |name| values(&text, name);
        assert_eq!(of("SUMMARY"), ["Amara\\, Jon\\; and \\\\ all", "Rings\\; bring \"both\"\\, please"]);
        assert_eq!(of("DTSTART"), ["20310614T150000Z", "20310614T160000Z"], "on the clock of UTC");
        assert_eq!(of("DTEND"), ["20310615T000000Z", "20310614T163000Z"]);
        assert_eq!(of("DESCRIPTION"), ["First line\\nsecond line"]);
        assert_eq!(
            (of("STATUS"), of("TRANSP")),
            (vec!["CONFIRMED".into(); 2], vec!["TRANSPARENT".into(), "OPAQUE".into()])
        );
        let token = page.rsplit('/').next().expect("a token");
        for secret in ["guests.test", "Ann", "Bob", "Surprise", token] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }

        let head = visitor.request(Method::HEAD, &path).body(Body::empty()).expect("a request");
        let head = visitor.send(head).await;
        assert_eq!(
            (head.status, head.header("content-type"), head.text()),
            (answer.status, answer.header("content-type"), String::new())
        );

        ask(&owner, "revoke_link", json!({ "crew": crew })).await;
        assert_eq!(visitor.get(&path).await.status, StatusCode::NOT_FOUND);
        let another = calendar_of(&visitor.get(&link(&owner, crew).await).await.text());
        assert_ne!(another, path);
        assert_eq!(
            values(&visitor.get(&another).await.text(), "UID"),
            of("UID"),
            "the same entries under another address"
        );
        ask(&owner, "delete_event", json!({ "event": event })).await;
        assert_eq!(visitor.get(&another).await.status, StatusCode::NOT_FOUND);
    }
);

on_both_engines!(
    async fn a_calendars_address_opens_nothing_else_and_nothing_else_opens_a_calendar(db: Db) {
        let visitor = TestApp::new(db).await;
        let owner = visitor.sign_in().await;
        let Wedding { crew, .. } = wedding(&owner).await;
        let page = link(&owner, crew).await;
        let path = calendar_of(&visitor.get(&page).await.text());
        let token = path.split('/').nth(2).expect("a token");
        let mark = token.split_once('-').expect("a link and its mark").1;
        for opened in ["/v", "/rsvp", "/reset", "/change-email"] {
            for token in [token, mark] {
                assert!(!visitor.get(&format!("{opened}/{token}")).await.text().contains("Amara"), "{opened}");
            }
        }

        let row: CrewRow = ask(&owner, "generate_link", json!({ "crew": crew, "kind": "rsvp" })).await.json();
        let LinkState::Live { id, url } = row.rsvp_link else { panic!("no link: {row:?}") };
        let [share, rsvp] = [&page, &url].map(|link| link.rsplit('/').next().expect("a token"));
        for wrong in [
            share.to_owned(),
            rsvp.to_owned(),
            format!("{id}-{mark}"),
            format!("{id}-{}", visitor.core.key.calendar_mark(&server::secret::token_hash(rsvp))),
            "no-such-token".into(),
            "9223372036854775808-x".into(),
            "-1-x".into(),
            "-".into(),
            "%FF".into(),
            "%00".into(),
            "%2E%2E".into(),
        ] {
            let answer = visitor.get(&format!("/calendar/{wrong}/run-of-show.ics")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        }
        assert_eq!(owner.get("/events/%FF/calendar.ics").await.status, StatusCode::NOT_FOUND);
        assert_eq!(visitor.get(&path).await.status, StatusCode::OK);
        ask(&owner, "remove_crew", json!({ "crew": crew })).await;
        assert_eq!(visitor.get(&path).await.status, StatusCode::NOT_FOUND, "who is taken off has no calendar of it");
    }
);

on_both_engines!(
    async fn a_calendar_says_how_sure_the_event_is_and_each_change_rises(db: Db) {
        let visitor = TestApp::new(db).await;
        let owner = visitor.sign_in().await;
        let Wedding { event, crew, .. } = wedding(&owner).await;
        let path = calendar_of(&visitor.get(&link(&owner, crew).await).await.text());
        let read = async || {
            let text = visitor.get(&path).await.text();
            let sequence: Vec<i64> =
                values(&text, "SEQUENCE").iter().map(|text| text.parse().expect("a number")).collect();
            (values(&text, "UID"), sequence, values(&text, "STATUS").into_iter().collect::<BTreeSet<_>>())
        };
        let (uid, mut before, _) = read().await;
        assert_eq!(uid.iter().collect::<BTreeSet<_>>().len(), 2);
        for (status, said) in
            [("tentative", "TENTATIVE"), ("enquiry", "TENTATIVE"), ("completed", "CONFIRMED"), ("", "CANCELLED")]
        {
            if status.is_empty() {
                ask(&owner, "cancel_event", json!({ "event": event })).await;
            } else {
                save(&owner, event, event_form("Amara", status)).await;
            }
            let (same, sequence, sure) = read().await;
            assert_eq!((same, sure), (uid.clone(), BTreeSet::from([said.to_owned()])), "{status}");
            assert!(
                sequence.iter().zip(&before).all(|(now, then)| now > then),
                "{status}: {sequence:?} after {before:?}"
            );
            before = sequence;
        }
        let entry = format!("event-{event}");
        assert_eq!(uid[0], format!("{}@callboard", visitor.core.key.calendar_entry(&entry)));
        let elsewhere = SecretKey::from_text("another installation's").calendar_entry(&entry);
        assert!(!uid[0].contains(&elsewhere), "another installation's entries are others");
    }
);

on_both_engines!(
    async fn calendars_are_right_in_the_nights_when_the_clocks_change(db: Db) {
        let owner = TestApp::new(db).await.sign_in().await;
        for (day, next, starts, utc) in [
            // 01:00 is 02:00 in Lisbon: from half past twelve on, two hours end at half past three.
            ("2027-03-28", "2027-03-29", "00:30", ["20270328T003000Z", "20270328T023000Z"]),
            // 02:00 is 01:00: they end at half past one.
            ("2027-10-31", "2027-11-01", "00:30", ["20271030T233000Z", "20271031T013000Z"]),
        ] {
            let form = json!({
                "name": "Night", "starts": format!("{day}T00:00"), "ends": format!("{next}T00:00"),
                "time_zone": "Europe/Lisbon", "status": "confirmed",
            });
            let event: EventId = ask(&owner, "create_event", json!({ "form": form })).await.json();
            add(&owner, event, day, starts, "120", "Watch", false, vec![]).await;
            let text = owner.get(&format!("/events/{event}/calendar.ics")).await.text();
            let [starts, ends] = ["DTSTART", "DTEND"].map(|name| values(&text, name)[1].clone());
            assert_eq!([starts, ends], utc, "{day}");
        }
    }
);

on_both_engines!(
    async fn a_members_calendar_is_the_event_and_its_whole_run_of_show(db: Db) {
        let visitor = TestApp::new(db).await;
        let (owner, stranger) = (visitor.sign_in().await, visitor.as_stranger().await);
        let Wedding { event, .. } = wedding(&owner).await;
        let path = format!("/events/{event}/calendar.ics");
        let answer = owner.get(&path).await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"run-of-show.ics\"");
        let text = answer.text();
        let titles = values(&text, "SUMMARY");
        assert!(titles.len() == 4 && titles[0].starts_with("Amara") && titles[3] == "Surprise", "{titles:?}");
        assert_eq!(values(&text, "DTEND").len(), 3, "what takes no time has no end");
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
        let signed_out = visitor.get(&path).await;
        assert!(signed_out.header("location").starts_with("/sign-in?next="), "{}", signed_out.status);

        let empty = json!({ "form": event_form("Ball", "enquiry") });
        let empty: EventId = ask(&owner, "create_event", empty).await.json();
        let text = owner.get(&format!("/events/{empty}/calendar.ics")).await.text();
        assert_eq!(values(&text, "SUMMARY"), ["Ball"], "a calendar is never empty");
    }
);

on_both_engines!(
    async fn a_calendar_asks_to_come_back_while_the_database_is_away(db: Db) {
        let visitor = TestApp::new(db).await;
        let owner = visitor.sign_in().await;
        let Wedding { event, crew, .. } = wedding(&owner).await;
        let path = calendar_of(&visitor.get(&link(&owner, crew).await).await.text());
        visitor.db().close().await;
        for (who, path) in [(&visitor, path), (&owner, format!("/events/{event}/calendar.ics"))] {
            let answer = who.get(&path).await;
            assert_eq!((answer.status, answer.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "5"), "{path}");
        }
    }
);
