//! Any order, any repetition, both engines: one end state, and a suppressed address exactly where the badge says so.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends")]

use app::domain::delivery::{DeliveryEvent, DeliveryStatus, Report};
use app::domain::ids::EmailId;
use app::domain::suppression::SuppressionCause;
use app::domain::time::Timestamp;
use app::live::{Row, Topic};
use server::db::Db;
use server::emails::fold::{Incoming, Recorded, record};

use crate::database::with_postgres;
use crate::sent_mail::{ADDRESS, SentMail};
use crate::support::{NOON, TestApp, hear_crew, hear_rows, open_page};

fn incoming(email: EmailId, key: &str, report: Report, reason: Option<&str>, at: i64) -> Incoming {
    let suppress = match report {
        Report::Bounced => Some(SuppressionCause::Bounce),
        Report::SpamReported => Some(SuppressionCause::Complaint),
        _ => None,
    };
    Incoming {
        email,
        provider: "resend",
        event_key: key.to_owned(),
        event: DeliveryEvent { report, reason: reason.map(str::to_owned), occurred_at: NOON.plus_ms(at) },
        suppress,
    }
}

async fn recorded(db: &Db, events: Vec<Incoming>) -> Recorded {
    let mut transaction = db.write().await.unwrap();
    let recorded = record(&mut transaction, events, NOON).await.unwrap();
    transaction.commit().await.unwrap();
    recorded
}

fn permutations<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for index in 0..items.len() {
        let mut rest = items.to_vec();
        let first = rest.remove(index);
        for mut tail in permutations(&rest) {
            tail.insert(0, first.clone());
            all.push(tail);
        }
    }
    all
}

on_both_engines!(
    async fn every_order_of_events_ends_the_same(db: Db) {
        let sent = SentMail::set(&db).await;
        let story = [
            (Report::Sent, None, 1),
            (Report::Delayed, Some("452 full"), 2),
            (Report::Delivered, None, 3),
            (Report::Bounced, Some("550 late"), 4),
            (Report::Bounced, Some("550 later"), 5),
        ];
        for (n, order) in permutations(&story).into_iter().enumerate() {
            let (one_by_one, at_once) = (format!("a{n}"), format!("b{n}"));
            let address = format!("{n}@guests.test");
            let first = sent.email_to(&one_by_one, &address).await;
            let second = sent.email_to(&at_once, &address).await;
            let mut batch = Vec::new();
            for (report, reason, at) in order {
                recorded(&db, vec![incoming(first, &format!("{one_by_one}-{at}"), report, reason, at)]).await;
                batch.push(incoming(second, &format!("{at_once}-{at}"), report, reason, at));
                // A repetition within the same batch.
                batch.push(incoming(second, &format!("{at_once}-{at}"), report, reason, at));
            }
            recorded(&db, batch).await;
            for email in [first, second] {
                let (status, reason, _) = sent.shown(email).await;
                assert_eq!((status.as_str(), reason.as_deref()), ("bounced", Some("550 later")));
            }
            assert_eq!(sent.suppressed(&address).await.as_deref(), Some("bounce"));
        }
        assert_eq!(sent.count("delivery_event").await, 120 * 5 * 2);
    }
);

on_both_engines!(
    async fn an_address_is_listed_exactly_where_the_badge_says_so(db: Db) {
        let sent = SentMail::set(&db).await;
        for first in Report::ALL {
            for second in Report::ALL {
                let name = format!("{}-{}", first.code(), second.code());
                let address = format!("{name}@guests.test");
                let email = sent.email_to(&name, &address).await;
                for (at, report) in [first, second].into_iter().enumerate() {
                    let mut event = incoming(email, &format!("{name}{at}"), report, None, 0);
                    // Whatever a normaliser claims, the status decides.
                    event.suppress = Some(SuppressionCause::ProviderSuppressed);
                    recorded(&db, vec![event]).await;
                    let status = DeliveryStatus::from_code(&sent.shown(email).await.0).unwrap();
                    assert_eq!(sent.suppressed(&address).await.is_some(), status.blocks_address(), "{name}");
                }
            }
        }
    }
);

on_both_engines!(
    async fn the_more_serious_cause_stays_and_a_lifted_block_comes_back(db: Db) {
        let sent = SentMail::set(&db).await;
        let email = sent.email("r").await;
        recorded(&db, vec![incoming(email, "1", Report::SpamReported, None, 1)]).await;
        recorded(&db, vec![incoming(email, "2", Report::Bounced, Some("550"), 2)]).await;
        assert_eq!(sent.suppressed(ADDRESS).await.as_deref(), Some("complaint"));
        sent.execute("UPDATE suppression SET lifted_at = 1, lifted_by = 'operator'").await;
        recorded(&db, vec![incoming(email, "2", Report::Bounced, Some("550"), 2)]).await;
        assert_eq!(sent.suppressed(ADDRESS).await, None, "a repetition brings nothing back");
        let again = sent.email("r2").await;
        recorded(&db, vec![incoming(again, "3", Report::Bounced, Some("550"), 3)]).await;
        assert_eq!(sent.suppressed(ADDRESS).await.as_deref(), Some("bounce"));
    }
);

