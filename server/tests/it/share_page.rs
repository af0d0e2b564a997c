//! What a guest sees behind a share link.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::planner::{LinkKind, PlannerPort};
use app::share_page::SharePagePort;
use server::db::Db;

use crate::venue::{Venue, core};

on_both_engines!(
    async fn a_guest_sees_what_is_public_and_what_is_theirs(db: Db) {
        let venue = Venue::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let (bob, _) = venue.cast("Bob", "bob@example.com").await;
        venue.item(3 * HOUR_MS, "Last orders", false, &[]).await;
        venue.item(HOUR_MS, "Rings", true, &[ann, bob]).await;
        venue.item(2 * HOUR_MS, "Surprise for Ann", true, &[bob]).await;
        venue.item(0, "Doors", false, &[bob]).await;

        let link = venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
        let page = venue.share_page.open(venue.token(&link)).await.unwrap();
        let items: Vec<_> = page.items.iter().map(|item| (item.title.as_str(), item.mine)).collect();
        assert_eq!(items, [("Doors", false), ("Rings", true), ("Last orders", false)]);
        assert_eq!((page.event.as_str(), page.guest.as_str(), page.role.as_str()), ("Gala", "Ann", "Singer"));
        assert_eq!(page.date, "Tue 24 Nov 2026");
        assert_eq!(page.items[0].starts.clock, "12:00");

        let wire = serde_json::to_string(&page).unwrap();
        assert!(!wire.contains('@') && !wire.contains("Bob") && !wire.contains("Surprise"), "{wire}");
    }
);

on_both_engines!(
    async fn unknown_and_revoked_links_look_alike(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        let (_, other) = venue.cast("Bob", "bob@example.com").await;
        let first = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
        let others = venue.token(&venue.planner.generate_link(&venue.caller, other, LinkKind::Share).await.unwrap());
        venue.planner.revoke_link(&venue.caller, crew, LinkKind::Share).await.unwrap();

        assert_eq!(venue.share_page.open(first.clone()).await, Err(AppError::NotFound));
        assert_eq!(venue.share_page.open("no such token".into()).await, Err(AppError::NotFound));
        assert_eq!(venue.share_page.open(String::new()).await, Err(AppError::NotFound));
        assert!(venue.share_page.open(others).await.is_ok(), "revoking touches nobody else");

        let second = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
        assert_ne!(first, second);
        assert!(venue.share_page.open(second).await.is_ok());
        assert_eq!(venue.share_page.open(first).await, Err(AppError::NotFound), "a revoked link never works again");
    }
);

on_both_engines!(
    async fn a_link_of_a_lost_key_is_replaced(db: Db) {
        let venue = Venue::new(db.clone()).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        let old = venue.token(&venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());

        let rekeyed = core(db, "another key of thirty-two characters or more");
        let planner = server::planner::PlannerService::new(rekeyed);
        let row = planner.crew_row(&venue.caller, crew).await.unwrap();
        assert_eq!(row.link, app::planner::LinkState::None, "its address cannot be shown any more");
        let new = venue.token(&planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap());
        assert_eq!(venue.share_page.open(old).await, Err(AppError::NotFound));
        assert!(venue.share_page.open(new).await.is_ok());
    }
);
