//! A row or more in every table, written by statements that hold for the schema of version 2 and after but for one, and
//! what is in the tables of either engine.

use std::collections::BTreeMap;

use server::db::Db;
use server::secret;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};

/// Ann (1) and Ben (2) on the Gala (event 1); Ann alone on the Ball (event 2) too. Crew rows 1 and 2 are the Gala's, 3 is
/// the Ball's; emails 1 and 3 are Ann's, 2 is Ben's. Crew row 1 has a link that was revoked and a live one.
const ROWS: &[&str] = &[
    "INSERT INTO account (name, created_at) VALUES ('Harbour House', 1), ('The Mill', 2)",
    "INSERT INTO member (email, email_key, name, password_hash, created_at) \
     VALUES ('dana@house.test', 'dana@house.test', 'Dana', '', 1), ('mo@mill.test', 'mo@mill.test', 'Mo', '', 2)",
    "INSERT INTO membership (account_id, member_id, role, created_at) VALUES (1, 1, 'owner', 1), (2, 2, 'owner', 2)",
    "INSERT INTO session (token_hash, member_id, account_id, created_at, expires_at) VALUES ('s1', 1, 1, 1, 2)",
    "INSERT INTO sign_in_attempt (attempt_key, failures, window_started_at) VALUES ('k1', 1, 1)",
    "INSERT INTO space (account_id, name, address) VALUES (1, 'Hall', 'Quay 1')",
    "INSERT INTO event (account_id, space_id, name, status, starts_at, ends_at, time_zone, pax, created_at) \
     VALUES (1, 1, 'Gala', 'confirmed', 1, 2, 'UTC', 80, 1), (1, NULL, 'Ball', 'confirmed', 3, 4, 'UTC', NULL, 2)",
    "INSERT INTO contact (account_id, first_name, email, email_key, notes, sort_name, email_count, revision, created_at) \
     VALUES (1, 'Ann', 'ann@x.test', 'ann@x.test', 'a', 'ann', 2, 5, 1), \
     (1, 'Ben', 'ben@x.test', 'ben@x.test', '', 'ben', 1, 1, 2)",
    "INSERT INTO contact_word (account_id, word, contact_id) VALUES (1, 'ann', 1), (1, 'ben', 2)",
    "INSERT INTO item (event_id, starts_at, minutes, title) VALUES (1, 1, 30, 'Doors'), (2, 3, NULL, 'Waltz')",
    "INSERT INTO assignment (item_id, contact_id) VALUES (1, 1), (1, 2), (2, 1)",
    "INSERT INTO crew (account_id, event_id, contact_id, role, created_at) \
     VALUES (1, 1, 1, 'Singer', 1), (1, 1, 2, 'Sound', 2), (1, 2, 1, '', 3)",
    "INSERT INTO link (crew_id, seed, token_hash, created_at, revoked_at) \
     VALUES (1, 'a', 'ha', 1, 2), (1, 'b', 'hb', 2, NULL), (3, 'c', 'hc', 3, NULL)",
    "INSERT INTO email (account_id, contact_id, event_id, crew_id, link_id, member_id, kind, recipient, recipient_key, \
     subject, event_name, reference, message_id, provider, provider_message_id, idempotency_key, status, created_at, \
     handed_over_at, revision) \
     VALUES (1, 1, 1, 1, 2, 1, 'share_link', 'ann@x.test', 'ann@x.test', 's', 'Gala', 'r1', 'm1', 'resend', 'p1', 'k1', \
     'bounced', 1, 2, 3), \
     (1, 2, 1, 2, NULL, 1, 'share_link', 'ben@x.test', 'ben@x.test', 's', 'Gala', 'r2', 'm2', 'resend', NULL, 'k2', \
     NULL, 2, NULL, 1), \
     (1, 1, 2, 3, 3, 1, 'share_link', 'ann@x.test', 'ann@x.test', 's', 'Ball', 'r3', 'm3', 'resend', NULL, 'k3', \
     NULL, 3, NULL, 1)",
    "UPDATE event SET rsvp = 1",
    "UPDATE crew SET link_id = 2, invite_email_id = 1 WHERE id = 1",
    "UPDATE crew SET invite_email_id = 2 WHERE id = 2",
    "UPDATE crew SET link_id = 3, invite_email_id = 3 WHERE id = 3",
    "INSERT INTO delivery_event (provider, event_key, email_id, report, occurred_at, received_at) \
     VALUES ('outbox', 'e1', 1, 'handed_over', 2, 2), ('resend', 'e2', 1, 'bounced', 3, 4)",
    "INSERT INTO orphan_event (provider, event_key, reference, report, occurred_at, received_at) \
     VALUES ('resend', 'e3', 'r9', 'delivered', 3, 4)",
    "INSERT INTO suppression (address_key, cause, seriousness, email_id, provider, first_seen_at, last_seen_at) \
     VALUES ('ann@x.test', 'bounce', 30, 1, 'resend', 3, 3)",
    "INSERT INTO sandbox_mail (received_at, envelope_from, recipient, message_id, source) \
     VALUES (2, 'a@x.test', 'ann@x.test', 'm1', 'Subject: s')",
    "INSERT INTO sandbox_callback (mail_id, svix_id, body, due_at) VALUES (1, 'v1', '{}', 3)",
];