on_both_engines!(
    async fn open_planners_hear_that_the_present_address_is_blocked(db: Db) {
        let app = TestApp::new(db.clone()).await;
        let sent = SentMail::set(&db).await;
        let email = sent.email("r").await;
        sent.execute(&format!("UPDATE crew SET invite_email_id = {email}")).await;
        let mut planner = open_page(&app.core, Topic::Event(sent.event)).await;
        let mut page = open_page(&app.core, Topic::Contact(sent.contact)).await;
        recorded(&db, vec![incoming(email, "1", Report::Bounced, Some("550 no such user"), 1)]).await;
        let row = hear_crew(&mut planner).await;
        assert_eq!((row.contact, row.name.as_str()), (sent.contact, "Ann Lee"));
        assert_eq!(row.blocked, Some(SuppressionCause::Bounce));
        let invite = row.invite.expect("the newest invite");
        assert_eq!(
            (invite.status, invite.reason.as_deref()),
            (Some(DeliveryStatus::Bounced), Some("550 no such user"))
        );
        let rows = hear_rows(&mut page).await;
        assert!(matches!(&rows[..], [Row::Contact(contact), Row::Email(changed)]
            if contact.blocked == Some(SuppressionCause::Bounce) && contact.details_revision == 1 && changed.id == email));

        // Corrected meanwhile: what the old address does is no longer about the contact.
        sent.execute("UPDATE contact SET email = 'new@guests.test', email_key = 'new@guests.test'").await;
        let late = sent.email("r2").await;
        recorded(&db, vec![incoming(late, "2", Report::SpamReported, None, 2)]).await;
        let rows = hear_rows(&mut page).await;
        assert!(matches!(&rows[..], [Row::Email(changed)] if changed.id == late), "{rows:?}");
        assert_eq!(sent.suppressed(ADDRESS).await.as_deref(), Some("complaint"), "where it went to");
    }
);

on_both_engines!(
    async fn the_revision_rises_only_when_people_see_something_else(db: Db) {
        let sent = SentMail::set(&db).await;
        let email = sent.email("r").await;
        let step = async |key: &str, report, at| {
            let recorded = recorded(&db, vec![incoming(email, key, report, None, at)]).await;
            (recorded.fresh, recorded.changed, sent.shown(email).await.2)
        };
        assert_eq!(step("1", Report::Sent, 5).await, (vec![true], 0, 1), "sent already");
        assert_eq!(step("2", Report::Delivered, 6).await, (vec![true], 1, 2));
        assert_eq!(step("2", Report::Delivered, 6).await, (vec![false], 0, 2), "a repetition");
        assert_eq!(step("3", Report::Delayed, 7).await, (vec![true], 0, 2), "too late to matter");
    }
);

on_both_engines!(
    async fn an_unknown_email_is_passed_over(db: Db) {
        let sent = SentMail::set(&db).await;
        let email = sent.email("r").await;
        let events = vec![
            incoming(EmailId(987_654), "1", Report::Delivered, None, 1),
            incoming(email, "1", Report::Delivered, None, 1),
        ];
        assert_eq!(recorded(&db, events).await.fresh, [false, true]);
        assert!(recorded(&db, Vec::new()).await.fresh.is_empty());
    }
);

on_both_engines!(
    async fn any_number_of_events_fits(db: Db) {
        let sent = SentMail::set(&db).await;
        let email = sent.email("r").await;
        let events = (0..5_000).map(|n| incoming(email, &n.to_string(), Report::Delayed, Some("452"), n)).collect();
        let recorded = recorded(&db, events).await;
        assert_eq!(recorded.fresh.iter().filter(|fresh| **fresh).count(), 5_000);
        assert_eq!(recorded.changed, 1);
        let at: i64 = sqlx::query_scalar("SELECT status_at FROM email")
            .fetch_one(&mut *db.reader().await.unwrap())
            .await
            .unwrap();
        assert_eq!(Timestamp(at), NOON.plus_ms(4_999));
    }
);

/// They were locked as they were found, and a deletion of their event locks them by their ids: on PostgreSQL each could wait for
/// the other.
#[tokio::test]
async fn contacts_whose_addresses_are_blocked_are_locked_in_the_order_of_their_ids() {
    with_postgres(async |db: Db| {
        let sent = SentMail::set(&db).await;
        for (name, address) in [("Zoe", "z@guests.test"), ("Ada", "a@guests.test")] {
            sent.execute(&format!(
                "INSERT INTO contact (account_id, first_name, email, email_key, sort_name, created_at) \
                 VALUES ({}, '{name}', '{address}', '{address}', '{name}', 1)",
                sent.account
            ))
            .await;
        }
        // So that she is found after Ada.
        sent.execute("UPDATE contact SET notes = 'x' WHERE first_name = 'Zoe'").await;
        let mut events = Vec::new();
        for (key, address) in [("1", "z@guests.test"), ("2", "a@guests.test")] {
            let email = sent.email_to(key, address).await;
            events.push(incoming(email, key, Report::Bounced, Some("550"), 1));
        }
        let mut deletion = db.write().await.unwrap();
        let lock = async |deletion: &mut server::db::Write, name: &str| {
            let sql = deletion.locking("SELECT id FROM contact WHERE first_name = $1");
            sqlx::query(sql).bind(name.to_owned()).execute(&mut **deletion).await.map(|_| ())
        };
        lock(&mut deletion, "Zoe").await.unwrap();
        let bounces = tokio::spawn({
            let db = db.clone();
            async move { recorded(&db, events).await }
        });
        let waiting =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let mut waits = 0_i64;
        while waits == 0 && !bounces.is_finished() {
            waits = sqlx::query_scalar(waiting).fetch_one(&mut *db.reader().await.unwrap()).await.unwrap();
        }
        assert!(waits > 0, "the bounces wait for Zoe, who is locked");
        lock(&mut deletion, "Ada").await.unwrap();
        deletion.rollback().await.unwrap();
        assert_eq!(bounces.await.unwrap().changed, 2);
    })
    .await;
}
