//! The planner page, its links, and the sending of a link.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::contacts::ContactsPort;
use app::domain::delivery::DeliveryStatus;
use app::domain::ids::{CrewId, EventId, IdempotencyKey};
use app::domain::send_rules::{SendRefusal, WAIT_MS};
use app::domain::suppression::SuppressionCause;
use app::domain::time::{HOUR_MS, MINUTE_MS, Timestamp};
use app::error::AppError;
use app::live::{Row, Topic};
use app::planner::{LinkKind, LinkState, PlannerPort};
use app::share_page::SharePagePort;
use server::db::Db;

use crate::support::{NOON, hear_crew, hear_rows, open_page};
use crate::venue::{Venue, plan};

fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey(text.to_owned())
}

on_both_engines!(
    async fn the_page_shows_the_day_and_everybody_on_it(db: Db) {
        let venue = Venue::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        let (bob, _) = venue.cast("Bob", "").await;
        venue.item(2 * HOUR_MS, "Toast", false, &[bob, ann]).await;
        venue.item(HOUR_MS, "Rings", true, &[ann]).await;
        let sent = venue.email(crew, "ann@example.com").await.unwrap();

        let page = venue.planner.page(&venue.caller, venue.event).await.unwrap();
        assert_eq!((page.event.name.as_str(), page.event.date.as_str()), ("Gala", "Tue 24 Nov 2026"));
        assert_eq!((page.today.as_str(), page.now), ("23 Nov", NOON));
        let items: Vec<_> = page.items.iter().map(|item| (item.title.as_str(), item.private)).collect();
        assert_eq!(items, [("Rings", true), ("Toast", false)]);
        let owners: Vec<_> = page.items[1].responsible.iter().map(|person| person.name.as_str()).collect();
        assert_eq!(owners, ["Ann", "Bob"]);
        assert_eq!(page.crew[0], sent);
        assert_eq!((page.crew[0].items, page.crew[1].items), (2, 1));
        assert_eq!((page.crew[1].address.as_deref(), &page.crew[1].link), (None, &LinkState::None));
    }
);

on_both_engines!(
    async fn a_press_writes_all_of_an_email_at_once(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        let row = venue.email(crew, " Ann@Example.com ").await.unwrap();

        let invite = row.invite.expect("the newest invite");
        assert_eq!((invite.status, invite.recipient.as_str()), (None, "Ann@Example.com"));
        assert_eq!((invite.contact, invite.crew, invite.sent_at.at), (contact, Some(crew), NOON));
        assert!(matches!(row.link, LinkState::Live { id, .. } if Some(id) == invite.link));
        assert_eq!(row.address.as_deref(), Some("ann@example.com"), "an edit here does not change the contact");
        assert_eq!(venue.traces().await, [1, 1, 1, 1, 1]);
        let written = "SELECT COUNT(*) FROM email e JOIN outbox_job j ON j.email_id = e.id WHERE e.message_id LIKE \
             '%@venue.test' AND e.provider = 'resend' AND e.recipient_key = 'ann@example.com' AND e.rank = 0 \
             AND e.handed_over_at IS NULL AND j.lease_owner IS NULL";
        assert_eq!(venue.number(&format!("{written} AND j.run_at = {}", NOON.0)).await, 1);

        let heard = hear_crew(&mut page).await;
        assert_eq!((heard.revision, &heard.link, heard.invite), (1, &row.link, Some(invite)));
        // The outbox was told: a permit waits.
        venue.core.db.outbox_job_added().await;
    }
);

on_both_engines!(
    async fn b07_the_planner_cleans_an_address_as_the_contact_form_does(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "amn@example.com").await;
        let row = venue.email(crew, "\u{202a}Ann <Ann@Example.com>.").await.unwrap();
        assert_eq!(row.invite.expect("an invite").recipient, "Ann@Example.com");
        let typed = "mailto:ann.lee@example.com,".to_owned();
        let row = venue.planner.correct_address(&venue.caller, crew, typed, key("fix")).await.unwrap();
        assert_eq!(row.address.as_deref(), Some("ann.lee@example.com"));
        let saved = venue.contacts.details(&venue.caller, contact).await.unwrap();
        assert_eq!(saved.form.email, "ann.lee@example.com");
        let two =
            venue.planner.correct_address(&venue.caller, crew, "a@b.example;c@d.example".into(), key("two")).await;
        let Err(AppError::Refused(SendRefusal::MalformedAddress(reason))) = two else { panic!("{two:?}") };
        assert!(reason.contains("are two addresses"), "{reason}");
    }
);

