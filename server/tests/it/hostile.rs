//! Whatever people and mail servers write, it is text on every page.

use app::domain::ids::{AccountId, ContactId, CrewId, EventId, IdempotencyKey, MemberId};
use app::domain::rsvp::Rsvp;
use app::events::EventsPort;
use app::paths::{PAGES, Page};
use app::planner::{LinkKind, LinkState, PlannerPort};
use axum::http::StatusCode;
use server::db::Db;
use server::mailer::{Mailer, Memory};
use server::outbox::Worker;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::calendars::{calendar_of, lines};
use crate::html::{Element, elements};
use crate::portal::portal_of;
use crate::public_page::public_token;
use crate::rows::{self, tables, texts};
use crate::support::{NOON, TestApp};
use crate::venue::Venue;

/// Leaves a title, a text area, a script, an attribute in either quotes, a comment, and an address of scripts.
const HOSTILE: &str = "javascript:evil()//--></title></textarea></script></style><evil evil=1>\"'><evil evil=2 \
                       onload=evil()><meta http-equiv=refresh content=0;url=//evil.test>&lt;evil&#60;evil {{7*7}}";

/// What only the machine writes: codes, keys, hashes, and what is derived. Every other text is made hostile, also that of a
/// column that is new.
const OURS: &[&str] = &[
    "contact.email_key",
    "contact_word.word",
    "crew.rsvp",
    "crew.rsvp_how",
    "delivery_event.event_key",
    "delivery_event.provider",
    "delivery_event.report",
    "email.idempotency_key",
    "email.kind",
    "email.message_id",
    "email.provider",
    "email.provider_message_id",
    "email.recipient_key",
    "email.reference",
    "email.status",
    "event.status",
    "event.time_zone",
    "event_file.audience",
    "event_file.media_type",
    "event_file.object_key",
    "event_note.audience",
    "event_word.word",
    "form_receipt.key",
    "item.progress",
    "link.kind",
    "link.seed",
    "link.token_hash",
    "member.email_key",
    "member.password_hash",
    "member_token.kind",
    "member_token.token_hash",
    "membership.role",
    "orphan_event.cause",
    "orphan_event.event_key",
    "orphan_event.provider",
    "orphan_event.report",
    "outbox_job.lease_owner",
    "outbox_job.purpose",
    "sandbox_callback.svix_id",
    "public_link.seed",
    "public_link.token_hash",
    "request.kind",
    "request_file.media_type",
    "request_file.object_key",
    "session.token_hash",
    "sign_in_attempt.attempt_key",
    "space_word.word",
    "suppression.address_key",
    "suppression.cause",
    "suppression.provider",
    "system_mail.kind",
    "system_mail.message_id",
    "system_mail.provider",
    "system_mail.provider_message_id",
    "system_mail.reference",
    "system_mail.seed",
    "upload.media_type",
    "upload.object_key",
    "upload.state",
    "upload.untold",
];

/// Every column of text, as "table.column".
async fn columns(connection: &mut AnyConnection) -> Vec<String> {
    let mut all = Vec::new();
    for table in tables(connection).await {
        let sql = if connection.backend_name() == "SQLite" {
            format!("SELECT name FROM pragma_table_info('{table}') WHERE type = 'TEXT' ORDER BY name")
        } else {
            format!(
                "SELECT CAST(column_name AS TEXT) FROM information_schema.columns \
                 WHERE table_name = '{table}' AND data_type = 'text' ORDER BY 1"
            )
        };
        all.extend(texts(connection, &sql).await.into_iter().map(|column| format!("{table}.{column}")));
    }
    all
}

/// Fails when something of the text above became markup.
fn assert_text_alone(path: &str, page: &[Element]) {
    for element in page {
        assert_ne!(element.name, "evil", "{path}: {element:?}");
        assert!(!element.has("http-equiv"), "{path}: {element:?}");
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("evil") && !name.starts_with("on"), "{path}: {element:?}");
            let leads = matches!(&**name, "href" | "src" | "action" | "formaction");
            assert!(!leads || !value.trim_start().starts_with("javascript:"), "{path}: {element:?}");
        }
    }
}

/// A page of every row of the table, and what stands behind the sandbox's open end.
fn addresses(token: &str, rsvp_token: &str, portal: &str, public: &str) -> Vec<String> {
    let mut all = Vec::new();
    for Page { path, .. } in PAGES {
        let token = if path.starts_with("/rsvp/") { rsvp_token } else { token };
        let rests: &[&str] =
            if path.contains("{*rest}") { &["1", "1?tab=text", "1?tab=source", "1/html"] } else { &[""] };
        for rest in rests {
            let token = match path {
                "/reset/{token}" => rows::RESET_TOKEN,
                "/change-email/{token}" => rows::CHANGE_EMAIL_TOKEN,
                "/c/{token}" => portal,
                "/r/{token}" => public,
                _ => token,
            };
            all.push(
                path.replace("{id}", "1")
                    .replace("{crew}", "1")
                    .replace("{item}", "1")
                    .replace("{request}", "1")
                    .replace("{token}", token)
                    .replace("{*rest}", rest),
            );
        }
    }
    all.extend(
        [
            "/events/1?more=1",
            "/events/1?revoke=1",
            "/events/1/print?private",
            "/events/1/print/people?notes",
            "/contacts?q=%3Cevil%3E",
            "/events?deleted=2",
            "/events?q=%3Cevil%3E",
            "/spaces?q=%3Cevil%3E",
        ]
        .map(ToOwned::to_owned),
    );
    all
}

