-- The sandbox provider's own memory: mail it took, and the callbacks it owes. Twin of migrations/postgres.

CREATE TABLE sandbox_mail (
    id INTEGER PRIMARY KEY,
    received_at BIGINT NOT NULL,
    envelope_from TEXT NOT NULL,
    recipient TEXT NOT NULL,
    message_id TEXT NOT NULL,
    source BLOB NOT NULL
);

CREATE TABLE sandbox_callback (
    id INTEGER PRIMARY KEY,
    mail_id BIGINT NOT NULL REFERENCES sandbox_mail (id) ON DELETE CASCADE,
    -- Stays the same over retries, as a provider's does.
    svix_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    done_at BIGINT
);
CREATE INDEX sandbox_callback_due ON sandbox_callback (due_at) WHERE done_at IS NULL;
