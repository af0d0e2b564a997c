//! An event's public page and its link.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::domain::ids::EventId;
use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::events::EventsPort;
use app::planner::{LinkKind, PlannerPort};
use app::public_page::{LiveLink, PublicPagePort};
use axum::http::StatusCode;
use server::db::Db;
use server::public_page::PublicPageService;

use crate::html::elements;
use crate::support::{TestApp, server_fn};
use crate::venue::{Venue, core};

async fn live(venue: &Venue, event: EventId) -> Option<LiveLink> {
    venue.public_page.link(&venue.caller, event).await.unwrap().live
}

/// The token of the event's public link, which is made anew.
pub async fn public_token(venue: &Venue, event: EventId) -> String {
    let replaces = live(venue, event).await.map(|live| live.id);
    venue.public_page.make(&venue.caller, event, replaces).await.unwrap();
    let url = live(venue, event).await.unwrap().url.unwrap();
    url.strip_prefix(&format!("{}/r/", venue.core.config.base_url)).unwrap().to_owned()
}

on_both_engines!(
    async fn the_public_page_shows_what_is_not_private_and_nobody(db: Db) {
        let venue = Venue::new(db.clone()).await;
        let (ann, _) = venue.cast("Ann", "ann@example.com").await;
        venue.item(2 * HOUR_MS, "Last orders", false, &[]).await;
        venue.item(HOUR_MS, "Rings", true, &[ann]).await;
        venue.item(0, "Doors", false, &[ann]).await;
        venue.run("UPDATE item SET details = 'Ann has the key, 0151 555', location = 'Gate'").await;
        let token = public_token(&venue, venue.event).await;
        let show = venue.public_page.open(token.clone()).await.unwrap();
        let titles: Vec<_> = show.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!((titles, show.event.as_str()), (vec!["Doors", "Last orders"], "Gala"));

        venue.stop_publishing();
        let anybody = TestApp::new(db).await;
        let page = anybody.get(&format!("/r/{token}")).await;
        assert_eq!((page.status, page.header("x-robots-tag")), (StatusCode::OK, "noindex, nofollow"));
        assert_eq!(page.header("cache-control"), "no-store", "so that it ends at once");
        let text = page.text();
        for hidden in ["Ann", "@", "555", "Rings", "<form", "<script", "/v/", "/c/"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        assert!(text.contains("Gate") && !text.contains("Cancelled"), "{text}");
        venue.run("UPDATE event SET status = 'cancelled'").await;
        assert!(anybody.get(&format!("/r/{token}")).await.text().contains("CANCELLED"));
        venue.run("UPDATE item SET private = 1").await;
        assert!(anybody.get(&format!("/r/{token}")).await.text().contains("No times yet"));
    }
);

on_both_engines!(
    async fn a_public_link_is_made_once_ended_at_once_and_never_the_same_again(db: Db) {
        let venue = Venue::new(db.clone()).await;
        let (pages, caller, event) = (&venue.public_page, &venue.caller, venue.event);
        assert_eq!(live(&venue, event).await, None);
        let open = async |link: &LiveLink| {
            let url = link.url.clone().unwrap();
            pages.open(url.rsplit('/').next().unwrap().to_owned()).await.map(|show| show.event)
        };
        // Twice, and by two at once: one link.
        let both = tokio::join!(pages.make(caller, event, None), pages.make(caller, event, None));
        assert_eq!(both, (Ok(()), Ok(())));
        let first = live(&venue, event).await.unwrap();
        pages.make(caller, event, None).await.unwrap();
        assert_eq!(live(&venue, event).await.as_ref(), Some(&first));
        assert_eq!(open(&first).await.unwrap(), "Gala");

        for _ in 0..2 {
            pages.make(caller, event, Some(first.id)).await.unwrap();
        }
        let second = live(&venue, event).await.unwrap();
        assert_eq!((open(&first).await, open(&second).await), (Err(AppError::NotFound), Ok("Gala".into())));
        for _ in 0..2 {
            pages.revoke(caller, event).await.unwrap();
        }
        assert_eq!(open(&second).await, Err(AppError::NotFound));
        pages.make(caller, event, Some(second.id)).await.unwrap();
        assert_eq!(live(&venue, event).await, None, "somebody revoked what was to be replaced");

        // Each kind of link has tokens of its own, and an event that is deleted has none that work.
        let (_, crew) = venue.cast("Ann", "").await;
        let share = venue.token(&venue.planner.generate_link(caller, crew, LinkKind::Share).await.unwrap());
        for wrong in [share, String::new(), "é".into()] {
            assert_eq!(pages.open(wrong).await, Err(AppError::NotFound));
        }
        let token = public_token(&venue, event).await;
        venue.events.delete(caller, event).await.unwrap();
        assert_eq!(pages.open(token.clone()).await, Err(AppError::NotFound));
        assert_eq!(pages.link(caller, event).await, Err(AppError::NotFound));
        venue.events.restore(caller, event).await.unwrap();
        assert!(pages.open(token).await.is_ok(), "restored, it is as it was");
        let rekeyed = PublicPageService::new(core(db, "another key of thirty-two characters or more"));
        assert_eq!(rekeyed.link(caller, event).await.unwrap().live.unwrap().url, None, "it cannot be shown any more");

        for denied in [
            pages.link(&venue.stranger, event).await.map(drop),
            pages.make(&venue.stranger, event, None).await,
            pages.revoke(&venue.stranger, event).await,
        ] {
            assert_eq!(denied, Err(AppError::NotFound));
        }
    }
);

on_both_engines!(
    async fn a_member_makes_and_revokes_the_link_by_plain_forms(db: Db) {
        let venue = Venue::new(db.clone()).await;
        venue.stop_publishing();
        let anybody = TestApp::new(db).await;
        let member = anybody.signed_in_as(venue.caller.account, venue.caller.member).await;
        let path = format!("/events/{}/public", venue.event);
        let event = venue.event.to_string();
        assert!(member.get(&path).await.text().contains("There is no public link"));
        let fields = [("page", path.as_str()), ("event", &event)];
        let made = member.post_form(server_fn("make_public_link"), &fields).await;
        assert_eq!((made.status, made.header("location")), (StatusCode::SEE_OTHER, path.as_str()), "{}", made.text());
        let page = elements(&member.get(&path).await.text());
        let of =
            |name: &str| page.iter().find(|one| one.attribute("aria-label") == name || one.attribute("name") == name);
        let url = of("Public link").unwrap().attribute("value").to_owned();
        let public = url.strip_prefix("http://callboard.test").unwrap().to_owned();
        assert_eq!(anybody.get(&public).await.status, StatusCode::OK);
        let replaces = of("replaces").unwrap().attribute("value");
        let fields = [("page", path.as_str()), ("event", &event), ("replaces", replaces)];
        assert_eq!(member.post_form(server_fn("make_public_link"), &fields).await.status, StatusCode::SEE_OTHER);
        let gone = anybody.get(&public).await;
        assert!(gone.status == StatusCode::NOT_FOUND && gone.text().contains("Link not active"));
        let fields = [("page", path.as_str()), ("event", &event)];
        assert_eq!(member.post_form(server_fn("revoke_public_link"), &fields).await.status, StatusCode::SEE_OTHER);
        assert!(member.get(&path).await.text().contains("There is no public link"));
    }
);
