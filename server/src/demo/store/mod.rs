//! The SQL that fills the demo account: one statement per table, in the caller's transaction.

mod bulk;
mod emails;

use std::collections::HashMap;

use app::domain::address::fold;
use app::domain::time::Timestamp;

use self::bulk::{Cell, insert, row};
use super::calendar::{EventPlan, ItemPlan};
use super::people::PersonPlan;
use crate::db::Write;
use crate::error::StoreError;

pub use emails::{NewEmail, insert_delivery_events, insert_emails, link_newest_invites};

pub async fn member_exists(transaction: &mut Write, email_key: &str) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("SELECT id FROM member WHERE email_key = $1")
        .bind(email_key.to_owned())
        .fetch_optional(&mut **transaction)
        .await?;
    Ok(found.is_some())
}

pub async fn insert_contacts(
    transaction: &mut Write,
    account: i64,
    people: &[PersonPlan],
    sort_name: fn(&str, &str) -> String,
    now: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let rows = people
        .iter()
        .map(|person| {
            row![
                account,
                person.first_name,
                person.last_name,
                person.organisation,
                person.role,
                person.email.map(str::to_owned),
                person.email.map(fold),
                person.mobile,
                person.notes,
                sort_name(person.first_name, person.last_name),
                now,
            ]
        })
        .collect();
    let columns = "account_id, first_name, last_name, organisation, role, email, email_key, mobile, notes, \
         sort_name, created_at";
    insert(transaction, "contact", columns, "id", rows).await
}

pub async fn insert_spaces(
    transaction: &mut Write,
    account: i64,
    spaces: &[(&str, &str)],
) -> Result<Vec<i64>, StoreError> {
    let rows = spaces.iter().map(|(name, address)| row![account, *name, *address]).collect();
    insert(transaction, "space", "account_id, name, address", "id", rows).await
}

pub async fn insert_events(
    transaction: &mut Write,
    account: i64,
    spaces: &[i64],
    events: &[EventPlan],
    time_zone: &str,
) -> Result<Vec<i64>, StoreError> {
    let rows = events
        .iter()
        .map(|event| {
            row![
                account,
                event.space.map(|space| spaces[space]),
                event.name,
                event.status.code(),
                event.starts_at,
                event.ends_at,
                time_zone,
                event.pax,
                event.created_at,
            ]
        })
        .collect();
    let columns = "account_id, space_id, name, status, starts_at, ends_at, time_zone, pax, created_at";
    insert(transaction, "event", columns, "id", rows).await
}

/// Turns on the event's switch.
pub async fn collect_rsvps(transaction: &mut Write, event: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE event SET rsvp = 1 WHERE id = $1").bind(event).execute(&mut **transaction).await?;
    Ok(())
}

pub struct NewCrew {
    pub event: i64,
    pub contact: i64,
    pub role: &'static str,
    pub created_at: Timestamp,
}

pub async fn insert_crew(transaction: &mut Write, account: i64, crew: &[NewCrew]) -> Result<Vec<i64>, StoreError> {
    let rows = crew.iter().map(|crew| row![account, crew.event, crew.contact, crew.role, crew.created_at]).collect();
    insert(transaction, "crew", "account_id, event_id, contact_id, role, created_at", "id", rows).await
}

pub struct NewLink {
    pub crew: i64,
    pub seed: String,
    pub token_hash: String,
    pub created_at: Timestamp,
}

/// Sets the link of each crew row that has one.
pub async fn insert_links(transaction: &mut Write, links: &[NewLink]) -> Result<HashMap<i64, i64>, StoreError> {
    let rows =
        links.iter().map(|link| row![link.crew, link.seed.clone(), link.token_hash.clone(), link.created_at]).collect();
    let ids = insert(transaction, "link", "crew_id, seed, token_hash, created_at", "id", rows).await?;
    sqlx::query(
        "UPDATE crew SET revision = 1, link_id = (SELECT l.id FROM link l WHERE l.crew_id = crew.id) \
         WHERE id IN (SELECT crew_id FROM link) AND link_id IS NULL AND revision = 0",
    )
    .execute(&mut **transaction)
    .await?;
    Ok(links.iter().map(|link| link.crew).zip(ids).collect())
}

/// Items by event and time.
pub async fn insert_items(
    transaction: &mut Write,
    items: &[(i64, Timestamp, &ItemPlan)],
) -> Result<Vec<i64>, StoreError> {
    let rows = items
        .iter()
        .map(|(event, starts_at, item)| {
            row![*event, *starts_at, item.minutes, item.title, item.details, item.location, i64::from(item.private),]
        })
        .collect();
    insert(transaction, "item", "event_id, starts_at, minutes, title, details, location, private", "id", rows).await
}

/// Items by contact.
pub async fn insert_assignments(transaction: &mut Write, assignments: &[(i64, i64)]) -> Result<(), StoreError> {
    let rows = assignments.iter().map(|(item, contact)| row![*item, *contact]).collect();
    insert(transaction, "assignment", "item_id, contact_id", "item_id", rows).await.map(drop)
}
