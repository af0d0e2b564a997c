//! Whatever a service writes, the pages that show it hear of. Nothing publishes by hand: a way to write that is missing here
//! is published all the same if its store notes what it changed, and this list is where that is tried.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::contacts::ContactsPort;
use app::domain::delivery::{DELAY_LIMIT_MS, DeliveryEvent, DeliveryStatus, Report};
use app::domain::ids::{ContactId, IdempotencyKey};
use app::domain::suppression::SuppressionCause;
use app::emails::EmailRow;
use app::live::{Row, Topic};
use app::planner::{LinkKind, LinkState, PlannerPort};
use server::db::Db;
use server::emails::fold::{Incoming, record};
use server::emails::{suppressions, sweep};
use server::mailer::{Mailer, Memory};
use server::outbox::Worker;
use server::realtime::Subscriber;

use crate::support::{NOON, hear_crew, hear_rows, open_page};
use crate::venue::{Venue, form};

/// The email that the page of its contact hears of next.
async fn hear_email(page: &mut Subscriber) -> EmailRow {
    loop {
        let rows = hear_rows(page).await;
        if let Some(Row::Email(email)) = rows.into_iter().find(|row| matches!(row, Row::Email(_))) {
            return email;
        }
    }
}

on_both_engines!(
    async fn the_planners_buttons(db: Db) {
        let venue = Venue::new(db).await;
        let (_, crew) = venue.cast("Ann", "amn@example.com").await;
        let mut page = open_page(&venue.core, Topic::Event(venue.event)).await;
        venue.planner.generate_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
        assert!(matches!(hear_crew(&mut page).await.link, LinkState::Live { .. }));
        venue.planner.revoke_link(&venue.caller, crew, LinkKind::Share).await.unwrap();
        assert_eq!(hear_crew(&mut page).await.link, LinkState::None);
        venue.email(crew, "amn@example.com").await.unwrap();
        assert_eq!(hear_crew(&mut page).await.invite.unwrap().recipient, "amn@example.com");
        let key = IdempotencyKey("fix".into());
        venue.planner.correct_address(&venue.caller, crew, "ann@example.com".into(), key).await.unwrap();
        assert_eq!(hear_crew(&mut page).await.address.as_deref(), Some("ann@example.com"));
    }
);

on_both_engines!(
    async fn an_email_and_the_count_of_its_contact(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        let mut page = open_page(&venue.core, Topic::Contact(contact)).await;
        venue.email(crew, "ann@example.com").await.unwrap();
        let rows = hear_rows(&mut page).await;
        let [Row::Contact(header), Row::Email(email)] = rows.as_slice() else { panic!("{rows:?}") };
        assert_eq!((header.emails, header.revision, header.details_revision), (1, 2, 1));
        assert_eq!((email.crew, email.status), (Some(crew), None));
    }
);

on_both_engines!(
    async fn the_saving_of_a_contact(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, _) = venue.cast("Ann", "ann@example.com").await;
        let mut planner = open_page(&venue.core, Topic::Event(venue.event)).await;
        let mut page = open_page(&venue.core, Topic::Contact(contact)).await;
        venue.contacts.save(&venue.caller, contact, 1, form("Anna", "", "anna@example.com")).await.unwrap();
        assert_eq!(hear_crew(&mut planner).await.name, "Anna");
        let rows = hear_rows(&mut page).await;
        assert!(matches!(&rows[..], [Row::Contact(header)] if header.name == "Anna" && header.details_revision == 2));
    }
);

on_both_engines!(
    async fn what_becomes_of_a_mail(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        let mut page = open_page(&venue.core, Topic::Contact(contact)).await;
        let sent = venue.email(crew, "ann@example.com").await.unwrap().invite.unwrap();
        assert_eq!(hear_email(&mut page).await.status, None);

        // The outbox.
        let worker = Worker::new(venue.core.clone(), Mailer::Memory(Memory::default()));
        worker.run_due().await.unwrap();
        assert_eq!(hear_email(&mut page).await.status, Some(DeliveryStatus::Sent));

        // A provider's report, and the sweep of what stays delayed.
        let report = |key: &str, report| Incoming {
            email: sent.id,
            provider: "resend",
            event_key: key.to_owned(),
            event: DeliveryEvent { report, reason: None, occurred_at: NOON },
            suppress: None,
        };
        let mut write = venue.db().write().await.unwrap();
        record(&mut write, vec![report("1", Report::Delayed)], NOON).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(hear_email(&mut page).await.status, Some(DeliveryStatus::Delayed));
        sweep::sweep(&venue.core, NOON.plus_ms(DELAY_LIMIT_MS + 1)).await.unwrap();
        assert_eq!(hear_email(&mut page).await.status, Some(DeliveryStatus::Failed));
    }
);

on_both_engines!(
    async fn a_block_and_its_end(db: Db) {
        let venue = Venue::new(db).await;
        let (contact, crew) = venue.cast("Ann", "ann@example.com").await;
        let sent = venue.email(crew, "ann@example.com").await.unwrap().invite.unwrap();
        let mut planner = open_page(&venue.core, Topic::Event(venue.event)).await;
        let mut page = open_page(&venue.core, Topic::Contact(contact)).await;
        let bounce = Incoming {
            email: sent.id,
            provider: "resend",
            event_key: "1".into(),
            event: DeliveryEvent { report: Report::Bounced, reason: None, occurred_at: NOON },
            suppress: None,
        };
        let mut write = venue.db().write().await.unwrap();
        record(&mut write, vec![bounce], NOON).await.unwrap();
        write.commit().await.unwrap();
        assert_eq!(hear_crew(&mut planner).await.blocked, Some(SuppressionCause::Bounce));
        assert_eq!(blocked(&hear_rows(&mut page).await, contact), Some(SuppressionCause::Bounce));
        assert!(suppressions::lift(venue.db(), "Ann@example.com", "operator", NOON).await.unwrap());
        assert_eq!(hear_crew(&mut planner).await.blocked, None);
        assert_eq!(blocked(&hear_rows(&mut page).await, contact), None);
    }
);

fn blocked(rows: &[Row], contact: ContactId) -> Option<SuppressionCause> {
    let header = rows.iter().find_map(|row| if let Row::Contact(header) = row { Some(header) } else { None });
    header.filter(|header| header.id == contact).expect("the contact").blocked
}
