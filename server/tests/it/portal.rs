//! A contact's portal, and what every link says that leads nowhere.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::contacts::ContactsPort;
use app::domain::ids::ContactId;
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::events::EventsPort;
use app::planner::{LinkKind, PlannerPort};
use app::portal::PortalPort;
use app::share_page::SharePagePort;
use axum::http::StatusCode;
use server::db::Db;
use server::portal::PortalService;

use crate::html::elements;
use crate::support::{NOON, TestApp};
use crate::venue::{Venue, core};

/// The token of a contact's portal, as a member copies it.
pub async fn portal_of(venue: &Venue, contact: ContactId) -> String {
    let portal = venue.contacts.details(&venue.caller, contact).await.unwrap().portal;
    portal.strip_prefix(&format!("{}/c/", venue.core.config.base_url)).unwrap().to_owned()
}

on_both_engines!(
    async fn a_portal_leads_to_every_event_of_a_live_link_and_to_no_other(db: Db) {
        let venue = Venue::new(db.clone()).await;
        let portals = PortalService::new(venue.core.clone());
        let ann = venue.contact("Ann", "ann@example.com").await;
        let token = portal_of(&venue, ann).await;
        let empty = portals.open(token.clone()).await.unwrap();
        assert_eq!(
            (empty.guest.as_str(), empty.upcoming.len(), empty.past.len()),
            ("Ann", 0, 0),
            "from the first moment"
        );

        // The Gala is tomorrow. Of the others one is on, two are over, one is without a link, one is deleted.
        let gala = venue.crew(venue.event, ann).await;
        let mut crews = vec![gala];
        for (name, starts) in [("Now", -HOUR_MS), ("Last week", -7 * 24 * HOUR_MS), ("Yesterday", -24 * HOUR_MS)] {
            let event = venue.event(name, NOON.plus_ms(starts)).await;
            crews.push(venue.crew(event, ann).await);
        }
        venue.crew(venue.event("No link", NOON).await, ann).await;
        let deleted = venue.event("Deleted", NOON).await;
        crews.push(venue.crew(deleted, ann).await);
        for crew in &crews {
            venue.planner.generate_link(&venue.caller, *crew, LinkKind::Share).await.unwrap();
        }
        venue.events.delete(&venue.caller, deleted).await.unwrap();
        // Somebody else's, and an invite, which opens no run of show.
        let (ben, bens) = venue.cast("Ben", "ben@example.com").await;
        venue.planner.generate_link(&venue.caller, bens, LinkKind::Share).await.unwrap();
        let asked = venue.event("Only asked", NOON.plus_ms(HOUR_MS)).await;
        let asked = venue.crew(asked, ann).await;
        venue.planner.generate_link(&venue.caller, asked, LinkKind::Rsvp).await.unwrap();

        let portal = portals.open(token.clone()).await.unwrap();
        let names = |events: &[app::portal::PortalEvent]| events.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&portal.upcoming), ["Now", "Gala"], "what is on is not past");
        assert_eq!(names(&portal.past), ["Yesterday", "Last week"]);
        for event in portal.upcoming.iter().chain(&portal.past) {
            let show = venue.share_page.open(event.token.clone()).await.unwrap();
            assert_eq!((&show.event, show.guest.as_str(), &show.portal), (&event.name, "Ann", &format!("/c/{token}")));
        }
        assert_ne!(portal_of(&venue, ben).await, token);

        // Revoked, it is gone at the next look; taken off, too; renamed, the portal is the same.
        venue.planner.revoke_link(&venue.caller, gala, LinkKind::Share).await.unwrap();
        venue.planner.remove(&venue.caller, crews[2]).await.unwrap();
        venue.run(&format!("UPDATE contact SET first_name = 'Anna', revision = revision + 1 WHERE id = {ann}")).await;
        let portal = portals.open(token.clone()).await.unwrap();
        assert_eq!((names(&portal.upcoming), names(&portal.past)), (vec!["Now".into()], vec!["Yesterday".into()]));

        // What a link's token was made from is of no use under another key.
        let rekeyed = PortalService::new(core(db, "another key of thirty-two characters or more"));
        assert_eq!(rekeyed.open(token.clone()).await, Err(AppError::NotFound));
        venue.run(&format!("DELETE FROM contact WHERE id = {ann}")).await;
        assert_eq!(portals.open(token).await, Err(AppError::NotFound), "it ends with its contact");
    }
);

