-- Notes and files of an event, each for everybody on it or for members alone. Twin of migrations/postgres.

CREATE TABLE event_note (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    -- 'everybody' or 'members'.
    audience TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Empty while it is there. One that was deleted is kept for 30 days.
    deleted_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX event_note_of_event ON event_note (event_id, id);
CREATE INDEX event_note_deleted ON event_note (deleted_at) WHERE deleted_at IS NOT NULL;

-- The row is there before the file is, and after it, so that no file is forgotten.
CREATE TABLE event_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    -- Empty when the event is gone: then the file goes too.
    event_id BIGINT REFERENCES event (id) ON DELETE SET NULL,
    -- As it is shown.
    name TEXT NOT NULL,
    -- As it was called when it came.
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL DEFAULT 0,
    -- Where the file is kept.
    object_key TEXT NOT NULL UNIQUE,
    -- 'everybody' or 'members'.
    audience TEXT NOT NULL,
    -- Files stand in this order.
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Empty as long as the file is not whole.
    stored_at BIGINT,
    -- Empty while it is there. One that was deleted is kept for 30 days.
    deleted_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX event_file_of_event ON event_file (event_id, position, id);
CREATE INDEX event_file_unfinished ON event_file (created_at) WHERE stored_at IS NULL;
CREATE INDEX event_file_deleted ON event_file (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX event_file_for_nothing ON event_file (id) WHERE event_id IS NULL;
