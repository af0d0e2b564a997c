//! The two engines' schemas are one, and a new version keeps what is in the old one.

use std::collections::BTreeMap;

use server::db::Db;
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, Executor};

use crate::database::{with_empty_postgres, with_empty_sqlite, with_postgres, with_sqlite};
use crate::rows::{connect, counts, fill, fill_at_version_2, tables, texts};

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// SQLite's schema, a line for each column, index and reference. A column of a primary key may hold no NULL: SQLite does
/// not say so by itself.
const SQLITE_SCHEMA: &str = r#"
    WITH tables AS (SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%sqlx%')
    SELECT t.name || ' column ' || c.name || ' '
        || CASE c.type WHEN 'INTEGER' THEN 'BIGINT' WHEN 'BLOB' THEN 'BYTEA' ELSE c.type END
        || CASE WHEN c."notnull" = 1 OR c.pk > 0 THEN ' NOT NULL' ELSE '' END || COALESCE(' DEFAULT ' || c.dflt_value, '')
    FROM tables t JOIN pragma_table_info(t.name) c
    UNION ALL
    SELECT t.name || ' key (' || (SELECT group_concat(name, ', ')
        FROM (SELECT name FROM pragma_table_info(t.name) WHERE pk > 0 ORDER BY pk)) || ')'
    FROM tables t
    UNION ALL
    SELECT t.name || CASE i."unique" WHEN 1 THEN ' unique' ELSE '' END || ' index '
        || CASE i.origin WHEN 'c' THEN i.name ELSE '' END
        || ' (' || (SELECT group_concat(name, ', ') FROM pragma_index_info(i.name)) || ')'
        || COALESCE((SELECT substr(sql, instr(sql, ' WHERE ')) FROM sqlite_master WHERE name = i.name AND i.partial = 1), '')
    FROM tables t JOIN pragma_index_list(t.name) i WHERE i.origin <> 'pk'
    UNION ALL
    SELECT t.name || ' reference (' || k."from" || ') to ' || k."table" || ' (' || k."to" || ') ON DELETE ' || k.on_delete
    FROM tables t JOIN pragma_foreign_key_list(t.name) k"#;

/// The same lines of PostgreSQL's.
const POSTGRES_SCHEMA: &str = r"
    WITH tables AS (SELECT c.oid, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname = 'public' AND c.relname NOT LIKE '%sqlx%'),
    columns AS (SELECT a.attrelid, a.attnum, CAST(a.attname AS TEXT) AS name, a.attnotnull,
        upper(format_type(a.atttypid, NULL)) AS type, pg_get_expr(d.adbin, d.adrelid) AS standard
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped),
    indexes AS (SELECT i.indrelid, i.indisunique, i.indisprimary, c.relname AS name,
        pg_get_expr(i.indpred, i.indrelid) AS condition,
        EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype = 'u') AS is_constraint,
        (SELECT string_agg(l.name, ', ' ORDER BY k.place) FROM unnest(CAST(i.indkey AS INT2[])) WITH ORDINALITY AS k (number, place)
            JOIN columns l ON l.attrelid = i.indrelid AND l.attnum = k.number) AS columns
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid)
    SELECT t.name || ' column ' || c.name || ' ' || c.type || CASE WHEN c.attnotnull THEN ' NOT NULL' ELSE '' END
        || COALESCE(' DEFAULT ' || replace(c.standard, '::text', ''), '')
    FROM tables t JOIN columns c ON c.attrelid = t.oid
    UNION ALL
    SELECT t.name || ' key (' || i.columns || ')' FROM tables t JOIN indexes i ON i.indrelid = t.oid WHERE i.indisprimary
    UNION ALL
    SELECT t.name || CASE WHEN i.indisunique THEN ' unique' ELSE '' END || ' index '
        || CASE WHEN i.is_constraint THEN '' ELSE i.name END || ' (' || i.columns || ')'
        || COALESCE(' WHERE ' || replace(trim(BOTH '()' FROM i.condition), '::text', ''), '')
    FROM tables t JOIN indexes i ON i.indrelid = t.oid WHERE NOT i.indisprimary
    UNION ALL
    SELECT t.name || ' reference (' || c.name || ') to ' || o.name || ' (' || f.name || ') ON DELETE '
        || CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE k.confdeltype::TEXT END
    FROM pg_constraint k JOIN tables t ON t.oid = k.conrelid JOIN tables o ON o.oid = k.confrelid
    JOIN columns c ON c.attrelid = k.conrelid AND c.attnum = k.conkey[1]
    JOIN columns f ON f.attrelid = k.confrelid AND f.attnum = k.confkey[1] WHERE k.contype = 'f'";