on_both_engines!(
    async fn c11_hostile_text_in_every_column_is_text_on_every_page(db: Db) {
        let venue = Venue::new_filled(db.clone()).await;
        let connection = &mut rows::connect(&db).await;
        let columns = columns(connection).await;
        for ours in OURS {
            assert!(columns.iter().any(|column| column == ours), "{ours} is gone: take it off the list");
        }
        // Its link was made with another key, so that it cannot be shown.
        venue.planner.revoke_link(&venue.caller, CrewId(1), LinkKind::Share).await.expect("a row");
        venue.events.save_template(&venue.caller, EventId(1), "Gala".into(), None).await.expect("a template");
        venue.run("INSERT INTO space (account_id, name, address) VALUES (1, 'Attic', '')").await;
        venue.run(&format!("UPDATE space SET deleted_at = {} WHERE name = 'Attic'", NOON.0)).await;
        for column in columns.iter().filter(|column| !OURS.contains(&column.as_str())) {
            let (table, column) = column.split_once('.').expect("both");
            let sql = format!("UPDATE {table} SET {column} = $1 || CAST(rowid AS TEXT)");
            let sql =
                if connection.backend_name() == "SQLite" { sql } else { format!("UPDATE {table} SET {column} = $1") };
            let unique = sqlx::query(AssertSqlSafe(sql)).bind(HOSTILE).execute(&mut *connection).await;
            unique.unwrap_or_else(|error| panic!("{error}: if {table}.{column} is the machine's, put it on the list"));
        }

        venue.events.delete(&venue.caller, EventId(2)).await.expect("an event");
        // The mail that tells of it, as the sandbox shows it.
        let key = IdempotencyKey("hostile".into());
        let sent = venue.planner.email_link(&venue.caller, CrewId(1), "ann@y.test".into(), key).await.expect("a row");
        let LinkState::Live { .. } = sent.link else { panic!("no link: {sent:?}") };
        let (caller, crew) = (&venue.caller, CrewId(1));
        venue.planner.set_rsvp(caller, crew, Rsvp::Declined).await.expect("a row");
        let note = "UPDATE crew SET rsvp_note = $1 WHERE id = 1";
        sqlx::query(note).bind(HOSTILE).execute(&mut *connection).await.expect("good SQL");
        let invitee = venue.planner.generate_link(caller, crew, LinkKind::Rsvp).await.expect("a row");
        let memory = Memory::default();
        let worker = Worker::new(venue.core.clone(), Mailer::Memory(memory.clone()));
        while worker.run_due().await.expect("an answer") > 0 {}
        let mail = memory.handed().into_iter().find(|mail| mail.source.contains("ann@y.test")).expect("a mail");
        let source = mail.source.into_bytes();
        let update = "UPDATE sandbox_mail SET source = $1 WHERE id = 1";
        sqlx::query(update).bind(source).execute(&mut *connection).await.expect("a mail");

        let portal = portal_of(&venue, ContactId(1)).await;
        let public = public_token(&venue, EventId(1)).await;
        venue.stop_publishing();
        let (token, rsvp_token) = (venue.token(&sent), venue.rsvp_token(&invitee));
        let visitor = TestApp::new(db).await;
        let member = visitor.signed_in_as(AccountId(1), MemberId(1)).await;
        let mut shown = 0;
        for path in addresses(&token, &rsvp_token, &portal, &public) {
            let for_visitors = ["/sign-in", "/sign-up", "/forgot"].iter().any(|start| path.starts_with(start));
            let asker = if for_visitors { &visitor } else { &member };
            let answer = asker.get(&path).await;
            if answer.status.is_redirection() {
                continue;
            }
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            assert_text_alone(&path, &elements(&answer.text()));
            shown += usize::from(answer.text().contains("evil"));
        }
        let page = visitor.get(&format!("/v/{token}")).await.text();
        for path in [calendar_of(&page), "/events/1/calendar.ics".into()] {
            let calendar = member.get(&path).await;
            assert_eq!(calendar.status, StatusCode::OK, "{path}");
            assert!(lines(&calendar.text()).iter().any(|line| line.starts_with("SUMMARY:javascript")), "{path}");
        }
        assert!(shown >= 10, "the pages show what was written: {shown}");
    }
);

#[test]
fn c11_what_became_markup_is_noticed() {
    for page in ["<title></title><meta http-equiv=refresh>", "<a href=' javascript:evil()'>x</a>", "<p onload=evil()>"]
    {
        let page = elements(page);
        assert!(std::panic::catch_unwind(|| assert_text_alone("", &page)).is_err());
    }
}
