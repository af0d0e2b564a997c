//! The SQL of edits: who changed what, when, and what was taken back.

use app::domain::ids::{AccountId, EditId, EventId, ItemChangeId, ItemId, MemberId};
use app::domain::time::Timestamp;

use super::edits::EditKind;
use super::facts::{Field, FieldChange};
use crate::db::{self, Db, Write, column};
use crate::error::StoreError;

pub async fn insert_edit(
    write: &mut Write,
    event: EventId,
    member: MemberId,
    kind: EditKind,
    now: Timestamp,
) -> Result<EditId, StoreError> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO timeline_edit (event_id, member_id, kind, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
    )
    .bind(event.0)
    .bind(member.0)
    .bind(kind.code())
    .bind(now.0)
    .fetch_one(&mut **write)
    .await?;
    Ok(EditId(id))
}

/// Changes of one statement.
const CHANGES: usize = 64;

pub async fn insert_changes(
    write: &mut Write,
    edit: EditId,
    changes: &[(ItemId, FieldChange)],
) -> Result<(), StoreError> {
    for chunk in changes.chunks(CHANGES) {
        let rows = db::values_rows(1, chunk.len(), &["BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT"]);
        let sql = write
            .batch(format!("INSERT INTO item_change (edit_id, item_id, field, old_value, new_value) VALUES {rows}"));
        let mut query = sqlx::query(sql);
        for (item, FieldChange { field, old, new }) in chunk {
            query = query.bind(edit.0).bind(item.0).bind(field.code()).bind(old.clone()).bind(new.clone());
        }
        query.execute(&mut **write).await?;
    }
    Ok(())
}

/// Which event of the account an edit is of.
pub async fn edit(db: &Db, account: AccountId, edit: EditId) -> Result<Option<EventId>, StoreError> {
    let event: Option<i64> = sqlx::query_scalar(
        "SELECT t.event_id FROM timeline_edit t JOIN event v ON v.id = t.event_id \
         WHERE t.id = $1 AND v.account_id = $2 AND v.deleted_at IS NULL",
    )
    .bind(edit.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(event.map(EventId))
}

/// The newest edit of this kind by this member that changed an item: what a repetition of it made before.
pub async fn own_edit(
    write: &mut Write,
    item: ItemId,
    member: MemberId,
    kind: EditKind,
) -> Result<Option<EditId>, StoreError> {
    let edit: Option<i64> = sqlx::query_scalar(
        "SELECT c.edit_id FROM item_change c JOIN timeline_edit t ON t.id = c.edit_id \
         WHERE c.item_id = $1 AND t.member_id = $2 AND t.kind = $3 ORDER BY c.id DESC LIMIT 1",
    )
    .bind(item.0)
    .bind(member.0)
    .bind(kind.code())
    .fetch_optional(&mut **write)
    .await?;
    Ok(edit.map(EditId))
}

/// Whether somebody changed an item after an edit of it. That its event took it along does not count.
pub async fn is_changed_since(write: &mut Write, item: ItemId, edit: EditId) -> Result<bool, StoreError> {
    let newest: Option<i64> = sqlx::query_scalar(
        "SELECT MAX(c.edit_id) FROM item_change c JOIN timeline_edit t ON t.id = c.edit_id \
         WHERE c.item_id = $1 AND t.kind <> $2",
    )
    .bind(item.0)
    .bind(EditKind::Event.code())
    .fetch_one(&mut **write)
    .await?;
    Ok(newest.is_some_and(|newest| newest > edit.0))
}

/// Whether an item was pinned, or let go, after an edit of it.
pub async fn is_pinned_since(write: &mut Write, item: ItemId, edit: EditId) -> Result<bool, StoreError> {
    let newest: Option<i64> =
        sqlx::query_scalar("SELECT MAX(edit_id) FROM item_change WHERE item_id = $1 AND field = 'pinned'")
            .bind(item.0)
            .fetch_one(&mut **write)
            .await?;
    Ok(newest.is_some_and(|newest| newest > edit.0))
}

/// The edit that undid this one, if it is undone.
pub async fn undone_by(write: &mut Write, edit: EditId) -> Result<Option<EditId>, StoreError> {
    let by: Option<i64> = sqlx::query_scalar("SELECT undone_by FROM timeline_edit WHERE id = $1")
        .bind(edit.0)
        .fetch_one(&mut **write)
        .await?;
    Ok(by.map(EditId))
}

pub async fn set_undone(write: &mut Write, edit: EditId, by: EditId) -> Result<(), StoreError> {
    sqlx::query("UPDATE timeline_edit SET undone_by = $2 WHERE id = $1")
        .bind(edit.0)
        .bind(by.0)
        .execute(&mut **write)
        .await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StoredChange {
    item_id: i64,
    field: String,
    old_value: String,
    new_value: String,
}

impl StoredChange {
    fn read(self) -> Option<(ItemId, FieldChange)> {
        let field = column::code("field", &self.field, |code| Field::from_code(code).map(Some), None)?;
        Some((ItemId(self.item_id), FieldChange { field, old: self.old_value, new: self.new_value }))
    }
}

/// What an edit changed.
pub async fn changes(write: &mut Write, edit: EditId) -> Result<Vec<(ItemId, FieldChange)>, StoreError> {
    let stored: Vec<StoredChange> = sqlx::query_as(
        "SELECT item_id, field, old_value, new_value FROM item_change WHERE edit_id = $1 ORDER BY item_id, id",
    )
    .bind(edit.0)
    .fetch_all(&mut **write)
    .await?;
    Ok(stored.into_iter().filter_map(StoredChange::read).collect())
}

/// One change, with the event of its item.
pub async fn change(
    db: &Db,
    account: AccountId,
    change: ItemChangeId,
) -> Result<Option<(EventId, ItemId, FieldChange)>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Stored {
        event_id: i64,
        item_id: i64,
        field: String,
        old_value: String,
        new_value: String,
    }
    let stored: Option<Stored> = sqlx::query_as(
        "SELECT i.event_id, c.item_id, c.field, c.old_value, c.new_value FROM item_change c \
         JOIN item i ON i.id = c.item_id JOIN event v ON v.id = i.event_id \
         WHERE c.id = $1 AND v.account_id = $2 AND v.deleted_at IS NULL",
    )
    .bind(change.0)
    .bind(account.0)
    .fetch_optional(&mut *db.reader().await?)
    .await?;
    Ok(stored.and_then(|Stored { event_id, item_id, field, old_value, new_value }| {
        let (item, change) = StoredChange { item_id, field, old_value, new_value }.read()?;
        Some((EventId(event_id), item, change))
    }))
}
