//! Events that are deleted, restored, and gone for good.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use app::backend::Caller;
use app::contacts::ContactsPort;
use app::domain::ids::{ContactId, EventId};
use app::domain::time::{HOUR_MS, SECOND_MS};
use app::emails::EmailsPort;
use app::error::AppError;
use app::events::{Deleted, EventForm, EventStatus, EventsPort, SaveEventOptions};
use app::live::{Gone, Row, RowId, ServerMessage, Topic};
use app::planner::{LinkKind, PlannerPort};
use app::share_page::SharePagePort;
use server::auth::store;
use server::db::Db;
use server::mailer::{Mailer, Memory};
use server::outbox::Worker;

use super::{form_of, gala, over};
use crate::live::{Tab, serve};
use crate::support::{NOON, TestApp, hear, hear_rows, open_page};
use crate::venue::{Venue, which};

const DAY_MS: i64 = 24 * HOUR_MS;

on_both_engines!(
    async fn a_deleted_event_is_out_of_everything_and_comes_back_whole(db: Db) {
        let venue = Venue::new(db).await;
        let (caller, events) = (&venue.caller, &venue.events);
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.item(24 * HOUR_MS, "Doors", false, &[ann]).await;
        let sent = venue.email(crew, "ann@example.com").await.unwrap();
        let token = venue.token(&sent);
        assert!(venue.share_page.open(token.clone()).await.is_ok());

        events.delete(caller, venue.event).await.unwrap();
        assert_eq!(events.delete(caller, venue.event).await, Ok(()), "clicked twice");
        assert_eq!(events.list(caller, which(false), None, None).await.unwrap().rows, []);
        assert_eq!(venue.planner.page(caller, venue.event).await.map(drop), Err(AppError::NotFound));
        assert_eq!(venue.share_page.open(token.clone()).await.map(drop), Err(AppError::NotFound));
        assert_eq!(venue.contacts.events(caller, ann).await.unwrap(), []);
        assert_eq!(venue.contacts.header(caller, ann).await.unwrap().events, 0);
        let mails = venue.emails.page_for_contact(caller, ann, None).await.unwrap().rows;
        assert_eq!((mails[0].event.name.as_str(), mails[0].event.id), ("Gala", None));
        assert_eq!(venue.email(crew, "ann@other.example").await.map(drop), Err(AppError::NotFound));
        assert_eq!(venue.planner.generate_link(caller, crew, LinkKind::Share).await.map(drop), Err(AppError::NotFound));
        assert_eq!(venue.planner.revoke_link(caller, crew, LinkKind::Share).await.map(drop), Err(AppError::NotFound));
        assert_eq!(events.cancel(caller, venue.event).await, Err(AppError::NotFound));
        assert_eq!(venue.number("SELECT COUNT(*) FROM email").await, 1);
        let rows = events.deleted(caller).await.unwrap();
        assert_eq!((rows.len(), rows[0].what, rows[0].name.as_str()), (1, Deleted::Event(venue.event), "Gala"));
        assert_eq!(events.deleted(&venue.stranger).await.unwrap(), []);
        assert_eq!(events.restore(&venue.stranger, venue.event).await, Err(AppError::NotFound));

        assert_eq!(events.restore(caller, venue.event).await, Ok(false));
        assert_eq!(events.restore(caller, venue.event).await, Ok(false), "clicked twice");
        let planner = venue.planner.page(caller, venue.event).await.unwrap();
        assert_eq!((planner.items.len(), planner.crew.len(), planner.event.revision), (1, 1, 3));
        assert!(venue.share_page.open(token).await.is_ok());
        assert_eq!(venue.contacts.header(caller, ann).await.unwrap().events, 1);
        let mails = venue.emails.page_for_contact(caller, ann, None).await.unwrap().rows;
        assert_eq!(mails[0].event.id, Some(venue.event));
        assert_eq!(events.deleted(caller).await.unwrap(), []);
    }
);

on_both_engines!(
    async fn a_mail_that_waits_is_not_sent_for_a_deleted_event(db: Db) {
        let venue = Venue::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.email(crew, "ann@example.com").await.unwrap();
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        let memory = Memory::default();
        Worker::new(venue.core.clone(), Mailer::Memory(memory.clone())).run_due().await.unwrap();
        assert_eq!(memory.handed().len(), 0);
        let mail = venue.emails.page_for_contact(&venue.caller, ann, None).await.unwrap().rows.remove(0);
        assert_eq!(mail.reason.as_deref(), Some("not sent: its event was deleted meanwhile"));
    }
);

on_both_engines!(
    async fn the_list_offers_to_take_it_back_for_half_a_minute(db: Db) {
        let venue = Venue::new(db).await;
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        let offered = async |caller, event| {
            let page = venue.events.list(caller, which(false), None, Some(event)).await.unwrap();
            page.deleted.map(|deleted| deleted.name)
        };
        assert_eq!(offered(&venue.caller, venue.event).await.as_deref(), Some("Gala"));
        assert_eq!(offered(&venue.stranger, venue.event).await, None);
        assert_eq!(offered(&venue.caller, EventId(999)).await, None);
        venue.core.clock.advance_ms(31 * SECOND_MS);
        assert_eq!(offered(&venue.caller, venue.event).await, None);
        assert_eq!(
            venue.events.restore(&venue.caller, venue.event).await,
            Ok(false),
            "and longer under Recently deleted"
        );
    }
);