async fn schema(connection: &mut AnyConnection) -> Vec<String> {
    let sql = if connection.backend_name() == "SQLite" { SQLITE_SCHEMA } else { POSTGRES_SCHEMA };
    let mut lines = texts(connection, sql).await;
    lines.sort();
    lines
}

#[test]
fn migrations_come_in_pairs() {
    let names = |migrator: &Migrator| -> Vec<_> {
        migrator.iter().map(|migration| (migration.version, migration.description.to_string())).collect()
    };
    assert_eq!(names(&SQLITE), names(&POSTGRES));
}

#[tokio::test]
async fn both_engines_have_one_schema() {
    let mut schemas = Vec::new();
    with_sqlite(async |db| schemas.push(schema(&mut connect(&db).await).await)).await;
    with_postgres(async |db| schemas.push(schema(&mut connect(&db).await).await)).await;
    assert!(schemas[0].len() > 150, "the schema was read: {:?}", schemas[0]);
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        one.iter().filter(|line| !other.contains(line)).cloned().collect()
    };
    let differences = (only(&schemas[0], &schemas[1]), only(&schemas[1], &schemas[0]));
    assert_eq!(differences, (vec![], vec![]), "in SQLite alone, in PostgreSQL alone");
}

/// A search is a range that ends with the last character there is, and a list goes on after a name: both are right only in the
/// order of bytes, which is SQLite's by itself.
#[tokio::test]
async fn postgres_orders_words_and_names_by_their_bytes() {
    with_postgres(async |db| {
        let collations = "SELECT CAST(table_name AS TEXT) || '.' || CAST(column_name AS TEXT) || ' ' \
             || COALESCE(CAST(collation_name AS TEXT), 'as the database') FROM information_schema.columns \
             WHERE table_schema = 'public' AND column_name IN ('word', 'sort_name')";
        let columns = texts(&mut connect(&db).await, collations).await;
        assert!(columns.len() >= 5, "the columns were read: {columns:?}");
        let other: Vec<_> = columns.iter().filter(|column| !column.ends_with(" C")).collect();
        assert!(other.is_empty(), "{other:?}");
    })
    .await;
}

on_both_engines!(
    async fn a_deletion_finds_what_names_the_row_by_an_index(db: Db) {
        let schema = schema(&mut connect(&db).await).await;
        let references = schema.iter().filter_map(|line| {
            let (table, rest) = line.split_once(" reference (")?;
            let (column, rest) = rest.split_once(") to ")?;
            // An account is never deleted.
            (!rest.starts_with("account ")).then_some((table, column))
        });
        let mut seen = 0;
        for (table, column) in references {
            seen += 1;
            let begins = |line: &String| {
                let of_table = line.strip_prefix(table).and_then(|rest| rest.strip_prefix(' '));
                of_table.is_some_and(|rest| {
                    let is_index =
                        rest.starts_with("key ") || rest.starts_with("index ") || rest.starts_with("unique index ");
                    let columns = rest.split_once('(').map_or("", |(_, columns)| columns);
                    is_index && !rest.contains(" WHERE ") && columns.split([',', ')']).next() == Some(column)
                })
            };
            assert!(schema.iter().any(begins), "no index of {table} begins with {column}");
        }
        assert!(seen > 15, "the references were read");
    }
);

/// Each row of each table as text, by what its columns are called in version 2.
async fn contents(
    connection: &mut AnyConnection,
    columns: &BTreeMap<String, Vec<String>>,
) -> BTreeMap<String, Vec<String>> {
    let mut contents = BTreeMap::new();
    for (table, columns) in columns {
        let cells: Vec<_> = columns.iter().map(|column| format!("COALESCE(CAST({column} AS TEXT), 'NULL')")).collect();
        let sql = format!("SELECT {} AS line FROM {table} ORDER BY line", cells.join(" || '; ' || "));
        contents.insert(table.clone(), texts(connection, &sql).await);
    }
    contents
}

