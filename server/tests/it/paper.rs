//! What leaves the screen: run sheets, lists of people, name tags, and codes of links.

use std::collections::BTreeSet;

use app::domain::ids::EventId;
use axum::http::StatusCode;
use serde_json::json;
use server::db::Db;

use crate::calendars::{Wedding, add, ask, calendar_of, event_form, link, save, wedding};
use crate::support::TestApp;

on_both_engines!(
    async fn a_run_sheet_leaves_private_items_out_unless_asked(db: Db) {
        let owner = TestApp::new(db).await.sign_in().await;
        let Wedding { event, .. } = wedding(&owner).await;
        let path = format!("/events/{event}/print");
        let sheet = owner.get(&path).await.text();
        assert!(sheet.contains("Doors") && sheet.contains("Ann Lee") && sheet.contains("16:00–17:00"), "{sheet}");
        assert!(!sheet.contains("Surprise") && sheet.contains("Without 1 private item."), "{sheet}");
        assert!(sheet.contains("Sat 14 Jun 2031") && !sheet.contains("class=\"doubt\""), "{sheet}");
        let whole = owner.get(&format!("{path}?private")).await.text();
        assert!(whole.contains("Surprise") && whole.contains("With 1 private item."), "{whole}");
        assert!(whole.contains("As of 23 Nov, "), "paper says of when it is: {whole}");

        save(&owner, event, event_form("Amara", "tentative")).await;
        assert!(owner.get(&path).await.text().contains("<p class=\"doubt\">Tentative"));
        ask(&owner, "cancel_event", json!({ "event": event })).await;
        assert!(owner.get(&path).await.text().contains("<p class=\"doubt\">CANCELLED"));

        let form = json!({ "form": event_form("Ball", "confirmed") });
        let ball: EventId = ask(&owner, "create_event", form).await.json();
        let sheet = format!("/events/{ball}/print");
        assert!(owner.get(&sheet).await.text().contains("Nothing is planned yet."));
        add(&owner, ball, "2031-06-14", "18:00", "", "Surprise", true, vec![]).await;
        let sheet = owner.get(&sheet).await.text();
        assert!(sheet.contains("Every item of this run of show is private") && !sheet.contains("<table"), "{sheet}");
    }
);

on_both_engines!(
    async fn lists_for_paper_hold_answers_while_they_are_collected_and_never_an_address(db: Db) {
        let visitor = TestApp::new(db).await;
        let owner = visitor.sign_in().await;
        let Wedding { event, crew, .. } = wedding(&owner).await;
        let page = link(&owner, crew).await;
        let token = page.rsplit('/').next().expect("a token");
        let said = json!({ "token": token, "answer": "declined", "note": "My leg,\nsadly" });
        ask(&visitor, "answer_rsvp", said).await;
        let (people, tags) = (format!("/events/{event}/print/people"), format!("/events/{event}/print/tags"));
        let list = owner.get(&people).await.text();
        assert!(list.contains("2 people · 0 in · 1 out · 1 not replied") && list.contains("declined"), "{list}");
        assert!(
            !list.contains("My leg") && list.contains("Print it too"),
            "what people wrote is not for the door: {list}"
        );
        let noted = owner.get(&format!("{people}?notes")).await.text();
        assert!(noted.contains("My leg") && noted.contains("Leave it out"), "{noted}");
        let shown = owner.get(&tags).await.text();
        assert!(shown.contains("Bob Ode") && !shown.contains("Ann Lee"), "who declined needs no tag: {shown}");

        let mut form = event_form("Amara", "confirmed");
        form["rsvp"] = false.into();
        save(&owner, event, form).await;
        let list = owner.get(&format!("{people}?notes")).await.text();
        assert!(!list.contains("declined") && !list.contains("in · ") && !list.contains("My leg"), "{list}");
        assert!(owner.get(&tags).await.text().contains("Ann Lee"));
        for path in [people, tags, format!("/events/{event}/print?private")] {
            assert!(!owner.get(&path).await.text().contains("guests.test"), "{path}");
        }
    }
);

on_both_engines!(
    async fn a_code_is_of_a_live_link_of_a_person_of_that_event(db: Db) {
        let visitor = TestApp::new(db).await;
        let (owner, stranger) = (visitor.sign_in().await, visitor.as_stranger().await);
        let Wedding { event, ann, crew } = wedding(&owner).await;
        let path = format!("/events/{event}/qr/{crew}");
        let none = owner.get(&path).await;
        assert!(none.status == StatusCode::OK && none.text().contains("No link yet"), "{}", none.text());
        let link = link(&owner, crew).await;
        let page = owner.get(&path).await.text();
        assert!(page.contains("<svg") && page.contains(&link) && !page.contains("<?xml"), "{page}");
        let calendar = calendar_of(&visitor.get(&link).await.text());
        assert!(page.contains(&calendar), "the planner can hand on the address of their calendar: {page}");
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
        assert!(visitor.get(&path).await.header("location").starts_with("/sign-in?next="));

        let form = json!({ "form": event_form("Ball", "confirmed") });
        let other: EventId = ask(&owner, "create_event", form).await.json();
        ask(&owner, "add_person", json!({ "event": other, "contact": ann })).await;
        let elsewhere = format!("/events/{other}/qr/{crew}");
        assert_eq!(owner.get(&elsewhere).await.status, StatusCode::NOT_FOUND, "a person of another event");
        assert_eq!(owner.get(&format!("/events/{event}/qr/x")).await.status, StatusCode::NOT_FOUND);
    }
);

/// The client's router would take such a link for a page of its own, which it has no code for.
#[tokio::test]
async fn pages_without_scripts_are_reached_past_the_clients_router() {
    use app::paths::page_at;
    crate::database::with_sqlite(async |db: Db| {
        let owner = TestApp::new(db).await.sign_in().await;
        let Wedding { event, crew, .. } = wedding(&owner).await;
        link(&owner, crew).await;
        let mut seen = BTreeSet::new();
        for path in
            [format!("/events/{event}"), format!("/events/{event}?more={crew}"), "/account".into(), "/events".into()]
        {
            assert!(page_at(&path).is_none_or(|page| page.scripts));
            for element in crate::html::elements(&owner.get(&path).await.text()) {
                let path_of = element.attribute("href").split(['?', '#']).next().unwrap_or_default();
                let Some(page) = page_at(path_of).filter(|page| !page.scripts && element.name == "a") else { continue };
                assert_eq!(element.attribute("rel"), "external", "{path}: {element:?}");
                seen.insert(page.path);
            }
        }
        assert!(seen.contains("/events/{id}/print") && seen.contains("/events/{id}/qr/{crew}"), "{seen:?}");
    })
    .await;
}