on_both_engines!(
    async fn no_portal_opens_by_a_token_that_is_not_its_own(db: Db) {
        let venue = Venue::new(db).await;
        let portals = PortalService::new(venue.core.clone());
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let ben = venue.contact("Ben", "").await;
        let link = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
        let own = portal_of(&venue, ann).await;
        let (_, mark) = own.split_once('-').unwrap();
        let half = &own[..own.len() - 1];
        for wrong in [
            "",
            "-",
            "1-",
            "x",
            &ann.to_string(),
            &format!("{ben}-{mark}"),
            &format!("{ann}-"),
            half,
            mark,
            &link,
            "é-é",
        ] {
            assert_eq!(portals.open(wrong.to_owned()).await, Err(AppError::NotFound), "{wrong}");
        }
        // A copy of the database that went its own way, under the same key: another person has the number.
        venue.run(&format!("UPDATE contact SET created_at = created_at + 1 WHERE id = {ann}")).await;
        assert_eq!(portals.open(own).await, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn a_portal_is_plain_html_that_says_what_to_do_next(db: Db) {
        let venue = Venue::new(db.clone()).await;
        venue.stop_publishing();
        let guest = TestApp::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let path = format!("/c/{}", portal_of(&venue, ann).await);
        let empty = guest.get(&path).await;
        assert_eq!(empty.status, StatusCode::OK);
        assert!(empty.text().contains("Nothing is coming up") && !empty.text().contains(">Past<"), "{}", empty.text());
        assert_eq!(empty.header("x-robots-tag"), "noindex, nofollow");
        let token = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
        let answer = guest.get(&path).await.text();
        let page = elements(&answer);
        let leads: Vec<_> = page.iter().filter(|one| one.name == "a").map(|one| one.attribute("href")).collect();
        assert_eq!(leads, [format!("/v/{token}")]);
        assert!(!answer.contains('@') && !answer.contains("<script"), "{answer}");
        let show = guest.get(&format!("/v/{token}")).await.text();
        let portal = elements(&show).into_iter().find(|one| one.attribute("href") == path).unwrap();
        assert_eq!(portal.text.trim(), "Your portal");
        // As mail programs and chats leave links.
        assert_eq!(guest.get(&format!("{path}).")).await.header("location"), path);
    }
);

on_both_engines!(
    async fn every_link_that_leads_nowhere_says_the_same(db: Db) {
        let venue = Venue::new(db.clone()).await;
        venue.stop_publishing();
        let guest = TestApp::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let link = |kind| venue.planner.generate_link(&venue.caller, crew, kind);
        let share = venue.token(&link(LinkKind::Share).await.unwrap());
        let rsvp = venue.rsvp_token(&link(LinkKind::Rsvp).await.unwrap());
        let portal = portal_of(&venue, ann).await;
        let own = [("/v/", &share), ("/rsvp/", &rsvp), ("/c/", &portal)];
        for (page, token) in own {
            assert_eq!(guest.get(&format!("{page}{token}")).await.status, StatusCode::OK, "{page}");
        }
        venue.planner.revoke_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
        venue.planner.revoke_link(&venue.caller, crew, LinkKind::Rsvp).await.unwrap();
        let unknown = "never-was".to_owned();
        let mut bodies = std::collections::BTreeSet::new();
        for (page, its_own) in own {
            for token in [&share, &rsvp, &portal, &unknown] {
                if page == "/c/" && token == its_own {
                    continue;
                }
                let answer = guest.get(&format!("{page}{token}")).await;
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{page}{token}");
                let text = answer.text();
                assert!(text.contains("Link not active") && text.contains("Ask the planner"), "{page}: {text}");
                let (_, body) = text.split_once("<body").unwrap();
                bodies.insert(body.to_owned());
            }
        }
        assert_eq!(bodies.len(), 1, "nobody learns which it was: {bodies:#?}");
    }
);
