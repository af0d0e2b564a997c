-- What the people of an event are asked for, what they answer and send, what became of their files, and what a mail says of one
-- that was not taken. Twin of migrations/sqlite.

CREATE TABLE request (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    -- Who is asked; empty when everybody on the event is.
    crew_id BIGINT REFERENCES crew (id) ON DELETE CASCADE,
    -- 'file', 'text' or 'choice'.
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    required BIGINT NOT NULL DEFAULT 0,
    -- What can be chosen, one a line.
    choices TEXT NOT NULL DEFAULT '',
    -- The address of something to look at first; empty without one.
    reference TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    -- Empty while it is there. One that was deleted is kept for 30 days.
    deleted_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX request_of_event ON request (event_id, id);
CREATE INDEX request_of_account ON request (account_id, id);
CREATE INDEX request_of_crew ON request (crew_id);
CREATE INDEX request_deleted ON request (deleted_at) WHERE deleted_at IS NOT NULL;

-- What a person wrote or chose; the last one counts.
CREATE TABLE request_answer (
    request_id BIGINT NOT NULL REFERENCES request (id) ON DELETE CASCADE,
    crew_id BIGINT NOT NULL REFERENCES crew (id) ON DELETE CASCADE,
    text TEXT NOT NULL,
    answered_at BIGINT NOT NULL,
    PRIMARY KEY (request_id, crew_id)
);
CREATE INDEX request_answer_of_crew ON request_answer (crew_id);

-- A file that a person sent. The row is there before the file is, and after it, so that no file is forgotten.
CREATE TABLE upload (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id BIGINT NOT NULL REFERENCES account (id),
    -- Both are empty when what the file was for is gone: then it goes too.
    request_id BIGINT REFERENCES request (id) ON DELETE SET NULL,
    crew_id BIGINT REFERENCES crew (id) ON DELETE SET NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL DEFAULT 0,
    -- Of a picture, width times height.
    pixels BIGINT NOT NULL DEFAULT 0,
    -- Where the file is kept.
    object_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'unreviewed',
    note TEXT NOT NULL DEFAULT '',
    reviewed_at BIGINT,
    reviewed_by BIGINT REFERENCES member (id) ON DELETE SET NULL,
    -- The mail that told of the rejection, or why there is none.
    email_id BIGINT REFERENCES email (id) ON DELETE SET NULL,
    untold TEXT,
    created_at BIGINT NOT NULL,
    -- Empty as long as the file is not whole.
    stored_at BIGINT,
    deleted_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX upload_of_request ON upload (request_id, id);
CREATE INDEX upload_of_crew ON upload (crew_id, id);
CREATE INDEX upload_of_account ON upload (account_id, state, id);
CREATE INDEX upload_of_reviewer ON upload (reviewed_by);
CREATE INDEX upload_of_email ON upload (email_id);
CREATE INDEX upload_unfinished ON upload (created_at) WHERE stored_at IS NULL;
CREATE INDEX upload_deleted ON upload (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX upload_for_nothing ON upload (id) WHERE request_id IS NULL;
CREATE INDEX upload_of_nobody ON upload (id) WHERE crew_id IS NULL;

-- What the mail says of the file, as it was when it was turned down.
CREATE TABLE upload_rejection (
    email_id BIGINT PRIMARY KEY REFERENCES email (id) ON DELETE CASCADE,
    request_label TEXT NOT NULL,
    file_name TEXT NOT NULL,
    note TEXT NOT NULL
);
