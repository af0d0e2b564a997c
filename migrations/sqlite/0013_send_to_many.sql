-- Mails that are sent to many people of an event at once: who pressed the button, until when it can be taken back, and what
-- becomes of each person. Twin of migrations/postgres.

CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES account (id),
    event_id BIGINT NOT NULL REFERENCES event (id) ON DELETE CASCADE,
    member_id BIGINT NOT NULL REFERENCES member (id),
    -- What the mails lead to.
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Nothing is sent before.
    due_at BIGINT NOT NULL,
    -- Empty as long as somebody waits.
    done_at BIGINT,
    revision BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX batch_of_event ON batch (event_id, id);
CREATE INDEX batch_of_member ON batch (member_id);
CREATE INDEX batch_open ON batch (due_at) WHERE done_at IS NULL;

CREATE TABLE batch_person (
    batch_id BIGINT NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
    crew_id BIGINT NOT NULL REFERENCES crew (id) ON DELETE CASCADE,
    outcome TEXT NOT NULL,
    -- Why they were left out.
    reason TEXT,
    -- What was sent to them.
    email_id BIGINT REFERENCES email (id) ON DELETE SET NULL,
    PRIMARY KEY (batch_id, crew_id)
);
CREATE INDEX batch_person_of_crew ON batch_person (crew_id);
CREATE INDEX batch_person_of_email ON batch_person (email_id);