on_both_engines!(
    async fn e21_a_person_is_mailed_once_in_five_minutes_about_an_event(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        let (_, other) = venue.cast("Bob", "bob@example.com").await;
        venue.email(crew, "ann@example.com").await.unwrap();

        venue.core.clock.advance_ms(WAIT_MS - 1);
        let until = NOON.plus_ms(WAIT_MS);
        let too_soon = AppError::Refused(SendRefusal::TooSoon { until });
        assert_eq!(venue.email(crew, "ANN@example.com").await.unwrap_err(), too_soon);
        // A new link is no way around it, nor is another contact with the address.
        for _ in 0..2 {
            venue.planner.revoke_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
            assert_eq!(venue.email(crew, "ann@example.com").await.unwrap_err(), too_soon);
            venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
            assert_eq!(venue.email(crew, "ann@example.com").await.unwrap_err(), too_soon);
        }
        assert_eq!(venue.email(other, "ann@example.com").await.unwrap_err(), too_soon);
        // Nor is taking the person off the event and putting them on it again.
        venue.run(&format!("DELETE FROM crew WHERE id = {crew}")).await;
        let crew = venue.crew(venue.event, contact).await;
        assert_eq!(venue.email(crew, "ann@example.com").await.unwrap_err(), too_soon);
        assert_eq!(venue.traces().await[0], 1);

        // Another address, or another event: no wait.
        venue.email(crew, "ann+work@example.com").await.unwrap();
        let party = venue.event("Party", NOON).await;
        let there = venue.crew(party, contact).await;
        venue.email(there, "ann@example.com").await.unwrap();
        venue.core.clock.advance_ms(1);
        venue.email(crew, "ann@example.com").await.unwrap();

        // A failed email starts no wait.
        assert!(venue.email(crew, "ann@example.com").await.is_err());
        venue.run("UPDATE email SET status = 'failed' WHERE id = (SELECT MAX(id) FROM email)").await;
        venue.email(crew, "ann@example.com").await.unwrap();
    }
);

on_both_engines!(
    async fn e22_an_hour_that_comes_twice_can_be_told_apart(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        // In Lisbon the clocks go back on Sunday 25 October 2026 at 01:00 UTC.
        let change = Timestamp(1_792_890_000_000).since_ms(NOON);
        for minutes in [-90, -30, 30, 90] {
            venue.item(change + minutes * MINUTE_MS, "Dancing", false, &[]).await;
        }
        let twice = ["00:30", "01:30 WEST", "01:30 WET", "02:30"];
        let planner = venue.planner.page(&venue.caller, venue.event).await.unwrap();
        assert_eq!(planner.items.iter().map(|item| item.starts.clock.as_str()).collect::<Vec<_>>(), twice);
        let link = venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
        let guest = venue.share_page.open(venue.token(&link)).await.unwrap();
        assert_eq!(guest.items.iter().map(|item| item.starts.clock.as_str()).collect::<Vec<_>>(), twice);
    }
);

on_both_engines!(
    async fn e21_two_rows_with_one_address_are_mailed_once_at_the_same_moment(db: Db) {
        let venue = Venue::new(db).await;
        let mut crew = Vec::new();
        for name in ["Ann", "Anna", "Annie", "Hannah"] {
            crew.push(venue.cast(name, "ann@example.com").await.1);
        }
        let presses = futures_util::future::join_all(crew.iter().map(|crew| venue.email(*crew, "ann@example.com")));
        let sent = presses.await.into_iter().flatten().count();
        assert_eq!((sent, venue.traces().await[0]), (1, 1));
    }
);

on_both_engines!(
    async fn e21_a_clock_set_back_makes_nobody_wait(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.email(crew, "ann@example.com").await.unwrap();
        venue.core.clock.advance_ms(-24 * 60 * 60 * 1_000);
        venue.email(crew, "ann@example.com").await.unwrap();
        venue.core.clock.advance_ms(2 * 24 * 60 * 60 * 1_000);
        venue.email(crew, "ann@example.com").await.unwrap();
    }
);

