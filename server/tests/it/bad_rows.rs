//! C 12: a bad row costs itself, and not the list or the batch it stands in.

use app::domain::delivery::DeliveryStatus;
use app::domain::ids::{ContactId, EmailId, EventId};
use app::domain::send_rules::SendRefusal;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;
use app::emails::EmailsPort;
use app::error::AppError;
use app::events::{EventStatus, EventsPort};
use app::live::Topic;
use app::planner::PlannerPort;
use axum::http::StatusCode;
use server::clock::Clock;
use server::db::{Change, Db};
use server::emails::suppressions;
use server::webhooks::{adopt_orphans, rematch_orphans};

use crate::outbox::core;
use crate::sent_mail::SentMail;
use crate::support::{NOON, TestApp, hear_rows, open_page};
use crate::venue::{Venue, which};

/// Every column that holds a code, with what makes a row of it odd.
const CODES: [&str; 6] = [
    "UPDATE event SET status = 'postponed' WHERE id = 2",
    "UPDATE email SET status = 'read' WHERE id = 1",
    "UPDATE email SET kind = 'postcard' WHERE id = 3",
    "UPDATE suppression SET cause = 'vacation'",
    "UPDATE membership SET role = 'florist'",
    "UPDATE contact SET revision = -7, email_count = -1, details_revision = 99999999999 WHERE id = 2",
];

async fn make_odd(venue: &Venue) {
    for sql in CODES {
        venue.run(sql).await;
    }
}

on_both_engines!(
    async fn c12_a_bad_row_costs_itself(db: Db) {
        let venue = Venue::new_filled(db).await;
        make_odd(&venue).await;

        let old = venue.events.list(&venue.caller, which(true), None, None).await.expect("a list");
        let events: Vec<_> = old.rows.iter().map(|row| (row.name.as_str(), row.status)).collect();
        assert_eq!(events, [("Ball", EventStatus::Tentative), ("Gala", EventStatus::Confirmed)]);

        let emails = venue.emails.page_for_contact(&venue.caller, ContactId(1), None).await.expect("a page");
        let statuses: Vec<_> = emails.rows.iter().map(|row| (row.id.0, row.status)).collect();
        assert_eq!((statuses, emails.total), (vec![(3, None), (1, Some(DeliveryStatus::Sent))], 2));

        let page = venue.planner.page(&venue.caller, EventId(1)).await.expect("a page");
        let crew: Vec<_> = page.crew.iter().map(|row| (row.name.as_str(), row.blocked)).collect();
        assert_eq!(crew, [("Ann", Some(SuppressionCause::Manual)), ("Ben", None)]);
        assert_eq!(
            venue.planner.page(&venue.caller, EventId(2)).await.expect("a page").event.status,
            EventStatus::Tentative
        );

        // An address that is blocked for a reason we do not know is blocked.
        let refused = venue.email(page.crew[0].id, "ann@x.test").await.expect_err("blocked");
        assert_eq!(refused, AppError::Refused(SendRefusal::Suppressed(SuppressionCause::Manual)));
        assert_eq!(suppressions::list(venue.db()).await.expect("a list").len(), 1);

        // And open pages hear of them.
        let mut page = open_page(&venue.core, Topic::Contact(ContactId(1))).await;
        let mut write = venue.db().write().await.expect("a transaction");
        for email in [1, 3] {
            write.changed(Change::Email(EmailId(email), ContactId(1), None));
        }
        write.changed(Change::Contact(ContactId(1)));
        write.commit().await.expect("a commit");
        assert_eq!(hear_rows(&mut page).await.len(), 3);
    }
);

on_both_engines!(
    async fn c12_every_page_shows_in_spite_of_bad_rows(db: Db) {
        let venue = Venue::new_filled(db.clone()).await;
        venue.stop_publishing();
        make_odd(&venue).await;
        // Written as text by the statement that fills the table, which only SQLite keeps as it is.
        venue.run("DELETE FROM sandbox_mail").await;
        venue
            .run("INSERT INTO space (account_id, name, address, capacity, revision) VALUES (1, 'Attic', '', -5, -1)")
            .await;
        let app = TestApp::new(db).await.signed_in_as(venue.caller.account, venue.caller.member).await;
        for page in app::paths::PAGES {
            for id in ["1", "2"] {
                let path = page.path.replace("{id}", id);
                if path.contains('{') {
                    continue;
                }
                let answer = app.get(&path).await;
                let is_shown = answer.status == StatusCode::OK || answer.status.is_redirection();
                assert!(is_shown && !answer.text().contains("went wrong"), "{path}: {}", answer.status);
            }
        }
    }
);

on_both_engines!(
    async fn c12_an_event_is_folded_into_an_email_with_an_unknown_status(db: Db) {
        let sent = SentMail::set(&db).await;
        let (core, email) = (core(db.clone(), Clock::frozen(NOON)), sent.email("r1").await);
        let other = sent.email("r2").await;
        sent.execute("UPDATE email SET status = 'read', rank = 45").await;
        let fold = async |key: &str, report: &str, email: EmailId| {
            let sql = format!(
                "INSERT INTO orphan_event (provider, event_key, reference, report, cause, occurred_at, received_at) \
                 VALUES ('resend', '{key}', 'r{}', '{report}', NULL, 1, 1)",
                if email == other { 2 } else { 1 }
            );
            sent.execute(&sql).await;
        };
        fold("k1", "delivered", email).await;
        fold("k2", "bounced", other).await;
        assert_eq!(rematch_orphans(&core, Timestamp(0), NOON).await.expect("a rematch"), 2);
        // What it says already counts for more than a delivery, and less than a bounce.
        assert_eq!(sent.shown(email).await.0, "read");
        assert_eq!(sent.shown(other).await.0, "bounced");
    }
);

on_both_engines!(
    async fn c12_a_waiting_event_that_cannot_be_read_stops_no_other(db: Db) {
        let sent = SentMail::set(&db).await;
        let core = core(db.clone(), Clock::frozen(NOON));
        let (first, second) = (sent.email("r1").await, sent.email("r2").await);
        sent.execute(
            "INSERT INTO orphan_event (provider, event_key, reference, report, cause, occurred_at, received_at) VALUES \
             ('resend', 'k1', 'r1', 'teleported', NULL, 1, 1), ('pigeon', 'k2', 'r1', 'delivered', NULL, 1, 1), \
             ('resend', 'k3', 'r1', 'delivered', NULL, 1, 1), ('pigeon', 'k4', 'r2', 'delivered', NULL, 1, 1), \
             ('resend', 'k5', 'r2', 'bounced', 'vacation', 1, 1)",
        )
        .await;
        let mut write = db.write().await.expect("a transaction");
        adopt_orphans(&mut write, first, NOON).await.expect("what can be read");
        write.commit().await.expect("a commit");
        assert_eq!(sent.shown(first).await.0, "delivered");
        assert_eq!(rematch_orphans(&core, Timestamp(0), NOON).await.expect("a rematch"), 1);
        assert_eq!(sent.shown(second).await.0, "bounced");
        assert_eq!(sent.count("orphan_event").await, 3, "what cannot be read waits for who can");
        assert_eq!(sent.count("orphan_event WHERE event_key IN ('k1', 'k2', 'k4')").await, 3);
    }
);
