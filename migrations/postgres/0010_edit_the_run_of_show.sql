-- The run of show is edited: rows that start together keep an order, some rows never move, deleted ones can be restored, and
-- every change is kept with who made it. Twin of migrations/sqlite.

ALTER TABLE item ADD COLUMN tie BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN pinned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN deleted_at BIGINT;
DROP INDEX item_of_event;
CREATE INDEX item_of_event ON item (event_id, starts_at, tie, id);
CREATE INDEX item_deleted ON item (deleted_at) WHERE deleted_at IS NOT NULL;

-- One thing that somebody did to a run of show, undone as a whole.
CREATE TABLE timeline_edit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES member (id),
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The edit that undid it.
    undone_by BIGINT REFERENCES timeline_edit (id) ON DELETE SET NULL
);
CREATE INDEX timeline_edit_of_event ON timeline_edit (event_id, id);
CREATE INDEX timeline_edit_undone_by ON timeline_edit (undone_by);
CREATE INDEX timeline_edit_of_member ON timeline_edit (member_id);

-- What it made of one field of one item. Values are text: of a time its milliseconds, of people their ids.
CREATE TABLE item_change (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    edit_id BIGINT NOT NULL REFERENCES timeline_edit (id) ON DELETE CASCADE,
    item_id BIGINT NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL
);
CREATE INDEX item_change_of_item ON item_change (item_id, id);
CREATE INDEX item_change_of_edit ON item_change (edit_id);
