//! What a deletion takes along, and what it leaves.

use app::contacts::ContactsPort;
use app::domain::ids::{AccountId, ContactId, EventId, MemberId};
use app::emails::EmailsPort;
use app::error::AppError;
use app::planner::PlannerPort;
use server::db::Db;
use sqlx::{AnyConnection, Executor};

use crate::rows::{connect, counts, fill, texts};
use crate::venue::Venue;

/// The rows that each table loses by a statement.
async fn lost(connection: &mut AnyConnection, sql: &'static str) -> Vec<(String, i64)> {
    let before = counts(connection).await;
    connection.execute(sql).await.expect("the deletion succeeds");
    let after = counts(connection).await;
    before
        .into_iter()
        .map(|(table, rows)| (table.clone(), rows - after[&table]))
        .filter(|(_, lost)| *lost != 0)
        .collect()
}

fn owned(rows: &[(&str, i64)]) -> Vec<(String, i64)> {
    rows.iter().map(|(table, rows)| ((*table).to_owned(), *rows)).collect()
}

const EMAILS: &str = "SELECT id || ' ' || event_name || ' ' || COALESCE(event_id, 0) || ' ' || COALESCE(crew_id, 0) || ' ' \
     || COALESCE(link_id, 0) FROM email ORDER BY id";
const CREW: &str =
    "SELECT id || ' ' || COALESCE(link_id, 0) || ' ' || COALESCE(invite_email_id, 0) FROM crew ORDER BY id";

on_both_engines!(
    async fn a_contact_goes_with_its_emails_and_stays_suppressed(db: Db) {
        let mut connection = connect(&db).await;
        fill(&mut connection).await;
        let expected = owned(&[
            ("assignment", 2),
            ("batch_person", 1),
            ("contact", 1),
            ("contact_word", 1),
            ("crew", 2),
            ("delivery_event", 2),
            ("email", 2),
            ("link", 3),
            ("outbox_job", 1),
            ("upload_rejection", 1),
        ]);
        assert_eq!(lost(&mut connection, "DELETE FROM contact WHERE id = 1").await, expected);
        assert_eq!(texts(&mut connection, EMAILS).await, ["2 Gala 1 2 0"]);
        assert_eq!(texts(&mut connection, "SELECT address_key FROM suppression").await, ["ann@x.test"]);
    }
);

on_both_engines!(
    async fn an_event_goes_and_its_emails_keep_its_name(db: Db) {
        let mut connection = connect(&db).await;
        fill(&mut connection).await;
        let expected = owned(&[
            ("assignment", 2),
            ("batch", 1),
            ("batch_person", 2),
            ("crew", 2),
            ("event", 1),
            ("event_note", 3),
            ("item", 1),
            ("link", 2),
            ("public_link", 1),
            ("request", 3),
            ("request_answer", 1),
        ]);
        assert_eq!(lost(&mut connection, "DELETE FROM event WHERE id = 1").await, expected);
        assert_eq!(texts(&mut connection, EMAILS).await, ["1 Gala 0 0 0", "2 Gala 0 0 0", "3 Ball 2 3 3"]);
    }
);

on_both_engines!(
    async fn a_crew_row_goes_with_its_links(db: Db) {
        let mut connection = connect(&db).await;
        fill(&mut connection).await;
        let expected = owned(&[("batch_person", 1), ("crew", 1), ("link", 2)]);
        assert_eq!(lost(&mut connection, "DELETE FROM crew WHERE id = 1").await, expected);
        assert_eq!(texts(&mut connection, EMAILS).await, ["1 Gala 1 0 0", "2 Gala 1 2 0", "3 Ball 2 3 3"]);
    }
);

on_both_engines!(
    async fn what_a_crew_row_names_is_there_or_not_named(db: Db) {
        let mut connection = connect(&db).await;
        fill(&mut connection).await;
        assert_eq!(lost(&mut connection, "DELETE FROM link WHERE id = 2").await, owned(&[("link", 1)]));
        assert_eq!(texts(&mut connection, CREW).await, ["1 0 1", "2 0 2", "3 3 3"]);
        let expected = owned(&[("email", 1), ("outbox_job", 1)]);
        assert_eq!(lost(&mut connection, "DELETE FROM email WHERE id = 3").await, expected);
        assert_eq!(texts(&mut connection, CREW).await, ["1 0 1", "2 0 2", "3 3 0"]);
    }
);

on_both_engines!(
    async fn an_item_and_a_space_take_no_people_along(db: Db) {
        let mut connection = connect(&db).await;
        fill(&mut connection).await;
        let expected = owned(&[("assignment", 2), ("item", 1)]);
        assert_eq!(lost(&mut connection, "DELETE FROM item WHERE id = 1").await, expected);
        assert_eq!(lost(&mut connection, "DELETE FROM space WHERE id = 1").await, owned(&[("space", 1)]));
        let spaces = "SELECT name FROM event WHERE space_id IS NOT NULL";
        assert!(texts(&mut connection, spaces).await.is_empty());
    }
);

on_both_engines!(
    async fn accounts_and_members_who_left_traces_stay(db: Db) {
        let mut connection = connect(&db).await;
        fill(&mut connection).await;
        let before = counts(&mut connection).await;
        for refused in ["DELETE FROM account WHERE id = 1", "DELETE FROM member WHERE id = 1"] {
            connection.execute(refused).await.expect_err(refused);
        }
        assert_eq!(counts(&mut connection).await, before);
    }
);

on_both_engines!(
    async fn pages_show_what_is_left(db: Db) {
        let venue = Venue::new_filled(db).await;
        let caller = &venue.caller;
        assert_eq!((caller.account, caller.member), (AccountId(1), MemberId(1)));

        venue.run("DELETE FROM event WHERE id = 1").await;
        let emails = venue.emails.page_for_contact(caller, ContactId(1), None).await.expect("a page");
        let events: Vec<_> = emails.rows.iter().map(|row| (row.event.name.as_str(), row.event.id)).collect();
        assert_eq!(events, [("Ball", Some(EventId(2))), ("Gala", None)]);
        let gone = venue.planner.page(caller, EventId(1)).await.map(drop);
        assert_eq!(gone, Err(AppError::NotFound));

        venue.run("DELETE FROM crew WHERE id = 3").await;
        assert!(venue.planner.page(caller, EventId(2)).await.expect("a page").crew.is_empty());
        venue.run("DELETE FROM contact WHERE id = 1").await;
        let gone = venue.contacts.header(caller, ContactId(1)).await.map(drop);
        assert_eq!(gone, Err(AppError::NotFound));
    }
);