/// Where the links lead that Dana was mailed.
pub const RESET_TOKEN: &str = "a-link-to-a-new-password";
pub const CHANGE_EMAIL_TOKEN: &str = "a-link-to-a-new-address";

/// Of tables that came later.
async fn fill_what_is_new(connection: &mut AnyConnection) {
    let (reset, change) = (secret::token_hash(RESET_TOKEN), secret::token_hash(CHANGE_EMAIL_TOKEN));
    for sql in [
        // The third and fourth are the Ball's; the last was deleted just now.
        "INSERT INTO request (account_id, event_id, crew_id, kind, label, choices, created_at, deleted_at) VALUES \
         (1, 1, NULL, 'file', 'Plot', '', 1, NULL), (1, 1, 2, 'choice', 'Meal', 'Fish\nBeans', 2, NULL), \
         (1, 2, NULL, 'file', 'Photo', '', 3, NULL), (1, 2, NULL, 'text', 'Arrival', '', 4, NULL), \
         (1, 1, NULL, 'text', 'Shoe size', '', 5, 1795435200000)"
            .to_owned(),
        "INSERT INTO request_answer (request_id, crew_id, text, answered_at) VALUES (2, 2, 'Fish', 3)".to_owned(),
        "INSERT INTO upload (account_id, request_id, crew_id, file_name, media_type, size, object_key, created_at, stored_at) \
         VALUES (1, 1, 1, 'plot.pdf', 'application/pdf', 5, 'k/1', 1, 2), \
         (1, 3, 3, 'photo.png', 'image/png', 5, 'k/2', 1, 2)"
            .to_owned(),
        "INSERT INTO request_file (account_id, request_id, file_name, media_type, size, object_key, created_at, stored_at) \
         VALUES (1, 1, 'template.pdf', 'application/pdf', 5, 'k/3', 1, 2)"
            .to_owned(),
        "INSERT INTO upload_rejection (email_id, request_label, file_name, note) VALUES (1, 'Plot', 'plot.pdf', 'dark')"
            .to_owned(),
        "INSERT INTO public_link (event_id, seed, token_hash, created_at) VALUES (1, 'p', 'hp', 1)".to_owned(),
        // The last was deleted just now, and so was the last file.
        "INSERT INTO event_note (account_id, event_id, text, audience, created_at, deleted_at) VALUES \
         (1, 1, 'Parking: https://x.test/yard', 'everybody', 1, NULL), (1, 1, 'Pay in cash', 'members', 2, NULL), \
         (1, 1, 'Old', 'everybody', 3, 1795435200000)"
            .to_owned(),
        "INSERT INTO event_file (account_id, event_id, name, file_name, media_type, size, object_key, audience, position, \
         created_at, stored_at, deleted_at) VALUES \
         (1, 1, 'Map', 'map.pdf', 'application/pdf', 5, 'n/1', 'everybody', 1, 1, 2, NULL), \
         (1, 1, 'Prices', 'prices.png', 'image/png', 5, 'n/2', 'members', 2, 1, 2, NULL), \
         (1, 1, 'Old map', 'map.pdf', 'application/pdf', 5, 'n/3', 'everybody', 3, 1, 2, 1795435200000)"
            .to_owned(),
        "INSERT INTO installation (id, owner_account_id, created_at) VALUES (1, 1, 1)".to_owned(),
        format!(
            "INSERT INTO member_token (member_id, kind, token_hash, address, created_at, expires_at) \
             VALUES (1, 'reset', '{reset}', 'dana@house.test', 1, 9000000000000), \
             (1, 'change_email', '{change}', 'dana@quay.test', 1, 9000000000000)"
        ),
        "INSERT INTO system_mail (member_id, kind, recipient, subject, reference, message_id, provider, created_at, \
         handed_over_at) VALUES (1, 'reset', 'dana@house.test', 's', 'r1 of dana', 'm1 of dana', 'resend', 1, 2)"
            .to_owned(),
        "INSERT INTO batch (account_id, event_id, member_id, kind, state, created_at, due_at, done_at) \
         VALUES (1, 1, 1, 'share', 'done', 1, 2, 3)"
            .to_owned(),
        "INSERT INTO batch_person (batch_id, crew_id, outcome, reason, email_id) \
         VALUES (1, 1, 'sent', NULL, 1), (1, 2, 'left_out', 'There is no address to send to.', NULL)"
            .to_owned(),
    ] {
        connection.execute(AssertSqlSafe(sql.clone())).await.unwrap_or_else(|error| panic!("{error} in {sql}"));
    }
}

