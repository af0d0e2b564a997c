-- A file that hangs on a request, for people to look at before they answer. Twin of migrations/postgres.

-- The row is there before the file is, and after it, so that no file is forgotten.
CREATE TABLE request_file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    -- Empty when the request is gone, or something else took its place: then the file goes too.
    request_id BIGINT REFERENCES request (id) ON DELETE SET NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL DEFAULT 0,
    -- Where the file is kept.
    object_key TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    -- Empty as long as the file is not whole.
    stored_at BIGINT
);
CREATE INDEX request_file_of_request ON request_file (request_id);
CREATE INDEX request_file_of_account ON request_file (account_id);
CREATE INDEX request_file_unfinished ON request_file (created_at) WHERE stored_at IS NULL;
CREATE INDEX request_file_for_nothing ON request_file (id) WHERE request_id IS NULL;