on_both_engines!(
    async fn open_planners_hear_that_it_is_gone_and_that_it_is_back(db: Db) {
        let venue = Venue::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.item(24 * HOUR_MS, "Doors", false, &[]).await;
        let mut planner = open_page(&venue.core, Topic::Event(venue.event)).await;
        let mut contact = open_page(&venue.core, Topic::Contact(ann)).await;
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        let ServerMessage::Changed { gone, .. } = hear(&mut planner).await else { panic!("a change") };
        assert_eq!(gone, [Gone { id: RowId::Event(venue.event), revision: 2 }]);
        let rows = hear_rows(&mut contact).await;
        assert!(matches!(&rows[..], [Row::Contact(header)] if header.events == 0), "{rows:?}");

        venue.events.restore(&venue.caller, venue.event).await.unwrap();
        let rows = hear_rows(&mut planner).await;
        assert!(rows.iter().any(|row| matches!(row, Row::Event(header) if header.revision == 3)), "{rows:?}");
        assert!(rows.iter().any(|row| matches!(row, Row::Item(_))), "{rows:?}");
        assert!(rows.iter().any(|row| matches!(row, Row::Crew(row) if row.id == crew)), "{rows:?}");
    }
);

on_both_engines!(
    async fn a_tab_that_asks_anew_of_a_deleted_event_is_told_of_nothing_and_hears_when_it_is_back(db: Db) {
        let venue = Venue::new_filled(db.clone()).await;
        venue.stop_publishing();
        let app = TestApp::new(db).await;
        let Caller { member, account, ref session, .. } = venue.caller;
        let mut write = venue.db().write().await.unwrap();
        store::open_session(&mut write, session, member, account, NOON).await.unwrap();
        write.commit().await.unwrap();
        let mut tab = Tab::open(&serve(&app, venue.caller.clone()).await).await;
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        let topic = Topic::Event(venue.event);
        assert_eq!(tab.subscribe(topic).await, ServerMessage::Snapshot { topic, rows: Vec::new() });
        venue.events.restore(&venue.caller, venue.event).await.unwrap();
        let ServerMessage::Changed { rows, .. } = tab.hear().await else { panic!("a change") };
        assert!(rows.iter().any(|row| matches!(row, Row::Event(header) if header.name == "Gala")), "{rows:?}");
    }
);

on_both_engines!(
    async fn who_edits_what_another_deletes_is_told_and_can_restore_it(db: Db) {
        let venue = Venue::new(db).await;
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        let refused = venue.events.save(&venue.caller, venue.event, gala(), over(1)).await;
        assert!(
            matches!(&refused, Err(AppError::Invalid { message, .. }) if message.contains("deleted meanwhile")),
            "{refused:?}"
        );
        assert!(venue.events.form(&venue.caller, Some(venue.event)).await.unwrap().is_deleted);
        assert_eq!(venue.number("SELECT revision FROM event").await, 2);
        let restore = SaveEventOptions { revision: 1, restore: true };
        let wrong = EventForm { name: String::new(), ..gala() };
        assert!(venue.events.save(&venue.caller, venue.event, wrong, restore).await.is_err());
        assert_eq!(venue.events.deleted(&venue.caller).await.unwrap().len(), 1, "nothing was restored by a wrong form");
        venue.events.save(&venue.caller, venue.event, gala(), restore).await.unwrap();
        assert_eq!(form_of(&venue, venue.event).await.name, "Winter Gala");
        assert_eq!(venue.planner.page(&venue.caller, venue.event).await.unwrap().event.name, "Winter Gala");
    }
);

on_both_engines!(
    async fn after_30_days_it_is_gone_for_good_and_its_mails_stay(db: Db) {
        let venue = Venue::new(db).await;
        let (ann, crew) = venue.cast("Ann", "ann@example.com").await;
        venue.email(crew, "ann@example.com").await.unwrap();
        let kept = venue.event("Kept", venue.core.clock.now()).await;
        venue.events.delete(&venue.caller, venue.event).await.unwrap();
        venue.core.clock.advance_ms(30 * DAY_MS);
        assert_eq!(server::events::tidy(&venue.core).await.unwrap(), 0);
        venue.core.clock.advance_ms(1);
        assert_eq!(venue.events.deleted(&venue.caller).await.unwrap(), []);
        assert_eq!(server::events::tidy(&venue.core).await.unwrap(), 1);
        assert_eq!(venue.events.restore(&venue.caller, venue.event).await, Err(AppError::NotFound));
        assert!(venue.planner.page(&venue.caller, kept).await.is_ok());
        let mails = venue.emails.page_for_contact(&venue.caller, ann, None).await.unwrap();
        assert_eq!((mails.total, mails.rows[0].event.name.as_str(), mails.rows[0].event.id), (1, "Gala", None));
        assert_eq!(venue.contacts.header(&venue.caller, ContactId(ann.0)).await.unwrap().events, 0);
    }
);

on_both_engines!(
    async fn a_cancelled_event_stays_in_the_list(db: Db) {
        let venue = Venue::new(db).await;
        venue.events.cancel(&venue.caller, venue.event).await.unwrap();
        venue.events.cancel(&venue.caller, venue.event).await.unwrap();
        let rows = venue.events.list(&venue.caller, which(false), None, None).await.unwrap().rows;
        assert_eq!((rows.len(), rows[0].status), (1, EventStatus::Cancelled));
        assert_eq!(venue.number("SELECT revision FROM event").await, 2, "clicked twice");
    }
);
