//! The Emails tab and the list of blocked addresses.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use server::db::Db;
use std::collections::HashSet;

use app::domain::delivery::DeliveryStatus;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;
use app::emails::EmailsPort;
use app::error::AppError;
use app::planner::PlannerPort;
use server::emails::suppressions::{self, NewSuppression};

use crate::support::NOON;
use crate::venue::{Venue, plan};

/// Sends `count` emails to one person. Pairs share a moment, so that the id has to decide their order.
async fn send(venue: &Venue, crew: app::domain::ids::CrewId, from: usize, count: usize) {
    for number in from..from + count {
        if number % 2 == 0 {
            venue.core.clock.advance_ms(1_000);
        }
        venue.email(crew, &format!("ann+{number}@example.com")).await.expect("another address each time");
    }
}

on_both_engines!(
    async fn sixty_emails_are_paged_newest_first_and_no_arrival_repeats_or_hides_one(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        send(&venue, crew, 0, 60).await;

        let first = venue.emails.page_for_contact(&venue.caller, contact, None).await.unwrap();
        assert_eq!((first.rows.len(), first.total), (25, 60));
        send(&venue, crew, 60, 3).await;
        let second = venue.emails.page_for_contact(&venue.caller, contact, first.next).await.unwrap();
        assert_eq!((second.rows.len(), second.total), (25, 63));
        let third = venue.emails.page_for_contact(&venue.caller, contact, second.next).await.unwrap();
        assert_eq!((third.rows.len(), third.next), (10, None));

        let rows: Vec<_> = [first.rows, second.rows, third.rows].concat();
        assert_eq!(rows.iter().map(|row| row.id).collect::<HashSet<_>>().len(), 60);
        assert!(rows.windows(2).all(|pair| (pair[0].sent_at.at, pair[0].id) > (pair[1].sent_at.at, pair[1].id)));
        assert_eq!(rows[0].recipient, "ann+59@example.com");
        assert_eq!(rows[59].recipient, "ann+0@example.com");
        assert_eq!(rows[0].subject, "Gala: your run of show");
        assert_eq!((rows[0].event.id, rows[0].event.name.as_str()), (Some(venue.event), "Gala"));
        // Noon UTC is noon in Lisbon in November.
        assert_eq!((rows[59].sent_at.day.as_str(), rows[59].sent_at.clock.as_str()), ("23 Nov", "12:00"));
        assert_eq!(first.today, "23 Nov");
    }
);

on_both_engines!(
    async fn exactly_twenty_five_have_no_next_page(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        send(&venue, crew, 0, 25).await;
        let page = venue.emails.page_for_contact(&venue.caller, contact, None).await.unwrap();
        assert_eq!((page.rows.len(), page.next), (25, None));
    }
);

on_both_engines!(
    async fn the_tab_shows_the_state_and_its_reason_and_survives_its_event(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.email(crew, "ann@example.com").await.unwrap();
        venue.run("UPDATE email SET status = 'bounced', reason = '550 no such user', revision = 3").await;
        let row = &venue.emails.page_for_contact(&venue.caller, contact, None).await.unwrap().rows[0];
        assert_eq!(row.status, Some(DeliveryStatus::Bounced));
        assert_eq!((row.reason.as_deref(), row.revision), (Some("550 no such user"), 3));

        venue.run("UPDATE email SET event_id = NULL").await;
        let row = &venue.emails.page_for_contact(&venue.caller, contact, None).await.unwrap().rows[0];
        assert_eq!((row.event.id, row.event.name.as_str()), (None, "Gala"));
    }
);

on_both_engines!(
    async fn another_accounts_contact_has_no_history_here(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.email(crew, "ann@example.com").await.unwrap();
        let page = venue.emails.page_for_contact(&venue.stranger, contact, None).await;
        assert_eq!(page, Err(AppError::NotFound));
    }
);

on_both_engines!(
    async fn any_page_is_a_range_of_an_index(db: Db) {
        let venue = Venue::new(db).await;
        let steps = plan(venue.db(), server::emails::PAGE_OF_CONTACT, &[1, 1, i64::MAX, i64::MAX]).await;
        if !venue.db().is_shared() {
            assert!(steps[0].contains("USING INDEX email_of_contact (contact_id=? AND created_at<?)"), "{steps:?}");
            assert!(!steps.iter().any(|step| step.contains("SCAN") || step.contains("TEMP B-TREE")), "{steps:?}");
        }
    }
);

fn report(address_key: &str, cause: SuppressionCause, reason: &str) -> NewSuppression {
    NewSuppression {
        address_key: address_key.into(),
        cause,
        reason: Some(reason.into()),
        email_id: None,
        provider: "resend".into(),
    }
}

async fn add(venue: &Venue, rows: &[NewSuppression], now: Timestamp) {
    let mut transaction = venue.db().write().await.unwrap();
    suppressions::add(&mut transaction, rows, now).await.unwrap();
    transaction.commit().await.unwrap();
}

on_both_engines!(
    async fn the_more_serious_cause_stays_in_any_order(db: Db) {
        let venue = Venue::new(db).await;
        let bounce = report("ann@example.com", SuppressionCause::Bounce, "550");
        let complaint = report("ann@example.com", SuppressionCause::Complaint, "spam");
        add(&venue, &[], NOON).await;
        add(&venue, &[bounce.clone(), complaint.clone(), bounce.clone()], NOON).await;
        add(&venue, std::slice::from_ref(&bounce), NOON.plus_ms(5)).await;
        let listed = suppressions::list(venue.db()).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].cause, SuppressionCause::Complaint);
        assert_eq!((listed[0].reason.as_deref(), listed[0].last_seen_at), (Some("spam"), NOON.plus_ms(5)));
    }
);

on_both_engines!(
    async fn a_lifted_address_can_be_sent_to_until_it_is_reported_again(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        add(&venue, &[report("ann@example.com", SuppressionCause::Complaint, "spam")], NOON).await;
        assert!(venue.email(crew, "ann@example.com").await.is_err());

        assert!(suppressions::lift(venue.db(), " Ann@Example.COM", "operator", NOON).await.unwrap());
        assert!(!suppressions::lift(venue.db(), "ann@example.com", "operator", NOON).await.unwrap());
        assert_eq!(
            suppressions::find(&mut *venue.db().reader().await.unwrap(), "ann@example.com").await.unwrap(),
            None
        );
        venue.email(crew, "ann@example.com").await.unwrap();

        add(&venue, &[report("ann@example.com", SuppressionCause::Bounce, "550")], NOON).await;
        let cause = suppressions::find(&mut *venue.db().reader().await.unwrap(), "ann@example.com").await.unwrap();
        assert_eq!(cause, Some(SuppressionCause::Bounce));
        let rows = venue.planner.page(&venue.caller, venue.event).await.unwrap().crew;
        assert_eq!(rows[0].blocked, Some(SuppressionCause::Bounce));
    }
);
