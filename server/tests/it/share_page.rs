//! What a guest sees behind a share link.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::domain::time::HOUR_MS;
use app::error::AppError;
use app::planner::PlannerPort;
use app::share_page::SharePagePort;
use server::db::Db;

use crate::stage::{Stage, core};

on_both_engines!(
    async fn a_guest_sees_what_is_public_and_what_is_theirs(db: Db) {
        let stage = Stage::new(db).await;
        let (ann, crew) = stage.cast("Ann", "ann@example.com").await;
        let (bob, _) = stage.cast("Bob", "bob@example.com").await;
        stage.item(3 * HOUR_MS, "Last orders", false, &[]).await;
        stage.item(HOUR_MS, "Rings", true, &[ann, bob]).await;
        stage.item(2 * HOUR_MS, "Surprise for Ann", true, &[bob]).await;
        stage.item(0, "Doors", false, &[bob]).await;

        let link = stage.planner.generate_link(&stage.caller, crew).await.unwrap();
        let page = stage.share_page.open(stage.token(&link)).await.unwrap();
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
        let stage = Stage::new(db).await;
        let (_, crew) = stage.cast("Ann", "ann@example.com").await;
        let (_, other) = stage.cast("Bob", "bob@example.com").await;
        let first = stage.token(&stage.planner.generate_link(&stage.caller, crew).await.unwrap());
        let others = stage.token(&stage.planner.generate_link(&stage.caller, other).await.unwrap());
        stage.planner.revoke_link(&stage.caller, crew).await.unwrap();

        assert_eq!(stage.share_page.open(first.clone()).await, Err(AppError::NotFound));
        assert_eq!(stage.share_page.open("no such token".into()).await, Err(AppError::NotFound));
        assert_eq!(stage.share_page.open(String::new()).await, Err(AppError::NotFound));
        assert!(stage.share_page.open(others).await.is_ok(), "revoking touches nobody else");

        let second = stage.token(&stage.planner.generate_link(&stage.caller, crew).await.unwrap());
        assert_ne!(first, second);
        assert!(stage.share_page.open(second).await.is_ok());
        assert_eq!(stage.share_page.open(first).await, Err(AppError::NotFound), "a revoked link never works again");
    }
);

on_both_engines!(
    async fn a_link_of_a_lost_key_is_replaced(db: Db) {
        let stage = Stage::new(db.clone()).await;
        let (_, crew) = stage.cast("Ann", "ann@example.com").await;
        let old = stage.token(&stage.planner.generate_link(&stage.caller, crew).await.unwrap());

        let rekeyed = core(db, "another key of thirty-two characters or more");
        let planner = server::planner::PlannerService::new(rekeyed);
        let row = planner.crew_row(&stage.caller, crew).await.unwrap();
        assert_eq!(row.link, app::planner::LinkState::None, "its address cannot be shown any more");
        let new = stage.token(&planner.generate_link(&stage.caller, crew).await.unwrap());
        assert_eq!(stage.share_page.open(old).await, Err(AppError::NotFound));
        assert!(stage.share_page.open(new).await.is_ok());
    }
);