async fn columns(connection: &mut AnyConnection) -> BTreeMap<String, Vec<String>> {
    let mut columns = BTreeMap::<_, Vec<_>>::new();
    for line in schema(connection).await {
        if let Some((table, rest)) = line.split_once(" column ") {
            let column = rest.split(' ').next().unwrap_or_default();
            columns.entry(table.to_owned()).or_default().push(column.to_owned());
        }
    }
    columns
}

/// Fills a database of version 2, brings it up to this version, and compares.
async fn a_full_database_comes_up_to_this_version(db: Db) {
    let mut connection = connect(&db).await;
    let migrator = if db.is_shared() { &POSTGRES } else { &SQLITE };
    migrator.run_to(2, &mut connection).await.expect("the old migrations run");
    fill_at_version_2(&mut connection).await;
    connection.execute("UPDATE crew SET link_revision = 4 WHERE id = 1").await.expect("an old column");
    let mut columns = columns(&mut connection).await;
    let before = contents(&mut connection, &columns).await;
    assert_eq!(before.keys().cloned().collect::<Vec<_>>(), tables(&mut connection).await);
    for (table, rows) in &before {
        assert!(!rows.is_empty(), "{table} has a row to keep");
    }
    drop(connection);

    db.migrate().await.expect("the new migrations run");
    db.migrate().await.expect("and again, without a change");

    let mut connection = connect(&db).await;
    for column in columns.get_mut("crew").expect("crew is a table") {
        if column == "link_revision" {
            "revision".clone_into(column);
        }
    }
    assert_eq!(contents(&mut connection, &columns).await, before);
    let revisions = "SELECT revision || ' ' || details_revision FROM contact ORDER BY id";
    assert_eq!(texts(&mut connection, revisions).await, ["5 5", "1 1"]);
    assert_eq!(texts(&mut connection, "SELECT CAST(MIN(revision) AS TEXT) FROM event").await, ["1"]);
    assert_eq!(texts(&mut connection, "SELECT CAST(MIN(revision) AS TEXT) FROM item").await, ["1"]);

    // What names a row is still held to it, by the pool too.
    let mut transaction = db.write().await.expect("a transaction");
    sqlx::query("INSERT INTO link (crew_id, seed, token_hash, created_at) VALUES (99, 'x', 'x', 1)")
        .execute(&mut *transaction)
        .await
        .expect_err("there is no such crew row");
    transaction.rollback().await.expect("a rollback");
}

#[tokio::test]
async fn a_full_sqlite_comes_up_to_this_version() {
    with_empty_sqlite(a_full_database_comes_up_to_this_version).await;
}

#[tokio::test]
async fn a_full_postgres_comes_up_to_this_version() {
    with_empty_postgres(|db, _| a_full_database_comes_up_to_this_version(db)).await;
}

#[tokio::test]
async fn a_dangling_reference_stops_the_upgrade_and_changes_nothing() {
    with_empty_sqlite(async |db| {
        let mut connection = connect(&db).await;
        SQLITE.run_to(2, &mut connection).await.expect("the old migrations run");
        fill_at_version_2(&mut connection).await;
        connection.execute("PRAGMA foreign_keys = OFF; DELETE FROM link WHERE id = 3").await.expect("a deletion");
        let before = (schema(&mut connection).await, counts(&mut connection).await);
        let error = db.migrate().await.expect_err("an email names a link that is gone").to_string();
        assert!(error.contains("email") || error.contains("crew"), "{error}");
        assert_eq!((schema(&mut connection).await, counts(&mut connection).await), before);
    })
    .await;
}

on_both_engines!(
    async fn an_id_is_never_used_again(db: Db) {
        let mut connection = connect(&db).await;
        if !db.is_shared() {
            let reusing = "SELECT name FROM sqlite_master WHERE sql LIKE '%INTEGER PRIMARY KEY%' \
                 AND sql NOT LIKE '%INTEGER PRIMARY KEY AUTOINCREMENT%'";
            assert!(texts(&mut connection, reusing).await.is_empty());
        }
        fill(&mut connection).await;
        connection.execute("DELETE FROM item").await.expect("a deletion");
        let insert = "INSERT INTO item (event_id, starts_at, title) VALUES (1, 1, 'Later') RETURNING CAST(id AS TEXT)";
        assert_eq!(texts(&mut connection, insert).await, ["3"]);
    }
);
