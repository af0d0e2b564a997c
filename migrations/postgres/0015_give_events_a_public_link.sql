-- A link by which anybody may read an event's run of show: at most one an event. Twin of migrations/sqlite.

CREATE TABLE public_link (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id BIGINT NOT NULL UNIQUE REFERENCES event (id) ON DELETE CASCADE,
    -- The token follows from it and the installation's key.
    seed TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