on_both_engines!(
    async fn a_refused_send_leaves_no_trace(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "amn@example.com").await;
        venue.suppress("amn@example.com").await;
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;

        for (address, refusal) in [
            ("Amn@example.com", Some(SendRefusal::Suppressed(SuppressionCause::Bounce))),
            ("  ", Some(SendRefusal::NoAddress)),
            ("ann@example", None),
        ] {
            let answer = venue.email(crew, address).await.unwrap_err();
            let AppError::Refused(said) = answer else { panic!("{answer:?}") };
            assert!(refusal.is_none_or(|refusal| refusal == said), "{said:?}");
            let answer = venue.planner.correct_address(&venue.caller, crew, address.into(), key("k")).await;
            assert!(matches!(answer, Err(AppError::Refused(_))));
        }
        assert_eq!(venue.traces().await, [0, 0, 0, 0, 0]);
        let row = venue.planner.crew_row(&venue.caller, crew).await.unwrap();
        assert_eq!((row.address.as_deref(), row.contact_revision), (Some("amn@example.com"), 1));
        assert_eq!((row.blocked, row.invite), (Some(SuppressionCause::Bounce), None));

        // No wait was started: lifted, it goes out at once. And what was heard first is that, and nothing before.
        venue.run("UPDATE suppression SET lifted_at = 1").await;
        venue.email(crew, "amn@example.com").await.unwrap();
        assert!(hear_crew(&mut page).await.invite.is_some());
    }
);

on_both_engines!(
    async fn a_corrected_address_is_saved_and_sent_to_at_once(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "amn@example.com").await;
        venue.email(crew, "amn@example.com").await.unwrap();
        venue.run("UPDATE email SET status = 'bounced'").await;
        venue.suppress("amn@example.com").await;
        venue.core.clock.advance_ms(3_000);

        let mut page = open_page(&venue.core, Topic::Contact(contact)).await;
        let row =
            venue.planner.correct_address(&venue.caller, crew, "ann@example.com".into(), key("fix")).await.unwrap();
        assert_eq!((row.address.as_deref(), row.blocked), (Some("ann@example.com"), None));
        let invite = row.invite.expect("the newest invite");
        assert_eq!((invite.recipient.as_str(), invite.status), ("ann@example.com", None));
        let heard = hear_rows(&mut page).await;
        assert!(
            matches!(&heard[..], [Row::Contact(contact), Row::Email(_)]
            if contact.address.as_deref() == Some("ann@example.com")),
            "{heard:?}"
        );
        let found = venue.contacts.list(&venue.caller, "ann@example".into(), None).await.unwrap();
        assert_eq!(found.rows.len(), 1, "found by the new address");
        let found = venue.contacts.list(&venue.caller, "amn".into(), None).await.unwrap();
        assert_eq!(found.rows.len(), 0, "and no more by the old one");
    }
);

on_both_engines!(
    async fn one_press_is_one_email_however_often_it_arrives(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        let (_, other) = venue.cast("Bob", "bob@example.com").await;
        let press = |crew: CrewId, text: &'static str| {
            venue.planner.email_link(&venue.caller, crew, "ann@example.com".into(), key(text))
        };
        let first = press(crew, "one").await.unwrap();
        assert_eq!(press(crew, "one").await.unwrap(), first);
        venue.core.clock.advance_ms(WAIT_MS);
        assert_eq!(press(crew, "one").await.unwrap().invite, first.invite, "late as it is");
        assert_eq!(venue.traces().await, [1, 1, 1, 1, 1]);

        let reused = press(other, "one").await;
        assert!(matches!(reused, Err(AppError::Invalid { .. })), "{reused:?}");
        for malformed in ["", "a b", "x".repeat(65).as_str()] {
            let answer = venue.planner.email_link(&venue.caller, crew, "a@example.com".into(), key(malformed)).await;
            assert!(matches!(answer, Err(AppError::Invalid { .. })), "{answer:?}");
        }
        assert_eq!(venue.traces().await[0], 1);
    }
);