const JOBS: &str = "INSERT INTO outbox_job (purpose, email_id, run_at) VALUES ('email', 2, 2), ('email', 3, 3)";
const JOBS_AT_VERSION_2: &str = "INSERT INTO outbox_job (email_id, run_at) VALUES (2, 2), (3, 3)";

/// A connection of the test's own, on which it may do what no service does.
pub async fn connect(db: &Db) -> AnyConnection {
    AnyConnection::connect_with(&db.connect_options()).await.expect("a connection")
}

/// Writes the rows above into an empty database.
pub async fn fill(connection: &mut AnyConnection) {
    fill_with(connection, JOBS).await;
    fill_what_is_new(connection).await;
}

/// The same, before there were jobs of another purpose than an email's.
pub async fn fill_at_version_2(connection: &mut AnyConnection) {
    fill_with(connection, JOBS_AT_VERSION_2).await;
}

async fn fill_with(connection: &mut AnyConnection, jobs: &str) {
    for sql in ROWS.iter().copied().chain([jobs]) {
        connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|error| panic!("{error} in {sql}"));
    }
}

/// The texts of the first column of what a statement returns.
pub async fn texts(connection: &mut AnyConnection, sql: &str) -> Vec<String> {
    let texts = sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await;
    texts.unwrap_or_else(|error| panic!("{error} in {sql}"))
}

/// The tables, without those of the engine and of the migrations.
pub async fn tables(connection: &mut AnyConnection) -> Vec<String> {
    let sql = if connection.backend_name() == "SQLite" {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%sqlx%' \
         ORDER BY name"
    } else {
        "SELECT CAST(relname AS TEXT) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace \
         WHERE relkind = 'r' AND nspname = 'public' AND relname NOT LIKE '%sqlx%' ORDER BY relname"
    };
    texts(connection, sql).await
}

/// How many rows each table has.
pub async fn counts(connection: &mut AnyConnection) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for table in tables(connection).await {
        let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        let count = sqlx::query_scalar(sql).fetch_one(&mut *connection).await.expect("a count");
        counts.insert(table, count);
    }
    counts
}

/// Every value of every table as text.
pub async fn dump(connection: &mut AnyConnection) -> String {
    let mut all = String::new();
    for table in tables(connection).await {
        let sql = if connection.backend_name() == "SQLite" {
            format!(
                "SELECT group_concat('COALESCE(CAST(' || name || ' AS TEXT), '''')', ' || '' '' || ') FROM pragma_table_info('{table}')"
            )
        } else {
            format!("SELECT CAST(t AS TEXT) FROM {table} t")
        };
        let mut lines = texts(connection, &sql).await;
        if connection.backend_name() == "SQLite" {
            lines = texts(connection, &format!("SELECT {} FROM {table}", lines.concat())).await;
        }
        all.push_str(&lines.join("\n"));
        all.push('\n');
    }
    all
}