on_both_engines!(
    async fn many_clicks_at_the_same_moment_are_one_email(db: Db) {
        let venue = std::sync::Arc::new(Venue::new(db).await);
        let (_, one) = venue.cast("Ann", "ann@example.com").await;
        let (_, two) = venue.cast("Bob", "bob@example.com").await;
        let clicks: Vec<_> = (0..16)
            .map(|number| {
                let venue = std::sync::Arc::clone(&venue);
                tokio::spawn(async move {
                    // On one row every press is another one; on the other it is the same press that arrives often.
                    let (crew, key) =
                        if number % 2 == 0 { (one, key(&number.to_string())) } else { (two, key("same")) };
                    let address = if crew == one { "ann@example.com" } else { "bob@example.com" };
                    let press = venue.planner.email_link(&venue.caller, crew, address.into(), key);
                    (crew, press.await)
                })
            })
            .collect();
        let (mut presses, mut repetitions) = (0, 0);
        for click in clicks {
            match click.await.unwrap() {
                (crew, Ok(_)) if crew == one => presses += 1,
                (_, Ok(_)) => repetitions += 1,
                (_, Err(answer)) => assert!(matches!(answer, AppError::Refused(SendRefusal::TooSoon { .. }))),
            }
        }
        assert_eq!((presses, repetitions), (1, 8));
        assert_eq!(venue.traces().await, [2, 2, 2, 2, 2]);
    }
);

on_both_engines!(
    async fn links_are_made_and_revoked_once(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        let made = venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
        assert_eq!(venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap(), made);
        assert_eq!(venue.number("SELECT revision FROM crew").await, 1);
        for _ in 0..2 {
            let revoked = venue.planner.revoke_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
            assert_eq!(revoked.link, LinkState::None);
        }
        let row = venue.planner.crew_row(&venue.caller, crew).await.unwrap();
        assert_eq!((row.link, row.revision), (LinkState::None, 2));
        // The token itself is nowhere in the database.
        let token = venue.token(&made);
        let stored = format!("SELECT COUNT(*) FROM link WHERE seed = '{token}' OR token_hash = '{token}'");
        assert_eq!(venue.number(&stored).await, 0);
    }
);

on_both_engines!(
    async fn the_badge_is_that_of_the_newest_invite(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.email(crew, "one@example.com").await.unwrap();
        venue.run("UPDATE email SET status = 'bounced', reason = '550', revision = 2").await;
        let row = venue.planner.crew_row(&venue.caller, crew).await.unwrap();
        assert_eq!(row.invite.unwrap().status, Some(DeliveryStatus::Bounced));
        let row = venue.email(crew, "two@example.com").await.unwrap();
        assert_eq!(row.invite.unwrap().recipient, "two@example.com");
    }
);

on_both_engines!(
    async fn another_accounts_event_and_crew_do_not_exist(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
        let (planner, stranger) = (&venue.planner, &venue.stranger);
        for event in [venue.event, EventId(999)] {
            assert_eq!(planner.page(stranger, event).await, Err(AppError::NotFound));
        }
        for crew in [crew, CrewId(999)] {
            let address = || "ann@example.com".to_owned();
            assert_eq!(planner.crew_row(stranger, crew).await, Err(AppError::NotFound));
            assert_eq!(planner.generate_link(stranger, crew, LinkKind::Share).await, Err(AppError::NotFound));
            assert_eq!(planner.revoke_link(stranger, crew, LinkKind::Share).await, Err(AppError::NotFound));
            assert_eq!(planner.email_link(stranger, crew, address(), key("a")).await, Err(AppError::NotFound));
            assert_eq!(planner.correct_address(stranger, crew, address(), key("b")).await, Err(AppError::NotFound));
            // Not even what is wrong with the address is said about somebody else's row.
            assert_eq!(planner.email_link(stranger, crew, "x".into(), key("c")).await, Err(AppError::NotFound));
        }
        assert_eq!(venue.traces().await, [0, 0, 1, 0, 0]);
    }
);

on_both_engines!(
    async fn the_page_reads_by_index(db: Db) {
        let venue = Venue::new(db).await;
        for sql in [server::planner::CREW_OF_EVENT, server::planner::INVITES_OF_EVENT] {
            let steps = plan(venue.db(), sql, &[1, 1]).await;
            assert!(!steps.iter().any(|step| step.contains("SCAN")), "{steps:?}");
            if !venue.db().is_shared() {
                let event = "SEARCH cr USING INDEX sqlite_autoindex_crew_1 (event_id=?)";
                assert!(steps.iter().any(|step| step.contains(event)), "{steps:?}");
            }
        }
    }
);
